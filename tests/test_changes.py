"""What changed since the phase before, as a page tells it."""

from __future__ import annotations

from html import unescape
from pathlib import Path

from groundplan import compose
from groundplan.drawing import Picture
from groundplan.entrance import Entrance
from groundplan.facts import Facts, Resource
from groundplan.pages import Pages, changes
from groundplan.pages.labels import type_label
from groundplan.views.entrance import with_entrance
from groundplan.views.network import network
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]


def facts(*resources: Resource) -> Facts:
    return Facts(resources)


def node_group(size: int) -> Resource:
    values = {"scaling_config": [{"desired_size": size}], "tags_all": {"phase": str(size)}}
    return Resource("aws_eks_node_group.a", "aws_eks_node_group", "a", values=values)


def test_changes_are_told_by_type_with_their_settings():
    before = facts(node_group(2), Resource("aws_eip.old", "aws_eip", "old"))
    after = facts(node_group(3), Resource("aws_db_instance.b", "aws_db_instance", "b"))
    database, group, address = changes.resources(before, after, label=type_label)
    assert (database.label, database.added) == ("Database instance", ("aws_db_instance.b",))
    assert address.removed == ("aws_eip.old",)
    assert group.changed[0].settings == (changes.Told("Nodes wanted", "2", "3"),)


def test_a_changed_setting_is_told_as_people_say_it_and_one_without_words_by_its_path():
    def database(days: int, window: str, **values: object) -> Resource:
        values |= {"backup_retention_period": days, "backup_window": window}
        return Resource("aws_db_instance.a", "aws_db_instance", "a", values=values)

    before, after = database(7, "02:00", multi_az=False), database(14, "04:00", multi_az=True)
    (change,) = changes.resources(facts(before), facts(after), label=type_label)
    assert change.changed[0].settings == (
        changes.Told("Backups kept for", "7 days", "14 days"),
        changes.Told("backup_window", "02:00", "04:00"),
        changes.Told("Standby in another zone", "no", "yes"),
    )


def test_the_same_plan_has_no_changes():
    assert changes.resources(facts(node_group(2)), facts(node_group(2)), label=type_label) == ()


def test_services_that_come_and_change():
    def application(**services: str) -> compose.Application:
        return compose.Application(
            "shop",
            tuple(
                compose.Service(name, "service", image=image) for name, image in services.items()
            ),
        )

    found = changes.services(application(cart="a", old="a"), application(cart="b", redis="a"))
    assert found == changes.Difference(added=("redis",), removed=("old",), changed=("cart",))


def test_what_changed_is_called_as_in_the_picture_and_else_by_its_name(tmp_path: Path):
    replica = 'module.mysql.aws_db_instance.replica["read-1"]'
    graph = {"clusters": [], "edges": [], "nodes": [{"id": replica, "label": "MySQL read replica"}]}
    at = tmp_path / "network.svg"
    drawn = Picture("network", "Network", "terraform", "dev", 3, at, at, at, graph)
    pages = Pages(Workspace(ROOT), (drawn,))
    table = unescape(pages.fill(pages.prose("{{ changes('dev', 3) }}", page="docs/page.md")))
    assert f'<div>MySQL read replica<small class="gs-code">{replica}</small></div>' in table
    assert "<div>/aws/rds/instance/harbour-lane-dev-mysql-read-1/error<small" in table


def test_what_no_plan_has_and_what_is_newly_open_are_told_of_a_phase():
    def node(id_: str, kind: str, **values: object) -> dict[str, object]:
        plain = {"label": id_, "detail": "", "addresses": [], "exposed": False}
        return {"id": id_, "kind": kind, **plain, **values}

    vpc = node("vpc", "eks", addresses=["aws_eks_cluster.a"])
    balancer = node("way in", "load_balancer", exposed=True, detail="made by Kubernetes")
    line = {"source": "internet", "target": "way in", "label": "tcp 443"}
    before = {"nodes": [vpc], "edges": []}
    after = {"nodes": [vpc, node("internet", "internet"), balancer], "edges": [line]}
    assert changes.drawn([before], [after]) == changes.Drawn(
        added=(("way in", "made by Kubernetes"),), opened=("way in, tcp 443",), first=True
    )
    assert changes.drawn([after], [before]) == changes.Drawn(
        removed=(("way in", "made by Kubernetes"),), closed=("way in, tcp 443",)
    )
    assert changes.drawn([], [after]) == changes.Drawn(), "what was not drawn is not compared"


def test_a_phase_that_opens_an_environment_says_so_and_names_what_roles_are_given():
    workspace = Workspace(ROOT)
    graphs = {
        phase: with_entrance(
            network(workspace.facts("dev", phase)),
            workspace.facts("dev", phase),
            Entrance("dev.example", 8080) if phase == 5 else None,
        ).as_dict()
        for phase in (4, 5)
    }
    at = ROOT / "network.svg"
    drawn = tuple(
        Picture("network", "Network", "terraform", "dev", phase, at, at, at, graph)
        for phase, graph in graphs.items()
    )
    pages = Pages(workspace, drawn)
    table = unescape(pages.fill(pages.prose("{{ changes('dev', 5) }}", page="docs/page.md")))
    assert "<td>Open to the internet</td>" in table
    assert "made by Kubernetes, not by Terraform" in table
    assert "harbour-lane-dev-ci-plan: no-data" in table
    assert "harbour-lane-dev-ci-plan: read" in table
