"""What of an application is different in AWS: its stores, and where its secrets and images are.

What only Terraform knows once it has applied stands in the manifests as `${output}`, or
`${output.key}` for one of several, and is filled in when they are applied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from groundplan.compose.services import words
from groundplan.errors import InputError, suggest
from groundplan.kubernetes import naming
from groundplan.kubernetes.addresses import addressed
from groundplan.kubernetes.pod import secret_settings
from groundplan.kubernetes.schema import KEYS, schemas
from groundplan.kubernetes.source import secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from groundplan.compose import Application, Service
    from groundplan.compose.services import Raw
    from groundplan.kubernetes.source import Source
    from groundplan.kubernetes.target import Target
    from groundplan.kubernetes.workload import Manifest

# Of each product: the output with its host, and that with the hosts of its replicas.
_HOSTS: Final = {
    "mysql": ("mysql_host", "mysql_replica_hosts"),
    "mariadb": ("mysql_host", "mysql_replica_hosts"),
    "redis": ("redis_host", "redis_host"),
    "valkey": ("redis_host", "redis_host"),
}
# What of a plan has each of those hosts.
_TYPES: Final = {
    "mysql_host": ("aws_db_instance", "aws_rds_cluster"),
    "redis_host": (
        "aws_elasticache_replication_group",
        "aws_elasticache_cluster",
        "aws_elasticache_serverless_cache",
    ),
}
_SCHEMES: Final = {"redis": "rediss"}  # ElastiCache is set up with TLS
_PLACE: Final = re.compile(r"\$\{([a-z_][a-z0-9_]*)(?:\.([A-Za-z0-9_-]+))?\}")
_MASTER: Final = "mysql_secret_arn"
TOKEN: Final = "redis_auth_token"  # noqa: S105 - its name
"""The token of the cache: Terraform's variable, and its place in Secrets Manager."""
_CACHE: Final = re.compile(r"(rediss://)(?:[^@/\s]*@)?(?=\$\{redis_host\})")
# How soon a value is fetched anew: RDS changes its password by itself, and from then on takes no
# new connection with the old one.
_FRESH: Final = "1m"
# External Secrets fills it in, written as a URL can hold it.
_LOGIN: Final = f":{{{{.{TOKEN}|urlquery}}}}@"


@dataclass(frozen=True)
class _Wanted:
    """A Secret: where in Secrets Manager the value of each of its keys is.

    Where there are `texts`, they are its keys, made of those values.
    """

    name: str
    places: Mapping[str, Mapping[str, str]]
    texts: Mapping[str, str] = field(default_factory=dict)


def in_cloud(source: Source) -> Source:
    """`source` with the hosts of its stores as Terraform will tell them."""
    hosts = dict(_hosts(source.application))
    services = {
        name: _logged_in(addressed(raw, hosts, _SCHEMES))
        for name, raw in source.document["services"].items()
    }
    return replace(source, document={**source.document, "services": services})


def types(service: Service) -> tuple[str, ...]:
    """The types of resources that can stand for a store in AWS; none where nothing is known to."""
    host, _ = _HOSTS.get(service.product or "", ("", ""))
    return _TYPES.get(host, ())


def hosts() -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Each output with hosts: its name, the types that it may lead to, whether to replicas."""
    for host, of_copies in sorted({*_HOSTS.values()}):
        yield host, _TYPES[host], False
        if of_copies != host:
            yield of_copies, _TYPES[host], True


def without_token(raw: Raw) -> Iterator[str]:
    """The settings of a service that lead to the cache and hold no token for it."""
    cache = f"${{{_HOSTS['redis'][0]}}}"
    for name, value in (raw.get("environment") or {}).items():
        if cache in str(value) and _LOGIN not in str(value):
            yield f"environment {name}"
    yield from (key for key in ("entrypoint", "command") if cache in " ".join(words(raw.get(key))))


def external_secrets(target: Target) -> Iterator[Manifest]:
    """The Secrets that the applications refer to, filled by External Secrets from AWS."""
    wanted = list(_wanted(target))
    if not wanted:
        return
    yield {
        "apiVersion": "external-secrets.io/v1",
        "kind": "SecretStore",
        "metadata": {"name": "aws"},
        "spec": {"provider": {"aws": {"service": "SecretsManager", "region": target.region}}},
    }
    for item in wanted:
        made = {"template": {"engineVersion": "v2", "data": dict(item.texts)}}
        data = [{"secretKey": key, "remoteRef": dict(ref)} for key, ref in item.places.items()]
        yield {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ExternalSecret",
            "metadata": {"name": item.name},
            "spec": {
                "refreshInterval": _FRESH,
                "secretStoreRef": {"kind": "SecretStore", "name": "aws"},
                "target": {"name": item.name, **(made if item.texts else {})},
                "data": data,
            },
        }


def keeps(target: Target) -> str:
    """What the names of an application's own secrets in Secrets Manager begin with."""
    return f"{target.application.name}-{target.name}/"


