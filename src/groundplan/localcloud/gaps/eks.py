"""Gaps of the EKS API."""

from __future__ import annotations

import json
import re
from typing import Any

from groundplan.localcloud.gaps.patch import after, replace

_KEPT = ("launchTemplate", "updateConfig", "nodeRepairConfig")
_UPDATE = re.compile(r"/clusters/([\w-]+)/node-groups/([\w-]+)/update-(config|version)")
_STATUS = re.compile(r"/clusters/[\w-]+/updates/([\w-]+)")


def clusters(module: Any) -> None:
    """Keep the upgrade policy; EXTENDED is what EKS chooses where none is asked for."""

    def keep(body: dict[str, Any], _creator: str | None = None) -> None:
        policy = body.get("upgradePolicy", {"supportType": "EXTENDED"})
        module._clusters[body["name"]]["upgradePolicy"] = policy

    after(module, "_create_cluster", keep)


def issuer(module: Any) -> None:
    """Name the OIDC issuer as AWS does: https, which IAM asks for, and no local address."""

    def base() -> str:
        return f"https://oidc.eks.{module.get_region()}.amazonaws.com"

    replace(module, "_ministack_issuer_base", base)


def node_groups(module: Any) -> None:
    """Keep the launch template and the update settings; the disk is then the template's."""

    def keep(cluster: str, body: dict[str, Any]) -> None:
        record = module._nodegroups[f"{cluster}/{body['nodegroupName']}"]
        record.update({name: body[name] for name in _KEPT if name in body})
        if "launchTemplate" in body and "diskSize" not in body:
            del record["diskSize"]

    after(module, "_create_nodegroup", keep)


def updates(module: Any) -> None:
    """Change a node group in place, done at once, and tell so to who asks for the update."""
    stock = module._handle_request_sync

    def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        if method == "POST" and (found := _UPDATE.fullmatch(path)):
            record = module._nodegroups.get(f"{found[1]}/{found[2]}")
            if record is not None:
                _change(record, json.loads(body or b"{}"))
                return module._json_resp(200, {"update": _done(module.new_uuid())})
        if method == "GET" and (found := _STATUS.fullmatch(path)):
            return module._json_resp(200, {"update": _done(found[1])})
        return stock(method, path, headers, body, query)

    replace(module, "_handle_request_sync", handle)


def _change(record: dict[str, Any], body: dict[str, Any]) -> None:
    for name in ("scalingConfig", "updateConfig", "nodeRepairConfig", "launchTemplate"):
        if name in body:
            record[name] = {**record.get(name, {}), **body[name]}
    for name in ("version", "releaseVersion"):
        if name in body:
            record[name] = body[name]
    labels = body.get("labels", {})
    record["labels"] = {**record["labels"], **labels.get("addOrUpdateLabels", {})}
    for name in labels.get("removeLabels", []):
        record["labels"].pop(name, None)


def _done(identity: str) -> dict[str, Any]:
    return {"id": identity, "status": "Successful", "type": "ConfigUpdate", "errors": []}
