"""Who uses whom: the lines of the infrastructure view, each from what proves it."""

from __future__ import annotations

import pytest

from groundplan.views.infrastructure import infrastructure
from plans import Thing, facts_of, thing


def lines(*things: Thing) -> set[tuple[str, str, str]]:
    graph = infrastructure(facts_of(*things))
    return {(edge.source, edge.target, edge.label) for edge in graph.edges}


BALANCER, TARGETS = thing("aws_lb.web"), thing("aws_lb_target_group.t", protocol="HTTP", port=8080)
LISTENER = thing("aws_lb_listener.l", {
    "load_balancer_arn": ["aws_lb.web"],
    "default_action.0.target_group_arn": ["aws_lb_target_group.t"],
})  # fmt: skip
BEHIND = (BALANCER, TARGETS, LISTENER)


@pytest.mark.parametrize(
    ("more", "target"),
    [
        ([thing("aws_autoscaling_group.a", {"target_group_arns": ["aws_lb_target_group.t"]})],
         "aws_autoscaling_group.a"),
        ([thing("aws_autoscaling_group.a"), thing("aws_autoscaling_attachment.x", {
            "lb_target_group_arn": ["aws_lb_target_group.t"],
            "autoscaling_group_name": ["aws_autoscaling_group.a"],
        })], "aws_autoscaling_group.a"),
        ([thing("aws_ecs_service.s", {
            "load_balancer.0.target_group_arn": ["aws_lb_target_group.t"]})], "aws_ecs_service.s"),
        ([thing("aws_instance.i"), thing("aws_lb_target_group_attachment.x", {
            "target_group_arn": ["aws_lb_target_group.t"], "target_id": ["aws_instance.i"],
        })], "aws_instance.i"),
        ([thing("aws_lambda_function.f"), thing("aws_lb_target_group_attachment.x", {
            "target_group_arn": ["aws_lb_target_group.t"], "target_id": ["aws_lambda_function.f"],
        })], "all:aws_lambda_function"),
    ],
    ids=["scaling group", "attached scaling group", "ECS service", "instance", "function"],
)  # fmt: skip
def test_a_load_balancer_uses_what_its_listeners_forward_to(more, target):
    assert lines(*BEHIND, *more) == {("aws_lb.web", target, "HTTP 8080")}


def test_a_target_group_without_a_listener_joins_nothing():
    names = {"target_group_arns": ["aws_lb_target_group.t"]}
    assert lines(BALANCER, TARGETS, thing("aws_autoscaling_group.a", names)) == set()


def test_a_rule_of_a_listener_forwards_too():
    rule = thing("aws_lb_listener_rule.r", {
        "listener_arn": ["aws_lb_listener.l"],
        "action.0.target_group_arn": ["aws_lb_target_group.other"],
    })  # fmt: skip
    other = thing("aws_lb_target_group.other", protocol="HTTP", port=9000)
    service = thing("aws_ecs_service.s", {
        "load_balancer.0.target_group_arn": ["aws_lb_target_group.other"],
    })  # fmt: skip
    assert lines(*BEHIND, rule, other, service) == {
        ("aws_lb.web", "aws_ecs_service.s", "HTTP 9000")
    }


