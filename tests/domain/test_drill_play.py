"""The playing of a drill: what is told when, pause, next, end; the test drives the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.drills import AT, PLANNED, PRIVATE, PUBLIC, ZONE
from tests.domain.telling import event, moment

from incidentctl.domain.drill import play as playing
from incidentctl.domain.drill.plan import Inject, Targets, aware, combine
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import decode, encode
from incidentctl.domain.incident.head import fold
from incidentctl.errors import RefusedError

INJECTS = tuple(
    Inject(after=timedelta(minutes=minutes), tell=tell)
    for minutes, tell in ((20, "a journalist calls"), (5, "30 tickets"), (10, "no database"))
)
DRILL = combine(replace(PLANNED, injects=INJECTS), None, default_zone="UTC")
SCHEDULED = playing.scheduled_injects(DRILL)
DRILL_IDENT = "drl-20261124-1401-k7f"
DECLARED = facts.Declared("Drill", "drill")
STARTED = facts.DrillStarted("q1-planned")


def drill(*timed):
    """Fold a drill that began at second 1, from (second, fact)."""
    timed = ((0, DECLARED), (1, STARTED), *timed)
    events = [event(n, fact, at=moment(at)) for n, (at, fact) in enumerate(timed)]
    return fold(DRILL_IDENT, events)


def numbers(incident, seconds):
    return [fact.number for fact in playing.due(incident, SCHEDULED, moment(seconds))]


def test_the_injects_come_in_the_order_of_time():
    assert [(s.number, s.tell) for s in SCHEDULED] == [
        (1, "30 tickets"), (2, "no database"), (3, "a journalist calls"),
    ]  # fmt: skip
    assert playing.scheduled_injects(None) == ()
    assert playing.scheduled_injects(combine(PUBLIC, None, default_zone="UTC")) == ()


@pytest.mark.parametrize(
    ("events", "at", "due", "following"),
    [
        ((), 300, [], 301),
        ((), 301, [1], 301),
        ((), 700, [1, 2], 301),
        (((301, facts.InjectPlayed(1, "30 tickets")),), 302, [], 601),
        (((9, facts.InjectPlayed(2, "by hand")),), 700, [1], 301),
        (((100, facts.DrillPaused()),), 5000, [], None),
        (((100, facts.DrillPaused()), (160, facts.DrillResumed())), 360, [], 361),
        (((100, facts.DrillPaused()), (160, facts.DrillResumed())), 361, [1], 361),
        (((100, facts.DrillPaused()), (130, facts.DrillPaused()),
          (160, facts.DrillResumed()), (170, facts.DrillResumed())), 361, [1], 361),
        (((100, facts.DrillEnded()),), 5000, [], None),
        (((100, facts.Resolved()),), 5000, [], None),
        (tuple((9, facts.InjectPlayed(n, "x")) for n in (1, 2, 3)), 5000, [], None),
    ],
)  # fmt: skip
def test_what_is_due_by_a_moment_and_when_the_next_comes(events, at, due, following):
    found = drill(*events)
    assert numbers(found, at) == due
    assert playing.next_at(found, SCHEDULED) == (moment(following) if following else None)


@given(st.lists(st.integers(1, 900), unique=True, max_size=6), st.randoms())
def test_pauses_put_everything_off_by_as_long_as_they_last(moments, chance):
    moments = sorted(moments)[: len(moments) // 2 * 2]
    events = [
        (at, facts.DrillResumed() if n % 2 else facts.DrillPaused()) for n, at in enumerate(moments)
    ]
    stood = sum(b - a for a, b in zip(moments[::2], moments[1::2], strict=True))
    found = drill(*events)
    at = chance.randint(901, 4000)
    assert numbers(found, at) == [s.number for s in SCHEDULED if 1 + s.after.seconds + stood <= at]


def test_two_people_tell_the_same_inject_and_the_first_counts():
    found = drill((9, facts.InjectPlayed(1, "first")), (9, facts.InjectPlayed(1, "again")))
    assert [each.text for each in found.drill.injects] == ["first"]
    assert found.problems == ()


def test_next_tells_in_order_and_refuses_when_nothing_is_left():
    assert playing.tell_next(drill(), SCHEDULED) == [facts.InjectPlayed(1, "30 tickets")]
    played = tuple((9, facts.InjectPlayed(n, "x")) for n in (1, 2, 3))
    for incident, injects in ((drill(*played), SCHEDULED), (drill(), ())):
        with pytest.raises(RefusedError):
            playing.tell_next(incident, injects)


@pytest.mark.parametrize(
    ("verb", "events"),
    [
        (playing.pause, ((9, facts.DrillPaused()),)),
        (playing.resume, ()),
        (playing.pause, ((9, facts.DrillEnded()),)),
        (playing.resume, ((9, facts.DrillPaused()), (10, facts.Cancelled("x")))),
    ],
)
def test_pause_and_resume_refuse_what_makes_no_sense(verb, events):
    with pytest.raises(RefusedError):
        verb(drill(*events))


def test_without_a_plan_there_is_nothing_to_play():
    plain = fold(DRILL_IDENT, [event(0, DECLARED)])
    for verb in (playing.pause, playing.resume, lambda found: playing.tell_next(found, SCHEDULED)):
        with pytest.raises(RefusedError, match="without a plan"):
            verb(plain)
    assert playing.due(plain, SCHEDULED, moment(9999)) == []
    assert playing.end(plain, None, text="well") == [facts.Resolved("well")]


@pytest.mark.parametrize(
    "fact",
    [
        facts.InjectPlayed(1, "x"), facts.DrillPaused(), facts.DrillResumed(), facts.DrillEnded(),
    ],
    ids=lambda fact: type(fact).__name__,
)  # fmt: skip
def test_facts_without_a_start_are_told_as_problems(fact):
    found = fold(DRILL_IDENT, [event(0, DECLARED), event(1, fact)])
    assert found.drill is None
    assert "a drill that was not started" in found.problems[0].message


def test_every_fact_of_a_drill_comes_back_from_the_record_and_says_something():
    stated = (
        STARTED, facts.InjectPlayed(1, "30 tickets"), facts.DrillPaused(), facts.DrillResumed(),
        facts.DrillEnded(True, None, "core", 60, None, 900),
    )  # fmt: skip
    events = [event(0, DECLARED), *(event(n, fact) for n, fact in enumerate(stated, 1))]
    assert [decode(encode(each)) for each in events] == events
    assert [entry.text for entry in fold(DRILL_IDENT, events).entries][1:] == [
        "Drill q1-planned begins", "Inject 1: 30 tickets", "The drill is paused",
        "The drill goes on", "The drill is over: it turned real",
    ]  # fmt: skip


TARGETS = Targets(commander=timedelta(minutes=2))
SECRET = combine(PUBLIC, replace(PRIVATE, injects=SCHEDULED, targets=TARGETS), default_zone="UTC")


def test_nothing_private_is_stated_before_it_is_over():
    started = playing.start(SECRET, "greta")
    assert started == facts.DrillStarted("q1-unplanned", planned=False)
    assert playing.title(SECRET) == "Drill q1-unplanned"
    ended = playing.end(drill(), SECRET)[0]
    assert (ended.team, ended.target_commander) == (PRIVATE.team, 120)


def test_a_planned_drill_says_what_everybody_knows():
    started = playing.start(DRILL, "carol")
    assert started == facts.DrillStarted("q1-planned", True, "core-services", conducted=True)
    assert playing.title(DRILL) == "Drill q1-planned: User login on staging"


def test_only_who_has_the_private_half_plays_it():
    with pytest.raises(RefusedError, match="private half"):
        playing.start(combine(PUBLIC, None, default_zone="UTC"), "greta")


@pytest.mark.parametrize(
    ("minutes", "counts"), [(-1, False), (0, True), (7, True), (4 * 60 + 30, True), (300, False)]
)
def test_the_planned_moment_counts_within_the_window(minutes, counts):
    planned = aware(AT, ZONE)
    incident = drill()._replace(declared=planned + timedelta(minutes=minutes))
    assert playing.begin(incident, SECRET) == (planned if counts else None)
    assert playing.begin(incident, DRILL) is None


def test_it_turns_real():
    ended, related, cancelled = playing.end(drill(), DRILL, real="inc-1")
    assert ended.real
    assert related == facts.Related("inc-1", "turned real")
    assert cancelled == facts.Cancelled("turned real: inc-1")
    over = drill((9, ended), (9, related), (9, cancelled))
    assert (over.drill.real, over.status, over.problems) == (True, "cancelled", ())
    with pytest.raises(RefusedError):
        playing.end(over, DRILL)
