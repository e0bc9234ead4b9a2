"""A Compose file that can't be read: one message, at its line, with what to do."""

from __future__ import annotations

import pytest

from groundplan import compose
from groundplan.errors import InputError

TAB = "services:\n  web:\n\timage: nginx\n"
EXTENDS = "services:\n  a:\n    extends: {service: b}\n  b:\n    extends: {service: a}\n"
OUTSIDE = "services:\n  c: {extends: a}\n  b: {extends: a}\n  a: {extends: b}\n"
NEEDS = "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: y, depends_on: [a]}\n"
PROFILE = "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: y, profiles: [p]}\n"
TWO = "services:\n  a: {image: x, depends_on: [catalgo]}\n  catalog: {image: y}\n"
STRANGER = (
    "services:\n  a:\n    image: x\n    environment:\n      - API_URL=http://catalgo:8000\n"
    "  catalog: {image: y}\n"
)


def one(settings):
    return f"services:\n  a:\n    image: x\n    {settings}\n"


CASES = {
    "empty": ("", None, "the file is empty", "a Compose file has a list of services"),
    "only a comment": ("# soon\n", None, "the file is empty", "services"),
    "words": ("hello\n", None, "this is not a Compose file", "services"),
    "a list": ("- a\n- b\n", None, "this is not a Compose file", "services"),
    "another file": ("kind: Pod\nspec: {}\n", None, "this is not a Compose file", "services"),
    "no services": ("services: {}\n", (1, 1), "has no services", "at least one"),
    "no services at all": ("volumes: {a: }\n", None, "has no services", "at least one"),
    "services forgotten": ("services:\n", (1, 1), "has no services", "services"),
    "a tab": (TAB, (3, 1), "can't be indented with a tab", "spaces"),
    "an open bracket": ("services:\n  a: [b\n  c: {\n", (2, 6), "this is not YAML", "brackets"),
    "twice": ("services:\n  a: {image: x}\n  a: {image: y}\n", (3, None), "line 2", "leave one"),
    "a circle of extends": (EXTENDS, (3, 5), "in a circle: a → b → a", "stand for itself"),
    "a circle met from outside": (OUTSIDE, (4, 7), "in a circle: a → b → a", "stand for itself"),
    "extends nobody": (one("extends: b"), (4, 5), "extends 'b', which is no service", ""),
    "a circle of needs": (NEEDS, (2, 30), "in a circle: a → b → a", "retries"),
    "needs nobody": (TWO, (2, 30), "needs 'catalgo'", "did you mean 'catalog'?"),
    "links nobody": (one("links: [b]"), (4, 13), "needs 'b' (links)", ""),
    "in nobody's network": (one("network_mode: service:b"), (4, 5), "(network_mode)", ""),
    "needs what is off": (PROFILE, (2, 30), "only profile p switches on", "profile 'p'"),
    "all are off": ("services: {a: {image: x, profiles: [p, q]}}\n", (1, 1), "a profile", "p, q"),
    "calls nobody": (STRANGER, (5, 9), "names the host 'catalgo'", "did you mean 'catalog'?"),
    "calls a stranger": (one("command: curl http://crm:80/"), (4, 5), "'crm'", "extra_hosts"),
    "a required variable": (one("user: ${WHO:?say who}"), (4, 11), "WHO is not set: say who", ""),
    "an unset variable": (one("user: ${WHO}"), (4, 11), "WHO is not set and has", "${WHO:-value}"),
    "unset variables": (one("user: $A:$B"), (4, 11), "2 variables", "give a default"),
    "an open variable": (one("user: ${WHO"), (4, 5), "'${WHO' can't be understood", "$$"),
    "an open variable in a secret": (
        one("environment: {DB_PASSWORD: 'hunter2${'}"), (4, 19),
        "services.a.environment.DB_PASSWORD can't be understood", "$$",
    ),
    "an unknown setting": (one("prots: ['80:80']"), (4, 5), "no setting of services.a", "'ports'"),
    "a wrong kind of value": (one("ports: yes"), (4, 5), "services.a.ports must be a list", ""),
    "no image": ("services:\n  a: {ports: ['80']}\n", (2, 3), "neither an image nor a build", ""),
    "a bad name": ("services:\n  'a b': {image: x}\n", (2, 3), "can't be a service's name", ""),
    "a bad port": (one("ports: ['80:web']"), (4, 17), "'web' is no port", "65535"),
    "an unknown network": (one("networks: [n]"), (4, 16), "the network 'n'", "under 'networks:'"),
    "an unknown secret": (one("secrets: [s]"), (4, 15), "the secret 's'", "under 'secrets:'"),
    "a missing env_file": (one("env_file: no.env"), (4, 15), "env_file no.env is missing", ""),
    "a number for a duration": (
        one("healthcheck: {test: x, interval: 10}"), (4, 28), "interval must be text", "90s",
    ),
    "no duration": (one("stop_grace_period: soon"), (4, 5), "'soon' is no duration", "1m30s"),
    "no size": (one("mem_limit: lots"), (4, 5), "'lots' is no size", "512m"),
    "no number": (one("deploy: {resources: {limits: {cpus: half}}}"), (4, 35), "no number", "0.5"),
    "a list for a value": (one("environment: {A: [b]}"), (4, 19), "A must be one value", ""),
    "settings in a list": (one("environment: [{A: b}]"), (4, 5), "no text", "'NAME=value'"),
    "no such condition": (
        "services:\n  a: {image: x, depends_on: {b: {condition: healthy}}}\n  b: {image: y}\n",
        (2, 34), "can't be 'healthy'", "did you mean 'service_healthy'?",
    ),
    "no such policy": (one("pull_policy: often"), (4, 5), "can't be 'often'", "always|never"),
    "two networks": (
        one("network_mode: host\n    networks: [n]") + "networks: {n: }\n",
        (4, 5), "both network_mode and networks", "keep one",
    ),
    "two limits": (
        one("mem_limit: 1g\n    deploy: {resources: {limits: {memory: 2g}}}"),
        (4, 5), "has both mem_limit and deploy.resources.limits.memory", "keep one",
    ),
    "a secret from nowhere": (
        one("secrets: [s]") + "secrets:\n  s: {}\n", (6, 3), "in one way", "external: true",
    ),
    "a config from two places": (
        one("configs: [c]") + "configs:\n  c: {file: x, content: y}\n", (6, 3), "in one way", "",
    ),
    "ranges of two lengths": (one("ports: ['80-82:80-81']"), (4, 14), "different length", ""),
    "a check by nothing": (
        one("healthcheck: {test: [curl, x]}"), (4, 19), "begins with 'curl'", "CMD-SHELL",
    ),
    "an indentation": (
        "services:\n  a:\n    image: x\n   ports: ['80']\n", (4, 4), "this is not YAML", "",
    ),
    "less than none": (one("deploy: {replicas: -1}"), (4, 14), "greater than or equal to 0", ""),
    "a missing include": (
        "include: [no.yml]\nservices: {}\n", (1, 11), "the file no.yml is missing", "relative",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_said_what_is_wrong_and_where(case, tmp_path):
    text, place, message, hint = CASES[case]
    path = tmp_path / "compose.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compose.load(path, environ={})
    error = caught.value
    assert message in error.message
    assert (error.line, error.column) == (place or (None, None))
    assert hint in (error.hint or "")
    assert error.file == path
    # The only path of this machine is the file's own, as the user gave it.
    assert str(tmp_path) not in error.message + (error.hint or "")
    assert "hunter2" not in str(error)


def test_a_mistake_in_another_file_is_shown_there(tmp_path):
    (tmp_path / "compose.yml").write_text("include: [more/data.yml]\nservices: {a: {image: b}}\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "data.yml").write_text(TAB)
    with pytest.raises(InputError, match="indented with a tab") as caught:
        compose.load(tmp_path / "compose.yml", environ={})
    assert (caught.value.file, caught.value.line) == (tmp_path / "more" / "data.yml", 3)


def test_every_unset_variable_is_named_at_once(tmp_path):
    path = tmp_path / "compose.yml"
    path.write_text(one("environment: [A=$ONE]\n    user: $$TWO ${THREE}\n    # $FOUR"))
    with pytest.raises(InputError) as caught:
        compose.load(path, environ={})
    assert caught.value.message.endswith("no default: ONE (line 4), THREE (line 5)")


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda _: None, "no such file"),
        (lambda path: path.mkdir(), "a folder, not a file"),
        (lambda path: path.write_bytes(b"\xff\xfe\x00"), "not UTF-8"),
    ],
)
def test_what_is_no_text_file_is_refused(prepare, message, tmp_path):
    path = tmp_path / "compose.yml"
    prepare(path)
    with pytest.raises(InputError, match=message):
        compose.load(path)
