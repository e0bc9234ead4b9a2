"""What becomes of the many types without a row of their own: by how their names begin or end."""

from __future__ import annotations

from typing import Final

from groundplan.catalog.model import SERVICES, Treatment, part

_TERRAFORM: Final = part("made by Terraform itself: nothing of it stands in the cloud")
_KUBERNETES: Final = part("runs inside the Kubernetes cluster, into which this does not look")
_ALLOWED: Final = part("a permission of the identities that use it")
_ACCOUNT: Final = part("a setting of the account")

# By the start of the name; the longest that fits counts.
FAMILIES: Final[dict[str, Treatment]] = {
    # Other providers
    "archive_": _TERRAFORM,
    "cloudinit_": _TERRAFORM,
    "external": _TERRAFORM,
    "http": _TERRAFORM,
    "local_": _TERRAFORM,
    "null_": _TERRAFORM,
    "random_": _TERRAFORM,
    "template_": _TERRAFORM,
    "terraform_": _TERRAFORM,
    "time_": _TERRAFORM,
    "tls_": _TERRAFORM,
    "argocd_": _KUBERNETES,
    "flux_": _KUBERNETES,
    "helm_": _KUBERNETES,
    "kubectl_": _KUBERNETES,
    "kubernetes_": _KUBERNETES,
    # Parts of what has a row
    "aws_account_": _ACCOUNT,
    "aws_ami_": part("what machines are started from"),
    "aws_api_gateway_": part("a part of its API"),
    "aws_apigatewayv2_": part("a part of its API"),
    "aws_appautoscaling_": part("how what it names grows and shrinks"),
    "aws_appmesh_": part("a part of its mesh"),
    "aws_apprunner_": part("a part of its App Runner service"),
    "aws_appsync_": part("a part of its API"),
    "aws_autoscaling_": part("how its group grows and shrinks"),
    "aws_backup_": part("a setting of its backups"),
    "aws_batch_": part("a part of its batch compute"),
    "aws_cloudfront_": part("a setting of its distribution"),
    "aws_cloudwatch_event_": part("a part of EventBridge"),
    "aws_cloudwatch_log_": part("a setting of its logs"),
    "aws_cloudwatch_": part("a setting of what watches"),
    "aws_codebuild_": part("a part of its builds"),
    "aws_codedeploy_": part("a part of its deployments"),
    "aws_codepipeline_": part("a part of its pipeline"),
    "aws_cognito_": part("a part of its user pool"),
    "aws_config_": part("a rule or setting of AWS Config"),
    "aws_dynamodb_": part("a part of its table"),
    "aws_ebs_": _ACCOUNT,
    "aws_ec2_transit_gateway_": part("a route or setting of its transit gateway"),
    "aws_ec2_tag": part("a tag of what it names"),
    "aws_ec2_client_vpn_": part("a rule of its client VPN"),
    "aws_ecr_": part("a rule of its repositories"),
    "aws_ecrpublic_": part("a rule of its repositories"),
    "aws_ecs_": part("a setting of its ECS cluster"),
    "aws_elastic_beanstalk_": part("a part of its Beanstalk environment"),
    "aws_glue_": part("a part of Glue"),
    "aws_guardduty_": part("a setting of GuardDuty"),
    "aws_iam_": _ALLOWED,
    "aws_iam_instance_profile": part("hands its role to instances"),
    "aws_iam_role_": part("a permission of its role"),
    "aws_iam_user_": part("a permission of its user"),
    "aws_iam_group": part("a group of users"),
    "aws_kinesis_": part("a part of its stream"),
    "aws_kms_": part("a rule of its key"),
    "aws_lambda_": part("a setting of its function"),
    "aws_lightsail_": part("a part of Lightsail"),
    "aws_msk_": part("a setting of its brokers"),
    "aws_networkfirewall_": part("a rule of its firewall"),
    "aws_opensearch_": part("a setting of its domain"),
    "aws_opensearchserverless_": part("a setting of its collection"),
    "aws_ram_": part("shares what it names with other accounts"),
    "aws_redshift_": part("a setting of its warehouse"),
    "aws_route53_": part("a part of its zone"),
    "aws_route53_resolver_": part("a rule of its resolver"),
    "aws_s3_account_": _ACCOUNT,
    "aws_s3_bucket_": part("a setting of its bucket"),
    "aws_s3_object": part("a file in its bucket"),
    "aws_secretsmanager_secret_": part("a rule of its secret"),
    "aws_securityhub_": part("a setting of Security Hub"),
    "aws_service_discovery_": part("a part of its namespace"),
    "aws_ses_": part("a setting of SES"),
    "aws_sesv2_": part("a setting of SES"),
    "aws_sfn_": part("a part of its state machine"),
    "aws_sns_": part("a rule of its topic"),
    "aws_spot_datafeed_": _ACCOUNT,
    "aws_sqs_queue_": part("a rule of its queue"),
    "aws_ssm_": part("a setting of Systems Manager"),
    "aws_transfer_": part("a part of its transfer server"),
    "aws_wafregional_": part("a part of its WAF"),
    "aws_vpc_ipam": part("hands out ranges of addresses"),
    "aws_waf_": part("a part of its WAF"),
    "aws_wafv2_": part("a part of its WAF"),
}

# By the end of the name, where no start fits: what is never a thing of its own.
ENDINGS: Final[dict[str, Treatment]] = {
    "_policy": part("a rule of what it names"),
    "_policy_attachment": part("a permission of what it names"),
    "_permission": part("a permission of what it names"),
    "_attachment": part("joins two things that stand in the plan"),
    "_association": part("joins two things that stand in the plan"),
    "_parameter_group": part("settings of what uses it"),
    "_option_group": part("settings of what uses it"),
    "_alias": part("a name of what it names"),
    "_subnet_group": Treatment(
        "part", reason="shown as where what uses it stands", subnets=("subnet_ids",)
    ),
}

# What nothing here knows is still drawn, as a regional resource under its type's name.
OTHER: Final = Treatment("region", "resource", SERVICES)


def by_name(type_: str) -> Treatment:
    """The treatment of a type without a row."""
    starts = [start for start in FAMILIES if type_.startswith(start)]
    if starts:
        return FAMILIES[max(starts, key=len)]
    ends = [ending for ending in ENDINGS if type_.endswith(ending)]
    return ENDINGS[max(ends, key=len)] if ends else OTHER
