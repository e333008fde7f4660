"""`watch` without a terminal, as JSON, and hostile text; `live` and `follow` with a told clock."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from incidentctl.app.incident.watch import Watch
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.cli.incident.watch import LOUD_FOR, follow, live
from incidentctl.domain.incident.due import Due, in_short
from incidentctl.errors import EnvironmentFailedError


class Glass:
    """A screen that remembers what it showed, and presses q after so many looks."""

    def __init__(self, looks: int, *, height: int = 24) -> None:
        self.looks, self.height = looks, height
        self.shown: list[list[str]] = []
        self.rings: list[int] = []

    def draw(self, lines):
        self.shown.append([text for text, _ in lines])

    def ring(self):
        self.rings.append(len(self.shown))

    def wait(self, _seconds):
        return "q" if len(self.shown) >= self.looks else ""


def ticking(start, step):
    """Return a clock that goes on by a step each time somebody looks."""
    state = {"now": start - step}

    def now():
        state["now"] += step
        return state["now"]

    return now


@pytest.mark.parametrize("option", [(), ("--once",), ("--plain",), ("--quiet",)])
def test_without_a_terminal_it_prints_the_board_once(run, opened, option):
    result = run("watch", *option)
    assert result.code == 0
    assert result.out.startswith(f"SEV2  {opened}  ")
    assert "checkout is down" in result.out
    assert "\x1b" not in result.out


def test_nothing_open_is_said(run):
    result = run("watch")
    assert (result.code, result.out) == (0, "No incident is open.\n")


def test_one_incident_is_chosen_by_a_part_of_its_id(run, opened):
    run("declare", "search is slow", "--no-input")
    watched = run("watch", "-i", opened[-3:])
    assert (watched.code, "checkout is down" in watched.out) == (0, True)
    assert "search is slow" not in watched.out
    assert run("watch", "-i", "zzzzz").code == 3


def test_json_tells_what_the_board_shows(run, opened):
    run("hypothesis", "the cache")
    run("update", "we are at it")
    result = run("watch", "--json").json
    assert result["schema"] == "incidentctl/watch/1"
    (incident,) = result["incidents"]
    assert incident["id"] == opened
    assert incident["last_update"]["text"] == "we are at it"
    assert incident["steps"]["open"] >= len(incident["steps"]["next"]) > 0
    assert incident["hypotheses"] == [{"number": 1, "text": "the cache", "state": "open"}]
    assert incident["nags"] == []
    assert json.dumps(result).isascii()


def test_hostile_text_stays_inert_and_on_its_line(run, team):
    run("declare", "down\x1b[2J\nup \u202e", "--no-input")
    run("log", "\x1b]0;title\x07 [bold]not bold[/bold]\nsecond")
    glass = Glass(1)
    live(Watch(open_workspace(str(team))), glass, lambda: datetime.now(UTC), quiet=True)
    shown = glass.shown[0]
    assert not any(char in line for line in shown for char in "\x1b\x07\n\u202e")
    assert any("[bold]not bold[/bold]" in line for line in shown)


def test_a_whole_day_rings_a_few_times_and_never_again(run, team):
    run("declare", "checkout is down", "--affects", "checkout", "-s", "SEV1", "--no-input")
    watch = Watch(open_workspace(str(team)))
    glass = Glass(24 * 60)
    start = datetime.now(UTC)
    live(watch, glass, ticking(start, timedelta(minutes=1)), quiet=False)
    # The update, the roles and the command, each at two stages.
    assert 4 <= len(glass.rings) <= 6
    assert all(look < 5 * 60 for look in glass.rings)
    last = "\n".join(glass.shown[-1])
    assert "! An update is overdue" in last
    assert "!!!" not in last


def test_a_reminder_is_loud_for_a_moment(run, team):
    run("declare", "checkout is down", "--affects", "checkout", "-s", "SEV1", "--no-input")
    glass = Glass(3)
    start = datetime.now(UTC) + timedelta(hours=4)
    live(Watch(open_workspace(str(team))), glass, ticking(start, LOUD_FOR), quiet=True)
    loud = [any(line.startswith("!!!") for line in lines) for lines in glass.shown]
    assert loud == [True, False, False]
    assert glass.rings == []


def test_follow_is_silent_while_nothing_changes(run, opened, team, capsys):
    class EnoughError(Exception):
        pass

    looks = []

    def sleep(_):
        looks.append(capsys.readouterr().out)
        if len(looks) == 2:
            run("log", "rolled back")
            capsys.readouterr()
        if len(looks) == 5:
            raise EnoughError

    watch = Watch(open_workspace(str(team)))
    watch.poll()
    start = datetime.now(UTC)
    with pytest.raises(EnoughError):
        follow(watch, lambda: start, quiet=False, sleep=sleep)
    assert "checkout is down" in looks[0]
    assert [bool(look) for look in looks[1:]] == [False, True, False, False]
    assert looks[2].strip().endswith("rolled back")


def test_a_poll_reads_only_when_something_changed(run, opened, team):
    watch = Watch(open_workspace(str(team)))
    assert watch.poll()
    assert not watch.poll()
    run("log", "here")
    assert watch.poll()
    assert watch.incidents[0].entries[-1].text == "here"
    assert not watch.poll()


def test_a_packed_ref_is_followed(run, opened, team, git):
    watch = Watch(open_workspace(str(team)))
    watch.poll()
    git(team, "pack-refs", "--all")
    watch.poll()
    run("log", "after packing")
    assert watch.poll()
    assert watch.incidents[0].entries[-1].text == "after packing"


def test_the_short_line_of_due_is_for_a_prompt(run, team):
    quiet = run("due", "--short")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    run("declare", "checkout is down", "--affects", "checkout", "-s", "SEV2", "--no-input")
    soon = run("due", "--short")
    assert soon.code == 0
    assert re.fullmatch(r"[a-z0-9]{3} [a-z]+ in \d+[ms]\d*s?\n", soon.out), soon.out


def test_the_short_line_counts_what_else_is_late():
    now = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)

    def due(what, minutes):
        at = now - timedelta(minutes=minutes)
        return "inc-20261124-1301-k7f", Due(what, at, max(0.0, minutes * 60), "text")

    assert in_short([], now) is None
    assert in_short([due("roles", -4)], now) == "k7f roles in 4m"
    assert in_short([due("update", 3), due("roles", -4)], now) == "k7f update 3m late"
    assert in_short([due("update", 3), due("roles", 5)], now) == "k7f update 3m late +1"


def test_a_record_that_cannot_be_read_is_no_empty_board(run, opened, team, monkeypatch):
    watch = Watch(open_workspace(str(team)))
    monkeypatch.setattr(watch._workspace.record, "open_heads", _refuse)
    glass = Glass(1)
    live(watch, glass, lambda: datetime.now(UTC), quiet=True)
    assert glass.shown == [["The record cannot be read: git failed"]]
    monkeypatch.undo()
    assert watch.poll()
    assert watch.fault is None
    assert [each.id for each in watch.incidents] == [opened]


def _refuse():
    raise EnvironmentFailedError("git failed")


def test_a_scale_of_ones_own_is_shown_the_worst_first(run, team):
    (team / "severities.yaml").write_text(
        "severities:\n"
        "  - {name: RED, title: The show stops, critical: true}\n"
        "  - {name: AMBER, title: The show limps, critical: true}\n"
    )
    for severity in ("AMBER", "RED", "AMBER"):
        run("declare", "projector dark", "-s", severity, "--affects", "checkout", "--no-input")
    shown = re.findall("^(RED|AMBER)  inc-", run("watch", "--once").out, re.MULTILINE)
    assert shown == ["RED", "AMBER", "AMBER"]
    first = run("due", "--json").json["due"][0]["incident"]
    worst = next(i["id"] for i in run("watch", "--json").json["incidents"])
    assert first == worst
