"""What a person or a receiver does between two steps of another one."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from tests.app.test_receive import MINUTE, fires, groups, now, place, waiting, workspace
from tests.app.test_receive_restricted import LEAK, RULES
from tests.teams import share

from incidentctl.app.alerts import inbox
from incidentctl.app.alerts.receive import Receiver
from incidentctl.app.incident.declare import Request, begin
from incidentctl.app.incident.watch import Watch
from incidentctl.app.lint.cached import checked
from incidentctl.app.record import sync
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.record.restricted.pair import RecordPair
from incidentctl.record.sync import background

__all__ = ["place", "workspace"]


def dismissed(place):
    """Dismiss the one alert that waits, as a person does in a terminal."""
    mine = open_workspace(str(place))
    (row,) = inbox.inbox(mine)
    inbox.dismiss(mine, row, "a test", mine.actor(None), on_recorded=lambda _: None)


def declares(receiver, moments):
    """What a receiver declares in the seconds that follow."""
    return [ident for moment in moments for ident in receiver.tick(moment).declared]


def test_what_is_dismissed_while_a_receiver_starts_is_not_declared(place, workspace, monkeypatch):
    start = now() - MINUTE
    Receiver(workspace, decide=waiting).take("am", [fires(at=start)], start)
    workspace.flush()
    again = Receiver(open_workspace(str(place)), decide=waiting)
    load = again._book.load

    def slow(moment):
        load(moment)
        dismissed(place)

    monkeypatch.setattr(again._book, "load", slow)
    again.tick(start + MINUTE)
    assert declares(again, [start + timedelta(seconds=at) for at in range(61, 200, 10)]) == []
    assert [each.handling for each in groups(open_workspace(str(place)))] == ["dismissed"]


def test_what_is_dismissed_just_before_a_rule_is_due_is_not_declared(place, workspace):
    start = now() - 10 * MINUTE
    receiver = Receiver(workspace, decide=waiting)
    receiver.take("am", [fires(at=start)], start + timedelta(seconds=2))
    workspace.flush()
    assert declares(receiver, [start + timedelta(seconds=at) for at in range(2, 118)]) == []
    dismissed(place)
    assert declares(receiver, [start + timedelta(seconds=at) for at in range(118, 125)]) == []


@pytest.mark.parametrize("known", [False, True], ids=["the first", "one more"])
@pytest.mark.parametrize("of", ["board", "inbox"])
def test_a_restricted_alert_that_comes_just_then_is_shown_to_nobody(place, monkeypatch, of, known):
    (place / "alerts.yaml").write_text(RULES)

    def comes():
        Receiver(open_workspace(str(place))).take("open", [fires("leak", at=now(), **LEAK)], now())

    if known:
        zero = fires("other", "g0", at=now(), title="SECRET zero", severity="info")
        Receiver(open_workspace(str(place))).take("audit", [zero], now())
    mine = open_workspace(str(place))
    ids, left = mine.record.restricted_ids, [comes]

    def slow():
        found = ids()
        if left:
            left.pop()()
        return found

    monkeypatch.setattr(mine.record, "restricted_ids", slow)
    watch = Watch(mine, shared_only=True)
    if of == "board":
        watch.poll()
        shown = [each.title for each in watch.alerts]
    else:
        shown = [row.group.title for row in inbox.shared(mine)]
    assert (left, shown) == ([], [])
    assert len(open_workspace(str(place)).record.groups()) == 1 + known


def test_a_file_that_changes_after_the_catalog_was_read_is_checked_the_next_time(place):
    early = open_workspace(str(place))
    assert early.catalog.services
    file = place / "services" / "checkout.yaml"
    file.write_text(file.read_text() + "\nno_such_key: 1\n")
    time.sleep(0.1)  # what changed a moment ago is cached by nobody
    assert "no_such_key" not in str(checked(early).problems)
    assert "no_such_key" in str(checked(open_workspace(str(place))).problems)


@pytest.mark.parametrize("ci", ["", "true"])
def test_what_a_colleague_declares_while_somebody_catches_up_is_sent(place, git, monkeypatch, ci):
    share(place, git)
    monkeypatch.setenv("CI", ci)  # there, nothing is started in the background
    mine = open_workspace(str(place))
    begin(mine, Request("one"), mine.actor(None), on_recorded=lambda _: None)
    mine.flush()
    assert sync.sync(mine).state == "ok"
    exchange, left = RecordPair.exchange, [1]

    def slow(self, *arguments, **options):
        done = exchange(self, *arguments, **options)
        if left:
            left.pop()
            other = open_workspace(str(place))
            begin(other, Request("two"), other.actor(None), on_recorded=lambda _: None)
            other.flush()
            other.sharing.share()  # somebody holds the lock of exchanges
        return done

    monkeypatch.setattr(RecordPair, "exchange", slow)
    before = list(background._started)
    open_workspace(str(place)).sharing.catch_up()
    started = [each for each in background._started if each not in before]
    assert len(started) == (not ci)
    for each in started:
        each.wait(timeout=300)
    done = open_workspace(str(place)).record
    assert (done.exchange_status().reason, done.unsynced().events) == (None, 0)


@pytest.mark.parametrize("ci", ["", "true"])
def test_what_a_killed_command_asked_for_is_done_once(place, git, monkeypatch, ci):
    share(place, git)
    monkeypatch.setenv("CI", ci)  # there, nothing is started in the background
    mine = open_workspace(str(place))
    begin(mine, Request("one"), mine.actor(None), on_recorded=lambda _: None)
    for each in background._started:
        each.wait(timeout=300)
    stamp = place / ".git/incidentctl/dirty"
    stamp.touch()
    exchange, times = RecordPair.exchange, []
    monkeypatch.setattr(
        RecordPair, "exchange", lambda *args, **more: times.append(1) or exchange(*args, **more)
    )
    before = list(background._started)
    assert open_workspace(str(place)).sharing.catch_up() is False  # nothing came
    assert (len(times), stamp.exists(), background._started) == (1, False, before)
    assert open_workspace(str(place)).record.unsynced().events == 0
