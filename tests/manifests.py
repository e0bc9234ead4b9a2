"""What becomes of the text of a Compose file, for tests to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import kubernetes_validate
import yaml

from groundplan import kubernetes
from groundplan.kubernetes import Target, overlays, validation

if TYPE_CHECKING:
    from pathlib import Path

EKS = "1.33"


def source_of(text: str, folder: Path) -> kubernetes.Source:
    """The source of a Compose file of that `text`, beside whatever else is in `folder`."""
    (folder / "compose.yml").write_text(text)
    return kubernetes.load(folder / "compose.yml", environ={}, strict=False)


def made_of(source: kubernetes.Source) -> dict[str, dict[str, Any]]:
    """The manifests for a local cluster by kind and name, `Deployment/web`; a cluster takes them.

    They went through YAML, as they do on their way to one.
    """
    target = Target("local", source)
    every = [yaml.safe_load(yaml.safe_dump(item)) for item in overlays.whole(target)]
    for item in every:
        kubernetes_validate.validate(item, EKS, strict=True)
    given = overlays.needed_secrets(source, target.running)
    assert [str(item) for item in validation.validate(every, EKS, given=given)] == []
    return {f"{item['kind']}/{item['metadata']['name']}": item for item in every}


def container(workload: dict[str, Any]) -> dict[str, Any]:
    """The only container of a workload's pod."""
    [only] = workload["spec"]["template"]["spec"]["containers"]
    found: dict[str, Any] = only
    return found


def remarks(source: kubernetes.Source) -> list[str]:
    """What is said of the services, but for the users of their images."""
    told = [remark.message for remark in source.remarks]
    return [message for message in told if not message.startswith("its pod starts only if")]
