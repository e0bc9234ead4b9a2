"""Rules that hold figures in prose, and diagram scripts, against the recorded plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from beehive import found, only, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Resource


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Dev has 10.1.0.0/16.", None),
        ("Dev has 10.9.0.0/16.", "10.9.0.0/16"),
        ("Dev has `10.2.0.0/16`.", "10.2.0.0/16"),  # that is production's
        ("Production has 10.2.0.0/16, and dev 10.1.0.0/16.", None),
        ("All of 10.0.0.0/8 is private.", None),
        ("It runs on a db.t9.large.", "db.t9.large"),
        ("Four NAT gateways carry it.", "Four NAT gateways"),
        ("There is one NAT gateway.", None),
        ("It stands in three availability zones.", "three availability zones"),
        ("It stands in 2 zones. A failure of one zone does no harm.", None),
        ("There are two read replicas.", "two read replicas"),
        ("| repositories | 3 repositories |", "3 repositories"),
        ("We run two applications.", "two applications"),
        ("We push the two images.", "two images"),
        ("It lies in three data centres.", "three data centres"),
        ("It lies in two data centers, from one image.", None),
        ("These ten subnets talk.", "ten subnets"),
        ("Nine subnets in each.", "Nine subnets"),
        ("A single NAT gateway, and two replicas.", "two replicas"),
        ("10.1.128.0/17 is free.", None),
        ("10.1.0.0/25 is free.", "10.1.0.0/25"),
        ("10.9.0.0/25 is free.", "10.9.0.0/25"),
        ("The last one subnet, only one of the zones, at most three zones.", None),
        ("A second database would cost $99; three zones could be had.", None),
        ("```\n10.9.0.0/16 in code\n```", None),
        ("{{ facts('10.9.0.0/16') }} <!-- four NAT gateways -->", None),
        ("Ours is eu-central-1.", "eu-central-1"),
        ("Ours is us-east-1.", None),
        ("MySQL listens on port 3307.", "port 3307"),
        ("MySQL listens on port 3306.", None),
        ("It costs $1,234.56 a month.", "$1,234.56"),
        ("It costs 99 US dollars.", "99 US dollars"),
        ("It costs 180 € a month.", "180 €"),
        ("Dev is 2,100 a year.", "2,100 a year"),
        ("There are five alarms.", "are five alarms"),
        ("Five alarms watch it. Two images show it. It takes three services of AWS.", None),
        ("Many designs use two tiers.", None),
        ("We run two small, real services and MySQL.", "two small, real services and MySQL"),
        ("We run two other services, and push no more than 9 images.", None),
        ("It stands in us-east-1f.", "us-east-1f"),
        ("It stands in us-east-1a.", None),
        ("There is no SSH (port 22) anywhere.", None),
        ("A VPC can have 200 subnets. Later it may grow to six zones.", None),
        ("Dev has 10.1.0.0/16 and production 10.1.0.0/16.", "10.1.0.0/16"),
        ("There are 10.1.0.0/16 in dev, 10.1.0.0/16 in production.", "10.1.0.0/16"),
    ],
)
def test_figures_typed_in_prose(example, text, typed):
    example.write("docs/network.md", f"# Network\n\n{text}\n")
    findings = found(example, "prose-figures")
    assert [finding.message for finding in findings] == (
        [f"'{typed}' is typed here, and wrong"] if typed else []
    )
    assert [finding.line for finding in findings] == ([3] if typed else [])


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("It is MySQL 8.4 on EKS 1.33.", []),
        ("It is MySQL 8.", []),
        ("It is MySQL 9, and EKS 1.29.", ["EKS 1.29", "MySQL 9"]),
        ("You run MySQL 5.7 today.", []),
        ("Only two subnets are public.", []),
        ("It keeps one zone when the other fails.", []),
        ("There are nine subnets.", ["nine subnets"]),
        ("A machine would cost $7, and one runs on MySQL 9.", ["MySQL 9"]),
        (
            "Without what it could do without: nine subnets, whatever you have today.",
            ["nine subnets"],
        ),
    ],
)
def test_versions_and_counts_typed_in_prose(example, text, typed):
    def add(item) -> Iterator[Resource]:
        yield item
        if item.address == "aws_vpc.main":
            yield resource("aws_eks_cluster.main", version="1.33")
            yield resource("aws_db_instance.other", engine_version="8.4.5")

    for env, phase in (("dev", 1), ("dev", 3), ("prod", 10)):
        example.change_plan(env, phase, add)
    example.write("docs/network.md", f"{text}\n")
    told = {finding.message for finding in found(example, "prose-figures")}
    assert told == {f"'{item}' is typed here, and wrong" for item in typed}


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Production uses **spot** machines.", ["spot** machine"]),
        ("Production uses on-demand machines rather than spot machines; dev spot nodes.", []),
        ("Production doesn't use spot machines.", []),
        ("Dev may lose two of 4 nodes.", []),
        ("Spot machines are spare capacity at a discount of 60 %, so they cost 40 %.", []),
        ("Spot machines are spare capacity at a discount of 90 %.", ["90 %"]),
        ("There may be up to 12 nodes in dev and 9 nodes in production.", ["12 nodes"]),
        ("There may be up to 6 nodes in dev and up to 6 nodes in production.", ["6 nodes"]),
        ("It names two kinds of machine.", []),
        ("It names three kinds of machine.", ["three kinds of machine"]),
        ("The database is reached on port 6379.", ["port 6379"]),
        ("The database is reached on port 3306, and Redis on port 6379.", []),
        ('{{ node("x", "The database") }} is reached on port 6379.', ["port 6379"]),
        ("## Dev\n\nIt has 9 nodes.\n\n## Both\n\nSome have 9 nodes.", ["9 nodes"]),
        ("| | dev | production |\n|---|---|---|\n| Storage | 20 GB | 20 GB |",
         ["Storage 20 GB"]),
        ("| | dev | production |\n|---|---|---|\n| Storage | 20 GB | 50 GB |", []),
    ],
)  # fmt: skip
def test_machines_and_stores_typed_in_prose(example, text, typed):
    machines = {
        "dev": ("SPOT", ["t3.large", "t3a.large"], {"min_size": 2, "max_size": 6}, 20),
        "prod": ("ON_DEMAND", ["m6i.large"], {"min_size": 3, "max_size": 9}, 50),
    }
    for env, phase in (("dev", 1), ("dev", 3), ("prod", 10)):
        paid, kinds, sizes, storage = machines[env]
        group = resource(
            "aws_eks_node_group.main", capacity_type=paid, instance_types=kinds,
            scaling_config=[sizes],
        )  # fmt: skip
        database = resource("aws_db_instance.data", allocated_storage=storage, port=3306)
        cache = resource("aws_elasticache_replication_group.data", port=6379)
        more = (group, database, cache)
        example.change_plan(
            env, phase, lambda item, more=more: (item, *more) if "vpc" in item.type else (item,)
        )
    discount = "\n  spot_discount: {value: 60, unit: '%', reason: As it was.}\n"
    example.edit("design.yaml", "usage:\n", f"usage:{discount}")
    example.write("docs/network.md", f"{text}\n")
    told = {finding.message for finding in found(example, "prose-figures")}
    assert told == {f"'{item}' is typed here, and wrong" for item in typed}


def test_figures_typed_in_the_design_are_held_against_their_phase(example):
    example.edit("design.yaml", "summary: We open.", "summary: We open in four zones.")
    finding = only(example, "prose-figures")
    assert (finding.message, finding.file) == (
        "'four zones' is typed here, and wrong", example.design_file,
    )  # fmt: skip
    assert finding.hint == (
        "no plan of prod has it: there are 2; take it from the facts by a macro"
    )


def test_figures_typed_on_a_picture(example):
    example.write("diagrams/hand.py", 'Node("ECR\\nsix repositories")\n')
    finding = only(example, "prose-figures")
    assert (finding.file, finding.line) == (example.root / "diagrams/hand.py", 1)
