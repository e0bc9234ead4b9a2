"""Application flow: who calls whom, as the client's Compose file tells it."""

from groundplan.graph import Graph
from groundplan.scripts import Scene, run, view


@view("application_flow", title="Application flow", source="compose")
def application_flow(scene: Scene) -> Graph:
    """One card for each service; a phase adds what its Compose profiles switch on."""
    return scene.flow()


if __name__ == "__main__":
    run(application_flow)
