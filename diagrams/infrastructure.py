"""Infrastructure: the services of each phase, where they run, and who uses what."""

from groundplan.graph import Graph
from groundplan.scripts import Scene, run, view


@view("infrastructure", title="Infrastructure", source="terraform")
def infrastructure(scene: Scene) -> Graph:
    """Computed from the recorded plan of the phase, with the applications from Compose."""
    return scene.infrastructure()


if __name__ == "__main__":
    run(infrastructure)
