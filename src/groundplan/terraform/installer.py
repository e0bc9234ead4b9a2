"""The terraform binary: found on PATH or in the workspace's `.tools/`, or put there."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import platform
import shutil
import tempfile
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from groundplan import process
from groundplan.errors import GroundplanError, InputError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION: Final = "1.11.4"
MINIMUM: Final = (1, 11)
HINT: Final = f"put {VERSION} into .tools/: groundplan doctor --install, or make setup"

# HashiCorp's published SHA-256 sums of the release archives, as its own Homebrew tap and the Arch,
# Nix and Chromebrew packages of this version pin them too.
SUMS: Final = {
    "darwin_amd64": "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    "darwin_arm64": "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "linux_arm64": "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
}
_RELEASES = "https://releases.hashicorp.com/terraform"
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_BLOCK = 1 << 20
_PATIENCE = 60


def find(root: Path) -> Path:
    """Terraform 1.11 or later: the one on PATH, else the one in `root`'s `.tools/`.

    Raises ToolError where there is none, or only one that is too old.
    """
    there = [Path(found)] if (found := shutil.which("terraform")) else []
    local = local_path(root)
    there += [local] if local.exists() else []
    for binary in there:
        if version(binary) >= MINIMUM:
            return binary
    if not there:
        raise ToolError("terraform is not installed", hint=HINT)
    old = ".".join(map(str, version(there[0])))
    raise ToolError(f"terraform {old} ({there[0]}) is too old: 1.11 or later is needed", hint=HINT)


def local_path(root: Path) -> Path:
    """Where `install` puts the binary."""
    return root / ".tools" / "terraform"


def version(binary: Path) -> tuple[int, ...]:
    """The version of `binary`, such as (1, 11, 4). Raises ToolError where it tells none."""
    outcome = process.run(
        [str(binary), "version", "-json"],
        env=process.clean_environment({"CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": ""}),
        timeout=_PATIENCE,
    )
    try:
        text = str(json.loads(outcome.stdout)["terraform_version"])
        return tuple(int(part) for part in text.partition("-")[0].split("."))
    except (ValueError, KeyError):
        raise ToolError(f"{binary} does not say which version of Terraform it is") from None


def install(root: Path, *, report: Callable[[str], None] = lambda _line: None) -> Path:
    """Put the pinned Terraform into `root`'s `.tools/`, unless it is there, and return its path.

    The archive must have the SHA-256 sum pinned above; it comes from HashiCorp, or from the mirror
    that GROUNDPLAN_TERRAFORM_URL names. Raises ToolError where it can't be had, or is another one.
    """
    target = local_path(root)
    wanted = tuple(int(part) for part in VERSION.split("."))
    if target.exists() and version(target) == wanted:
        return target
    kind = _platform()
    base = os.environ.get("GROUNDPLAN_TERRAFORM_URL", _RELEASES).rstrip("/")
    url = f"{base}/{VERSION}/terraform_{VERSION}_{kind}.zip"
    report(f"downloading {url}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".terraform.") as folder:
        archive = Path(folder) / "terraform.zip"
        _download(url, archive)
        _check(archive, SUMS[kind], url)
        _unpack(archive, target)
    return target


def _platform() -> str:
    kind = f"{platform.system().lower()}_{_MACHINES.get(platform.machine().lower(), '')}"
    if kind in SUMS:
        return kind
    raise ToolError(
        f"no Terraform is pinned for {platform.system()} on {platform.machine()}",
        hint="install Terraform 1.11 or later so that `terraform` is on PATH",
    )


def _download(url: str, archive: Path) -> None:
    if not url.startswith(("https://", "http://")):
        raise InputError(f"GROUNDPLAN_TERRAFORM_URL is no web address: {url}")
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer, archive.open("wb") as file:  # noqa: S310 - checked above
            shutil.copyfileobj(answer, file, _BLOCK)
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        reason = getattr(error, "reason", error)
        raise _failed(f"{url} can't be downloaded: {reason}") from None


def _check(archive: Path, wanted: str, url: str) -> None:
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != wanted:
        raise _failed(
            f"{url} is not what HashiCorp published: its SHA-256 is {found}, not {wanted}"
        )


def _unpack(archive: Path, target: Path) -> None:
    unpacked = archive.with_name("terraform")
    try:
        with (
            zipfile.ZipFile(archive) as content,
            content.open("terraform") as source,
            unpacked.open("wb") as file,
        ):
            shutil.copyfileobj(source, file, _BLOCK)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise _failed(f"the archive of Terraform can't be unpacked: {error}") from None
    unpacked.chmod(0o755)
    unpacked.replace(target)


def _failed(message: str) -> GroundplanError:
    return ToolError(
        message,
        hint="try again, or install Terraform 1.11 or later so that `terraform` is on PATH",
    )