def images(target: Target) -> list[dict[str, str]]:
    """For kustomize: the images that are built here are in their repositories."""
    return [
        {"name": untagged(item.image), "newName": f"${{repository_urls.{item.name}}}"}
        for item in target.running
        if item.build and item.image
    ]


def filled(text: str, outputs: Mapping[str, Any]) -> str:
    """`text` with every `${output}` as Terraform tells it.

    Of an output with several values and no key the first is taken, by name. Raises InputError
    for an output, or a key, that is not there.
    """
    return _PLACE.sub(lambda found: _value(found[1], found[2], outputs), text)


def places(text: str) -> tuple[str, ...]:
    """The outputs of Terraform that `text` waits for."""
    return tuple(dict.fromkeys(found[1] for found in _PLACE.finditer(text)))


def _value(name: str, key: str | None, outputs: Mapping[str, Any]) -> str:
    value = outputs.get(name)
    if isinstance(value, dict):
        value = value.get(key) if key else next((value[k] for k in sorted(value)), None)
    if value in (None, ""):
        what = f"{name}.{key}" if key else name
        raise InputError(
            f"Terraform has no output '{what}'",
            hint=suggest(name, outputs) if name not in outputs else "apply the environment first",
        )
    return str(value)


def _hosts(application: Application) -> Iterator[tuple[str, str]]:
    copies = {flow.source for flow in application.flows if flow.kind == "replicates"}
    for service in application.services:
        if service.is_store and (known := _HOSTS.get(service.product or "")):
            yield service.name, f"${{{known[service.name in copies]}}}"


def _logged_in(raw: Raw) -> Raw:
    """ElastiCache asks for its token. With it, a URL is a secret, which only a setting can be."""
    environment = {
        name: _CACHE.sub(rf"\1{_LOGIN}", value) if isinstance(value, str) else value
        for name, value in raw["environment"].items()
    }
    return {**raw, "environment": environment}


def _wanted(target: Target) -> Iterator[_Wanted]:
    """Every Secret that pods of `target` read."""
    stores = _held_by_stores(target)
    for name in sorted(
        {key for item in target.running for key in secrets(target.source.raw(item))}
    ):
        whole = {"key": f"{keeps(target)}{name}"}
        called = naming.secret(target.source, name)
        yield _Wanted(called, {name: _master("password") if name in stores else whole})
    for service in target.running:
        raw = target.source.raw(service)
        if names := secret_settings(raw):
            yield _environment(target, service, {n: str(raw["environment"][n]) for n in names})
    for schema in schemas(target):
        yield _Wanted(schema.service.name, {key: _master(key) for key in KEYS})


def _environment(target: Target, service: Service, settings: Mapping[str, str]) -> _Wanted:
    """The Secret of a service's settings that are secret."""
    name, place = naming.settings_secret(service), f"{keeps(target)}{service.name}"
    tokens = {key: value for key, value in settings.items() if _LOGIN in value}
    places = {key: {"key": place, "property": key} for key in settings if key not in tokens}
    if not tokens:
        return _Wanted(name, places)
    texts = {key: tokens.get(key, f"{{{{.{key}}}}}") for key in settings}
    return _Wanted(name, {**places, TOKEN: {"key": f"{keeps(target)}{TOKEN}"}}, texts)


def _master(key: str) -> dict[str, str]:
    return {"key": f"${{{_MASTER}}}", "property": key}


def _held_by_stores(target: Target) -> set[str]:
    """The secrets that a database has too: there they are the ones that RDS made."""
    application = target.application
    databases = [
        item
        for item in application.services
        if _HOSTS.get(item.product or "", " ")[0] == "mysql_host"
    ]
    return {name for item in databases for name in secrets(target.source.raw(item))}


def untagged(image: str) -> str:
    """The image without its tag."""
    head, _, tail = image.rpartition(":")
    return head if head and "/" not in tail else image
