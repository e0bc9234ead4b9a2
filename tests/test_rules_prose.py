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
