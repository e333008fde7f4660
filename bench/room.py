"""The room and a long incident: how soon its page begins, how soon 50 screens show an entry."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.incidents import declare_in, make_repository, note_in, open_ticking
from bench.timing import INCIDENTCTL, Row, middle, ratio, rounds
from incidentctl.app.incident import notes
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import Response
from incidentctl.app.workspace.places import choose
from incidentctl.app.workspace.workspace import Workspace

_EVENTS, _ROUNDS = 2000, 25
_SCREENS, _NOTES = 50, 10


class Room(NamedTuple):
    """A room that runs, and the cookie of who is signed in."""

    port: int
    cookie: str

    def ask(self, path: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Ask for a page; return once its first byte is there."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{path} is answered with {answer.status}")
        return connection, answer


def rows(folder: Path) -> list[Row]:
    """Measure a room as people run it: a process of its own."""
    team = make_repository(folder / "team")
    ticking = open_ticking(team)
    ident = declare_in(ticking)
    note_in(ticking, ident, _EVENTS)
    path = f"/incidents/{ident}"
    with _running(team) as room:
        return [*_first_byte(room, team, ident, path), *_screens(room, team, ident, path)]


def _first_byte(room: Room, team: Path, ident: str, path: str) -> Iterator[Row]:
    """Compare with what reads and folds the incident, by turns, in a process as warm."""
    own = _open(team)

    def page() -> float:
        began = time.perf_counter()
        connection, answer = room.ask(path)
        took = time.perf_counter() - began
        answer.read()
        connection.close()
        return took * 1000

    def fold() -> float:
        began = time.perf_counter()
        load(own, ident)
        return (time.perf_counter() - began) * 1000

    def noted(work: str) -> float:
        # Both read the same new entry.
        if work == "page":
            _note(team, ident, "looked at one more dashboard")
            time.sleep(0.5)  # and the commit behind it
        return page() if work == "page" else fold()

    for what, works in (
        ("unchanged since", {"page": page, "fold": fold}),
        ("after a new entry", {"page": lambda: noted("page"), "fold": lambda: noted("fold")}),
    ):
        times = rounds(works, _ROUNDS)
        pages, folds = times["page"], times["fold"]
        yield Row(
            f"first byte of the page of an incident with {_EVENTS:,} events, {what} / reading and "
            "folding it", ratio(pages, folds), "×", 2,
            f"{middle(pages):.0f} / {middle(folds):.0f} ms",
        )  # fmt: skip


def _screens(room: Room, team: Path, ident: str, path: str) -> Iterator[Row]:
    seen: list[float] = []
    there = threading.Barrier(_SCREENS + 1)
    shown = threading.Barrier(_SCREENS + 1)

    def watch() -> None:
        connection, answer = room.ask(f"{path}/live")
        _event(answer, "here")
        there.wait()
        for number in range(_NOTES):
            page = ""
            while f"entry number {number} " not in page:
                page = str(_event(answer, "changed")["html"])
            seen.append(time.perf_counter())
            shown.wait()
        connection.close()

    threads = [threading.Thread(target=watch, daemon=True) for _ in range(_SCREENS)]
    for thread in threads:
        thread.start()
    there.wait()
    took: list[float] = []
    for number in range(_NOTES):
        seen.clear()
        recorded = _note(team, ident, f"entry number {number} of the bench")
        shown.wait()
        took.append((max(seen) - recorded) * 1000)
        time.sleep(1.0)
    what = f"an entry on the last of {_SCREENS} screens, after it was recorded"
    yield Row(what, max(took), "ms", 1000, f"median {middle(took):.0f} ms")


def _event(answer: http.client.HTTPResponse, name: str) -> dict[str, object]:
    """Wait for an event of a stream, and return what it says."""
    found = ""
    while True:
        line = answer.readline().decode().strip()
        if line.startswith("event: "):
            found = line.removeprefix("event: ")
        elif line.startswith("data: ") and found == name:
            told: dict[str, object] = json.loads(line.removeprefix("data: "))
            return told


def _open(team: Path) -> Workspace:
    environment = dict(os.environ)
    return Workspace(choose(str(team), environment, team), environment)


def _note(team: Path, ident: str, text: str) -> float:
    """Write a note as a command does; return when it was safe."""
    opened, safe = _open(team), list[float]()
    who = opened.actor(None)
    response = Response(opened, ident, who, on_recorded=lambda _: safe.append(time.perf_counter()))
    notes.log(response, text)
    return safe[0]


@contextmanager
def _running(team: Path) -> Iterator[Room]:
    command = (INCIDENTCTL, "-C", str(team), "room", "--no-open")
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        note = ""
        while not (link := re.search(r"http://127\.0\.0\.1:(\d+)(/sign-in/\S+)", note)):
            line = child.stdout.readline() if child.stdout else ""
            if not line:
                raise SystemExit(f"the room has ended: {note}")
            note += line
        room = Room(int(link[1]), "")
        connection, answer = room.ask(link[2])
        cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
        connection.close()
        yield room._replace(cookie=cookie)
    finally:
        child.terminate()
        child.wait(30)
