"""What others do is on every screen a moment later, and no slow line keeps anybody waiting."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time

import pytest
from tests.serve.room.browser import Browser, enter

from incidentctl.app.incident import notes
from incidentctl.app.incident.declare import Request, begin, complete
from incidentctl.app.incident.respond import Response
from incidentctl.serve.room.live import MAX_FOLLOWERS, News


@pytest.fixture
def ident(workspace):
    opened = workspace()
    request, who = Request("Checkout fails", affects=["checkout"]), opened.actor(None)
    ident = begin(opened, request, who, on_recorded=lambda _: None)
    complete(opened, ident, request, who)
    return ident


def note(workspace, ident: str, text: str) -> str:
    """Write a note as a command does; return its event."""
    response = Response(workspace, ident, workspace.actor(None), on_recorded=lambda _: None)
    return notes.log(response, text).events[0]


class Screen:
    """A connection that follows."""

    def __init__(self, browser: Browser, path: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=60)
        self._connection.request("GET", path, headers={"Cookie": browser.cookie})
        self.answer = self._connection.getresponse()
        self.begun = self.event() if self.answer.status == 200 else ("", {})

    def event(self) -> tuple[str, dict]:
        """Wait for the next event; return its name and what it says."""
        name = ""
        while True:
            line = self.answer.readline().decode().strip()
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            if line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: "))

    def close(self) -> None:
        self.answer.close()
        self._connection.close()


def test_a_command_is_on_fifty_screens_within_a_second(browser, ident, workspace):
    """The new entry comes with the event; and one of them reads nothing at all."""
    path = f"/incidents/{ident}"
    version = re.findall(r'data-version="([^"]+)"', browser.get(path).text)[0]
    screens = [Screen(browser, f"{path}/live") for _ in range(50)]
    deaf = socket.create_connection(("127.0.0.1", browser.port))
    deaf.sendall(
        f"GET {path}/live HTTP/1.1\r\nHost: {browser.host}\r\n".encode()
        + f"Cookie: {browser.cookie}\r\n\r\n".encode()
    )
    assert {screen.begun[1]["version"] for screen in screens} == {version}
    seen: list[float] = []

    def look(screen: Screen) -> None:
        name, data = screen.event()
        assert (name, data["parts"]) == ("changed", ["timeline"])
        assert "the pool is empty" in data["html"]
        assert data["html"].count("<li ") == len(data["entries"]) == 1
        seen.append(time.monotonic())

    readers = [threading.Thread(target=look, args=(screen,)) for screen in screens]
    for reader in readers:
        reader.start()
    opened = workspace()
    note(opened, ident, "the pool is empty")
    recorded = time.monotonic()
    for reader in readers:
        reader.join(20)
    assert len(seen) == 50
    # A whole second is the target of the bench; here other tests run, too.
    assert max(seen) - recorded < 5
    for screen in screens:
        screen.close()
    deaf.close()


def test_who_comes_after_a_change_is_told_which_version_there_is(browser, ident, workspace):
    path = f"/incidents/{ident}"
    before = re.findall(r'data-version="([^"]+)"', browser.get(path).text)[0]
    note(workspace(), ident, "seen by nobody")
    screen = Screen(browser, f"{path}/live")
    assert screen.begun[0] == "here"
    assert screen.begun[1]["version"] != before
    screen.close()


def test_the_board_is_told_of_another_incident(browser, ident, workspace):
    screen = Screen(browser, "/live")
    opened = workspace()
    begin(opened, Request("Search is slow"), opened.actor(None), on_recorded=lambda _: None)
    assert screen.event() == (
        "changed",
        {"of": "board", "parts": ["board"], "entries": [], "html": ""},
    )
    screen.close()


def test_a_stream_ends_with_the_room(team, rooms, ident):
    server = rooms.start(team)
    screen = Screen(enter(server), f"/incidents/{ident}/live")
    begun = time.monotonic()
    server.stop()
    assert screen.answer.read() == b"\n"
    assert time.monotonic() - begun < 5
    screen.close()


def test_too_many_are_told_to_ask(browser, ident):
    screens = [Screen(browser, f"/incidents/{ident}/live") for _ in range(MAX_FOLLOWERS)]
    one_more = Screen(browser, f"/incidents/{ident}/live")
    assert one_more.answer.status == 503
    assert one_more.answer.getheader("Retry-After")
    screens[0].close()
    for screen in (one_more, *screens[1:]):
        screen.close()


def test_what_waits_for_a_slow_line_is_bounded():
    waits = News()
    for number in range(1000):
        waits = waits.and_(News(("timeline", "head"), (f"event {number}",), "<li>an entry</li>"))
    assert waits == News(("timeline", "head"), None, "")


def test_each_answer_says_of_when_it_is(browser, ident):
    page = browser.get(f"/incidents/{ident}/parts?of=title", x_room_part="1").text
    assert re.findall(r'data-part="([^"]+)"', page) == ["as-of", "title"]


def test_parts_leave_what_was_said_to_the_page(browser, ident):
    path = f"/incidents/{ident}"
    browser.fill(path, f"{path}/note", text="x")
    assert 'class="note"' not in browser.get(f"{path}/parts", x_room_part="1").text
    assert f"{ident}: log" in browser.get(path).text


def test_strangers_follow_nothing(browser, ident):
    assert Browser(browser.port).get(f"/incidents/{ident}/live").code == 401
    assert Browser(browser.port).get("/live").code == 401
