"""Damaged files for every parser: `python benchmarks/fuzz.py [--inputs 100000] [--seed 1]`.

Each input is a real file with random damage: bytes that are turned, cut out, doubled or put in;
values of another type, far too large, too deep, doubled, renamed or gone. A parser either takes it
or refuses it with an error for people. A Markdown table counts both; anything else that is raised,
and an input that takes longer than ten seconds, is printed with its seed, and makes exit code 1.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from parsers import PARSERS, Parser

from groundplan.errors import GroundplanError

if TYPE_CHECKING:
    from types import FrameType

PATIENCE: Final = 10  # seconds for one input
WORDS: Final = (
    b"null", b"~", b"NaN", b"Infinity", b"-1", b"1e999", b"9" * 40, b"0x1F", b'"', b"'", b"{",
    b"}", b"[", b"]", b": ", b"- ", b"&a ", b"*a", b"<<: *a", b"!!python/object:os.system x",
    b"\t", b"\n", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"---\n", b"|", b">", b"#",
    b"${x}", b"<<EOT\n", b"EOT\n", b"/*", b"*/", b",", b",,", b"\\u0000", b"\\ud800", b"<script>",
    b"../../etc/passwd",
)  # fmt: skip
VALUES: Final = (
    None, True, False, 0, -1, 1.5, 10**400, 1e308, float("inf"), float("nan"), "", " ", "x",
    "<script>alert(1)</script>", "../../etc/passwd", "a\nb\x00c", "\u202egnp.exe", "x" * 10_000,
    [], {}, [None], [[]], {"": None}, {"id": {"id": []}}, ["x", 1, {}], "2026-13-45", "\ud800",
)  # fmt: skip


def main() -> int:
    """Feed each parser its share, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=100_000, help="of all parsers together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=PARSERS, help="one parser instead of all")
    chosen = parser.parse_args()
    names = [chosen.only] if chosen.only else list(PARSERS)
    signal.signal(signal.SIGALRM, _too_long)
    print("| parser | inputs | taken | refused | crashed |\n|---|---:|---:|---:|---:|", flush=True)
    crashes: dict[str, str] = {}
    for name in names:
        counts = _fuzz(name, chosen.inputs // len(names), chosen.seed, crashes)
        told = " | ".join(f"{counts[kind]:,}" for kind in ("taken", "refused", "crashed"))
        print(f"| {name} | {sum(counts.values()):,} | {told} |", flush=True)
    for place, said in crashes.items():
        print(f"\n{place}\n{said}")
    return int(bool(crashes))


def _fuzz(name: str, inputs: int, seed: int, crashes: dict[str, str]) -> Counter[str]:
    parser, counts = PARSERS[name], Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(inputs):
            path = Path(folder) / str(number) / "facts" / f"observed{parser.suffix}"
            path.parent.mkdir(parents=True)  # another one each: some remember what they have read
            path.write_bytes(damaged(parser, random.Random(f"{name} {seed} {number}")))  # noqa: S311
            signal.alarm(PATIENCE)
            try:
                parser.read(path)
            except GroundplanError:
                counts["refused"] += 1
            except Exception as error:
                counts["crashed"] += 1
                _note(crashes, f"{name}, seed {seed}, input {number}", error)
            else:
                counts["taken"] += 1
            finally:
                signal.alarm(0)
                shutil.rmtree(path.parents[1])
    return counts


def _note(crashes: dict[str, str], which: str, error: Exception) -> None:
    """Keep one crash for each place in our code."""
    frames = [item for item in traceback.extract_tb(error.__traceback__)
              if "/groundplan/" in item.filename]  # fmt: skip
    last = frames[-1]
    place = f"{last.filename}:{last.lineno} {type(error).__name__}"
    crashes.setdefault(place, f"{which}: {error!r:.300}\n  {last.line}")


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"longer than {PATIENCE} s")


def damaged(parser: Parser, rolls: random.Random) -> bytes:
    """A real file of `parser`'s kind with one to four damages."""
    number = rolls.randrange(len(parser.texts))
    times = rolls.choice((1, 1, 2, 4))
    if parser.values and rolls.random() < 0.6:  # noqa: PLR2004 - rather what can be parsed at all
        return _dumped(_bent(parser.values[number], rolls, times))
    data = parser.texts[number]
    for _ in range(times):
        data = _broken(data, rolls)
    return data


def _broken(data: bytes, rolls: random.Random) -> bytes:
    start = rolls.randrange(len(data) + 1)
    end = min(len(data), start + rolls.choice((1, 2, 5, 20, 200)))
    part = data[start:end]
    put = rolls.choice((
        bytes([rolls.randrange(256)]), b"", part * rolls.choice((2, 50)), rolls.choice(WORDS),
        part + rolls.choice(WORDS), rolls.choice(WORDS) * rolls.choice((1, 300)), part[::-1],
    ))  # fmt: skip
    return data[:start] + put + data[end:]


def _bent(value: Any, rolls: random.Random, times: int) -> Any:
    whole = [copy.deepcopy(value)]
    for _ in range(times):
        holder, key = _place(whole, rolls)
        if isinstance(holder, dict) and rolls.random() < 0.3:  # noqa: PLR2004
            _bend_keys(holder, key, rolls)
        else:
            holder[key] = _other(holder[key], rolls)
    return whole[0]


def _place(whole: list[Any], rolls: random.Random) -> tuple[Any, Any]:
    """A random place in the value: each level is as likely a place to stop."""
    holder, key = whole, 0
    while isinstance(holder[key], dict | list) and holder[key] and rolls.random() < 0.85:  # noqa: PLR2004
        holder = holder[key]
        key = rolls.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    return holder, key


def _bend_keys(holder: dict[str, Any], key: str, rolls: random.Random) -> None:
    value = holder.pop(key)
    if rolls.random() < 0.5:  # noqa: PLR2004
        holder[rolls.choice((key.upper(), f"{key}s", "", "__class__", f"{key}\n", "x" * 300))] = (
            value
        )


def _other(value: Any, rolls: random.Random) -> Any:
    if isinstance(value, list) and value and rolls.random() < 0.4:  # noqa: PLR2004
        return rolls.choice((value * 2, value[::-1], value[:1], [value], {"0": value[0]}))
    if isinstance(value, str) and rolls.random() < 0.3:  # noqa: PLR2004
        return rolls.choice(
            (value * 400, value.upper(), value[:-1], f"{value}\n", [value], {value: value})
        )
    if rolls.random() < 0.1:  # noqa: PLR2004
        return _deep(value, rolls.choice((50, 99, 300, 900)))
    return copy.deepcopy(rolls.choice(VALUES))


def _deep(value: Any, levels: int) -> Any:
    for level in range(levels):
        value = [value] if level % 2 else {"id": value}
    return value


def _dumped(value: Any) -> bytes:
    """As JSON, which is YAML too; deeper than Python's own writer can go, it is written by hand."""
    try:
        return json.dumps(value, default=str).encode()  # YAML has dates
    except RecursionError:
        return b'{"a": ' * 5000 + b"1" + b"}" * 5000


if __name__ == "__main__":
    sys.exit(main())
