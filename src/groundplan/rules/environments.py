"""Rules that keep environments apart: their region, their name, their state."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from groundplan.files import files_below, read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.conformance import drawn
from groundplan.rules.design import line_of
from groundplan.rules.stores import written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.facts import Resource
    from groundplan.workspace import Workspace

_BACKEND: Final = re.compile(r'^\s*backend\s+"(\w+)"\s*\{', re.MULTILINE)
_SETTING: Final = re.compile(r'^\s*(\w+)\s*=\s*"?([^"#\n]*?)"?\s*(?:#.*)?$', re.MULTILINE)
_ISSUER: Final = "token.actions.githubusercontent.com"
_PATTERN: Final = re.compile(r'"((?:repo:|\$\{)[^"\n]*:[^"\n]*\*[^"\n]*)"')
_TAKEN_ON: Final = '"sts:AssumeRoleWithWebIdentity"'
_AUDIENCE: Final = re.compile(r':aud"\s*[=:]\s*\[?\s*"sts\.amazonaws\.com"')
_REPOSITORY: Final = re.compile(r'^\s*repository\s*=\s*"([^"]*)"')
_PROVIDER: Final = re.compile(r'^provider\s+"aws"\s*\{', re.MULTILINE)
_GUARD: Final = re.compile(r"^\s*allowed_account_ids\s*=(?!\s*(?:\[\s*\]|null\s*$))", re.MULTILINE)
_LETTER: Final = re.compile(r"[a-z]$")


@rule("region", "what is planned stands in the region of the design")
def region(workspace: Workspace) -> Iterator[Finding]:
    """Zones of another region than the one that the pages and the prices tell."""
    told = workspace.design.terraform.region
    seen: set[tuple[str, str]] = set()
    for _, phase, env in drawn(workspace):
        for subnet in workspace.facts(env, phase.number).of_type("aws_subnet"):
            planned = _LETTER.sub("", str(subnet.get("availability_zone") or told))
            if planned != told and (env, planned) not in seen:
                seen.add((env, planned))
                message = f"the region is {told}, but {env} is planned in {planned}"
                line = line_of(workspace, ("terraform", "region"))
                hint = f"let the design and terraform/envs/{env} say the same"
                yield error(message, workspace.design_file, line, hint)


@rule("environment-tag", "no environment passes itself off as another")
def tags(workspace: Workspace) -> Iterator[Finding]:
    """Tags that name another environment: policies and bills go by them."""
    for _, phase, env in drawn(workspace):
        others = {*workspace.environments} - {env}
        named = (
            (item.address, tag)
            for item in workspace.facts(env, phase.number)
            if (tag := item.get("tags_all.Environment")) in others
        )
        for address, tag in [*named][:1]:  # one tells of all, which have it from one place
            message = f"{address} and others of {env}, phase {phase.number}, are tagged as {tag}"
            file, line = written(workspace, env, address, phase.number)
            hint = f"look at terraform/envs/{env}/terraform.tfvars"
            yield error(message, file, line, hint)


@rule("state-apart", "each environment has a state of its own, encrypted and locked")
def states(workspace: Workspace) -> Iterator[Finding]:
    """States that two environments would overwrite, or anyone could read or break."""
    seen: dict[tuple[str, str], str] = {}
    for env in workspace.environments:
        for path, line, settings in _backends(workspace.environment(env)):
            if "key" not in settings:
                continue
            other = seen.setdefault((settings.get("bucket", ""), settings["key"]), env)
            if other != env:
                message = f"{env} keeps its state where {other} does: {settings['key']}"
                yield error(message, path, line, "give each environment a key of its own")
            if settings.get("encrypt") != "true":
                yield error(f"the state of {env} is not encrypted", path, line, "encrypt = true")
            if settings.get("use_lockfile") != "true" and "dynamodb_table" not in settings:
                message = f"the state of {env} is not locked while it is changed"
                yield error(message, path, line, "use_lockfile = true")


def _backends(folder: Path) -> Iterator[tuple[Path, int, dict[str, str]]]:
    """Each S3 backend of a root: its file, its line, and its settings as they are written."""
    for path in sorted(folder.glob("*.tf")):
        text = read_text(path)
        for found in _BACKEND.finditer(text):
            if found[1] == "s3":
                block = text[found.end() : text.find("}", found.end())]
                line = text[: found.start(1)].count("\n") + 1
                yield path, line, dict(_SETTING.findall(block))


@rule("github-subjects", "who may take on a role from GitHub is named in full")
def subjects(workspace: Workspace) -> Iterator[Finding]:
    """Patterns where roles are given to GitHub Actions: they let in what is yet to be made."""
    for path in sorted(files_below(workspace.root / "terraform")):
        if path.suffix != ".tf" or _ISSUER not in (text := read_text(path)):
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.lstrip().startswith("#") and (found := _PATTERN.search(line)):
                message = f"a pattern may take on a role here: {found[1]}"
                hint = "name the branch or the environment, as GitHub writes it"
                yield error(message, path, number, hint)


@rule("github-audience", "who may take on a role from GitHub has a token that is meant for AWS")
def audience(workspace: Workspace) -> Iterator[Finding]:
    """Roles for GitHub Actions that would take a token made for somebody else."""
    for path in sorted(files_below(workspace.root / "terraform")):
        if path.suffix != ".tf" or _ISSUER not in (text := read_text(path)):
            continue
        lines = [line.partition("#")[0] for line in text.splitlines()]
        trusts = [number for number, line in enumerate(lines, start=1) if _TAKEN_ON in line]
        if sum(_AUDIENCE.search(line) is not None for line in lines) < len(trusts):
            message = "a role here takes any token of GitHub's, for whomever it was made"
            hint = f'StringEquals: "{_ISSUER}:aud" = "sts.amazonaws.com"'
            yield error(message, path, trusts[0], hint)


@rule("trusted-repository", "roles for GitHub trust the workflows of the design's repository only")
def repository(workspace: Workspace) -> Iterator[Finding]:
    """Variables of an environment that name another repository than the design."""
    told = workspace.design.terraform.repository
    for env in workspace.environments if told else ():
        for path in sorted(workspace.environment(env).glob("*.tfvars")):
            for number, line in enumerate(read_text(path).splitlines(), start=1):
                found = _REPOSITORY.match(line)
                if found and found[1] != told:
                    message = f"{env} trusts the workflows of {found[1]}, but the design has {told}"
                    yield error(message, path, number, "let design.yaml and Terraform say the same")


@rule("account-guard", "each environment refuses another account than the one it lives in")
def accounts(workspace: Workspace) -> Iterator[Finding]:
    """Providers of AWS that would change whatever account the credentials are for."""
    for env in workspace.environments:
        for path in sorted(workspace.environment(env).glob("*.tf")):
            text = read_text(path)
            for found in _PROVIDER.finditer(text):
                end = text.find("\n}", found.end())
                if not _GUARD.search(text[found.end() : end if end > 0 else len(text)]):
                    message = f"{env} may be applied to any account"
                    line = text[: found.start()].count("\n") + 1
                    hint = "allowed_account_ids = [var.account_id] in the provider"
                    yield error(message, path, line, hint)


@rule("network-policies", "the cluster enforces what its network policies say")
def policies(workspace: Workspace) -> Iterator[Finding]:
    """NetworkPolicies that EKS would take, and let everything through."""
    told: set[str] = set()
    for _, phase, env in drawn(workspace):
        written_ = workspace.root / "k8s" / "overlays" / env / "network.yaml"
        facts = workspace.facts(env, phase.number)
        plugins = [item for item in facts.of_type("aws_eks_addon") if _is_network(item)]
        if written_.is_file() and env not in told and plugins and not any(map(_enforces, plugins)):
            told.add(env)
            message = (
                f"{env}, phase {phase.number}, enforces no network policy: {plugins[0].address}"
            )
            file, line = written(workspace, env, plugins[0].address, phase.number)
            hint = 'give the add-on vpc-cni the configuration {"enableNetworkPolicy": "true"}'
            yield error(message, file, line, hint)


def _is_network(addon: Resource) -> bool:
    return bool(addon.get("addon_name") == "vpc-cni")


def _enforces(addon: Resource) -> bool:
    try:
        settings = json.loads(str(addon.get("configuration_values") or "{}"))
    except ValueError:
        return False
    return isinstance(settings, dict) and str(settings.get("enableNetworkPolicy")).lower() == "true"
