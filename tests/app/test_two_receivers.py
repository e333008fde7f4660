"""Two receivers with a clone each: what either makes of one cause becomes one incident."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.app.test_receive import (
    MINUTE,
    declares,
    fires,
    groups,
    now,
    opened,
    over,
    place,  # noqa: F401 (a fixture)
    resolve,
)

from incidentctl.app.alerts.receive import Receiver
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import acknowledge
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.domain.actions.run import Target, key_of
from incidentctl.domain.catalog.action_settings import WebhookSettings
from incidentctl.domain.catalog.runbook import Action
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide import handover

SECOND = timedelta(seconds=1)
OUTBOX = ".git/incidentctl/outbox"
PAGE = Target(
    "Page", Action(uses="webhook", with_=WebhookSettings(url=("https://example.com/x",))), "page"
)


class Clone:
    """A clone and its receiver; what it has acknowledged is what it has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.restart()

    def restart(self) -> None:
        """Begin with what is in the record, as after a kill."""
        self.workspace = open_workspace(str(self.folder))
        self.receiver = Receiver(self.workspace, decide=declares)

    def gets_from(self, other: Clone) -> None:
        """Take over what another clone has: the union, of two versions the smaller bytes."""
        (self.folder / OUTBOX).mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            for path in sorted((other.folder / OUTBOX).iterdir()):
                mine = self.folder / OUTBOX / path.name
                if path.name[0] == ".":
                    continue
                if not mine.exists() or path.read_bytes() < mine.read_bytes():
                    mine.write_bytes(path.read_bytes())

    def take(self, alert, at):
        return self.receiver.take("am", [alert], at)

    def key(self, ident):
        return key_of(load(self.workspace, ident), PAGE)


def two_of(place, into):  # noqa: F811
    return [Clone(Path(shutil.copytree(place, into / name, symlinks=True))) for name in "ab"]


@pytest.fixture
def two(place, tmp_path):  # noqa: F811
    return two_of(place, tmp_path)


def exchange(two, at):
    """Let each know what the other has, and look at it, until nothing more comes of it."""
    for turn in range(3):
        for one, other in (two, two[::-1]):
            one.gets_from(other)
            one.receiver.tick(at + turn * 10 * SECOND)


def both_declare(two, start, apart=3 * SECOND):
    """Let each declare by an alert of its own Alertmanager, which began a few seconds later."""
    for number, clone in enumerate(two):
        began = start + number * apart
        clone.take(fires(at=began), began + SECOND)
    return [opened(clone.workspace)[0] for clone in two]


def test_of_two_incidents_of_one_cause_the_later_is_a_duplicate_of_the_earlier(two):
    start = now() - 10 * MINUTE
    earlier, later = both_declare(two, start)
    assert earlier.id != later.id
    exchange(two, start + MINUTE)
    for clone in two:
        (one,) = opened(clone.workspace)
        assert one.id == earlier.id
        assert not one.problems
        assert len(one.alerts) == 2
        gone = load(clone.workspace, later.id)
        assert (gone.duplicate_of, gone.ended_why) == (earlier.id, "Two receivers declared it.")
        assert {group.incident for group in clone.workspace.record.groups()} == {earlier.id}
    assert groups(two[0].workspace) == groups(two[1].workspace)
    assert len(groups(two[0].workspace)) == 1


def test_what_both_send_has_one_key(two):
    start = now() - 10 * MINUTE
    earlier, later = both_declare(two, start)
    assert two[0].key(earlier.id) == two[1].key(later.id)
    exchange(two, start + MINUTE)
    assert two[1].key(earlier.id) == two[0].key(earlier.id)


def test_an_incident_of_the_cause_after_that_has_another_key(two):
    start = now() - 20 * MINUTE
    earlier, _ = both_declare(two, start)
    exchange(two, start + MINUTE)
    before = two[0].key(earlier.id)
    resolve(two[0].workspace, earlier.id)
    for clone in two:
        for number in range(2):
            clone.take(over(fires(at=start + number * 3 * SECOND), start + MINUTE), start + MINUTE)
    exchange(two, start + 2 * MINUTE)
    again = both_declare(two, start + 5 * MINUTE)
    assert again[0].id != again[1].id
    assert {each.former for each in again} == {earlier.id}
    keys = {clone.key(each.id) for clone, each in zip(two, again, strict=True)}
    assert len(keys) == 1
    assert before not in keys


def test_what_the_later_sent_counts_for_the_earlier(two):
    start = now() - 10 * MINUTE
    earlier, later = both_declare(two, start)
    key, who = two[1].key(later.id), two[1].workspace.actor(None)
    sent = [
        facts.ActionStarted(key, "webhook", "example.com", "page"),
        facts.ActionDone(key, "page", link="https://example.com/7"),
        facts.Linked("ticket", "https://example.com/7"),
    ]
    acknowledge(two[1].workspace, later.id, sent, who)
    exchange(two, start + MINUTE)
    for clone in two:
        one = load(clone.workspace, earlier.id)
        assert [(run.key, run.state) for run in one.actions] == [(key, "done")]
        assert [link.url for link in one.links] == ["https://example.com/7"]


