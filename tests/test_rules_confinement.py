"""Rules about what containers are kept from."""

from __future__ import annotations

import pytest

from beehive import found, only

BUILD = "build: shop"
CONFINED = "read_only: true\n    cap_drop: [ALL]\n    security_opt: ['no-new-privileges:true']\n"


@pytest.mark.parametrize(
    ("kept", "lost", "line", "severity", "message"),
    [
        ("    cap_drop: [ALL]\n", "", 3, "error",
         "'shop' keeps the capabilities, which others of the file do not"),
        ("cap_drop: [ALL]\n", "cap_drop: [NET_RAW]\n", 6, "error",
         "'shop' keeps the capabilities, which others of the file do not"),
        ("    read_only: true\n", "", 3, "warning",
         "'shop' may change its own files, which others of the file do not"),
        ("['no-new-privileges:true']", "['no-new-privileges:false']", 7, "error",
         "'shop' may gain privileges, which others of the file do not"),
    ],
)  # fmt: skip
def test_a_service_with_rights_that_others_gave_up(example, kept, lost, line, severity, message):  # noqa: PLR0917
    example.edit("docker-compose.yml", "image: redis:7", f"image: redis:7\n    {CONFINED}")
    whole = f"{BUILD}\n    {CONFINED}"
    example.edit("docker-compose.yml", BUILD, whole)
    assert found(example, "rights-alike") == []
    example.edit("docker-compose.yml", whole, whole.replace(kept, lost))
    finding = only(example, "rights-alike")
    assert (finding.message, finding.severity) == (message, severity)
    assert finding.line == line


def test_an_image_of_others_may_begin_as_root(example):
    example.edit("docker-compose.yml", BUILD, f"{BUILD}\n    {CONFINED}")
    assert found(example, "rights-alike") == []
    example.edit("docker-compose.yml", "image: redis:7", "image: redis:7\n    read_only: true")
    assert len(found(example, "rights-alike")) == 2


def test_a_service_that_the_file_has_run_as_root(example):
    example.edit("docker-compose.yml", BUILD, f"{BUILD}\n    user: root")
    finding = only(example, "image-user")
    assert (finding.message, finding.line) == ("'shop' runs as root", 5)
    example.edit("docker-compose.yml", "user: root", 'user: "1000:0"')
    assert found(example, "image-user") == []


@pytest.mark.parametrize(
    ("recipe", "severity", "line"),
    [
        ("FROM python:3.12\nUSER 1\nUSER root\n", "error", 3),
        ("FROM python:3.12 AS base\nUSER 1\nFROM python:3.12\nCOPY x .\n", "warning", 3),
    ],
)
def test_an_image_that_names_no_user_but_root(example, recipe, severity, line):
    example.write("shop/Dockerfile", recipe)
    finding = only(example, "image-user")
    assert finding.file == example.root.resolve() / "shop/Dockerfile"
    assert (finding.severity, finding.line) == (severity, line)
    example.write("shop/Dockerfile", "FROM python:3.12 AS base\nUSER 1\nFROM base\n")
    assert found(example, "image-user") == []


def test_an_image_that_is_built_on_another_one_tomorrow(example):
    example.write("shop/Dockerfile", "ARG V\nFROM x:$V AS one\nFROM one\nFROM scratch\n")
    assert found(example, "image-base") == []
    example.write("shop/Dockerfile", "FROM python:3.12 AS one\n  from python:latest\n")
    finding = only(example, "image-base")
    assert (finding.message, finding.line) == ("'python:latest' has no version", 2)
