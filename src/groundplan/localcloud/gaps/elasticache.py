"""Gaps of the ElastiCache API."""

from __future__ import annotations

from typing import Any

from groundplan.localcloud.gaps.patch import adding, after, element, first, replace


def replication_groups(module: Any) -> None:
    """Keep and show the key that encrypts what is stored."""

    def keep(parameters: dict[str, Any]) -> None:
        record = module._replication_groups[first(parameters, "ReplicationGroupId")]
        record["KmsKeyId"] = first(parameters, "KmsKeyId")

    after(module, "_create_replication_group", keep)
    adding(module, "_rg_xml", lambda record: element("KmsKeyId", record.get("KmsKeyId")))


def clusters(module: Any) -> None:
    """Show whether a node takes minor versions by itself: the provider asks it, not the group."""

    def shown(record: dict[str, Any]) -> str:
        upgrades = record.get("AutoMinorVersionUpgrade", True)
        return element("AutoMinorVersionUpgrade", "true" if upgrades else "false")

    adding(module, "_cluster_xml_inner", shown)


def parameter_groups(module: Any) -> None:
    """Show only what was set where only that is asked for (`Source=user`)."""
    stock = module._describe_cache_parameters

    def describe(parameters: dict[str, Any]) -> Any:
        name = first(parameters, "CacheParameterGroupName")
        known = module._param_group_params.get(name)
        if first(parameters, "Source") != "user" or known is None:
            return stock(parameters)
        module._param_group_params[name] = {
            key: value for key, value in known.items() if value.get("Source") == "user"
        }
        try:
            return stock(parameters)
        finally:
            module._param_group_params[name] = known

    replace(module, "_describe_cache_parameters", describe)
