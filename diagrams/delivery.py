"""Delivery: how a change gets from a pull request into the cluster. Drawn by hand."""

from diagrams import Cluster, Edge
from diagrams.aws.compute import ECR, EKS
from diagrams.aws.network import VPC
from diagrams.aws.security import IAMRole
from diagrams.onprem.client import User
from diagrams.onprem.iac import Terraform
from diagrams.onprem.vcs import Github

from groundplan.graph import Graph
from groundplan.handmade import by_hand
from groundplan.scripts import Scene, run, view


def _delivery() -> None:
    team = User("The team")
    with Cluster("GitHub"):
        pull = Github("Pull request\ntests, plan, policy, cost")
        main = Github("Main branch\nafter review")
    with Cluster("GitHub Actions"):
        plan = Terraform("Plan and apply\nonly what was reviewed")
        release = Github("Release\nimages tagged by commit")
    with Cluster("AWS"):
        builder = IAMRole("Roles plan and apply\nan hour, by OpenID")
        releaser = IAMRole("Roles build and deploy\nan hour, by OpenID")
        built = VPC("What Terraform builds\nnetwork, cluster, database, cache")
        images = ECR("ECR\nfive repositories")
        cluster = EKS("EKS\nrolling update")
    team >> Edge(label="proposes") >> pull >> Edge(label="merge") >> main
    main >> plan >> builder >> Edge(label="change") >> built
    main >> release >> releaser
    releaser >> Edge(label="push") >> images
    releaser >> Edge(label="roll out") >> cluster
    images >> Edge(label="pulled by") >> cluster


@view("delivery", title="Delivery", source="hand", phases=(5,))
def delivery(_scene: Scene) -> Graph:
    """What phase 5 automates."""
    return by_hand(_delivery, view="delivery", title="Delivery")


if __name__ == "__main__":
    run(delivery)
