"""The one way to run a tool: request in, outcome out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from groundplan import process
from groundplan.errors import ToolError

PYTHON = sys.executable

# Tells how often it was interrupted, in the second in which it waits to be.
COUNTS = """
import signal, sys, time
seen = []
signal.signal(signal.SIGINT, lambda *_: seen.append(1))
open(sys.argv[1], "w").write("ready")
end = time.monotonic() + 1
while time.monotonic() < end:
    time.sleep(0.05)
open(sys.argv[1], "w").write(str(len(seen)))
"""


def python(code: str, *arguments: str) -> list[str]:
    return [PYTHON, "-c", code, *arguments]


def test_the_outcome_has_both_streams_the_exit_code_and_the_time():
    code = "import sys; print('out'); print('err', file=sys.stderr)"
    outcome = process.run(python(code))
    assert (outcome.stdout, outcome.stderr, outcome.returncode) == ("out\n", "err\n", 0)
    assert outcome.argv == (PYTHON, "-c", code)
    assert 0 < outcome.seconds < 60


def test_it_gets_folder_environment_and_input_as_told(tmp_path):
    code = "import os, sys; print(os.getcwd(), os.environ['WORD'], sys.stdin.read())"
    outcome = process.run(python(code), cwd=tmp_path, env={"WORD": "yes"}, stdin="typed")
    assert outcome.stdout == f"{tmp_path} yes typed\n"


def test_without_input_it_is_not_asked_for_any():
    assert process.run(python("import sys; print(repr(sys.stdin.read()))")).stdout == "''\n"


def test_no_shell_ever_reads_the_arguments():
    outcome = process.run(python("import sys; print(sys.argv[1])", "$(id); `id` && id"))
    assert outcome.stdout == "$(id); `id` && id\n"


def test_what_is_no_utf_8_is_shown_all_the_same():
    assert process.run(python("import os; os.write(1, b'a\\xffb')")).stdout == "a\ufffdb"


def test_a_failure_tells_the_tool_its_exit_code_and_what_it_said():
    code = "import sys; sys.exit('first\\nsecond')"
    with pytest.raises(ToolError) as caught:
        process.run(python(code))
    assert caught.value.message.startswith("python")
    assert caught.value.message.endswith("failed (exit code 1)\n  first\n  second")
    assert process.run(python(code), check=False).returncode == 1


def test_a_tool_that_says_nothing_is_said_to():
    with pytest.raises(ToolError, match="it said nothing"):
        process.run(python("raise SystemExit(4)"))


def test_a_tool_that_is_not_there_is_named():
    with pytest.raises(ToolError, match="no-such-tool can't be started"):
        process.run(["no-such-tool"])
    with pytest.raises(ToolError, match="no-such-tool can't be started"):
        process.stream(["no-such-tool"], on_line=print)
    with pytest.raises(ToolError, match="no-such-tool can't be started"):
        process.background(["no-such-tool"]).__enter__()
    with pytest.raises(ToolError) as caught:
        process.find("no-such-tool", install="get it from the shop")
    assert caught.value.hint == "get it from the shop"
    assert process.find("sh", install="").endswith("/sh")


def test_a_tool_that_takes_too_long_is_ended_with_all_that_it_started():
    start = time.monotonic()
    with pytest.raises(ToolError, match="took longer than 1 s"):
        # The inner one holds the pipe: to kill the outer one alone would be to wait for it.
        process.run(["sh", "-c", "sleep 30; true"], timeout=1)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("group", [True, False], ids=["ctrl-c in a terminal", "kill -INT"])
def test_an_interrupt_reaches_the_tool_once_and_it_is_waited_for(tmp_path, group):
    seen = tmp_path / "seen"
    argv = python(COUNTS, str(seen))
    run = f"from groundplan import process; process.run({argv!r})"
    child = subprocess.Popen(python(run), start_new_session=True, stderr=subprocess.PIPE, text=True)
    while not seen.exists() or seen.read_text() != "ready":
        time.sleep(0.05)
    (os.killpg if group else os.kill)(child.pid, signal.SIGINT)
    _, said = child.communicate(timeout=30)
    assert "KeyboardInterrupt" in said
    assert seen.read_text() == "1"


def test_no_credentials_reach_a_local_tool(monkeypatch):
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "TF_VAR_x", "TF_TOKEN_app", "ARM_X"):
        monkeypatch.setenv(name, "mine")
    monkeypatch.setenv("AWS_CA_BUNDLE", "/ca.pem")
    environment = process.clean_environment({"AWS_REGION": "us-east-1"})
    assert "mine" not in environment.values()
    assert environment["AWS_REGION"] == "us-east-1"
    assert environment["AWS_CA_BUNDLE"] == "/ca.pem"
    assert environment["PATH"] == os.environ["PATH"]


def test_lines_are_handed_over_as_they_are_said_on_either_stream():
    code = "import sys; print('one', flush=True); print('two', file=sys.stderr); sys.exit(3)"
    lines: list[str] = []
    outcome = process.stream(python(code), on_line=lines.append)
    assert lines == ["one", "two"]
    assert (outcome.stdout, outcome.returncode) == ("one\ntwo\n", 3)


def test_who_hears_a_line_may_end_it_and_the_tool_is_interrupted_once(tmp_path):
    seen = tmp_path / "seen"

    def stop(_line: str) -> None:
        raise KeyboardInterrupt

    ready = 'write("ready")'  # it hears an interrupt from here on
    code = COUNTS.replace(ready, f"{ready}; print('begun', flush=True)")
    with pytest.raises(KeyboardInterrupt):
        process.stream(python(code, str(seen)), on_line=stop)
    assert seen.read_text() == "1"


def test_what_runs_in_the_background_ends_with_the_block():
    code = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
print("begun", flush=True)
signal.pause()
"""
    with process.background(python(code)) as said:
        assert said.get() == "begun"
    assert (said.get(), said.get()) == ("ended", None)


def test_what_ends_by_itself_in_the_background_says_so():
    with process.background(python("import sys; sys.exit('no more')")) as said:
        assert (said.get(), said.get()) == ("no more", None)
