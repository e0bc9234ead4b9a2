"""The rule on versions: what AWS supports no longer, soon will not, or may not know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from beehive import found, only, resource
from groundplan.rules import versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Resource


@pytest.fixture(autouse=True)
def a_day(monkeypatch):
    monkeypatch.setattr(versions, "today", lambda: date(2026, 11, 27))


def running(version: str, engine_version: str = "8.4"):
    """A change of a plan: it has a cluster, and its database names its version."""

    def change(item: Resource) -> Iterator[Resource]:
        if item.address == "aws_db_instance.main":
            named = {"engine": "mysql", "engine_version": engine_version}
            yield replace(item, values=item.values | named)
            yield resource("aws_eks_cluster.main", version=version)
        else:
            yield item

    return change


def test_versions_in_standard_support(example):
    example.change_plan("dev", 1, running("1.35"))
    assert found(example, "version-support") == []


def test_a_cluster_out_of_standard_support(example):
    example.change_plan("dev", 1, running("1.33"))
    finding = only(example, "version-support")
    assert (finding.severity, finding.message) == (
        "error",
        "aws_eks_cluster.main of dev, phase 1, runs Kubernetes 1.33, out of standard support since "
        "2026-07-29",
    )
    assert finding.hint == "supported for longer: 1.35 (until 2027-03-27), 1.36 (until 2027-08-02)"


def test_a_cluster_that_soon_will_be(example):
    example.change_plan("dev", 1, running("1.34"))
    finding = only(example, "version-support")
    assert finding.severity == "warning"
    assert finding.message.endswith("Kubernetes 1.34, in standard support only until 2026-12-02")


def test_a_database_out_of_standard_support(example):
    example.change_plan("dev", 1, running("1.35", engine_version="8.0.40"))
    assert only(example, "version-support").message == (
        "aws_db_instance.main of dev, phase 1, runs MySQL 8.0, out of standard support since "
        "2026-07-31"
    )


def test_a_version_that_is_not_in_the_table_is_not_taken_for_sound(example):
    example.change_plan("dev", 1, running("1.99"))
    finding = only(example, "version-support")
    assert (finding.severity, finding.message) == (
        "warning",
        "aws_eks_cluster.main of dev, phase 1, runs Kubernetes 1.99, and until when AWS supports "
        "that is not in the table",
    )


def test_a_version_is_told_of_once_in_an_environment(example):
    for phase in (1, 3):
        example.change_plan("dev", phase, running("1.33"))
    example.change_plan("prod", 10, running("1.33"))
    messages = [finding.message for finding in found(example, "version-support")]
    assert [message.partition(", runs")[0] for message in messages] == [
        "aws_eks_cluster.main of dev, phase 1", "aws_eks_cluster.main of prod, phase 10",
    ]  # fmt: skip
