"""Network: who stands in which subnet, which way out it has, and who lets whom in."""

from groundplan.graph import Graph
from groundplan.scripts import Scene, run, view


@view("network", title="Network", source="terraform")
def network(scene: Scene) -> Graph:
    """Computed from the recorded plan of the phase."""
    return scene.network()


if __name__ == "__main__":
    run(network)
