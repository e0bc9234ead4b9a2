"""Rules about who is let in, and about who is told when something is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from beehive import found, only, resource

if TYPE_CHECKING:
    from beehive import Example
    from groundplan.facts import Resource

INGRESS = "aws_vpc_security_group_ingress_rule.in"
STORE = {"vpc_security_group_ids": ("aws_security_group.store",)}


def opened(group, *, peer=None, **values: object):
    """A rule that lets a range, or the group `peer`, in to `group`."""
    ends = {"security_group_id": (f"aws_security_group.{group}",)}
    ends |= {"referenced_security_group_id": (f"aws_security_group.{peer}",)} if peer else {}
    return resource(INGRESS, ends, [*ends], ip_protocol="tcp", **values)


@pytest.fixture
def planned(example):
    """Changes phase 1 of dev: its database has a group, and `more` is planned too."""

    def change(*more: Resource) -> Example:
        def store(item: Resource) -> list[Resource]:
            if item.address != "aws_db_instance.main":
                return [item]
            groups = [resource(f"aws_security_group.{name}") for name in ("store", "nodes", "web")]
            database = resource(item.address, STORE, [*STORE], multi_az=False)
            return [database, *groups, *more]

        example.change_plan("dev", 1, store)
        return example

    return change


def test_a_store_that_lets_a_group_in(planned):
    rule = opened("store", peer="nodes", from_port=3306, to_port=3306)
    assert found(planned(rule), "store-clients") == []


@pytest.mark.parametrize("range_", [{"cidr_ipv4": "10.0.0.0/8"}, {"cidr_ipv6": "fc00::/7"}])
def test_a_store_that_lets_a_range_in(planned, range_):
    rule = opened("store", from_port=3306, to_port=3306, **range_)
    [address] = range_.values()
    assert only(planned(rule), "store-clients").message == (
        f"{INGRESS} of dev, phase 1, lets {address} in to aws_db_instance.main"
    )


def test_a_store_that_lets_in_whom_the_plan_cannot_tell(planned):
    ends = {"security_group_id": ("aws_security_group.store",)}
    rule = resource(INGRESS, ends, [*ends, "cidr_ipv4"], ip_protocol="tcp")
    told = only(planned(replace(rule, maybe={"cidr_ipv4": ()})), "store-clients")
    assert (told.severity, told.message) == (
        "warning",
        f"{INGRESS} of dev, phase 1, lets somebody whom the plan can't tell in"
        " to aws_db_instance.main",
    )


def test_what_is_no_store_may_let_a_range_in(planned):
    rule = opened("nodes", from_port=443, to_port=443, cidr_ipv4="10.0.0.0/8")
    example = planned(rule)
    assert found(example, "store-clients") + found(example, "open-group") == []


WEB = {"from_port": 443, "to_port": 443, "cidr_ipv4": "0.0.0.0/0"}


def balancer(**values: object):
    ends = {"security_groups": ("aws_security_group.web",)}
    return resource("aws_lb.web", ends, [*ends], **values)


def test_a_public_load_balancer_may_be_called_by_everyone(planned):
    assert found(planned(opened("web", **WEB), balancer(internal=False)), "open-group") == []


@pytest.mark.parametrize(
    ("more", "whose"),
    [
        ([opened("web", **WEB), balancer(internal=True)], "no public load balancer"),
        ([opened("nodes", **WEB)], "no public load balancer"),
        ([opened("nodes", **WEB | {"cidr_ipv4": "128.0.0.0/1"})], "no public load balancer"),
        ([opened("store", **WEB)], "aws_db_instance.main"),
        ([opened("web", **WEB), balancer(internal=False),
          resource("aws_instance.a", {"vpc_security_group_ids": ("aws_security_group.web",)},
                   ["vpc_security_group_ids"])], "aws_instance.a"),
    ],
    ids=["internal", "of nothing", "half of everyone", "a store's", "a machine's too"],
)  # fmt: skip
def test_nothing_else_may_be_called_by_everyone(planned, more, whose):
    assert only(planned(*more), "open-group").message == (
        f"{INGRESS} of dev, phase 1, lets everyone in to {whose}"
    )


ALARM = resource("aws_cloudwatch_metric_alarm.a", {"alarm_actions": ("aws_sns_topic.alarms",)})
TOPIC = resource("aws_sns_topic.alarms")


def test_an_alarm_that_somebody_hears(planned):
    mail = resource("aws_sns_topic_subscription.a", {"topic_arn": ("aws_sns_topic.alarms",)})
    assert found(planned(ALARM, TOPIC, mail), "alarm-heard") == []


def test_an_alarm_that_nobody_hears(planned):
    other = resource("aws_sns_topic_subscription.a", {"topic_arn": ("aws_sns_topic.news",)})
    news = resource("aws_sns_topic.news")
    assert only(planned(ALARM, TOPIC, news, other), "alarm-heard").message == (
        "nobody reads aws_sns_topic.alarms of dev, phase 1"
    )
