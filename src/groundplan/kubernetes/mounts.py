"""The files that services mount, or are configured with, as far as a ConfigMap can hold them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from groundplan.compose.secrecy import in_file
from groundplan.kubernetes import naming
from groundplan.kubernetes.addresses import moved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from groundplan.compose import Service
    from groundplan.compose.services import Raw
    from groundplan.kubernetes.source import Source

_BYTES: Final = 1 << 19  # a ConfigMap takes twice as many, all that is around them included
_UNFIT: Final = "it is no small folder of text files with plain names"
_KEY: Final = re.compile(r"[-.\w]{1,253}", re.ASCII)
# Files that are there to hold secrets; others are seen by their text.
_SECRET: Final = re.compile(r".*\.env(\..*)?|\.env.*|.*\.key|\.(pgpass|netrc|npmrc)|id_[a-z0-9]+")


@dataclass(frozen=True)
class Mounted:
    """The text files of a mount, by name; `single` where the mount is one file itself.

    `withheld` names those that are not among them because they hold secrets.
    """

    files: Mapping[str, str]
    executable: bool = False
    single: bool = False
    withheld: tuple[str, ...] = ()


def read(document: Raw, folder: Path) -> Iterator[tuple[str, Mounted]]:
    """What a resolved document mounts from this machine, by its path here.

    Not what `folder`, the Compose file's, is a part of: that is what the images are built from.
    """
    for raw in document["services"].values():
        for volume in raw.get("volumes") or ():
            path = Path(str(volume.get("source")))
            apart = volume["type"] == "bind" and not folder.is_relative_to(path)
            if apart and (found := _at(path)):
                yield volume["source"], found
    for config in (document.get("configs") or {}).values():
        if "file" in config and (found := _at(Path(config["file"]))):
            yield config["file"], found


def addressed(files: Mounted, hosts: Mapping[str, str]) -> Mounted:
    """The files with the new name of each of `hosts` wherever they name one."""
    return replace(files, files={name: moved(text, hosts) for name, text in files.files.items()})


def mounted(source: Source, service: Service) -> Iterator[tuple[str, str, Mounted]]:
    """The files that `service` mounts: name of their ConfigMap, where they stand, and the files."""
    raw = source.raw(service)
    found = [
        (volume["target"], source.mounts.get(volume["source"]))
        for volume in raw.get("volumes") or ()
        if volume["type"] == "bind"
    ]
    found += [(target(item), _config(source, item)) for item in raw.get("configs") or ()]
    for place, files in found:
        if files and files.files:
            yield naming.config(source, service, place), place, files


def remarks(source: Source, service: Service) -> Iterator[str]:
    """What of the mounts of `service` is in no ConfigMap."""
    raw = source.raw(service)
    for volume in raw.get("volumes") or ():
        if volume["type"] == "bind":
            found = source.mounts.get(volume["source"])
            if not found:
                yield f"the mount at {volume['target']} is left out: {_UNFIT}"
            yield from _withheld(volume["target"], found)
    for item in raw.get("configs") or ():
        found = _config(source, item)
        if not found:
            yield f"the config {item['source']} is left out: {_UNFIT}"
        yield from _withheld(target(item), found)


def target(item: Raw) -> str:
    """Where a service has one of Compose's configs."""
    return "/" + str(item.get("target") or item["source"]).removeprefix("/")


def _withheld(place: str, found: Mounted | None) -> Iterator[str]:
    for name in found.withheld if found else ():
        file = place if found and found.single else f"{place.rstrip('/')}/{name}"
        yield f"{file} looks like a secret, so it is left out: give it as one of Compose's secrets"


def _config(source: Source, item: Raw) -> Mounted | None:
    name = item["source"]
    config = (source.document.get("configs") or {}).get(name) or {}
    if config.get("content") is not None:
        return _mounted({name: str(config["content"])}, single=True)
    return source.mounts.get(str(config.get("file")))


def _at(path: Path) -> Mounted | None:
    """The files at `path`; None where they are too many, too large, no text, or not there."""
    found = [path] if path.is_file() else sorted(path.iterdir()) if path.is_dir() else []
    try:
        if not found or sum(item.stat().st_size for item in found) > _BYTES:
            return None
        texts = {item.name: item.read_text(encoding="utf-8") for item in found}
    except (OSError, UnicodeDecodeError):
        return None
    executable = any(os.access(item, os.X_OK) for item in found)
    return _mounted(texts, executable=executable, single=path.is_file())


def _mounted(
    texts: Mapping[str, str], *, executable: bool = False, single: bool = False
) -> Mounted | None:
    if not all(_KEY.fullmatch(name) for name in texts):
        return None
    secret = [name for name, text in texts.items() if _SECRET.fullmatch(name) or in_file(text)]
    kept = {name: text for name, text in texts.items() if name not in secret}
    return Mounted(kept, executable, single, tuple(secret))
