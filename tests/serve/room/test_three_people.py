"""One incident, three people, one record: two rooms and a terminal, on clones of one remote."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial

import pytest
from tests import program
from tests.serve.room.browser import Browser, enter
from tests.teams import share

from incidentctl.app.workspace import places
from incidentctl.app.workspace.workspace import Workspace


@pytest.fixture
def clones(team, tmp_path, git):
    """Clones of Greta, Omar and Sanne that share a bare remote."""
    share(team, git)
    for name in ("omar", "sanne"):
        git(tmp_path, "clone", "-q", "hub.git", name)
        git(tmp_path / name, "config", "user.email", f"{name}@astronomy-shop.example")
    return team, tmp_path / "omar", tmp_path / "sanne"


def until(what: Callable[[], bool], of: str) -> None:
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < 30, of
        time.sleep(0.1)


def reads(browser: Browser, path: str, text: str) -> bool:
    return text in browser.get(path).text


def log_of(folder, ident: str) -> str:
    return Workspace(places.RepositoryChoice(folder, "-C"), dict(os.environ)).log_text(ident)


def hubs_log(git, team, ident: str) -> str:
    """Return log.md as everybody can read it on the remote."""
    folder = f"incidents/{ident[4:8]}/{ident[8:10]}/{ident}"
    hub = git(team, "remote", "get-url", "origin").strip()
    return git(hub, "show", f"incident-log:{folder}/log.md")


def test_three_people_see_each_others_entries(clones, rooms, git):
    """Greta declares in her room, Omar walks in a terminal, Sanne notes in a room of her own."""
    team, omars, sannes = clones
    greta, sanne = enter(rooms.start(team)), enter(rooms.start(sannes))
    path = greta.fill("/declare", "/declare", title="Checkout fails").led
    greta.fill(path, f"{path}/answers", severity="SEV1", affects="checkout")
    path = path.replace("declare", "incidents")
    ident = path.rpartition("/")[2]
    until(lambda: reads(sanne, path, "Severity SEV1"), "what was declared, in the other room")
    walk = program.Terminal(
        "-C", omars, "run", "-i", ident,
        env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
        encoding="utf-8", timeout=30, dimensions=(40, 100),
    )  # fmt: skip
    try:
        walk.expect_exact("Checkout fails")
        sanne.fill(path, f"{path}/note", text="the pool is empty")
        greta.fill(path, f"{path}/step-done", step="page-on-call", note="Kofi answers")
        walk.expect_exact("the pool is empty")
        walk.expect_exact("then Enter)")
        walk.send("n\r")
        walk.expect_exact("note")
        walk.send("restarted payment\r")
        for person in (greta, sanne):
            until(lambda who=person: reads(who, path, "restarted payment"), "the note of the walk")
            until(lambda who=person: reads(who, path, "the pool is empty"), "the note of the room")
            until(lambda who=person: reads(who, path, "Kofi answers"), "the step of the room")
        logs = (
            *(partial(log_of, folder, ident) for folder in clones),
            partial(hubs_log, git, team, ident),
        )
        until(lambda: len({log() for log in logs}) == 1, "the same log everywhere")
        assert {name in log_of(team, ident) for name in ("greta", "omar", "sanne")} == {True}
    finally:
        walk.close(force=True)
