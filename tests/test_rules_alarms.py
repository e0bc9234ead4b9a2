"""Rules about what alarms watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from beehive import found, only, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Resource

SOUND = {
    "namespace": "AWS/RDS",
    "metric_name": "CPUUtilization",
    "comparison_operator": "GreaterThanThreshold",
    "threshold": 80,
    "dimensions": {"DBInstanceIdentifier": "main"},
}
CACHE = {
    **SOUND,
    "namespace": "AWS/ElastiCache",
    "metric_name": "EngineCPUUtilization",
    "dimensions": {"CacheClusterId": "keep-002"},
}


def watched(*alarms: dict[str, object], name="main"):
    """A change that gives the database of dev, and a cache, their names, and adds these alarms."""

    def change(item) -> Iterator[Resource]:
        if item.type == "aws_db_instance":
            yield resource("aws_db_instance.main", identifier=name, multi_az=False)
            yield resource("aws_elasticache_replication_group.keep", replication_group_id="keep")
            for number, alarm in enumerate(alarms):
                yield resource(f"aws_cloudwatch_metric_alarm.a{number}", **alarm)
        elif item.type != "aws_elasticache_replication_group":
            yield item

    return change


def test_alarms_on_all_that_is_planned(example):
    example.change_plan("dev", 1, watched(SOUND, CACHE))
    example.change_plan("dev", 3, watched())  # where nothing is watched, nothing is passed over
    assert found(example, "alarm-subject") == []
    assert found(example, "alarm-sounds") == []


def test_what_no_alarm_watches(example):
    example.change_plan("dev", 1, watched(SOUND))
    finding = only(example, "alarm-subject")
    assert finding.message == (
        "no alarm of dev, phase 1 watches aws_elasticache_replication_group.keep (keep)"
    )
    assert finding.hint == "set one whose CacheClusterId is keep"


@pytest.mark.parametrize(
    ("change", "said", "hint"),
    [
        ({"dimensions": {"DBInstanceIdentifier": "shop"}},
         "watches DBInstanceIdentifier shop, which is not planned", "planned: main"),
        ({"namespace": "AWS/RDSS"}, "hears nothing: AWS/RDSS measures no DBInstanceIdentifier",
         "the namespace is AWS/RDS"),
    ],
)  # fmt: skip
def test_an_alarm_on_what_is_not_there(example, change, said, hint):
    example.change_plan("dev", 1, watched(SOUND, CACHE, {**SOUND, **change}))
    finding = only(example, "alarm-subject")
    assert finding.message == f"aws_cloudwatch_metric_alarm.a2 of dev, phase 1, {said}"
    assert finding.hint == hint


def test_names_that_are_not_known_yet_are_nobodys(example):
    example.change_plan("dev", 1, watched(SOUND, CACHE, name=None))
    assert found(example, "alarm-subject") == []


@pytest.mark.parametrize(
    ("change", "severity", "said"),
    [
        ({"comparison_operator": "LessThanThreshold"}, "error",
         "sounds while CPUUtilization is well"),
        ({"metric_name": "FreeStorageSpace"}, "error", "sounds while FreeStorageSpace is well"),
        ({"threshold": 100}, "error", "never sounds: CPUUtilization does not pass 100"),
        ({"metric_name": "FreeableMemory", "comparison_operator": "LessThanThreshold",
          "threshold": 0}, "error", "never sounds: FreeableMemory does not pass 0"),
        ({"metric_name": "ReplicationLag"}, "warning",
         "is on ReplicationLag, which AWS/RDS does not measure"),
        ({"metric_name": "CPUUtilisation"}, "warning",
         "is on CPUUtilisation, which AWS/RDS does not measure"),
    ],
)  # fmt: skip
def test_an_alarm_that_does_not_sound_when_it_should(example, change, severity, said):
    example.change_plan("dev", 1, watched({**SOUND, **change}))
    finding = only(example, "alarm-sounds")
    assert finding.message == f"aws_cloudwatch_metric_alarm.a0 of dev, phase 1, {said}"
    assert finding.severity == severity