def test_what_the_later_was_still_sending_as_it_was_given_up_counts_too(two):
    start = now() - 10 * MINUTE
    _, later = both_declare(two, start)
    key, who = two[1].key(later.id), two[1].workspace.actor(None)
    sends = facts.ActionStarted(key, "webhook", "example.com", "page")
    acknowledge(two[1].workspace, later.id, [sends], who)
    exchange(two, start + MINUTE)
    assert opened(two[1].workspace)[0].actions == ()
    acknowledge(two[1].workspace, later.id, [facts.ActionDone(key, "page")], who)
    exchange(two, start + 2 * MINUTE)
    for clone in two:
        assert [run.state for run in opened(clone.workspace)[0].actions] == ["done"]


def test_alerts_that_are_over_before_the_clones_meet_are_no_reason_for_two(two):
    start = now() - 10 * MINUTE
    earlier, _ = both_declare(two, start)
    for number, clone in enumerate(two):
        alert = fires(at=start + number * 3 * SECOND)
        clone.take(over(alert, start + MINUTE), start + MINUTE)
    exchange(two, start + 2 * MINUTE)
    for clone in two:
        (one,) = opened(clone.workspace)
        assert one.id == earlier.id
        assert [each.firing for each in one.alerts] == [False, False]


def test_where_somebody_commands_the_later_people_decide(two):
    start = now() - 10 * MINUTE
    earlier, later = both_declare(two, start)
    who = two[1].workspace.actor(None)
    taken = handover.accept(later, by=who.handle, name=who.name)
    acknowledge(two[1].workspace, later.id, taken, who)
    exchange(two, start + MINUTE)
    for clone in two:
        assert {each.id for each in opened(clone.workspace)} == {earlier.id, later.id}


def test_an_alert_of_long_after_the_window_is_another_incident(two):
    start = now() - 90 * MINUTE
    both_declare(two, start, apart=60 * MINUTE)
    alert = fires(at=start)
    two[0].take(over(alert, start + MINUTE), start + MINUTE)
    exchange(two, start + 70 * MINUTE)
    assert len(opened(two[0].workspace)) == 2


@st.composite
def deliveries(draw):
    """Draw what two Alertmanagers deliver to two receivers, and when those meet or are killed."""
    apart = draw(st.integers(0, 5))
    deeds = st.one_of(
        st.tuples(
            st.just("take"),
            st.integers(0, 1),
            st.integers(0, 1),
            st.sampled_from(["k1", "k2"]),
            st.booleans(),
        ),
        st.tuples(st.sampled_from(["exchange", "kill"]), st.integers(0, 1)),
    )
    return apart, draw(st.lists(deeds, min_size=2, max_size=9))


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(deliveries())
def test_in_any_order_both_clones_have_the_same_groups_and_one_incident(place, given_):  # noqa: F811
    apart, deeds = given_
    start = now() - 20 * MINUTE
    with tempfile.TemporaryDirectory() as folder:
        two = two_of(place, Path(folder))
        declared = False
        for step, (what, who, *more) in enumerate(deeds):
            at = start + 10 * SECOND + step * 7 * SECOND
            if what == "exchange":
                two[who].gets_from(two[1 - who])
                two[who].receiver.tick(at)
            elif what == "kill":
                two[who].restart()
            else:
                sender, key, still = more
                alert = fires(key, "g1", at=start + sender * apart * SECOND)
                two[who].take(alert if still else over(alert, at), at)
                declared = declared or still
        exchange(two, start + 5 * MINUTE)
        one, other = (clone.workspace for clone in two)
        assert groups(one) == groups(other)
        assert len(groups(one)) == declared
        assert opened(one) == opened(other)
        assert len(opened(one)) == declared
        gone = [head for head in one.record.heads() if not head.open]
        assert all(head.duplicate_of == opened(one)[0].id for head in gone)
        assert not any(each.problems for each in opened(one))


def alert_after_the_end(two, start, *, seconds):
    """Let one clone resolve an incident, and the other get an alert of its cause before it knows.

    The alert comes so many seconds after the end.
    """
    here, there = two
    here.take(fires(at=start), start + SECOND)
    there.gets_from(here)
    (incident,) = opened(there.workspace)
    resolve(there.workspace, incident.id)
    at = now() + seconds * SECOND
    here.take(fires("k2", "g2", at=at - SECOND), at)
    (joined,) = (each for each in here.workspace.record.groups() if each.title == "k2 is down")
    assert joined.incident == incident.id
    here.gets_from(there)
    here.receiver.tick(at + MINUTE)
    return incident, here


def test_an_alert_that_came_after_the_end_of_its_incident_gets_another_one(two):
    old, here = alert_after_the_end(two, now() - 10 * MINUTE, seconds=5)
    (again,) = opened(here.workspace)
    assert [(each.title, each.firing) for each in again.alerts] == [("k2 is down", True)]
    assert [each.incident for each in again.related] == [old.id]
    assert (again.title, again.severity) == ("k2 is down", old.severity)
    handled = {each.title: each.incident for each in here.workspace.record.groups()}
    assert handled == {"k1 is down": old.id, "k2 is down": again.id}
    here.restart()
    here.receiver.tick(now() + 5 * MINUTE)
    exchange(two, now() + 10 * MINUTE)
    for clone in two:
        clone.workspace = open_workspace(str(clone.folder))
        assert [each.id for each in opened(clone.workspace)] == [again.id]


def test_an_alert_that_came_before_the_end_is_left_to_who_resolved_it(two):
    _, here = alert_after_the_end(two, now() - 10 * MINUTE, seconds=-5)
    assert opened(here.workspace) == []
