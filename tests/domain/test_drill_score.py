"""The score of a drill: times against targets, and against earlier drills."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.domain.drills import AT, PLANNED, PRIVATE, PUBLIC, ZONE
from tests.domain.telling import IDENT, event

from incidentctl.domain.drill.plan import Targets, aware, combine
from incidentctl.domain.drill.score import earlier, score
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.state import StepPlan

MINUTE = timedelta(minutes=1)
PLANNED_AT = aware(AT, ZONE)
STEPS = tuple(StepPlan(name, name) for name in ("page", "channel", "ticket"))
TARGETS = Targets(declare=5 * MINUTE, commander=2 * MINUTE, first_update=15 * MINUTE)
OPEN_PLAN = combine(replace(PLANNED, targets=TARGETS), None, default_zone="UTC")
SECRET = combine(PUBLIC, replace(PRIVATE, targets=TARGETS), default_zone="UTC")


def played(*timed, began=0, ident=IDENT, drill="q1-planned", planned=True, conducted=False):
    """Fold a drill from (minutes after the planned moment, fact)."""
    start = facts.DrillStarted(drill, planned, None, conducted)
    timed = ((began, facts.Declared("x", "drill")), (began, start), *timed)
    return fold(
        ident,
        [
            event(n, fact, at=PLANNED_AT + minutes * MINUTE)
            for n, (minutes, fact) in enumerate(timed)
        ],
    )


def measures(found):
    return {m.name: (m.took, m.target, m.met) for m in found.measures}


UPDATE = facts.UpdatePosted("we look")


@pytest.mark.parametrize(
    ("incident", "drill", "declare", "command", "update"),
    [
        (played(), OPEN_PLAN, (None, 300, None), (0, 120, True), (None, 900, None)),
        (played((15, UPDATE)), OPEN_PLAN, (None, 300, None), (0, 120, True), (900, 900, True)),
        (played((16, UPDATE), (3, UPDATE)), OPEN_PLAN,
         (None, 300, None), (0, 120, True), (180, 900, True)),
        (played((16, UPDATE)), None, (None, None, None), (0, None, None), (960, None, None)),
        (played(conducted=True), OPEN_PLAN, (None, 300, None), (None, 120, None),
         (None, 900, None)),
        (played((3, facts.RoleAssigned("commander", "bob")), conducted=True), OPEN_PLAN,
         (None, 300, None), (180, 120, False), (None, 900, None)),
        (played((3, facts.RoleAssigned("commander", "bob"))), OPEN_PLAN,
         (None, 300, None), (0, 120, True), (None, 900, None)),
        (played((10, UPDATE), began=6, planned=False), SECRET,
         (360, 300, False), (360, 120, False), (600, 900, True)),
        (played((10, UPDATE), began=-6, planned=False), SECRET,
         (None, 300, None), (0, 120, True), (960, 900, False)),
    ],
)  # fmt: skip
def test_times_count_from_the_begin(incident, drill, declare, command, update):
    found = measures(score(incident, drill))
    assert found == {"declare": declare, "commander": command, "first_update": update}


@pytest.mark.parametrize(
    ("drill", "planned", "declared", "declare", "command", "update"),
    [
        (OPEN_PLAN, True, 4, (240, 300, True), (240, 120, False), (600, 900, True)),
        (OPEN_PLAN, True, -6, (None, 300, None), (0, 120, True), (960, 900, False)),
        (OPEN_PLAN, True, -24 * 60, (None, 300, None), (0, 120, True), (87000, 900, False)),
        (OPEN_PLAN, True, 14 * 60, (None, 300, None), (0, 120, True), (None, 900, None)),
        (SECRET, False, 4, (240, 300, True), (240, 120, False), (600, 900, True)),
        (SECRET, False, 5 * 60, (None, 300, None), (0, 120, True), (None, 900, None)),
    ],
)
def test_a_plan_attached_to_what_they_declared_counts_from_the_planned_moment(
    drill, planned, declared, declare, command, update
):
    attached = facts.DrillStarted(drill.name, planned, attached=True)
    stated = ((declared, facts.Declared("x", "drill")), (9, attached), (10, UPDATE))
    found = score(
        fold(
            IDENT,
            [event(n, fact, at=PLANNED_AT + m * MINUTE) for n, (m, fact) in enumerate(stated)],
        ),
        drill,
    )
    assert measures(found) == {"declare": declare, "commander": command, "first_update": update}


def test_when_it_is_over_the_record_knows_without_the_plan():
    ended = facts.DrillEnded(False, PLANNED_AT.isoformat(), "core", 300, 120, None)
    over = played((10, UPDATE), (20, ended), (20, facts.Resolved()), began=6, planned=False)
    found = score(over, None)
    assert measures(found) == {
        "declare": (360, 300, False), "commander": (360, 120, False),
        "first_update": (600, None, None),
    }  # fmt: skip
    assert (found.team, found.status) == ("core", "resolved")
    assert score(over, SECRET) == found


def test_steps_skipped_and_left_open():
    attached = facts.RunbookAttached("critical", "why", STEPS)
    found = score(played((0, attached), (1, facts.StepDone("page")),
                         (2, facts.StepSkipped("channel"))), None)  # fmt: skip
    assert (found.skipped, found.undone) == (("channel",), ("ticket",))


def test_a_drill_without_a_plan_is_scored_from_its_declaration():
    plain = fold(IDENT, [event(0, facts.Declared("x", "drill")), event(5, UPDATE)])
    found = score(plain, None)
    assert (found.drill, found.took("first_update")) == (None, 5)


def test_it_compares_with_earlier_ones_of_the_plan_or_the_team():
    def one(ident, began, drill="q1", team=None, *, real=False):
        ended = (began + 1, facts.DrillEnded(real, None, team))
        return score(played(ended, began=began, ident=ident, drill=drill), None)

    this = one("this", 100, team="core")
    others = [
        one("plan", 10), one("team", 20, "q0", "core"), one("other", 30, "q0", "sales"),
        one("real", 40, real=True), one("later", 200), this,
    ]  # fmt: skip
    assert [each.incident for each in earlier(this, others)] == ["team", "plan"]
