"""What of a Compose file is secret, by what it is called or by what it says."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# In names: DB_PASS, smtpPassword, MYSQL_PWD, APP_KEY, api-key, DSN, ConnectionStrings__Default.
_NAMED: Final = re.compile(
    r"(?<!BY)PASS(W|PHRASE|CODE|_|$)|.PWD|_PW(_|$)|SECRET|TOKEN|CREDENTIAL|(^|_)DSN(_|$)"
    r"|CONNECTION_?STRING|(API|ACCESS|PRIVATE|AUTH)[_-]?KEY|(?<!PUBLIC)[_-]KEY$"
    r"|(^|_)(SALT|PAT|AUTH|ERLANG_COOKIE)$",
    re.IGNORECASE,
)
# In names too: where a secret is, or how it is made, which is none itself.
_ELSEWHERE: Final = re.compile(
    r"[_-](FILE|PATH|DIR|TTL|LENGTH|LIFETIME|TIMEOUT|EXPIR\w*)$|^OLDPWD$", re.IGNORECASE
)
_SWITCH: Final = re.compile(r"true|false|yes|no|on|off", re.IGNORECASE)
_LOGIN: Final = r"://[^/\s:@]*:[^/\s@]+@"
# What those who hand tokens out begin them with.
_ISSUED: Final = (
    r"\beyJ[\w-]{8,}\.[\w-]{8,}\.|\bgithub_pat_\w|\bgh[oprsu]_\w{8}|\bglpat-\w|\bxox[abprs]-\w"
    r"|\b[rs]k_live_\w|\bwhsec_\w|hooks\.slack\.com/services/\w|discord(app)?\.com/api/webhooks/\d"
)
_KEYED: Final = r"(password|passwd|pwd|secret|token|(account|access|api|private|secret)_?key)"
# In values: a login in a URL, or before a host; `password=` in a connection string.
_TOLD: Final = re.compile(
    rf"{_LOGIN}|^[\w.+-]+:[^/\s:@]+@(?!sha256:)|{_ISSUED}"
    rf"|{_KEYED}[\"'\]]*\s*=\s*[^\s;&]|{_KEYED}[\"'\]]+\s*:\s*[\"']?[^\s\"']",
    re.IGNORECASE,
)
# In files. There a value that begins with one of `$<{` is filled in, and `(` follows what is asked.
_PLAIN: Final = r"(?!(?:true|false|null|none|yes|no|on|off)\b)[\w!@%^+/.~-]+(?=[\s,;}]|$)"
_WRITTEN: Final = re.compile(
    rf"{_LOGIN.replace('[^/', '[^$<{/')}|{_ISSUED}|^\s*(requirepass|masterauth)\s+[^\s$<]"
    rf"|^[^#\n]*{_KEYED}[\"'\]]*\s*(?::|=>?)\s*(?:\"[^\"$<{{]|'[^'$<{{]|{_PLAIN})"
    r"|(identified\s+by|with\s+password)\s+'[^'$<{]",
    re.IGNORECASE | re.MULTILINE,
)
_KEY: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")
_OPTION: Final = re.compile(r"(-{0,2})([A-Za-z][\w.-]*)(?:=(.*))?")


def is_secret(name: str, value: str) -> bool:
    """Whether the setting `name` has a value that not everybody may read."""
    named = bool(_NAMED.search(name)) and not _ELSEWHERE.search(name)
    told = bool(_TOLD.search(value)) or holds_key(value)
    return bool(value) and (told or (named and not _SWITCH.fullmatch(value)))


def in_file(text: str) -> bool:
    """Whether a file that says `text` tells a secret: a password, a login, a token, a key."""
    return holds_key(text) or bool(_WRITTEN.search(text))


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
