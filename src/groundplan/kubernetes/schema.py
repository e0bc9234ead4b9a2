"""The tables of a cloud's database: a Job runs the SQL with which Compose's own database begins.

RDS makes a database empty. The Job speaks TLS to it as its master user, whose name and password RDS
keeps in Secrets Manager. It runs at every deployment, so its files have to bear being run again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from groundplan.files import read_text
from groundplan.kubernetes.mounts import mounted
from groundplan.kubernetes.pod import labels
from groundplan.kubernetes.probes import literal
from groundplan.kubernetes.workload import Manifest, head, job

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from groundplan.compose import Service
    from groundplan.compose.services import Raw
    from groundplan.kubernetes.source import Source
    from groundplan.kubernetes.target import Target

KEYS: Final = ("username", "password")
"""What the Job's Secret holds, called as in the secret that RDS keeps."""
# Where the images of databases look for what a new server runs, in the order of the names.
_SCRIPTS: Final = PurePosixPath("/docker-entrypoint-initdb.d")
_FILES: Final = "/schema"
_LOGIN: Final = "/run/secrets"
_RUN: Final = f"""\
export MYSQL_PWD="$(cat {_LOGIN}/password)"
for file in {_FILES}/*.sql; do
  echo "$file"
  mysql --user="$(cat {_LOGIN}/username)" --default-character-set=utf8mb4 "$@" < "$file"
done
"""
_CLIENT: Final = "mysql:8.4"  # for a database that is built here: its image is in no repository
_NOBODY: Final = 65534


@dataclass(frozen=True)
class Schema:
    """What is run in the database that stands for `store`, a service of the Compose file.

    `scripts` is SQL by the name of its file; `left_out` names the files that are none.
    """

    store: Service
    scripts: Mapping[str, str]
    left_out: tuple[str, ...]

    @property
    def service(self) -> Service:
        """The Job as a service: it has a name, labels and an account like one."""
        return replace(self.store, name=f"{self.store.name}-schema")


def schemas(target: Target) -> Iterator[Schema]:
    """What is run in the databases of the cloud; nothing where the stores are pods."""
    if not target.in_cloud:
        return
    copies = {flow.source for flow in target.application.flows if flow.kind == "replicates"}
    for service in target.application.services:
        if service.product == "mysql" and service.name not in copies:
            files = dict(_files(target.source, service))
            scripts = {name: text for name, text in files.items() if name.endswith(".sql")}
            if scripts:
                yield Schema(service, scripts, tuple(sorted(files.keys() - scripts)))


def manifests(target: Target) -> Iterator[Manifest]:
    """For each database an account, the files, and the Job that runs them."""
    for schema in schemas(target):
        source, service = target.source, schema.service
        account = head(source, service, "v1", "ServiceAccount")
        yield {**account, "automountServiceAccountToken": False}
        authorities = _authorities(target, schema.store)
        data = {**schema.scripts, **authorities}
        yield {**head(source, service, "v1", "ConfigMap"), "data": data}
        template = {
            "metadata": {"labels": labels(source.application.name, service)},
            "spec": _pod(schema, _options(source.raw(schema.store), authorities)),
        }
        yield {**head(source, service, "batch/v1", "Job"), "spec": job(template)}


def _files(source: Source, store: Service) -> Iterator[tuple[str, str]]:
    for _, place, found in mounted(source, store):
        path = PurePosixPath(place)
        if found.single and path.parent == _SCRIPTS:
            yield path.name, next(iter(found.files.values()))
        elif path == _SCRIPTS:
            yield from found.files.items()


def _options(raw: Raw, authorities: Mapping[str, str]) -> list[str]:
    """The options of the client: where to, how it is protected, and the database."""
    proof = [f"--ssl-ca={_FILES}/{name}" for name in authorities]
    mode = "VERIFY_IDENTITY" if proof else "REQUIRED"
    database = (raw.get("environment") or {}).get("MYSQL_DATABASE")
    return ["--host=${mysql_host}", f"--ssl-mode={mode}", *proof, *([database] if database else [])]


def _pod(schema: Schema, options: list[str]) -> dict[str, Any]:
    name = schema.service.name
    items = [{"key": key, "path": key} for key in KEYS]
    return {
        "restartPolicy": "Never",  # a pod that failed is kept, with its log
        "serviceAccountName": name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "seccompProfile": {"type": "RuntimeDefault"},
            "runAsNonRoot": True,
            "runAsUser": _NOBODY,
            "runAsGroup": _NOBODY,
        },
        "containers": [_container(schema, options)],
        "volumes": [
            {"name": "files", "configMap": {"name": name}},
            {"name": "secrets", "secret": {"secretName": name, "items": items}},
        ],
    }


def _container(schema: Schema, options: list[str]) -> dict[str, Any]:
    return {
        "name": schema.service.name,
        "image": _CLIENT if schema.store.build else schema.store.image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/sh", "-ec", literal(_RUN), schema.service.name],
        "args": options,
        # Measured: the client takes 20 MiB.
        "resources": {
            "requests": {"cpu": "50m", "memory": "64Mi"},
            "limits": {"memory": "128Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "files", "mountPath": _FILES, "readOnly": True},
            {"name": "secrets", "mountPath": _LOGIN, "readOnly": True},
        ],
    }


def _authorities(target: Target, store: Service) -> dict[str, str]:
    """The file of authorities that a caller of `store` is told to believe: its name and text.

    A caller has it in its image, and so in the folder that the image is built from.
    """
    flows = target.application.flows
    for name in sorted({flow.source for flow in flows if flow.target == store.name}):
        raw = target.source.raw(target.application.service(name))
        for value in (raw.get("environment") or {}).values():
            if file := _in_context(raw, str(value or "")):
                text = read_text(file)
                if "BEGIN CERTIFICATE" in text and "PRIVATE KEY" not in text:
                    return {file.name: text}
    return {}


def _in_context(raw: Raw, inside: str) -> Path | None:
    """The file that stands at `inside` in the image of a service, as it is before it is built."""
    parts = PurePosixPath(inside).parts[1:]
    context = str((raw.get("build") or {}).get("context") or "")
    if not (inside.startswith("/") and inside.endswith((".pem", ".crt")) and context):
        return None
    # An image puts the folder somewhere, and keeps what is in it together.
    places = (Path(context).joinpath(*parts[at:]) for at in range(len(parts)))
    return next((path for path in places if ".." not in parts and path.is_file()), None)
