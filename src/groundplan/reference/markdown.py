"""Text made safe for a Markdown table or section, exactly as terraform-docs does it.

Its quirks are kept on purpose: whoever switches between it and us must see no difference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_FENCE: Final = "```"
_KEPT: Final = "\ue000"  # stands for an underscore that is not to be escaped
_LIST = re.compile(r"^(\s*)(_+)(\s+)(.*)", re.ASCII)
_EMPHASIS = re.compile(
    r"(\s+)(_+)([^\t\n\f\r _])(.*)([^\t\n\f\r _])(_+)(\s+)", re.ASCII
)  # fmt: skip
_BROKEN = re.compile(r"(\S*)(\r?\n)(\s*)(\w+)", re.ASCII)
_SPACED_EQUALS = re.compile(r"(\s*)=(\s*)", re.ASCII)

# The schemes in which terraform-docs sees an address, as far as a description may name one:
# in any other, an underscore is escaped.
_SCHEMES: Final = (
    "data|dns|ftp|git|go|gopher|http|https|imap|ipfs|irc|jdbc|ldap|ldaps|mongodb|mqtt|mqtts|news|"
    "nfs|postgres|postgresql|redis|rediss|resource|rsync|rtmp|sftp|sip|smb|smtp|snmp|spiffe|ssh|"
    "svn|tag|telnet|tftp|udp|urn|vnc|ws|wss"
)
_BARE_SCHEMES: Final = "bitcoin|cid|file|geo|magnet|mailto|matrix|mid|sms|tel|xmpp"
_INSIDE: Final = r"[/?#\\\w\-.~%!$&'*+,;=:@\u00a1-\U000ffffd]"
_AT_END: Final = r"[/#\w\-~%$&+=]"
_PAIRED: Final = rf"\({_INSIDE}*\)|\[{_INSIDE}*\]|\{{{_INSIDE}*\}}"
_ADDRESS = re.compile(
    rf"(?:(?:{_SCHEMES})://|(?:{_BARE_SCHEMES}):)(?:{_INSIDE}*(?:{_PAIRED}|{_AT_END}))+",
    re.IGNORECASE,
)


def name(text: str, *, escape: bool) -> str:
    """A name, its underscores escaped."""
    return text.replace("_", r"\_") if escape else text


def anchor(kind: str, text: str, *, anchored: bool, escape: bool) -> str:
    """A name; where anchors are wanted, one that can be linked to, and links to itself."""
    shown = name(text, escape=escape)
    if not anchored:
        return shown
    target = f"{kind}_{text}"
    return f'<a name="{target}"></a> [{shown}](#{name(target, escape=escape)})'


def code(text: str) -> str:
    """`text` as code: in a fence where it has several lines."""
    return f"\n\n```\n{text}\n```\n" if "\n" in text else f"`{text}`"


def cell(text: str, *, escape: bool, html: bool) -> str:
    """`text` for a cell of a table: one line, with `<br/>` and `<pre>` where `html` allows."""

    def plain(part: str, _first: bool, _last: bool) -> str:
        return _restored(_one_line(_escaped(part, escape, pipe=True), html), escape)

    def fenced(part: str, first: bool, last: bool) -> str:
        part = part.strip()
        if html:
            part = part.replace("\n", "<br/>").replace("\r", "")
            return f"<pre>{part}</pre>"
        joined = _joined(part).replace("\r", "")
        return f"{'' if first else ' '}```{joined}```{'' if last else ' '}"

    return _by_parts(text, _FENCE, plain, fenced) if text else "n/a"


def section(text: str, *, escape: bool) -> str:
    """`text` for a header or footer: its own Markdown, with its line ends."""

    def plain(part: str, _first: bool, _last: bool) -> str:
        return _restored(_escaped(part, escape, pipe=False), escape)

    def fenced(part: str, _first: bool, _last: bool) -> str:
        ended = not part.rsplit("\n", 1)[-1].strip()
        return f"```{part}{'' if ended else chr(10)}```"

    return _by_parts(text, _FENCE, plain, fenced)


def tidy(text: str) -> str:
    """A whole document without trailing spaces and needless blank lines."""
    text = re.sub(r" {2}(\r?\n)", rf"{_KEPT}\1", text)
    text = re.sub(r" +(\r?\n)", r"\1", text)
    text = re.sub(r" +\Z", "", text)
    text = re.sub(rf"{_KEPT}(\r?\n)", r"  \1", text)
    text = re.sub(r"(\r?\n)  (\r?\n)", r"\1", text)
    text = re.sub(r"(\r?\n){3,}", r"\1\1", text)
    return re.sub(r"(\r?\n){2,}\Z", "", text)


def _by_parts(
    text: str,
    mark: str,
    plain: Callable[[str, bool, bool], str],
    fenced: Callable[[str, bool, bool], str],
) -> str:
    """What stands between every other pair of marks is code, and told if it is first or last."""
    parts = text.split(mark)
    inside = text.startswith(mark)
    done: list[str] = []
    for number, part in enumerate(parts):
        if not part:
            continue
        first = number == 0 or not parts[number - 1].strip()
        last = number == len(parts) - 1 or not parts[number + 1].strip()
        done.append((fenced if inside else plain)(part, first, last))
        inside = not inside
    return "".join(done)


def _escaped(text: str, escape: bool, *, pipe: bool) -> str:
    def ticked(part: str, _first: bool, _last: bool) -> str:
        return f"`{part}`"

    def pipes(part: str, _first: bool, _last: bool) -> str:
        return part.replace("|", r"\|")

    def underscores(part: str, _first: bool, _last: bool) -> str:
        return "\n".join(_escaped_line(line) for line in part.split("\n"))

    if pipe:
        text = _by_parts(text, "`", pipes, ticked)
    return _by_parts(text, "`", underscores, ticked) if escape else text


def _escaped_line(line: str) -> str:
    """Underscores escaped but where they make a list or emphasis."""
    if found := _LIST.match(line):
        line = _keep(line, found, 2)
    if found := _EMPHASIS.search(line):
        line = _keep(_keep(line, found, 6), found, 2)
    return line.replace("_", r"\_").replace(_KEPT, "_")


def _keep(line: str, found: re.Match[str], group: int) -> str:
    start, end = found.span(group)
    return line[:start] + _KEPT * (end - start) + line[end:]


def _one_line(text: str, html: bool) -> str:
    text = _BROKEN.sub(r"\1  \2\3\4", text.strip())
    text = text.replace("    \n", "  \n").replace("  \n\n", "\n\n").replace("\n  \n", "\n\n")
    end = "<br/>" if html else " "
    return text.replace("  \n", end).replace("\n", end)


def _joined(text: str) -> str:
    lines = [_SPACED_EQUALS.sub(" = ", line).lstrip() for line in text.split("\n") if line.strip()]
    return " ".join(lines)


def _restored(text: str, escape: bool) -> str:
    """Addresses as they were before their underscores were escaped."""
    for address in _ADDRESS.findall(text) if escape else ():
        text = text.replace(address, address.replace("\\", ""))
    return text
