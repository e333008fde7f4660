"""The room in Chromium: three people at one record, and a whole incident by keys alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pexpect
import pytest
from playwright.sync_api import Page, expect
from tests.browser.harness import EVIL, assert_inert
from tests.serve.room.browser import Rooms

from incidentctl.app.incident.declare import Request, begin, complete
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import Response
from incidentctl.app.record.sync import sync
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.state import Incident

EXAMPLE = Path(__file__).parents[2] / "examples" / "otel-demo"


def run_git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture
def team(tmp_path) -> Path:
    folder = tmp_path / "team"
    shutil.copytree(EXAMPLE, folder)
    settings = folder / "incidentctl.yaml"
    settings.write_text(settings.read_text().replace("record: {", "record: {remote: origin, "))
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "The catalog"]):
        run_git(folder, *words)
    return folder


@pytest.fixture
def rooms() -> Iterator[Rooms]:
    found = Rooms()
    yield found
    found.stop()


def tab_to(page: Page, locator: Any, key: str = "Tab") -> None:
    """Press a key until something has the focus."""
    for _ in range(60):
        if locator.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{locator} cannot be reached with the keyboard")


def press(page: Page, locator: Any, key: str = "Tab") -> None:
    tab_to(page, locator, key)
    page.keyboard.press("Enter")


def write(page: Page, locator: Any, text: str, key: str = "Tab") -> None:
    tab_to(page, locator, key)
    page.keyboard.type(text)


def in_the_room(visit: Any, rooms: Rooms, team: Path, **options: Any) -> Page:
    """Enter by the link, whose page leads on to the board."""
    page: Page = visit(rooms.start(team).link(), **options)
    expect(page.get_by_role("heading", level=1)).to_have_text("Open incidents")
    return page


def test_three_people_one_record(visit, rooms, team, tmp_path):
    """Declared on a phone, walked in a terminal of another clone, noted in a third one's room."""
    run_git(tmp_path, "clone", "-q", "--bare", str(team), "remote.git")
    clones = []
    for handle in ("greta", "sanne", "omar"):
        run_git(tmp_path, "clone", "-q", str(tmp_path / "remote.git"), handle)
        clones.append(tmp_path / handle)
        run_git(clones[-1], "config", "user.email", f"{handle}@astronomy-shop.example")
    greta, sanne, omar = clones

    phone = in_the_room(visit, rooms, greta, phone=True)
    phone.get_by_role("link", name="Declare", exact=True).click()
    phone.get_by_label("What is broken").fill("nobody can pay at the checkout")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("nobody can pay")
    phone.get_by_role("link", name="Go to the incident").click()
    ident = urlsplit(phone.url).path.split("/")[-1]
    sync(open_workspace(str(greta)))

    sync(open_workspace(str(sanne)))
    terminal = pexpect.spawn(
        sys.executable, ["-m", "incidentctl", "run", "-i", ident],
        cwd=str(sanne), encoding="utf-8", timeout=60, dimensions=(60, 80),
        env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
    )  # fmt: skip
    for seen, typed in (
        ("(?s)which role.*can go on", "s\r"),
        ("(?s)Step 1 of .*can go on", "d\r"),
        ("note or link", "Renata is on it\r"),
        ("(?s)Step 2 of .*can go on", "l\r"),
    ):
        terminal.expect(seen)
        terminal.send(typed)
    terminal.expect(pexpect.EOF)
    sync(open_workspace(str(sanne)))

    sync(open_workspace(str(omar)))
    third = in_the_room(visit, rooms, omar)
    third.goto(urljoin(third.url, f"/incidents/{ident}"))
    expect(third.locator("#timeline")).to_contain_text("Renata is on it")
    third.get_by_label("Note", exact=True).fill("the lag grows since 13:52")
    third.get_by_role("button", name="Add note").click()
    expect(third.locator("#timeline")).to_contain_text("the lag grows since 13:52")
    for clone in (omar, greta, sanne):
        sync(open_workspace(str(clone)))

    # Nobody reloads a page: what came with an exchange is on it within five seconds.
    for text in ("Renata is on it", "the lag grows since 13:52"):
        expect(phone.locator("#timeline")).to_contain_text(text, timeout=5000)
    expect(phone.locator("#step-1")).to_contain_text("done by sanne", timeout=5000)
    expect(third.locator("#timeline")).to_contain_text("nobody can pay")
    written = {
        run_git(clone, "show", f"incident-log:{open_workspace(str(clone)).record.log_path(ident)}")
        for clone in clones
    }
    assert len(written) == 1
    (log,) = written
    for text in ("nobody can pay", "Renata is on it", "the lag grows since 13:52"):
        assert text in log


def the_incident(team: Path) -> Incident:
    workspace = open_workspace(str(team))
    (ident,) = workspace.record.ids()
    return load(workspace, ident)


def test_keys_alone_declare_walk_note_and_resolve(visit, rooms, team):
    page = in_the_room(visit, rooms, team)
    press(page, page.get_by_role("link", name="Declare", exact=True))
    write(page, page.get_by_label("What is broken"), "nobody can pay at the checkout")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name="Go to the incident"))
    press(page, page.locator("#step-1").get_by_role("button", name="Done"))
    expect(page.locator("#step-1")).to_contain_text("done by")
    note = page.get_by_label("Note", exact=True)
    write(page, note, "the flag is on since 13:52", "Shift+Tab")
    press(page, page.get_by_role("button", name="Add note"))
    expect(page.locator("#timeline")).to_contain_text("the flag is on since 13:52")
    press(page, page.get_by_role("link", name="End", exact=True), "Shift+Tab")
    write(page, page.get_by_label("What solved it"), "switched the flag off")
    press(page, page.get_by_role("button", name="Resolve"))
    expect(page.locator("#head")).to_contain_text("resolved")
    found = the_incident(team)
    assert (found.title, found.status) == ("nobody can pay at the checkout", "resolved")
    assert found.steps[0].state == "done"
    texts = [entry.text for entry in found.entries]
    assert any("the flag is on since 13:52" in text for text in texts)
    assert any("switched the flag off" in text for text in texts)


def test_hostile_texts_that_come_live_do_nothing(visit, rooms, team):
    workspace = open_workspace(str(team))
    who = workspace.actor(None)
    ident = begin(workspace, Request("x"), who, on_recorded=lambda _: None)
    complete(workspace, ident, Request("x"), who)
    page = in_the_room(visit, rooms, team)
    page.goto(urljoin(page.url, f"/incidents/{ident}"))
    response = Response(workspace, ident, who, on_recorded=lambda _: None)
    response.record(
        [
            facts.Noted(EVIL, pinned=True), facts.Noted(EVIL, command=EVIL, exit_code=1),
            facts.UpdatePosted(EVIL), facts.ImpactSet(EVIL), facts.HypothesisProposed(EVIL),
            facts.Linked(EVIL, "javascript:window.ran=1"), facts.TaskAdded(EVIL, EVIL, EVIL),
            facts.RoleAssigned(EVIL, EVIL, EVIL), facts.AlertAttached(EVIL, EVIL, EVIL),
            facts.StepDone(response.incident.steps[0].id, EVIL, "javascript:window.ran=1"),
        ],
        "hostile",
    )  # fmt: skip
    for part in ("#timeline", "#tasks", "#hypotheses", "#roles", "#step-1", "#head"):
        expect(page.locator(part)).to_contain_text("</title></style>")
    assert_inert(page)
    assert page.locator("a[href^='javascript']").count() == 0
