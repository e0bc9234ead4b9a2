"""The list of edits that make the design lie, or that do no harm: what check and policy say of it.

Those that need Terraform's plan are measured by benchmarks/mutations.py alone.
"""

from __future__ import annotations

import runpy
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KINDS = ("terraform", "compose", "design", "facts", "docs", "diagrams", "texts", "manifests")
bench = runpy.run_path(str(ROOT / "benchmarks" / "mutations.py"))
LIES, HARMLESS = bench["load"]()


def test_the_list_is_as_long_as_it_has_to_be():
    ids = [item.id for item in (*LIES, *HARMLESS)]
    assert len(ids) == len({*ids})
    assert len(LIES) >= 40
    assert len(HARMLESS) >= 15
    assert {item.kind for item in LIES} == {*KINDS}
    assert all(item.lie and item.by and item.rule and item.names for item in LIES)


@pytest.mark.parametrize("mutation", [*LIES, *HARMLESS], ids=lambda item: item.id)
def test_each_edit_changes_the_engagement_as_it_is(mutation, tmp_path):
    path = ROOT / mutation.file
    assert path.is_file() or mutation.adds
    (tmp_path / mutation.file).parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.is_file() else None
    if before is not None:
        (tmp_path / mutation.file).write_bytes(before)
    with bench["made"](mutation, tmp_path):
        now = tmp_path / mutation.file
        assert now.is_file() is not mutation.deletes
        assert mutation.deletes or now.read_bytes() != before
    assert (tmp_path / mutation.file).is_file() is (before is not None)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    copied = bench["copy"](tmp_path_factory.mktemp("mutations"))
    bench["settle"](copied)
    return copied


@pytest.mark.slow
@pytest.mark.xdist_group("mutations")
@pytest.mark.parametrize("kind", KINDS)
def test_lies_are_told_with_the_file_that_they_are_in(root, kind):
    missed = []
    for mutation in (item for item in LIES if item.kind == kind and item.by == "check"):
        if not mutation.terraform:
            with bench["made"](mutation, root):
                found = bench["checked"](root, [mutation.rule])
            if not bench["is_caught"](mutation, found):
                missed.append((mutation.id, found))
    assert missed == []


@pytest.mark.slow
@pytest.mark.xdist_group("mutations")
@pytest.mark.parametrize("phase", ["dev 2", "dev 4", "dev 5", "state 0"])
def test_policy_tells_what_is_not_safe(root, phase):
    left = [m for m in LIES if m.by == "policy" and m.phase == phase and not m.terraform]
    assert left
    while left:
        asked = [*{mutation.file: mutation for mutation in left}.values()]
        with ExitStack() as stack:  # one for each file at once: a scan takes seconds
            for mutation in asked:
                stack.enter_context(bench["made"](mutation, root))
            found = bench["said"](asked[0], root)
        assert [item.id for item in asked if not bench["is_caught"](item, found)] == []
        left = [mutation for mutation in left if mutation not in asked]


@pytest.mark.slow
@pytest.mark.xdist_group("mutations")
def test_nothing_is_said_of_harmless_edits(root):
    files = {}
    with ExitStack() as stack:
        for mutation in HARMLESS:
            if files.setdefault(mutation.file, mutation) is mutation:  # one a file: all at once
                stack.enter_context(bench["made"](mutation, root))
        assert bench["checked"](root) == []
        assert bench["judged"](root, ("dev", 2), terraform=False) == []
    assert len(files) >= 15
    assert bench["checked"](root) == []
