"""What Compose says when it refuses a file → one message for people, with the line.

Each rule is a function below the pattern that it answers, tried in the order of this file; what no
rule knows is passed on, cleaned of prefixes and of this machine's paths.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from groundplan.compose.secrecy import is_secret
from groundplan.compose.source import Source
from groundplan.errors import InputError, suggest
from groundplan.files import read_text

if TYPE_CHECKING:
    from groundplan.yamlfile import Place

_LOG_LINE = re.compile(r"^time=.*level=\w+ msg=.*$\n?|^WARN\[\d+\].*$\n?", re.MULTILINE)
_Rule = Callable[[re.Match[str], Source], InputError]
# What Compose says of a value that it can't read → what it was to be, and how that looks.
_AMOUNTS = {
    "duration": ("duration", "as in 90s or 1m30s"),
    "size": ("size", "as in 512m or 2g"),
    "Parse": ("number", "as in 0.5 or 2"),
}
_DURATIONS = re.compile(r"\.(\w*interval|timeout|\w+_period|delay|window)$")
_RULES: list[tuple[re.Pattern[str], _Rule]] = []
_EXAMPLE = "a Compose file has a list of services, as in 'services: {web: {image: nginx}}'"


def _rule(pattern: str) -> Callable[[_Rule], _Rule]:
    def enter(rule: _Rule) -> _Rule:
        _RULES.append((re.compile(pattern), rule))
        return rule

    return enter


def explain(said: str, source: Source) -> InputError:
    """The error for what Compose `said` about the file of `source`."""
    text = _LOG_LINE.sub("", said).strip()
    for pattern, rule in _RULES:
        if match := pattern.search(text):
            return rule(match, source)
    return _other(text, source)


def at(
    source: Source, message: str, *keys: str, hint: str | None = None, place: Place | None = None
) -> InputError:
    """An error at `place`, or at the value under `keys`."""
    where = place or source.place(*keys)
    line, column = where or (None, None)
    return InputError(message, hint=hint, file=source.path, line=line, column=column)


@_rule(
    r"(?:parse (?P<path>\S+?): )?.*line (?P<line>\d+): mapping "
    r'key "(?P<key>.*)" already defined at line (?P<first>\d+)'
)
def _twice(match: re.Match[str], source: Source) -> InputError:
    named = _named(match["path"], source)
    message = f"'{match['key']}' is here twice; the first is in line {match['first']}"
    return InputError(message, file=named.path, line=int(match["line"]), hint="leave one of them")


@_rule(r"parse (?P<path>\S+?): go-yaml .* at L(?P<line>\d+)\.C(?P<column>\d+)\S*: (?P<why>.*)")
@_rule(r"(?:parse (?P<path>\S+?): )?yaml: (?:line (?P<line>\d+): )?(?P<why>.*)(?P<column>)")
@_rule(r"go-yaml .*(?P<why>incomplete .*|invalid .*|control .*)(?P<path>)(?P<line>)(?P<column>)")
def _syntax(match: re.Match[str], source: Source) -> InputError:
    named = _named(match["path"], source)
    if tab := named.tab():
        message = "YAML can't be indented with a tab"
        return at(named, message, place=tab, hint="indent with spaces")
    line, column = match["line"], match["column"]
    hint = "check the indentation, brackets and quotes around here"
    message = f"this is not YAML: {match['why']}"
    if place := named.misplaced:  # Compose tells where the block begins
        return at(named, message, place=place, hint=hint)
    return InputError(
        message, file=named.path, hint=hint,
        line=int(line) if line else None, column=int(column) if column else None,
    )  # fmt: skip


@_rule(r"top-level object must be a mapping")
def _no_compose(match: re.Match[str], source: Source) -> InputError:  # noqa: ARG001
    if not source.text.strip():
        return InputError("the file is empty", file=source.path, hint=_EXAMPLE)
    return InputError("this is not a Compose file", file=source.path, hint=_EXAMPLE)


@_rule(r"empty compose file")
def _empty(match: re.Match[str], source: Source) -> InputError:  # noqa: ARG001
    return InputError("the file is empty", file=source.path, hint=_EXAMPLE)


@_rule(r"(?s)Circular reference:\n(?P<steps>.*)")
def _extends_cycle(match: re.Match[str], source: Source) -> InputError:
    steps = re.findall(r"^\s*(?:extends )?(\S+) in (.+)$", match["steps"], re.MULTILINE)
    names = _circle([name for name, _ in steps])
    first = _named(dict(steps)[names[0]], source)
    message = f"services extend each other in a circle: {' → '.join(names)}"
    hint = "let one of them stand for itself"
    return at(first, message, "services", names[0], "extends", hint=hint)


@_rule(
    r'cannot extend service "(?P<name>.+?)" in '
    r'(?P<path>.+): service "(?P<wanted>.+?)" not found'
)
def _extends_unknown(match: re.Match[str], source: Source) -> InputError:
    named, name, wanted = _named(match["path"], source), match["name"], match["wanted"]
    other = named.word("services", name, "extends", "file")
    known = _named(str(named.path.parent / other), source) if other else named
    where = f" of {other}" if other else ""
    hint = suggest(wanted, set(known.names("services")) - {name})
    return at(named, f"service '{name}' extends '{wanted}', which is no service{where}",
              "services", name, "extends", hint=hint)  # fmt: skip


@_rule(r"dependency cycle detected: (?P<steps>.+)")
def _needs_cycle(match: re.Match[str], source: Source) -> InputError:
    names = _circle(match["steps"].split(" -> "))
    message = f"services depend on each other in a circle: {' → '.join(names)}"
    hint = "take one depends_on away: a service that retries its calls needs none"
    return at(source, message, "services", names[0], "depends_on", names[1], hint=hint)


@_rule(r'service "(?P<name>.+?)" depends on undefined service "?(?P<wanted>[^":]+)')
def _needs_unknown(match: re.Match[str], source: Source) -> InputError:
    name, wanted = match["name"], match["wanted"]
    key = next((key for key in ("depends_on", "links", "network_mode")
                if _refers(source, name, key, wanted)), "depends_on")  # fmt: skip
    hint = suggest(wanted, set(source.names("services")) - {name})
    message = f"service '{name}' needs '{wanted}' ({key}), and there is no such service"
    if profiles := source.names("services", wanted, "profiles"):
        message = f"service '{name}' needs '{wanted}', which only profile {profiles[0]} switches on"
        hint = f"switch profile '{profiles[0]}' on, or write 'required: false' in depends_on"
    return at(source, message, "services", name, key, wanted, hint=hint)


def _refers(source: Source, name: str, key: str, wanted: str) -> bool:
    word = source.word("services", name, key) or ""
    return wanted in source.names("services", name, key) or word.endswith(f":{wanted}")


@_rule(
    r"interpolating (?P<path>\S+): required variable "
    r"(?P<name>\w+) is missing a value(?:: (?P<why>.*))?"
)
def _required(match: re.Match[str], source: Source) -> InputError:
    name, why = match["name"], (match["why"] or "").strip()
    message = f"the variable {name} is not set" + (f": {why}" if why else "")
    hint = f"set it in the environment or in a .env file beside the Compose file: {name}=…"
    return at(source, message, *match["path"].split("."), hint=hint, place=source.variable(name))


@_rule(r"invalid interpolation format for (?P<path>\S+?)\.\n.*\n(?P<value>.*)")
def _interpolation(match: re.Match[str], source: Source) -> InputError:
    path, value = match["path"], match["value"].strip()
    told = path if is_secret(path.rpartition(".")[2], value) else f"'{value}'"
    message = f"{told} can't be understood as text with variables"
    hint = "close every ${…}; a $ that is meant as itself is written $$"
    return at(source, message, *match["path"].split("."), hint=hint)


@_rule(r"validating (?P<file>\S+): (?P<path>\S*) ?additional properties (?P<keys>'.*) not allowed")
@_rule(r"validating (?P<file>\S+): (?P<path>\S+) false schema(?P<keys>)")
def _unknown_key(match: re.Match[str], source: Source) -> InputError:
    named, path = _named(match["file"], source), match["path"]
    keys = re.findall(r"'([^']+)'", match["keys"]) or [path.rpartition(".")[2]]
    above = tuple(filter(None, (path if match["keys"] else path.rpartition(".")[0]).split(".")))
    if not above and "services" not in named.keys:
        return _no_compose(match, named)
    if above == ("services",):
        message, hint = f"'{keys[0]}' can't be a service's name", "use letters, digits, . _ and -"
        return at(named, message, *above, keys[0], hint=hint)
    of_service = above[:-1] == ("services",)
    message = f"'{keys[0]}' is no setting of " + (".".join(above) or "a Compose file")
    near = get_close_matches(keys[0], _SERVICE_KEYS, n=1) if of_service else None
    hint = f"did you mean '{near[0]}'?" if near else "one that is your own starts with 'x-'"
    return at(named, message, *above, keys[0], hint=hint)


@_rule(r"validating (?P<file>\S+): (?P<path>\S+) value must be one of (?P<known>'.*')")
def _no_choice(match: re.Match[str], source: Source) -> InputError:
    named, keys = _named(match["file"], source), match["path"].split(".")
    value = named.word(*keys) or ""
    hint = suggest(value, re.findall(r"'([^']*)'", match["known"]))
    return at(named, f"{match['path']} can't be '{value}'", *keys, hint=hint)


@_rule(
    r"validating (?P<file>\S+): (?P<path>\S+) '(?P<value>.*)' "
    r"does not match pattern '(?P<pattern>.*)'"
)
def _no_match(match: re.Match[str], source: Source) -> InputError:
    message = f"{match['path']} can't be '{match['value']}'"
    hint = f"it has to be as the pattern says: {match['pattern']}"
    return at(_named(match["file"], source), message, *match["path"].split("."), hint=hint)


@_rule(
    r"decoding failed due to the following error\(s\):\s*'services\[(?P<name>.+?)\]"
    r"\.?(?P<path>\S*)' (?P<why>.*)"
)
def _no_amount(match: re.Match[str], source: Source) -> InputError:
    keys = ("services", match["name"], *match["path"].split("."))
    what, hint = next(
        (told for word, told in _AMOUNTS.items() if word in match["why"]), ("value", None)
    )
    value = re.search(r"""["'](.*?)["']""", match["why"])
    told = f"'{value[1]}' is no {what}" if value else match["why"]
    return at(source, f"{'.'.join(keys)}: {told}", *keys, hint=hint)


@_rule(r"(?:validating (?P<file>\S+): )?(?P<path>\S+) must be an? (?P<type>[\w, ]+)")
def _wrong_type(match: re.Match[str], source: Source) -> InputError:
    named, path = _named(match["file"], source), match["path"]
    if path == "services" and not named.names("services"):
        return at(named, "this Compose file has no services", path, hint=_EXAMPLE)
    wanted = {"mapping": "settings, each 'name: value'", "array": "a list", "string": "text"}.get(
        match["type"], "one value" if "," in match["type"] else f"a {match['type']}"
    )
    timed = _DURATIONS.search(path) and match["type"] == "string"
    hint = "a duration has a unit, as in 90s or 1m30s" if timed else None
    return at(named, f"{path} must be {wanted}", *path.split("."), hint=hint)


@_rule(r"(?P<path>services\.\S+?)\.\[\d+\]: unexpected type map")
def _no_entry(match: re.Match[str], source: Source) -> InputError:
    message = f"{match['path']} has an entry that is no text"
    hint = "write 'NAME=value' in a list, or 'NAME: value' without the '-'"
    return at(source, message, *match["path"].split("."), hint=hint)


@_rule(r"service (?P<name>\S+) declares mutually exclusive `(?P<one>\w+)` and `(?P<two>\w+)`")
@_rule(r"services\.(?P<name>\S+): can't set distinct values on '(?P<one>\S+)' and '(?P<two>\S+)'")
def _either(match: re.Match[str], source: Source) -> InputError:
    name, one, two = match["name"], match["one"], match["two"]
    message = f"service '{name}' has both {one} and {two}, which exclude each other"
    return at(source, message, "services", name, *one.split("."), hint="keep one of them")


@_rule(r"(?P<kind>secrets|configs)\.(?P<name>\S+): one of (?P<known>\S+) must be set")
@_rule(r"(?P<kind>secrets|configs)\.(?P<name>\S+): (?P<known>\S+) attributes are mutually excl")
def _no_source(match: re.Match[str], source: Source) -> InputError:
    kind, name, known = match["kind"], match["name"], match["known"].replace("|", ", ")
    message = f"{kind}.{name} must tell in one way what is in it: {known}"
    return at(source, message, kind, name, hint="or 'external: true', where it is there already")


@_rule(
    r"invalid ranges specified for container and host Ports: (?P<inside>\S+) and (?P<outside>\S+)"
)
def _bad_range(match: re.Match[str], source: Source) -> InputError:
    told = f"{match['outside']}:{match['inside']}"
    return at(source, f"'{told}' are two ranges of different length",
              place=source.word_place(told), hint="as in '8000-8010:80-90'")  # fmt: skip


@_rule(r"healthcheck\.test must start either by")
def _bad_check(match: re.Match[str], source: Source) -> InputError:  # noqa: ARG001
    for name in source.names("services"):
        keys = ("services", name, "healthcheck", "test")
        first = next(iter(source.names(*keys)), None)
        if first and first not in ("CMD", "CMD-SHELL", "NONE"):
            message = f"the healthcheck of service '{name}' begins with '{first}'"
            hint = "begin the list with CMD, CMD-SHELL or NONE, or write one text"
            return at(source, message, *keys, hint=hint)
    return at(source, "the test of a healthcheck begins with CMD, CMD-SHELL or NONE", "services")


@_rule(r"env file (?P<path>.+?) not found")
def _env_file(match: re.Match[str], source: Source) -> InputError:
    name = _short(match["path"], source)
    place = source.word_place(Path(match["path"]).name)
    hint = "create it (an empty one will do), or write 'required: false' beside its path"
    return at(source, f"the env_file {name} is missing", place=place, hint=hint)


@_rule(r"(?:open|stat) (?P<path>.+?): no such file or directory")
def _missing(match: re.Match[str], source: Source) -> InputError:
    name = _short(match["path"], source)
    place = source.word_place(Path(match["path"]).name)
    hint = "paths of include and extends are relative to the Compose file"
    return at(source, f"the file {name} is missing", place=place, hint=hint)


@_rule(r"(?s)include cycle detected:\n(?P<steps>.*)")
def _include_cycle(match: re.Match[str], source: Source) -> InputError:
    files = re.findall(r"^\s*(?:include )?(\S.*)$", match["steps"], re.MULTILINE)
    names = " → ".join(_short(file, source) for file in files)
    return at(source, f"files include each other in a circle: {names}", "include")


@_rule(r'service "(?P<name>.+?)" has neither an image nor a build')
def _no_image(match: re.Match[str], source: Source) -> InputError:
    name = match["name"]
    message, hint = f"service '{name}' has neither an image nor a build", "give it one of them"
    return at(source, message, "services", name, hint=hint)


@_rule(r'service "(?P<name>.+?)" refers to undefined (?P<what>\w+) (?P<wanted>[^:\s]+)')
def _undefined(match: re.Match[str], source: Source) -> InputError:
    name, what, wanted = match["name"], match["what"], match["wanted"]
    message = f"service '{name}' uses the {what} '{wanted}', which the file does not define"
    known = source.names(f"{what}s")
    hint = suggest(wanted, known) if known else f"define it under '{what}s:'"
    return at(source, message, "services", name, f"{what}s", wanted, hint=hint)


@_rule(r"invalid (?:container|host)Port: (?P<value>\S+)")
def _bad_port(match: re.Match[str], source: Source) -> InputError:
    place = source.word_place(match["value"])
    return at(source, f"'{match['value']}' is no port", place=place,
              hint="a port is a number from 1 to 65535, as in '8080:80'")  # fmt: skip


def _other(text: str, source: Source) -> InputError:
    folder = f"{source.path.resolve().parent}/"
    message = re.sub(r"^validating \S+:\s*|: invalid compose project$", "", text)
    if path := re.search(r"\b(services|secrets|configs|volumes|networks)(\.[\w-]+)+", message):
        keys = path[0].split(".")
    else:
        named = re.search(r'services? "?([\w-]+)', message)
        keys = ["services", named[1]] if named else []
    return at(source, message.replace(folder, "").replace("\n", " "), *keys)


def _circle(steps: list[str]) -> list[str]:
    """The circle in `steps`, from its first name on: Compose starts anywhere, even outside."""
    circle = steps[steps.index(steps[-1]) : -1]
    start = circle.index(min(circle))
    return [*circle[start:], *circle[:start], circle[start]]


def _named(path: str | None, source: Source) -> Source:
    """The file that Compose names, under the name that the user knows it by."""
    folder, wanted = source.path.resolve().parent, Path(path or source.path)
    if not path or wanted == source.path.resolve() or not wanted.is_file():
        return source
    near = wanted.is_relative_to(folder)
    shown = source.path.parent / wanted.relative_to(folder) if near else wanted
    return Source(shown, read_text(wanted))


def _short(path: str, source: Source) -> str:
    folder = source.path.resolve().parent
    return Path(path).relative_to(folder).as_posix() if Path(path).is_relative_to(folder) else path


_SERVICE_KEYS = (
    "annotations", "attach", "blkio_config", "build", "cap_add", "cap_drop", "cgroup", "command",
    "configs", "container_name", "cpus", "credential_spec", "depends_on", "deploy", "develop",
    "devices", "dns", "dns_search", "domainname", "entrypoint", "env_file", "environment",
    "expose", "extends", "external_links", "extra_hosts", "group_add", "healthcheck", "hostname",
    "image", "init", "ipc", "isolation", "labels", "links", "logging", "mac_address", "mem_limit",
    "models", "network_mode", "networks", "pid", "pids_limit", "platform", "ports", "post_start",
    "pre_stop", "privileged", "profiles", "provider", "pull_policy", "read_only", "restart",
    "runtime", "scale", "secrets", "security_opt", "shm_size", "stdin_open", "stop_grace_period",
    "stop_signal", "sysctls", "tmpfs", "tty", "ulimits", "use_api_socket", "user", "userns_mode",
    "volumes", "volumes_from", "working_dir",
)  # fmt: skip
