"""YAML of manifests: read as kubectl reads it, and refused with an error for people."""

from __future__ import annotations

import pytest

from groundplan.errors import InputError
from groundplan.kubernetes import validation

ALIASES = "".join(
    f"k{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(8)
).replace("k1:", "kind: &a0 x\nk1:")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "is no YAML"),
        ("a: \x07", "control characters"),
        ("just text", "holds no manifests"),
        ("- kind: ConfigMap", "holds no manifests"),
        ("kind: List\nitems: 3", "holds no manifests"),
        ("kind: ConfigMap\ndata: {a: b}\ndata: {c: d}", "the key 'data' stands in line 2 already"),
        ("kind: ConfigMap\n[a]: b", "a key has to be text"),
        ("kind: ConfigMap\n~: b", "a key has to be text"),
        pytest.param(f"kind: {'9' * 5000}", "is no YAML", id="long"),
        pytest.param(f"kind: 0x{'f' * 5000}", "a number with too many digits", id="large"),
        ("kind: !!bool maybe", "is no YAML"),
        ("kind: !!timestamp today", "is no YAML"),
        ("kind: !!python/name:os.system", "could not determine a constructor"),
        pytest.param("[" * 100_000, "nested more than 100 deep", id="deep"),
        ("kind: &a {a: *a}", "holds itself"),
        pytest.param(ALIASES, "more than 1,000,000 values", id="aliases"),
    ],
)  # fmt: skip
def test_what_is_no_yaml_or_no_manifest_is_said_so(text, said):
    with pytest.raises(InputError, match=said):
        validation.parse(text)


def test_yaml_is_read_as_kubectl_does():
    [found] = validation.parse("kind: ConfigMap\ndata: {1: a, on: b, day: 2024-13-45, x: '='}")
    assert found["data"] == {"1": "a", "on": "b", "day": "2024-13-45", "x": "="}
    every = validation.parse("kind: ServiceList\nitems: [{kind: Service}, {kind: Service}]")
    assert every == [{"kind": "Service"}, {"kind": "Service"}]
    [found] = validation.parse("kind: a\nb: &b {k: 1}\nc: {d: &d {<<: *b, k: 2}}\ne: {<<: *d}")
    assert found["e"] == {"k": 2}
