"""The regional services, and the small parts behind them."""

from __future__ import annotations

from typing import Final

from groundplan.catalog.model import SELF, SERVICES, Link, Treatment, end, part, service

_FUNCTIONS: Final = ("aws_lambda_function", "aws_lambda_alias")
_NOTIFIES: Final = "notifies"
_ALARM: Final = service("alarms", Link(SELF, end("alarm_actions"), _NOTIFIES))

SERVICE_ROWS: Final[dict[str, Treatment]] = {
    # Files and images
    "aws_s3_bucket": service("s3"),
    "aws_s3_directory_bucket": service("s3"),
    "aws_s3_bucket_website_configuration": part(
        "a setting of its bucket", through=(end("bucket", "aws_s3_bucket"),)
    ),
    "aws_s3_bucket_notification": part(
        "shown as lines from its bucket",
        links=tuple(
            Link(end("bucket", "aws_s3_bucket"), end(path, *types), _NOTIFIES)
            for path, *types in (
                ("lambda_function.*.lambda_function_arn", *_FUNCTIONS),
                ("queue.*.queue_arn", "aws_sqs_queue"),
                ("topic.*.topic_arn", "aws_sns_topic"),
            )
        ),
    ),
    "aws_ecr_repository": service("ecr"),
    "aws_ecrpublic_repository": service("ecr"),
    "aws_backup_plan": service("backup"),
    "aws_backup_vault": part("where copies are kept"),
    "aws_backup_selection": part("what its plan copies"),
    # Messages
    "aws_sns_topic": service("sns"),
    "aws_sns_topic_subscription": part(
        "shown as a line from its topic, or a reader outside of the plan",
        links=(
            Link(
                end("topic_arn", "aws_sns_topic"),
                end(
                    "endpoint", "aws_sqs_queue", *_FUNCTIONS, "aws_kinesis_firehose_delivery_stream"
                ),
            ),
        ),
    ),
    "aws_sqs_queue": service("sqs"),
    "aws_sqs_queue_redrive_policy": part("where its queue's dead letters go"),
    "aws_kinesis_stream": service("kinesis"),
    "aws_kinesis_firehose_delivery_stream": Treatment(
        "region",
        "firehose",
        SERVICES,
        links=(
            Link(end("kinesis_source_configuration.*.kinesis_stream_arn"), SELF),
            Link(SELF, end("extended_s3_configuration.*.bucket_arn", "aws_s3_bucket")),
        ),
    ),
    "aws_sfn_state_machine": service("step_functions"),
    "aws_cloudwatch_event_bus": service("eventbridge"),
    "aws_cloudwatch_event_rule": service("event_rules"),
    "aws_cloudwatch_event_target": part(
        "shown as a line from its rule",
        links=(Link(end("rule", "aws_cloudwatch_event_rule"), end("arn"), "triggers"),),
    ),
    "aws_scheduler_schedule": service("schedules", Link(SELF, end("target.*.arn"), "triggers")),
    "aws_pipes_pipe": part(
        "shown as a line from its source", links=(Link(end("source"), end("target")),)
    ),
    "aws_appsync_graphql_api": service("appsync"),
    "aws_ses_domain_identity": service("ses"),
    "aws_sesv2_email_identity": service("ses"),
    # Keys, certificates, people
    "aws_kms_key": service("kms"),
    "aws_kms_replica_key": service("kms"),
    "aws_kms_alias": part("a name of its key"),
    "aws_secretsmanager_secret": service("secrets"),
    "aws_secretsmanager_secret_version": part("the value of its secret"),
    "aws_ssm_parameter": service("parameters"),
    "aws_acm_certificate": service("certificates"),
    "aws_acm_certificate_validation": part("waits for its certificate"),
    "aws_cognito_user_pool": service("cognito"),
    "aws_cognito_identity_pool": service("cognito"),
    "aws_wafv2_web_acl": service("waf"),
    "aws_wafv2_web_acl_association": part(
        "shown as a line to what it guards",
        links=(Link(end("web_acl_arn", "aws_wafv2_web_acl"), end("resource_arn"), "guards"),),
    ),
    "aws_guardduty_detector": service("guardduty"),
    "aws_iam_role": Treatment("list", "roles", SERVICES),
    "aws_iam_user": Treatment("list", "iam_users", SERVICES),
    # Watching
    "aws_cloudwatch_log_group": service("logs"),
    "aws_cloudwatch_metric_alarm": _ALARM,
    "aws_cloudwatch_composite_alarm": _ALARM,
    "aws_cloudwatch_dashboard": service("dashboards"),
    "aws_cloudtrail": service("cloudtrail"),
    "aws_config_configuration_recorder": service("config"),
    "aws_prometheus_workspace": service("managed_prometheus"),
    "aws_grafana_workspace": service("managed_grafana"),
    "aws_budgets_budget": service("budgets"),
    # Delivering
    "aws_codepipeline": service("codepipeline"),
    "aws_codedeploy_app": service("codedeploy"),
    "aws_codecommit_repository": service("codecommit"),
    "aws_codestarconnections_connection": part("lets pipelines read a repository"),
    "aws_codeconnections_connection": part("lets pipelines read a repository"),
    "aws_cloudformation_stack": service("cloudformation"),
    "aws_amplify_app": service("amplify"),
    "aws_athena_workgroup": service("athena"),
    # Names inside
    "aws_service_discovery_private_dns_namespace": service("cloud_map"),
    "aws_service_discovery_public_dns_namespace": service("cloud_map"),
    "aws_service_discovery_http_namespace": service("cloud_map"),
    "aws_service_discovery_service": part("a name in its namespace"),
    "aws_appmesh_mesh": service("app_mesh"),
}
