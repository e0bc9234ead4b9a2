"""Facts that can't be are refused where they are read."""

from __future__ import annotations

import dataclasses

import pytest

from groundplan.errors import InputError
from groundplan.facts import Facts
from groundplan.facts.soundness import assert_sound
from plans import resource

VPC = resource("aws_vpc.main")
SUBNET = resource("aws_subnet.a", references={"vpc_id": ("aws_vpc.main",)})


def test_sound_facts_are_given_back():
    facts = Facts((VPC, SUBNET), env="dev", phase=1)
    assert assert_sound(facts) is facts


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"type": None}, "a type or a name that is no text"),
        ({"address": ""}, "a type or a name that is no text"),
        ({"index": {}}, "a module or an index that is none"),
        ({"change": "explode"}, "a change that is none"),
        ({"change": []}, "a change that is none"),
        ({"values": []}, "values without names"),
        ({"unknown": frozenset({None})}, "paths or names that are no texts"),
        ({"before": {"id": 1}}, "paths or names that are no texts"),
        ({"references": {"vpc_id": ("aws_vpc.gone",)}}, "refers to what is not there"),
        ({"maybe": {"vpc_id": (["aws_vpc.main"],)}}, "refers to what is not there"),
    ],
)
def test_what_is_of_the_wrong_kind_is_named(fields, wrong):
    with pytest.raises(InputError, match=wrong):
        assert_sound(Facts((VPC, dataclasses.replace(SUBNET, **fields))))


def test_an_address_stands_for_one_thing():
    with pytest.raises(InputError, match=r"'aws_vpc\.main' is there twice"):
        assert_sound(Facts((VPC, VPC)))


@pytest.mark.parametrize("head", [{"env": 1}, {"phase": "x"}, {"source": None}])
def test_the_head_is_looked_at_too(head):
    with pytest.raises(InputError):
        assert_sound(Facts((VPC,), **head))
