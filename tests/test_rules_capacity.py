"""Rules about what machines can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from beehive import found, only, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Resource


def nodes(count, *types: str):
    """A change that gives the plan a group of up to that many nodes of these types."""

    def change(item) -> Iterator[Resource]:
        yield item
        if item.address == "aws_vpc.main":
            size = [{"max_size": count}]
            yield resource("aws_eks_node_group.n", scaling_config=size, instance_types=[*types])

    return change


@pytest.mark.parametrize(
    ("count", "types", "carried"),
    [
        (1, ["t3.micro", "t3.large"], 0),
        (2, ["t3a.small"], 8),
        (1, ["m6i.large"], 25),
        (3, ["m6i.large"], None),
        (1, ["m99.large"], None),
        (1, ["c7i-flex.2xlarge"], None),
    ],
)
def test_more_copies_than_the_nodes_carry(example, count, types, carried):
    example.change_plan("dev", 1, nodes(count, *types))
    phase = "  - number: 1\n"
    example.edit("design.yaml", phase, f"{phase}    kubernetes: {{replicas: 2, most: 50}}\n")
    if carried is None:
        assert found(example, "copies-room") == []
        return
    finding = only(example, "copies-room")
    assert finding.message == (
        f"phase 1 may have 51 pods while it rolls out, and the nodes of dev carry {carried} at the"
        " most"
    )
    assert finding.file == example.design_file
