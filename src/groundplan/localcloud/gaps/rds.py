"""Gaps of the RDS API."""

from __future__ import annotations

import json
import secrets
from typing import Any

from groundplan.localcloud.gaps.patch import OK, adding, after, element, first, numbered, replace

_LOGS = "EnableCloudwatchLogsExports.member"
# Request parameter, name in ministack's record, how the text is read.
_SETTINGS = (
    ("AvailabilityZone", "AvailabilityZone", str),
    ("BackupRetentionPeriod", "BackupRetentionPeriod", int),
    ("DBInstanceClass", "DBInstanceClass", str),
    ("DeletionProtection", "DeletionProtection", lambda text: text == "true"),
    ("EnableIAMDatabaseAuthentication", "IAMDatabaseAuthenticationEnabled",
     lambda text: text == "true"),
    ("EnablePerformanceInsights", "PerformanceInsightsEnabled", lambda text: text == "true"),
    ("MonitoringInterval", "MonitoringInterval", int),
    ("MonitoringRoleArn", "MonitoringRoleArn", str),
    ("MultiAZ", "MultiAZ", lambda text: text == "true"),
)  # fmt: skip


def instances(module: Any) -> None:
    """Keep and show the managed secret, the exported logs and the Performance Insights key."""

    def created(parameters: dict[str, Any]) -> None:
        record = module._instances[first(parameters, "DBInstanceIdentifier")]
        record["EnabledCloudwatchLogsExports"] = _logs(parameters)
        if first(parameters, "ManageMasterUserPassword") == "true":
            record["MasterUserSecret"] = _secret(module, record, parameters)
        _keep_insights(record, parameters)

    def modified(parameters: dict[str, Any]) -> None:
        record = module._instances[first(parameters, "DBInstanceIdentifier")]
        change = "CloudwatchLogsExportConfiguration"
        logs = set(record.get("EnabledCloudwatchLogsExports", []))
        logs |= set(numbered(parameters, f"{change}.EnableLogTypes.member"))
        logs -= set(numbered(parameters, f"{change}.DisableLogTypes.member"))
        record["EnabledCloudwatchLogsExports"] = sorted(logs)
        _keep_insights(record, parameters)

    after(module, "_create_db_instance", created)
    after(module, "_modify_db_instance", modified)
    _show(module)
    _delete_secret_with_instance(module)


def replicas(module: Any) -> None:
    """Give a replica its own settings: RDS makes it without backups, and asks for the rest.

    ministack drops the storage limit that RDS lets it inherit; the provider would then change it
    and wait for another 80 s.
    """

    stock = module._create_read_replica

    def create(parameters: dict[str, Any]) -> Any:
        response = stock(parameters)
        if response[0] != OK:
            return response
        source = module._resolve_instance(first(parameters, "SourceDBInstanceIdentifier"))
        record = module._instances[first(parameters, "DBInstanceIdentifier")]
        record.update(_own_settings(parameters))
        record["EnabledCloudwatchLogsExports"] = _logs(parameters)
        record.pop("MasterUserSecret", None)
        if "MaxAllocatedStorage" in source:
            record["MaxAllocatedStorage"] = source["MaxAllocatedStorage"]
        _keep_insights(record, parameters)
        name = "CreateDBInstanceReadReplica"
        return module._single_instance_response(f"{name}Response", f"{name}Result", record)

    replace(module, "_create_read_replica", create)


def filters(module: Any) -> None:
    """Filter by resource id, which is how the provider looks an instance up."""
    stock = module._apply_instance_filters

    def apply(records: list[Any], wanted: dict[str, Any]) -> Any:
        identities = wanted.get("dbi-resource-id")
        kept = [r for r in records if identities is None or r["DbiResourceId"] in identities]
        return stock(kept, wanted)

    replace(module, "_apply_instance_filters", apply)


def _own_settings(parameters: dict[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "BackupRetentionPeriod": 0,
        "DeletionProtection": False,
        "IAMDatabaseAuthenticationEnabled": False,
        "MonitoringInterval": 0,
        "MonitoringRoleArn": "",
        "MultiAZ": False,
        "PerformanceInsightsEnabled": False,
    }
    for parameter, name, read in _SETTINGS:
        if text := first(parameters, parameter):
            settings[name] = read(text)
    if groups := numbered(parameters, "VpcSecurityGroupIds.VpcSecurityGroupId"):
        settings["VpcSecurityGroups"] = [
            {"VpcSecurityGroupId": group, "Status": "active"} for group in groups
        ]
    return settings


def _logs(parameters: dict[str, Any]) -> list[str]:
    return sorted(numbered(parameters, _LOGS))


def _keep_insights(record: dict[str, Any], parameters: dict[str, Any]) -> None:
    if text := first(parameters, "EnablePerformanceInsights"):
        record["PerformanceInsightsEnabled"] = text == "true"
    if key := first(parameters, "PerformanceInsightsKMSKeyId"):
        record["PerformanceInsightsKMSKeyId"] = key
    if days := first(parameters, "PerformanceInsightsRetentionPeriod"):
        record["PerformanceInsightsRetentionPeriod"] = int(days)


def _secret(module: Any, record: dict[str, Any], parameters: dict[str, Any]) -> dict[str, str]:
    from ministack.services import secretsmanager  # noqa: PLC0415 - only where one is asked for

    password = secrets.token_urlsafe(24)
    arn = secretsmanager.create_secret_in_process(
        f"rds!db-{module.new_uuid()}",
        json.dumps({"username": record["MasterUsername"], "password": password}),
        description=f"Secret of {record['DBInstanceArn']}",
    )
    key = first(parameters, "MasterUserSecretKmsKeyId")
    return {"SecretArn": arn, "SecretStatus": "active", "KmsKeyId": key}


def _delete_secret_with_instance(module: Any) -> None:
    stock = module._delete_db_instance

    def delete(parameters: dict[str, Any]) -> Any:
        from ministack.services import secretsmanager  # noqa: PLC0415

        record = module._instances.get(first(parameters, "DBInstanceIdentifier"), {})
        response = stock(parameters)
        if arn := record.get("MasterUserSecret", {}).get("SecretArn"):
            name, _ = secretsmanager._resolve(arn)
            secretsmanager._secrets.pop(name, None)
        return response

    replace(module, "_delete_db_instance", delete)


def _show(module: Any) -> None:
    stock = module._instance_xml

    def shown(record: dict[str, Any]) -> str:
        logs = "".join(element("member", n) for n in record["EnabledCloudwatchLogsExports"])
        text = str(stock(record)).replace(
            "<EnabledCloudwatchLogsExports/>", element("EnabledCloudwatchLogsExports", logs)
        )
        secret = "".join(element(*item) for item in record.get("MasterUserSecret", {}).items())
        return text + element("MasterUserSecret", secret)

    replace(module, "_instance_xml", shown)
    adding(
        module,
        "_instance_xml",
        lambda r: element("PerformanceInsightsKMSKeyId", r.get("PerformanceInsightsKMSKeyId")),
    )
