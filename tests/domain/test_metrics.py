"""The figures of a period, measure by measure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.domain.telling import START, event, moment

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import fold, head
from incidentctl.domain.incident.state import StepPlan
from incidentctl.domain.learn.metrics import (
    Counted,
    Load,
    Returning,
    Scope,
    StepSkips,
    due_gaps,
    measure,
)

HOUR, DAY = 3600, 86400
SCOPE = Scope(START - timedelta(days=1), START + timedelta(days=30))
NOW = START + timedelta(days=10)


def incident(*stated, ident="inc-20261124-1401-k7f", kind="incident", reported=None):
    """Fold facts, each with the seconds after START at which it happened; declared at 0."""
    pairs = [p if isinstance(p, tuple) and type(p) is tuple else (0, p) for p in stated]
    if not any(isinstance(fact, facts.Declared) for _, fact in pairs):
        pairs.insert(0, (0, facts.Declared("Login", kind, reported)))
    if kind != "incident":
        ident = {"drill": "drl", "backfill": "bkf"}[kind] + ident[3:]
    return fold(ident, [event(n, fact, at=moment(at)) for n, (at, fact) in enumerate(pairs)])


def many(count, *stated, **more):
    return [incident(*stated, ident=f"inc-20261124-14{n:02}-k7f", **more) for n in range(count)]


def figures(*incidents, scope=SCOPE, now=NOW):
    return measure(incidents, [head(one) for one in incidents], scope, now=now)


CANCELLED = incident((60, facts.Cancelled("no")), facts.AffectedSet(("api",), ("login",)))
STEPS = facts.RunbookAttached(
    "critical", "why", (StepPlan("page", "Page"), StepPlan("ticket", "Ticket"))
)


def test_counts_of_names_and_of_what_has_none():
    found = figures(
        incident(facts.SeveritySet("SEV2"), facts.AffectedSet(("api", "db"), ("pay", "login"))),
        incident(facts.SeveritySet("SEV2"), facts.AffectedSet(("api",), ("login",))),
        incident((60, facts.Resolved())),
        CANCELLED,
    )
    assert (found.incidents, found.cancelled, found.still_open) == (3, 1, 2)
    assert found.by_severity == (Counted("SEV2", 2), Counted(None, 1))
    assert found.by_area == (Counted("login", 2), Counted("pay", 1), Counted(None, 1))
    assert found.by_status == (
        Counted("triage", 2), Counted("cancelled", 1), Counted("resolved", 1),
    )  # fmt: skip


def test_what_was_closed_after_it_was_cancelled_counts_as_cancelled():
    over = incident((60, facts.Cancelled("no")), (90, facts.Closed("no")))
    found = figures(incident((60, facts.Resolved()), (90, facts.Closed("no"))), over, CANCELLED)
    assert (found.incidents, found.cancelled) == (1, 2)
    assert found.by_status == (Counted("cancelled", 2), Counted("closed", 1))


@pytest.mark.parametrize(
    ("seconds", "counts"),
    [(-DAY, True), (-DAY - 1, False), (30 * DAY - 1, True), (30 * DAY, False)],
)
def test_the_period_begins_with_its_first_moment_and_ends_before_its_last(seconds, counts):
    one = incident((seconds, facts.Declared("Login")))
    assert SCOPE.covers(one) is SCOPE.covers(head(one)) is counts
    assert figures(one).incidents == counts


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"severity": "sev2"}, True),
        ({"severity": "SEV1"}, False),
        ({"area": "Login"}, True),
        ({"area": "pay"}, False),
        ({"service": "DB"}, True),
        ({"service": "d"}, False),
        ({"kinds": ("drill",)}, False),
        ({"kinds": ("incident",)}, True),
    ],
)
def test_what_is_asked_for(changes, counts):
    one = incident(facts.SeveritySet("SEV2"), facts.AffectedSet(("api", "db"), ("login",)))
    assert SCOPE._replace(**changes).covers(one) is counts


def test_customers_are_a_share_of_those_of_which_it_is_known():
    reporters = ["customer", "Customer", "alert", "employee", "alert"]
    found = figures(*(incident(reported=by) for by in reporters), incident())
    assert found.by_customers == (2, 5, 0.4, None)
    few = figures(incident(reported="customer"), incident()).by_customers
    assert few == (1, 1, None, "fewer than 5 are not averaged")


def test_times_are_those_at_which_it_happened():
    course = (
        (-600, facts.MomentMarked("started")),
        (-300, facts.MomentMarked("detected")),
        (-200, facts.MomentMarked("acknowledged")),
        (600, facts.MomentMarked("mitigated")),
        (900, facts.Resolved()),
    )
    found = figures(*many(10, *course))
    assert [found.detect[:3], found.acknowledge[:3]] == [(10, 300, 300), (10, 100, 100)]
    assert [found.mitigate[:3], found.resolve[:3]] == [(10, 1200, 1200), (10, 1500, 1500)]


def test_four_are_too_few_and_cancelled_and_drills_do_not_help():
    resolved = (600, facts.Resolved())
    rest = [CANCELLED, *many(3, resolved, kind="drill")]
    found = figures(*many(4, resolved), *rest).resolve
    assert found == (4, None, None, "fewer than 5 are not averaged")
    assert figures(*many(4, resolved), incident(resolved, kind="backfill"), *rest).resolve.median


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        ([], [HOUR]),  # nobody ever posted one: missed once, at NOW
        ([(900, "u")], [0, HOUR]),
        ([(900, "u"), (2000, facts.Resolved())], [0]),  # over before the second was due
        ([(1900, "u"), (2000, facts.Resolved())], [100]),
        ([(2000, facts.Resolved())], [200]),
        ([(1700, facts.Resolved())], []),
        ([(900, facts.UpdateSnoozed("2026-11-25T00:00:00Z")), (7200, "u"),
          (7300, facts.Resolved())], [0]),  # put off, and in time by that
        ([(900, facts.UpdatePosted("x", next_at="2026-11-24T16:01:00Z")), (7200, "u"),
          (7300, facts.Resolved())], [0, 0]),
    ],
)  # fmt: skip
def test_updates_that_were_due(course, expected):
    stated = [(at, facts.UpdatePosted("x") if fact == "u" else fact) for at, fact in course]
    one = incident(facts.SeveritySet("SEV2", update_every=1800), *stated)
    late = [gap.late_by for gap in due_gaps(one, NOW)]
    assert len(late) == len(expected)
    for found, wanted in zip(late, expected, strict=True):
        assert (found is None) == (wanted == 0)
        if 0 < wanted < HOUR:
            assert found == timedelta(seconds=wanted)


def test_discipline_over_incidents():
    cadence = facts.SeveritySet("SEV2", update_every=1800)
    update = facts.UpdatePosted("x")
    kept = incident(cadence, (1800, update), (3600, update), (3700, facts.Resolved()))
    late = incident(cadence, (7200, update), (7300, facts.Resolved()), ident="inc-late")
    backfill = incident(cadence, (9999, facts.Resolved()), kind="backfill")
    found = figures(kept, late, backfill, incident((99999, facts.Resolved()))).updates
    assert found == (3, 2, None, "fewer than 5 are not averaged", 7200, "inc-late")
    assert figures(*many(3, cadence, (1800, update), (3600, update), (3700, facts.Resolved())), late
                   ).updates[:3] == (7, 6, 6 / 7)  # fmt: skip


def test_two_roles_or_incidents_at_once_are_one_hour_of_one_person():
    first = incident(
        (0, facts.RoleAssigned("mitigator", "alice")),
        (HOUR, facts.RoleAssigned("commander", "bob")),
        (2 * HOUR, facts.RoleReleased("mitigator", "alice")),
        (3 * HOUR, facts.Resolved()),
    )
    other = incident((HOUR, facts.Cancelled("no")), ident="inc-20261124-1402-k7f")
    found = figures(first, other, incident((9 * HOUR, facts.Resolved()), kind="backfill")).load
    assert found == (
        Load("alice", 2 * HOUR, 2, (("mitigator", 2 * HOUR), ("commander", HOUR))),
        Load("bob", 2 * HOUR, 1, (("commander", 2 * HOUR),)),
    )


def test_who_holds_a_role_in_an_open_incident_holds_it_until_now():
    assert figures(incident(), now=moment(7 * HOUR)).load[0].seconds == 7 * HOUR


def test_services_that_come_back():
    hit = [incident(facts.AffectedSet(names), ident=f"inc-{n}") for n, names in enumerate(
        [("api", "db"), ("api", "api"), ("db", "api"), ("cache",)])]  # fmt: skip
    assert figures(*hit, CANCELLED).returning == (
        Returning("api", ("inc-0", "inc-1", "inc-2")),
        Returning("db", ("inc-0", "inc-2")),
    )


def test_steps_most_skipped():
    skipped = incident(STEPS, facts.StepSkipped("ticket"), (60, facts.Resolved()))
    done = incident(STEPS, facts.StepDone("page"), facts.StepDone("ticket"), (60, facts.Resolved()))
    running = incident(STEPS, facts.StepSkipped("ticket"))
    gone = incident(STEPS, facts.RunbookDetached("critical"), (60, facts.Resolved()))
    ended = incident(STEPS, facts.StepSkipped("ticket"), (60, facts.Resolved()), kind="backfill")
    assert figures(skipped, done, running, gone, ended).steps == (
        StepSkips("ticket", "Ticket", 3, 2, 0),
        StepSkips("page", "Page", 2, 0, 1),
    )


def test_drills_are_separate_and_the_last_one_may_be_older_than_the_period():
    played = [
        incident((days * DAY, facts.Declared("Drill", "drill")), ident=f"drl-{days}")
        for days in (-100, -50)
    ]
    void = incident(facts.Declared("x", "drill"), facts.Cancelled("no"), ident="drl-void")
    ahead = incident((40 * DAY, facts.Declared("x", "drill")), ident="drl-40")
    found = figures(*played, void, ahead)
    assert found.incidents == 0
    assert found.drills == (0, "drl--50", moment(-50 * DAY), 60)
    wide = SCOPE._replace(since=moment(-99 * DAY), kinds=("drill",))
    found = figures(*played, void, ahead, scope=wide)
    assert (found.incidents, found.cancelled, found.drills.in_period) == (1, 1, 1)
    assert figures().drills == (0, None, None, None)
