"""Two people walk in two terminals, on two clones of one remote: each sees what the other does."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import pexpect
import pytest
from tests import program
from tests.teams import share


@pytest.fixture
def clones(team, tmp_path, git):
    """Two clones that share a bare remote."""
    share(team, git)
    git(tmp_path, "clone", "-q", "hub.git", "other")
    return team, tmp_path / "other"


def run(folder, *arguments):
    program.run("-C", folder, *arguments, check=True)


def show(folder):
    done = program.run("-C", folder, "show", "--json", check=True)
    return json.loads(done.stdout)


def walk(folder, person, **variables):
    return program.Terminal(
        "-C", folder, "run", "--as", person,
        env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **variables},
        encoding="utf-8", timeout=30, dimensions=(30, 80),
    )  # fmt: skip


def declare(folder, *arguments):
    run(
        folder, "declare", "checkout is down", "--affects", "checkout", "--no-input", "--as",
        "haruto", *arguments,
    )  # fmt: skip


def test_what_others_do_and_offer_appears_by_itself_in_their_clone_s_walk(clones):
    mine, theirs = clones
    declare(mine)
    run(mine, "sync")
    run(theirs, "sync")
    one, two = walk(mine, "haruto"), walk(theirs, "joelle")
    one.expect_exact("then Enter)")
    one.send("s\r")
    for child in (one, two):
        child.expect_exact("Step 1 of 8")
        child.expect_exact("then Enter)")

    two.send("the database ")  # what is half typed stays
    two.expect_exact("database")
    one.send("d\r")
    one.expect_exact("note or link")
    one.send("paged sanne\r")
    one.expect_exact("recorded")
    two.expect_exact("haruto: Done: Page the on-call")
    two.expect_exact("(done by haruto at")  # the step that the words are about is still there
    two.send("is full\r")
    two.expect_exact("note it?")
    two.expect_exact("the database is full")
    two.send("\r")
    two.expect_exact("recorded")
    one.expect_exact("joelle: the database is full")

    one.send("h\r")
    one.expect_exact("PERSON")
    one.send("joelle\r")
    one.expect_exact("recorded")
    two.expect_exact("Command is offered to you by haruto: y accepts")
    two.expect_exact("y  accept command from haruto")
    two.expect_exact("then Enter)")
    two.send("y\r")
    two.expect_exact("joelle is the commander")
    one.expect_exact("joelle commands")
    for child in (one, two):
        child.sendintr()
        child.expect(pexpect.EOF)
    assert [step["state"] for step in show(mine)["steps"]][:2] == ["done", "open"]


def test_a_step_that_somebody_else_has_done_makes_room_for_the_next(clones):
    mine, _ = clones
    declare(mine)
    run(mine, "assign", "mitigator", "greta", "--as", "haruto")
    child = walk(mine, "haruto")
    child.expect_exact("then Enter)")
    child.send("s\r")
    child.expect_exact("Step 1 of 8")
    run(mine, "step", "done", "page-on-call", "--as", "greta")
    child.expect_exact("greta: Done: Page the on-call")
    child.expect_exact("Step 2 of 8")
    child.sendintr()
    child.expect(pexpect.EOF)


def test_an_update_that_becomes_due_is_told_on_the_waiting_screen(clones):
    mine, _ = clones
    due = datetime.now(UTC) + timedelta(seconds=12)
    declare(mine, "--at", (due - timedelta(minutes=30)).isoformat())
    child = walk(mine, "haruto")
    child.expect_exact("next update in")
    child.expect_exact("! An update is due: u")
    if "\a" not in child.before:
        child.expect_exact("\a")
    child.sendintr()
    child.expect(pexpect.EOF)


def test_who_walks_is_told_that_nobody_receives_what_they_record(clones):
    mine, _ = clones
    declare(mine)
    run(mine, "sync")
    hub = mine.parent / "hub.git"
    hub.rename(hub.with_name("away"))
    child = walk(mine, "haruto")
    child.expect_exact("then Enter)")
    child.send("s\r")  # recorded, and not sent
    child.expect_exact("! Others do not see 1 event of this clone")
    child.expect_exact("then Enter)")
    hub.with_name("away").rename(hub)
    run(mine, "sync")
    child.send("d\r")
    child.expect_exact("note or link")
    child.send("paged sanne\r")
    child.expect_exact("Step 2 of 8")
    child.expect_exact("then Enter)")
    assert "do not see" not in child.before
    child.sendintr()
    child.expect(pexpect.EOF)


def test_a_walk_that_nobody_shares_waits_too(team):
    declare(team)
    child = walk(team, "haruto")
    child.expect_exact("then Enter)")
    run(team, "log", "looked at the graphs", "--as", "greta")
    child.expect_exact("greta: looked at the graphs")
    child.sendintr()
    child.expect(pexpect.EOF)


def test_a_terminal_that_can_only_print_lines_tells_of_others_too(team):
    declare(team)
    child = walk(team, "haruto", TERM="dumb")
    child.expect_exact("] ")
    run(team, "log", "looked at the graphs", "--as", "greta")
    child.expect_exact("greta: looked at the graphs")
    child.expect_exact("] ")
    child.send("n so did I\r")
    child.expect_exact("log")
    child.sendintr()
    child.expect(pexpect.EOF)
    assert show(team)["timeline"][-1]["text"] == "so did I"


def test_the_same_incident_that_somebody_else_declared_is_told(clones):
    mine, theirs = clones
    declare(mine)
    run(mine, "sync")
    one = walk(mine, "haruto")
    one.expect_exact("then Enter)")
    run(theirs, "declare", "Checkout is down", "--affects", "checkout", "--no-input", "--as",
        "joelle")  # fmt: skip
    run(theirs, "sync")
    one.expect_exact("Also open, perhaps the same")
    one.expect_exact("--duplicate-of")
    one.send("q\r")
    one.wait()
