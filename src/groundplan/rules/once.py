"""What takes long is not looked for again while nothing has changed since it was found sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan.files import digest, program, write_if_changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from groundplan.findings import Finding
    from groundplan.workspace import Workspace


def once(
    workspace: Workspace,
    name: str,
    sources: Iterable[Path],
    look: Callable[[], Iterable[Finding]],
) -> list[Finding]:
    """What `look` finds; nothing, unasked, where it found nothing in these `sources` before.

    `sources`: all the files and folders that it depends on. `name` is that of the note in `build/`.
    """
    stamp = workspace.build_dir / "check" / name
    key = digest(sources, root=workspace.root, salt=program())
    if stamp.is_file() and stamp.read_text() == key:
        return []
    found = list(look())
    if not found:
        write_if_changed(stamp, key)
    return found


def once_in_compose(
    workspace: Workspace, name: str, look: Callable[[Workspace], Iterator[Finding]]
) -> Iterable[Finding]:
    """What `look` finds in design and Compose file; unasked where they are as they were."""
    if workspace.compose_takes_in:
        return look(workspace)  # from files that are not among the sources
    sources = [workspace.design_file, workspace.compose_file, workspace.root / ".env"]
    return once(workspace, name, sources, lambda: look(workspace))
