"""The design: what it answers, and what it says about a mistake."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from groundplan import design
from groundplan.design import Design, Kubernetes
from groundplan.design import file as designfile
from groundplan.design.file import read
from groundplan.errors import InputError

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "tests" / "fixtures" / "design" / "small.yaml"


@pytest.fixture
def small():
    return design.load(SMALL)


@pytest.fixture
def edited(tmp_path):
    """Loads the small design with one text in it replaced."""

    def load(old, new) -> Design:
        text = SMALL.read_text()
        assert text.count(old) == 1, old
        (tmp_path / "design.yaml").write_text(text.replace(old, new))
        return design.load(tmp_path / "design.yaml")

    return load


# What a design answers


def test_a_phase_is_found_by_its_number(small):
    assert small.phase(3).title == "Cache"
    with pytest.raises(InputError, match="there is no phase 2") as caught:
        small.phase(2)
    assert caught.value.hint == "known: 1, 3, 10"


def test_a_decision_is_found_by_its_id(small):
    assert small.decision("home").chosen.name == "Container"
    with pytest.raises(InputError) as caught:
        small.decision("hone")
    assert caught.value.hint == "did you mean 'home'?"


def test_what_a_phase_leaves_out_stays_as_it_was(small):
    assert small.phase(1).profiles == ()
    assert small.phase(10).profiles == ("cache",)
    assert small.phase(10).environment == {"REDIS_URL": "redis://redis:6379"}


def test_a_phase_can_switch_something_off(edited):
    later = edited("environments: [prod]", "environments: [prod]\n    profiles: []")
    assert later.phase(10).profiles == ()


def test_how_the_applications_run_in_the_cluster_is_carried_too(edited):
    later = edited("- number: 3\n", "- number: 3\n    kubernetes: {replicas: 2, host: a.example}\n")
    assert later.phase(1).kubernetes == Kubernetes()
    assert later.phase(10).kubernetes == Kubernetes(replicas=2, host="a.example")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{replicas: 0}", "can't be less than 1"),
        ("{replicas: 3, most: 2}", "at most 2 copies, fewer than its 3"),
        ("{host: localhost}", "a host's full name, such as shop.example.com"),
    ],
)
def test_copies_and_hosts_that_make_no_sense_are_refused(edited, text, said):
    with pytest.raises(InputError) as caught:
        edited("- number: 3\n", f"- number: 3\n    kubernetes: {text}\n")
    assert said in str(caught.value)


def test_the_engagement_stands_at_its_current_phase_else_at_the_last_that_is_done(small, edited):
    assert small.current.number == 3
    assert edited("state: current", "state: planned").current.number == 1


def test_the_phase_before_draws_the_same_environment(small):
    assert small.before(3) == small.phase(1)
    assert small.before(1) is None
    assert small.before(10) is None


def test_totals_are_the_share_of_the_best_possible(small):
    # Machine: 100 * (1*5 + 3*2) / (5 * 4) = 55; Container: 100 * (1*3 + 3*4) / (5 * 4) = 75
    decision = small.decision("home")
    assert decision.totals() == {"Machine": 55.0, "Container": 75.0}
    assert [option.name for option in decision.ranking] == ["Container", "Machine"]


def test_totals_do_not_depend_on_the_scale_of_the_weights(edited):
    heavier = edited("weight: 1\n", "weight: 2\n").decision("home")
    same = edited("weight: 3\n", "weight: 6\n").decision("home")
    assert heavier.totals() != same.totals()
    doubled = Design.model_validate(
        yaml.safe_load(
            SMALL.read_text().replace("weight: 1", "weight: 2").replace("ht: 3", "ht: 6")
        )
    )
    assert doubled.decision("home").totals() == {"Machine": 55.0, "Container": 75.0}


def test_usage_may_differ_between_environments(small):
    assert small.usage.amount("nat_gb", "dev").value == 10
    assert small.usage.amount("nat_gb", "prod").value == 50
    assert small.usage.amount("logs_gb", "dev") is None


def test_a_design_can_not_be_changed_by_accident(small):
    with pytest.raises(ValidationError):
        small.compose = "other.yml"


# What it says about a mistake


@pytest.mark.parametrize(
    ("old", "new", "place", "message", "hint"),
    [
        ("title: Cache", "titel: Cache", (51, 5),
         "phases[1] has no 'title' (add the field)\n"
         "  line 52, column 5: there is no field 'titel' here (did you mean 'title'?)", None),
        ("state: current", "state: curent", (53, 12),
         "phases[1].state can't be 'curent'", "one of: done, current, planned"),
        ("number: 3", 'number: "3"', (51, 13),
         "phases[1].number should be a whole number, not '3'",
         "write the number, without quotes or unit"),
        ("number: 3", "number: 0", (51, 13), "phases[1].number can't be less than 1", None),
        ("number: 3", "number: 1", (51, 13), "phase 1 comes after phase 1", "let numbers rise"),
        ("name: Beehive\n", "name: 1984\n", (2, 9),
         "client.name should be text, not 1984", "put it in quotes to make it text"),
        ("name: Beehive\n", "name:\n", (2, 8),
         "client.name is empty; it should be text", "fill it in, or leave the field out"),
        ("name: Beehive\n", 'name: " "\n', (2, 9), "client.name is empty", None),
        ("name: Beehive\n", 'name: "a\\u202eb"\n', (2, 9),
         "client.name holds an invisible control character (U+202E)", None),
        ("      - text: Add it", "      text: Add it", (60, 7),
         "phases[1].to_do should be a list, not a mapping", None),
        ("us-east-1", "Virginia", (8, 11),
         "terraform.region can't be 'Virginia'", "an AWS region, such as us-east-1"),
        ("us-east-1", "us-east-1\n  accounts: {dev: 012345678901}", (9, 19),
         "terraform.accounts.dev should be text, not 12345678901",
         "put it in quotes to make it text"),
        ("us-east-1", "us-east-1\n  accounts: {dve: '012345678901'}", (9, 14),
         "there is no environment 'dve'", "did you mean 'dev'?"),
        ("      decision: home", "      decision: hone", (15, 17),
         "there is no decision 'hone'", "did you mean 'home'?"),
        ("      decision: home", "      phase: 2", (15, 14),
         "there is no phase '2'", "known: 1, 10, 3"),
        ("      decision: home\n", "", (14, 7),
         "expectations[0].answer needs a decision or a phase that keeps it", None),
        ("choice: Container", "choice: Containr", (22, 13),
         "there is no option 'Containr'", "did you mean 'Container'?"),
        ("choice: Container", "choice: Machine", (22, 13),
         "'Machine' is chosen, but 'Container' has the higher total",
         "say why under 'despite', or look at the scores again"),
        ("Speed: {score: 2, reason: It has to boot.}", "Sped: {score: 2, reason: No.}", (35, 11),
         "option 'Machine' has no score for 'Speed'\n"
         "  line 36, column 11: there is no criterion 'Sped' (did you mean 'Speed'?)", None),
        ("{score: 2,", "{score: 6,", (36, 26),
         "decisions[0].options[0].scores.Speed.score can't be more than 5", None),
        ("record: docs/", "record: ../", (20, 13),
         "decisions[0].record must be a path inside the workspace, with / between its parts", None),
        ("unit: GB", "unit: TB", (73, 11), "usage.nat_gb.unit can't be 'TB'", "one of: GB"),
        ("value: 10", "value: 10 GB", (72, 12),
         "usage.nat_gb.value should be a number, not '10 GB'",
         "write the number, without quotes or unit"),
        ("value: 10", "value: .inf", (72, 12),
         "usage.nat_gb.value should be a number, not '.inf'",
         "write the number, without quotes or unit"),
        ("nat_gb:", "natgb:", (71, 3), "there is no field 'natgb' here", "did you mean 'nat_gb'?"),
        ("      prod:\n", "      prd:\n", (76, 7),
         "there is no environment 'prd'", "did you mean 'prod'?"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(edited, *, old, new, place, message, hint):
    with pytest.raises(InputError) as caught:
        edited(old, new)
    assert caught.value.message == message
    assert caught.value.hint == hint
    assert (caught.value.line, caught.value.column) == place


def test_a_choice_against_the_scores_needs_its_reason(edited):
    loaded = edited("choice: Container", "choice: Machine\n    despite: The team knows it best.")
    assert loaded.decision("home").chosen.name == "Machine"


def test_all_problems_are_told_at_once(tmp_path):
    text = SMALL.read_text().replace("Honey by post.", "").replace("number: 3", "number: x")
    (tmp_path / "design.yaml").write_text(text.replace("unit: hours", "unit: days"))
    problems = read(tmp_path / "design.yaml").problems
    assert [(problem.line, problem.message) for problem in problems] == [
        (3, "client.summary is empty; it should be text"),
        (51, "phases[1].number should be a whole number, not 'x'"),
        (69, "usage.hours_per_month.unit can't be 'days'"),
    ]


def test_a_mistake_that_later_phases_take_over_is_told_once(tmp_path):
    text = SMALL.read_text().replace("profiles: [cache]", "profiles: cache")
    (tmp_path / "design.yaml").write_text(text)
    problems = read(tmp_path / "design.yaml").problems
    assert [problem.line for problem in problems] == [56]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("- a\n", "the design should be a mapping (name: value), not a list"),
        ("client:\n\tname: x\n", "YAML can't be indented with a tab"),
        ("phases: []\n", "phases needs at least 1"),
    ],
)
def test_a_file_that_is_no_design(tmp_path, text, message):
    (tmp_path / "design.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        design.load(tmp_path / "design.yaml")
    assert message in caught.value.message
    assert caught.value.exit_code == 2


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        design.load(tmp_path / "design.yaml")


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(deadline=None)
@given(data=st.data())
def test_any_value_anywhere_is_read_or_refused_for_a_reason(data, tmp_path_factory):
    document = yaml.safe_load(SMALL.read_text())
    here = document
    while isinstance(here, dict | list) and here:
        keys = sorted(here) if isinstance(here, dict) else range(len(here))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(here[key], dict | list) or data.draw(st.booleans()):
            here[key] = data.draw(_values)
            break
        here = here[key]
    path = tmp_path_factory.mktemp("design") / "design.yaml"
    path.write_text(json.dumps(document))
    with suppress(InputError):
        design.load(path)


# What comes with it


def patterns(schema: object) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(patterns, schema))
    if not isinstance(schema, dict):
        return set()
    own = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set()
    return own.union(*map(patterns, schema.values()))


def test_each_pattern_has_words_for_people():
    assert patterns(design.schema()) - designfile._PATTERNS.keys() == set()


def test_the_schema_for_editors_is_current():
    written = (ROOT / "schemas" / "design.schema.json").read_text()
    current = json.dumps(design.schema(), indent=2, ensure_ascii=False) + "\n"
    assert written == current, "write it anew: groundplan schema > schemas/design.schema.json"


def test_the_schema_holds_for_the_reference_design_and_not_for_a_misspelt_one():
    document = yaml.safe_load((ROOT / "design.yaml").read_text())
    validator = jsonschema.Draft202012Validator(design.schema())
    validator.validate(document)
    document["phases"][0]["titel"] = document["phases"][0].pop("title")
    assert {error.validator for error in validator.iter_errors(document)} == {
        "additionalProperties", "required",
    }  # fmt: skip


def test_the_reference_design_is_the_engagement():
    reference = design.load(ROOT / "design.yaml")
    assert [phase.number for phase in reference.phases] == [1, 2, 3, 4, 5, 6, 10]
    assert [phase.number for phase in reference.drawn("dev")] == [1, 2, 3, 4, 5, 6]
    assert [phase.number for phase in reference.drawn("prod")] == [10]
    assert {item.id: item.choice for item in reference.decisions} == {
        "cloud": "AWS",
        "orchestrator": "EKS",
        "availability": "Multi AZ, sized by environment",
        "iac": "Terraform",
        "delivery": "GitHub Actions",
    }
    assert all(decision.ranking[0] == decision.chosen for decision in reference.decisions)


def test_the_editor_finds_the_schema_of_the_reference_design():
    first = (ROOT / "design.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=schemas/design.schema.json"