@pytest.mark.parametrize(
    ("things", "line"),
    [
        ([thing("aws_eks_cluster.c"),
          thing("aws_eks_fargate_profile.p", {"cluster_name": ["aws_eks_cluster.c"]})],
         ("aws_eks_cluster.c", "aws_eks_fargate_profile.p", "runs")),
        ([thing("aws_ecs_cluster.c"),
          thing("aws_ecs_service.s", {"cluster": ["aws_ecs_cluster.c"]})],
         ("all:aws_ecs_cluster", "aws_ecs_service.s", "runs")),
        ([thing("aws_rds_cluster.c"),
          thing("aws_rds_cluster_instance.i", {"cluster_identifier": ["aws_rds_cluster.c"]})],
         ("aws_rds_cluster.c", "aws_rds_cluster_instance.i", "runs")),
        ([thing("aws_cloudfront_distribution.d", {"origin.0.domain_name": ["aws_s3_bucket.b"]}),
          thing("aws_s3_bucket.b")],
         ("all:aws_cloudfront_distribution", "all:aws_s3_bucket", "origin")),
        ([thing("aws_route53_zone.z"), BALANCER, thing("aws_route53_record.r", {
            "zone_id": ["aws_route53_zone.z"], "alias.0.name": ["aws_lb.web"],
        })], ("all:aws_route53_zone", "aws_lb.web", "alias")),
        ([thing("aws_sqs_queue.q"), thing("aws_lambda_function.f"),
          thing("aws_lambda_event_source_mapping.m", {
              "event_source_arn": ["aws_sqs_queue.q"], "function_name": ["aws_lambda_function.f"],
          })], ("all:aws_sqs_queue", "all:aws_lambda_function", "triggers")),
        ([thing("aws_sns_topic.t"), thing("aws_sqs_queue.q"),
          thing("aws_sns_topic_subscription.s", {
              "topic_arn": ["aws_sns_topic.t"], "endpoint": ["aws_sqs_queue.q"],
          })], ("all:aws_sns_topic", "all:aws_sqs_queue", "")),
        ([thing("aws_s3_bucket.b"), thing("aws_lambda_function.f"),
          thing("aws_s3_bucket_notification.n", {
              "bucket": ["aws_s3_bucket.b"],
              "lambda_function.0.lambda_function_arn": ["aws_lambda_function.f"],
          })], ("all:aws_s3_bucket", "all:aws_lambda_function", "notifies")),
        ([thing("aws_cloudwatch_metric_alarm.a", {"alarm_actions": ["aws_sns_topic.t"]}),
          thing("aws_sns_topic.t")],
         ("all:aws_cloudwatch_metric_alarm", "all:aws_sns_topic", "notifies")),
        ([thing("aws_apigatewayv2_api.a"), thing("aws_lambda_function.f"),
          thing("aws_apigatewayv2_integration.i", {
              "api_id": ["aws_apigatewayv2_api.a"], "integration_uri": ["aws_lambda_function.f"],
          })], ("all:aws_apigatewayv2_api", "all:aws_lambda_function", "")),
        ([thing("aws_db_proxy.p"), thing("aws_rds_cluster.c"), thing("aws_db_proxy_target.t", {
            "db_proxy_name": ["aws_db_proxy.p"], "db_cluster_identifier": ["aws_rds_cluster.c"],
        })], ("aws_db_proxy.p", "aws_rds_cluster.c", "")),
        ([thing("aws_elb.e", {"instances": ["aws_instance.i"]}), thing("aws_instance.i")],
         ("aws_elb.e", "aws_instance.i", "")),
        ([thing("aws_wafv2_web_acl.w"), BALANCER, thing("aws_wafv2_web_acl_association.x", {
            "web_acl_arn": ["aws_wafv2_web_acl.w"], "resource_arn": ["aws_lb.web"],
        })], ("all:aws_wafv2_web_acl", "aws_lb.web", "guards")),
        ([thing("aws_wafv2_web_acl.w"),
          thing("aws_cloudfront_distribution.d", {"web_acl_id": ["aws_wafv2_web_acl.w"]})],
         ("all:aws_wafv2_web_acl", "all:aws_cloudfront_distribution", "guards")),
    ],
    ids=lambda case: case[0].address if isinstance(case, list) else "",
)  # fmt: skip
def test_what_a_resource_names_is_joined_to_it(things, line):
    assert lines(*things) == {line}


@pytest.mark.parametrize(
    ("joint", "source", "type_"),
    [
        ("aws_rds_global_cluster", "source_db_cluster_identifier", "aws_rds_cluster"),
        ("aws_elasticache_global_replication_group", "primary_replication_group_id",
         "aws_elasticache_replication_group"),
    ],
)  # fmt: skip
def test_what_joins_a_global_store_is_a_copy_of_its_first_one(joint, source, type_):
    names = {"aws_rds_cluster": "global_cluster_identifier"}
    member = names.get(type_, "global_replication_group_id")
    first, copy = thing(f"{type_}.first"), thing(f"{type_}.copy", {member: [f"{joint}.g"]})
    found = lines(thing(f"{joint}.g", {source: [f"{type_}.first"]}), first, copy)
    assert found == {(f"{type_}.first", f"{type_}.copy", "replicates")}
    assert lines(thing(f"{joint}.g"), first, copy) == set(), "nobody says which is the first"


