"""A customer's way through an application, walked over HTTP against a small real server."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from groundplan import journey
from groundplan.design.steps import Step


class Shop(BaseHTTPRequestHandler):
    """Gives a cookie and a key on its form, and takes the form back only with both."""

    def do_GET(self):
        if self.path == "/away":
            self.send_response(303)
            self.send_header("Location", "/")
            self.end_headers()
            return
        self.answer(200, '<input name="key" value="k1"> Welcome', cookie=True)

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        sound = form == {"key": ["k1"], "who": ["{nobody}"]} and self.headers["Cookie"] == "cart=1"
        self.answer(200 if sound else 422, "Thank you" if sound else "No")

    def answer(self, status: int, text: str, *, cookie: bool = False) -> None:
        self.send_response(status)
        if cookie:
            self.send_header("Set-Cookie", "cart=1")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_words: object):
        pass


@pytest.fixture
def base():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


LOOK = Step(name="Look", get="/away", keep={"key": 'value="(\\w+)"'}, expect="Welcome")
BUY = Step(name="Buy", post="/buy", form={"key": "{key}", "who": "{nobody}"}, expect="Thank you")


def test_cookies_and_what_was_kept_go_along(base):
    results = journey.walk([LOOK, BUY], base)
    assert journey.complete(results, [LOOK, BUY])
    assert [(item.step, item.problem) for item in results] == [("Look", None), ("Buy", None)]


def test_each_walk_is_a_customer_of_its_own(base):
    journey.walk([LOOK], base)
    [result] = journey.walk([BUY], base)
    assert result.problem == "answered 422, not 200"


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        (Step(name="Look", get="/", expect="Goodbye"), "the page has no 'Goodbye'"),
        (Step(name="Look", get="/", keep={"id": "id=(1)"}), "the page has no id (/id=(1)/)"),
        (Step(name="Look", get="/", status=404), "answered 200, not 404"),
    ],
)
def test_the_first_step_that_goes_wrong_ends_it_and_says_why(base, step, problem):
    results = journey.walk([step, BUY], base)
    assert [item.problem for item in results] == [problem]
    assert not journey.complete(results, [step, BUY])
    first, second = journey.as_text(results, [step, BUY]).splitlines()
    assert (first, second) == (f"✗  Look  failed: {problem}", "–  Buy   not reached")


def test_nobody_at_home_is_told():
    [result] = journey.walk([LOOK], "http://127.0.0.1:9")
    assert result.problem is not None
    assert result.problem.startswith("no answer: ")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"get": "/", "post": "/"},
        {"get": "/", "form": {"a": "b"}},
        {"get": "no-slash"},
        {"get": "/", "keep": {"key": "no group"}},
        {"get": "/", "keep": {"key": "(unclosed"}},
    ],
)
def test_a_step_that_makes_no_sense_is_refused(fields):
    with pytest.raises(ValidationError):
        Step(name="Look", **fields)
