"""What a picture tells of a node or frame that is opened."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from groundplan import cards, facts
from groundplan.canvas import viewer
from groundplan.cards import Card, Known, Place
from groundplan.cards import settings as card_settings
from groundplan.cards import sources as card_sources
from groundplan.cards.settings import Setting
from groundplan.cost.bill import Bill, Free, Gap, Line
from groundplan.facts import SENSITIVE, Facts, Resource
from groundplan.graph import Cluster, Edge, Graph, Node
from groundplan.policy.report import Finding
from groundplan.terraform import sources
from groundplan.terraform.blocks import Blocks
from groundplan.topology import Topology
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import network
from groundplan.workspace import Workspace
from plans import PLANS, recorded

ROOT = Path(__file__).parents[1]
MYSQL = "module.mysql.aws_db_instance.this"


def resource(address: str, unknown: tuple[str, ...] = (), **values: object) -> Resource:
    type_, name = address.split(".")[-2:]
    return Resource(address, type_, name, values=values, unknown=frozenset(unknown))


def known(*resources: Resource, **more: object) -> Known:
    return Known(Topology(Facts(resources)), **more)


def lone(address: str, **more: object) -> Graph:
    return Graph("v", "V", nodes=(Node("n", "rds", "Database", addresses=(address,), **more),))


def line(usd: str, *addresses: str) -> Line:
    amount = Decimal(usd)
    return Line(addresses, f"for {usd}", Decimal(1), "month", amount, amount, "", "")


def bill(*entries: Line | Gap | Free) -> Bill:
    def of(kind: type) -> tuple:
        return tuple(entry for entry in entries if isinstance(entry, kind))

    return Bill(of(Line), of(Gap), of(Free), "us-east-1")


# Settings


ALARM = {
    "comparison_operator": "GreaterThanThreshold", "period": 300, "evaluation_periods": 3,
}  # fmt: skip


def test_alarms_say_when_they_sound_each_by_its_own_name():
    type_ = "aws_cloudwatch_metric_alarm"
    busy = resource(
        f"{type_}.a", alarm_name="shop-dev-cpu", metric_name="CPUUtilization", threshold=80, **ALARM
    )
    full = resource(
        f"{type_}.b", alarm_name="shop-dev-disk", metric_name="FreeStorageSpace",
        threshold=4 * 1024**3, **ALARM | {"comparison_operator": "LessThanThreshold"},
    )  # fmt: skip
    late = resource(f"{type_}.c", ("threshold",), alarm_name="shop-dev-late")
    assert card_settings.of(busy, full, late) == (
        Setting("cpu", "CPU utilization above 80 %, 3 times in a row, each over 5 minutes"),
        Setting("disk", "free storage space below 4 GiB, 3 times in a row, each over 5 minutes"),
        Setting("late", "known after apply"),
    )
    once = resource(
        f"{type_}.d", alarm_name="lag", metric_name="ReplicaLag", threshold=60,
        **ALARM | {"evaluation_periods": 1, "period": 30},
    )  # fmt: skip
    assert card_settings.of(once) == (Setting("lag", "replica lag above 60 s, over 30 seconds"),)
    computed = resource(f"{type_}.e", alarm_name="rate", metric_name=None)
    assert card_settings.of(computed) == (Setting("rate", "by an expression"),)


def test_a_type_has_its_own_settings_in_plain_words():
    database = resource(
        "aws_db_instance.a", engine="mysql", allocated_storage=20, multi_az=False,
        storage_encrypted=True, parameter_group_name="never asked for",
    )  # fmt: skip
    assert card_settings.of(database) == (
        Setting("Engine", "MySQL"),
        Setting("Storage", "20 GB"),
        Setting("Standby in another zone", "no"),
        Setting("Encrypted", "yes"),
    )


def test_what_aws_writes_in_its_own_way_is_said_as_people_do():
    group = resource(
        "aws_eks_node_group.a", capacity_type="SPOT", ami_type="AL2023_x86_64_STANDARD",
        instance_types=["t3.large"],
    )  # fmt: skip
    assert card_settings.of(group) == (
        Setting("Machines", "t3.large"),
        Setting("Paid for as", "spot machines"),
        Setting("Image", "Amazon Linux 2023, x86"),
    )
    metrics = {"node_cpu_utilization": "node CPU utilization", "VolumeReadIOPs": "volume read IOPs"}
    for metric, said in metrics.items():
        alarm = resource("aws_cloudwatch_metric_alarm.a", metric_name=metric, threshold=1, **ALARM)
        assert card_settings.of(alarm)[0].value.startswith(f"{said} above 1")


def test_the_disk_of_a_node_group_is_that_of_its_launch_template():
    dev = Workspace(ROOT).facts("dev", 2)
    (group,) = dev.of_type("aws_eks_node_group")
    assert group.is_unknown("disk_size")
    (card,) = cards.of(lone(group.address), Known(Topology(dev)))
    assert Setting("Disk", "30 GB") in card.settings


def test_what_is_known_only_after_apply_is_said_so_and_what_is_sensitive_never():
    key = resource("aws_kms_key.a", unknown=("enable_key_rotation",), description=SENSITIVE)
    assert card_settings.of(key) == (Setting("Rotated every year", "known after apply"),)
    listed = resource("aws_eks_cluster.a", enabled_cluster_log_types=["api", SENSITIVE])
    assert card_settings.of(listed) == (Setting("Logs", "api"),)


def test_of_several_all_different_values_are_told_until_there_are_too_many():
    names = [resource(f"aws_sqs_queue.q{number}", name=f"q{number}") for number in range(9)]
    assert card_settings.of(*names[:2]) == (Setting("Name", "q0, q1"),)
    assert card_settings.of(*names) == (Setting("Name", "q0, q1, q2, q3, q4, q5, 3 more"),)


def test_a_type_that_no_row_knows_tells_its_name():
    assert card_settings.of(resource("aws_new_thing.a", name="x")) == (Setting("Name", "x"),)


# Cost


def test_the_cost_of_a_node_is_the_sum_of_its_own_lines():
    costs = bill(line("20.00", "a.b"), line("2.50", "a.b"), line("9.00", "other.one"))
    (card,) = cards.of(lone("a.b"), known(resource("a.b"), bill=costs))
    assert card.monthly == Decimal("22.50")
    assert cards.as_dict(card)["sections"]["Cost a month"][-1] == ["Together", "$22.50"]


def test_what_is_drawn_nowhere_is_a_part_of_what_is():
    """A launch template is priced with its node group, and is in no picture by itself."""
    (card,) = cards.of(lone("a.b"), known(bill=bill(line("7.20", "a.b", "template.x"))))
    assert card.monthly == Decimal("7.20")


def test_what_several_nodes_share_is_no_ones_own():
    nodes = tuple(Node(name, "rds", name, addresses=(f"a.{name}",)) for name in "xy")
    first, _ = cards.of(Graph("v", "V", nodes=nodes), known(bill=bill(line("8.00", "a.x", "a.y"))))
    assert first.monthly is None
    assert cards.as_dict(first)["sections"]["Cost a month"] == [
        ["for 8.00", "$8.00, together with 1 others"]
    ]


def test_a_gap_is_told_and_makes_no_total():
    costs = bill(line("8.00", "a.b"), Gap("a.b", "its disks have no price"))
    (card,) = cards.of(lone("a.b"), known(bill=costs))
    assert card.monthly is None
    assert ["Without a price", "its disks have no price"] in cards.as_dict(card)["sections"][
        "Cost a month"
    ]


def test_what_is_free_says_why():
    (card,) = cards.of(lone("a.b"), known(bill=bill(Free("a.b", "part of a network"))))
    rows = cards.as_dict(card)["sections"]["Cost a month"]
    assert rows == [["Nothing by itself", "part of a network"]]


def test_without_a_bill_or_a_policy_run_nothing_is_said_of_them():
    (card,) = cards.of(lone("a.b"), known(resource("a.b")))
    assert (card.costs, card.findings) == ((), None)
    assert not {"Cost a month", "Policy"} & cards.as_dict(card)["sections"].keys()


# Policy


def test_findings_are_those_of_the_nodes_own_resources():
    finding = Finding("CKV_1", "waived", "a.b", "is open", reason="for the demo")
    found = {"a.b": (finding,), "other.one": (Finding("CKV_2", "failed", "other.one", "no"),)}
    (card,) = cards.of(lone("a.b"), known(findings=found))
    rows = cards.as_dict(card)["sections"]["Policy"]
    assert rows == [["waived CKV_1", "is open (for the demo)"]]


def test_a_run_without_findings_says_so():
    (card,) = cards.of(lone("a.b"), known(findings={}))
    assert cards.as_dict(card)["sections"]["Policy"] == [["No finding", "in the last policy run"]]


# Relations, rules, changes


def test_a_security_group_lists_what_it_lets_in_with_the_reason():
    shop = recorded("shop")
    found = {card.id: card for card in cards.of(network(shop), Known(Topology(shop)))}
    mysql = found["module.stores.aws_security_group.mysql"]
    assert mysql.kind == "Security group"
    assert [(item.ports, item.peer) for item in mysql.openings] == [("tcp 3306", "shop-nodes")]
    database = found["module.stores.aws_db_instance.primary"]
    assert database.openings == mysql.openings
    assert [(item.said, item.name) for item in database.relations] == [
        ("Replicates to", "MySQL read replica")
    ]


def test_a_cluster_tells_who_may_come_to_its_api():
    workspace = Workspace(Path(__file__).parents[1])
    facts = workspace.facts("dev", 6)
    found = {card.id: card for card in cards.of(network(facts), Known(Topology(facts)))}
    doors = found["module.eks.aws_eks_cluster.this"].openings
    assert ("tcp 443", "203.0.113.0/28", "the public endpoint of the Kubernetes API") in {
        (item.ports, item.peer, item.why) for item in doors
    }
    group = found["module.eks.aws_security_group.cluster"].openings
    assert {item.peer for item in group} == {"harbour-lane-dev-nodes"}


def test_a_flow_is_told_from_both_ends():
    nodes = (Node("a", "web", "A"), Node("b", "service", "B"))
    first, second = cards.of(Graph("f", "F", nodes=nodes, edges=(Edge("a", "b", "flow", "80"),)))
    assert cards.as_dict(first)["sections"]["In the picture"] == [["Calls", "B (80)", "b"]]
    assert cards.as_dict(second)["sections"]["In the picture"] == [["Called by", "A (80)", "a"]]


def test_a_change_is_told_only_where_not_everything_is_new():
    new, old = (Node(name, "rds", name, addresses=(name,), change="create") for name in "xy")
    assert [card.change for card in cards.of(Graph("v", "V", nodes=(new, old)))] == ["none"] * 2
    kept = Node("y", "rds", "y", addresses=("y",))
    tags = [
        cards.as_dict(card).get("tags") for card in cards.of(Graph("v", "V", nodes=(new, kept)))
    ]
    assert tags == [["new"], None]


def test_subnets_that_no_plan_tells_are_known_after_apply():
    (card,) = cards.of(lone("a.b", subnets="unknown"))
    assert card.settings == (Setting("Subnets", "known after apply"),)


def test_frames_that_are_no_resources_have_no_card():
    frames = (Cluster("region", "region", "Region"), Cluster("v", "vpc", "VPC x", address="v"))
    (card,) = cards.of(Graph("n", "N", clusters=frames))
    assert (card.id, card.title, card.kind) == ("v", "x", "VPC")


# Where it is written


def test_a_block_is_found_through_the_modules_that_call_it():
    blocks = Blocks(ROOT / "terraform/envs/dev")
    at = blocks.find(MYSQL)
    assert at
    assert at.file.samefile(ROOT / "terraform/modules/mysql/main.tf")
    written = at.file.read_text().splitlines()[at.line - 1]
    assert written == 'resource "aws_db_instance" "this" {'


def test_every_resource_of_the_reference_engagement_is_found_where_it_is_written():
    for env, phase in (("dev", 4), ("prod", 10)):
        blocks = Blocks(ROOT / "terraform/envs" / env)
        for item in Workspace(ROOT).facts(env, phase):
            at = blocks.find(item.address)
            assert at, item.address
            head = at.file.read_text().splitlines()[at.line - 1]
            assert head == f'resource "{item.type}" "{item.name}" {{'


def test_comments_and_text_blocks_hold_no_blocks(tmp_path: Path):
    (tmp_path / "main.tf").write_text(
        '# resource "a" "x" {\n/*\nresource "a" "x" {\n*/\nlocals {\n  text = <<-EOT\n'
        '    resource "a" "x" {\n    }\n  EOT\n}\n\nresource a x {\n}\n'
    )
    found = Blocks(tmp_path).find("a.x")
    assert found
    assert found.line == 12


def test_a_module_from_elsewhere_is_unknown(tmp_path: Path):
    (tmp_path / "main.tf").write_text(
        'module "m" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n'
    )
    assert Blocks(tmp_path).find("module.m.aws_vpc.this[0]") is None


# In the workspace


@pytest.fixture(scope="module")
def told() -> dict[str, Card]:
    workspace = Workspace(ROOT)
    graphs = {number: infrastructure(workspace.facts("dev", number)) for number in (1, 4)}
    sources = card_sources.known(workspace, "dev", 4, graphs=graphs)
    return {card.id: card for card in cards.of(graphs[4], sources)}


def test_a_card_of_the_workspace_has_its_place_and_its_cost(told: dict[str, Card]):
    (place,) = told[MYSQL].places
    assert (place.module, place.file) == ("module.mysql", "terraform/modules/mysql/main.tf")
    assert told[MYSQL].monthly
    assert told["module.network.aws_vpc.this"].phase == 1


def test_an_aggregate_lists_all_that_it_stands_for(told: dict[str, Card]):
    repositories = told["all:aws_ecr_repository"]
    assert len(repositories.places) == 5
    assert {place.file for place in repositories.places} == {"terraform/modules/ecr/main.tf"}


def test_a_card_tells_what_the_last_policy_run_found(tmp_path: Path):
    for name in ("facts", "terraform"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "design.yaml", tmp_path)
    workspace = Workspace(tmp_path)
    path = card_sources.policy_file(workspace, "dev", 2)
    path.parent.mkdir(parents=True)
    finding = {"resource": MYSQL, "check": "CKV_1", "state": "failed", "message": "open"}
    for source, there in ((sources.digest(workspace, "dev", 2), True), ("of other files", False)):
        path.write_text(json.dumps({"source": source, "findings": [finding]}))
        found = card_sources.known(workspace, "dev", 2, graphs={}).findings
        assert (found is not None) == there
        assert [item.check for item in (found or {}).get(MYSQL, ())] == ["CKV_1"] * there


def test_a_lone_plan_has_cards_without_what_only_a_workspace_knows():
    shop = recorded("shop")
    for card in cards.of(network(shop), Known(Topology(shop))):
        assert all(place.file is None for place in card.places)
        assert not card.costs


# As data


def test_no_secret_is_in_any_card():
    plan = facts.read(PLANS / "secrets" / "plan.json")
    for view in (network, infrastructure):
        text = viewer.data(cards.of(view(plan), Known(Topology(plan))))
        assert SENSITIVE not in text


def test_data_survives_a_round_trip_and_holds_no_markup():
    card = Card("<a>", "</script><b>&", "\u2028", places=(Place('x["&"]'),))
    text = viewer.data([card])
    assert not set("<>&\u2028") & set(text)
    document = json.loads(text)
    assert document["<a>"]["title"] == "</script><b>&"
    assert document["<a>"]["addresses"] == ['x["&"]']