def test_a_target_that_is_known_by_its_plain_id_is_joined_too():
    attached = thing("aws_lb_target_group_attachment.x", {
        "target_group_arn": ["aws_lb_target_group.t"],
    }, target_id="i-0123")  # fmt: skip
    found = lines(*BEHIND, attached, thing("aws_instance.i", id="i-0123"))
    assert found == {("aws_lb.web", "aws_instance.i", "HTTP 8080")}


def test_known_arns_of_a_state_join_as_references_do():
    arn = "arn:aws:sqs:us-east-1:123456789012:orders"
    queue = thing("aws_sqs_queue.q", arn=arn, name="orders")
    bucket = thing("aws_s3_bucket.b", bucket="orders")
    function = thing("aws_lambda_function.f", function_name="orders")
    mapping = thing(
        "aws_lambda_event_source_mapping.m", event_source_arn=arn, function_name="orders"
    )
    assert lines(queue, bucket, function, mapping) == {
        ("all:aws_sqs_queue", "all:aws_lambda_function", "triggers")
    }


def carrying(address: str, group: str) -> Thing:
    path = "security_groups" if address.startswith("aws_lb.") else "vpc_security_group_ids"
    return thing(address, {path: [f"aws_security_group.{group}"]})


def opened(name: str, source: str, target: str, port: int) -> Thing:
    names = {
        "security_group_id": [f"aws_security_group.{target}"],
        "referenced_security_group_id": [f"aws_security_group.{source}"],
    }
    rule = f"aws_vpc_security_group_ingress_rule.{name}"
    return thing(rule, names, ip_protocol="tcp", from_port=port, to_port=port)


GROUPS = tuple(thing(f"aws_security_group.{name}") for name in ("app", "data"))


def test_who_may_call_whom_by_the_rules_of_their_groups():
    app, data = carrying("aws_instance.app", "app"), carrying("aws_db_instance.data", "data")
    line = ("aws_instance.app", "aws_db_instance.data", "tcp 5432")
    assert lines(*GROUPS, app, data, opened("r", "app", "data", 5432)) == {line}


@pytest.mark.parametrize(
    ("store", "values", "answers"),
    [
        ("aws_db_instance.data", {"engine": "mysql"}, False),
        ("aws_db_instance.data", {"engine": "postgres"}, True),
        ("aws_db_instance.data", {"engine": "mysql", "port": 5432}, True),
        ("aws_rds_cluster.data", {"engine": "aurora-mysql"}, False),
        ("aws_rds_cluster.data", {"engine": "aurora-postgresql"}, True),
        ("aws_db_instance.data", {}, True),  # it may
    ],
)
def test_a_store_is_used_only_where_a_rule_lets_in_to_its_port(store, values, answers):
    group = {"vpc_security_group_ids": ["aws_security_group.data"]}
    app, data = carrying("aws_instance.app", "app"), thing(store, group, **values)
    found = lines(*GROUPS, app, data, opened("r", "app", "data", 5432))
    assert found == ({("aws_instance.app", store, "tcp 5432")} if answers else set())


def test_all_ports_of_a_pair_are_one_line():
    app, data = carrying("aws_instance.app", "app"), carrying("aws_db_instance.data", "data")
    two = [opened(f"r{port}", "app", "data", port) for port in (5432, 5433)]
    assert {label for *_, label in lines(*GROUPS, app, data, *two)} == {"tcp 5432, 5433"}
    many = [opened(f"r{port}", "app", "data", port) for port in range(5)]
    assert {label for *_, label in lines(*GROUPS, app, data, *many)} == {"5 ports"}


def test_neither_a_database_nor_a_load_balancer_calls_anybody_by_a_rule_alone():
    data, app = carrying("aws_db_instance.data", "data"), carrying("aws_instance.app", "app")
    assert lines(*GROUPS, data, app, opened("r", "data", "app", 80)) == set()
    balancer = carrying("aws_lb.web", "data")
    assert lines(*GROUPS, balancer, app, opened("r", "data", "app", 80)) == set()
