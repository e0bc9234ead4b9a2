"""Files: read with errors for people, written whole or not at all."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from groundplan.errors import InputError
from groundplan.files import digest, read_text, write_if_changed


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_text_is_read_as_utf_8(tmp_path):
    (tmp_path / "a").write_bytes("Kaffee ☕".encode())
    assert read_text(tmp_path / "a") == "Kaffee ☕"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _: None, "there is no such file"),
        (Path.mkdir, "this is a folder, not a file"),
        (lambda path: path.write_bytes(b"ab\xff"), "this is not UTF-8 text (byte 2)"),
    ],
)
def test_what_is_no_text_file_is_said_to_be_none(tmp_path, make, message):
    make(tmp_path / "a")
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        read_text(tmp_path / "a")
    assert caught.value.file == tmp_path / "a"


def test_a_file_is_written_with_its_folders_and_left_alone_when_nothing_changes(tmp_path):
    path = tmp_path / "new" / "folder" / "a.txt"
    assert write_if_changed(path, "one")
    before = path.stat()
    assert not write_if_changed(path, b"one")
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino
    assert write_if_changed(path, "two")
    assert path.read_text() == "two"
    assert names(path.parent) == ["a.txt"]


def test_what_fails_half_way_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="can't be written: No space left on device"):
        write_if_changed(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_folder_that_is_a_file_is_a_persons_mistake(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError, match="can't be written") as caught:
        write_if_changed(tmp_path / "out" / "graph.json", "{}")
    assert caught.value.file == tmp_path / "out" / "graph.json"


def test_half_a_surrogate_pair_is_written_as_a_question_mark(tmp_path):
    write_if_changed(tmp_path / "a", "shop \ud83d")
    assert (tmp_path / "a").read_bytes() == b"shop ?"


def test_a_digest_depends_on_names_contents_and_salt_and_on_nothing_else(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    two.write_text("2")
    first = digest([one, two], root=tmp_path)
    assert digest([two, one, one], root=tmp_path) == first
    os.utime(one, (0, 0))
    assert digest([one, two], root=tmp_path) == first
    assert digest([one, two], root=tmp_path, salt="x") != first
    one.write_text("2")
    two.write_text("1")
    assert digest([one, two], root=tmp_path) != first


def test_a_digest_tells_a_missing_file_from_an_empty_one(tmp_path):
    missing = digest([tmp_path / "a"], root=tmp_path)
    (tmp_path / "a").touch()
    assert digest([tmp_path / "a"], root=tmp_path) != missing


def test_a_folder_stands_for_what_is_below_it_but_not_for_what_is_hidden(tmp_path):
    (tmp_path / "app" / "deep").mkdir(parents=True)
    (tmp_path / "app" / "deep" / "a").write_text("1")
    before = digest([tmp_path / "app"], root=tmp_path)
    for hidden in (".git", "__pycache__"):
        (tmp_path / "app" / hidden).mkdir()
        (tmp_path / "app" / hidden / "x").write_text("noise")
    assert digest([tmp_path / "app"], root=tmp_path) == before
    (tmp_path / "app" / "deep" / "b").write_text("1")
    assert digest([tmp_path / "app"], root=tmp_path) != before


def test_a_digest_is_the_same_in_another_folder(tmp_path):
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text("1")
    here, there = tmp_path / "here", tmp_path / "there"
    assert digest([here / "a"], root=here) == digest([there / "a"], root=there)
