"""What of a Compose file is secret, by what it is called or by what it says."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# In names: DB_PASS, smtpPassword, MYSQL_PWD, APP_KEY, api-key, DSN, ConnectionStrings__Default.
_NAMED: Final = re.compile(
    r"(?<!BY)PASS(W|PHRASE|_|$)|.PWD|SECRET|TOKEN|CREDENTIAL|(^|_)DSN(_|$)|CONNECTION_?STRING"
    r"|(API|ACCESS|PRIVATE|AUTH)[_-]?KEY|(?<!PUBLIC)[_-]KEY$",
    re.IGNORECASE,
)
# In names too: where a secret is, which is none itself.
_ELSEWHERE: Final = re.compile(r"[_-](FILE|PATH|DIR)$|^OLDPWD$", re.IGNORECASE)
# In values: a login in a URL, or before a host; `password=` in a connection string.
_TOLD: Final = re.compile(
    r"://[^/\s:@]*:[^/\s@]+@|^[\w.+-]+:[^/\s:@]+@(?!sha256:)"
    r"|(password|passwd|pwd|secret|token|(account|access)_?key)\s*=\s*[^\s;&]",
    re.IGNORECASE,
)
_KEY: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")
_OPTION: Final = re.compile(r"(-{0,2})([A-Za-z][\w.-]*)(?:=(.*))?")


def is_secret(name: str, value: str) -> bool:
    """Whether the setting `name` has a value that not everybody may read."""
    named = bool(_NAMED.search(name)) and not _ELSEWHERE.search(name)
    return bool(value) and (named or bool(_TOLD.search(value)) or holds_key(value))


def holds_key(text: str) -> bool:
    """Whether `text` has a private key in it, as PEM."""
    return bool(_KEY.search(text))


def in_command(words: Iterable[str]) -> Iterator[str]:
    """What of a command gives a secret away: the names of options and variables."""
    for word, following in pairwise([*" ".join(words).split(), ""]):
        if not (option := _OPTION.fullmatch(word)):
            yield from ["a URL"] if _TOLD.search(word) else []
            continue
        dashes, name, given = option.groups()
        value = given if given is not None else following if dashes else ""
        # What begins with `$` is filled in when the command runs.
        if not value.strip("\"'").startswith(("$", "-")) and is_secret(name, value):
            yield f"{dashes}{name}"
