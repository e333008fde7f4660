"""What is announced of an incident, when, and with which key."""

from datetime import timedelta

import pytest
from tests.domain.telling import START, event, ident_of, incident

from incidentctl.domain.actions.announce import Around, NextCall, announced
from incidentctl.domain.actions.announce import due as all_due
from incidentctl.domain.actions.announce_text import occasion, public_values, values
from incidentctl.domain.actions.run import key_of, subject
from incidentctl.domain.catalog.action_settings import WebhookSettings
from incidentctl.domain.catalog.announcement import EVENTS, Announcement
from incidentctl.domain.catalog.runbook import Action, AppliesTo
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.due import durations
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.ids import ulid

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SEV1 = facts.SeveritySet("SEV1", critical=True, update_every=1800)
SEV2 = facts.SeveritySet("SEV2")
OPENED = (facts.Declared("api is down"), SEV2)


def action(**more):
    return Action(uses="webhook", with_=WebhookSettings(url=("https://example.com/x",)), **more)


NOTHING, PLAIN = Around(), (action(),)


def told_of(found, *events, after=MINUTE, around=NOTHING, actions=PLAIN, **applies_to):
    each = Announcement(
        name="one", on=events or EVENTS, actions=actions, applies_to=AppliesTo(**applies_to)
    )
    return announced({"one": each}, found, START + after, around)


def names(found):
    return [each.happened.event for each in found]


def key(each):
    return key_of(incident(*OPENED), each.target)


def due(found, after=MINUTE):
    return all_due(found, START + after)


def sent(each, *, by="serve"):
    return (by, facts.ActionStarted(key(each), "webhook", "example.com", announcement="one"))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ((), ["declared"]),
        ((facts.UpdatePosted("looking"),), ["declared", "update"]),
        ((facts.UpdatePosted("looking", public=True),), ["declared", "update", "public-update"]),
        ((("bob", facts.CommandTaken("alice", "away")),), ["declared", "handover"]),
        ((facts.Resolved(),), ["resolved"]),
        ((facts.Cancelled("false alarm"),), ["resolved"]),
    ],
)
def test_what_happened_is_told(more, expected):
    assert names(told_of(incident(*OPENED, *more))) == expected


@pytest.mark.parametrize(
    ("more", "event", "head"),
    [
        ((), "declared", "SEV2: api is down"),
        ((facts.UpdatePosted("looking"),), "update", "Update: SEV2: api is down"),
        ((facts.Resolved(),), "resolved", "Resolved: SEV2: api is down"),
        ((facts.Cancelled("false alarm"),), "resolved", "Cancelled: SEV2: api is down"),
    ],
)
@pytest.mark.parametrize("drill", [False, True])
def test_the_head_of_a_message_says_what_happened_and_first_that_it_is_a_drill(
    more, event, head, drill
):
    found = incident(*OPENED, *more)
    [told] = told_of(found, event)
    found = found._replace(kind="drill") if drill else found
    target = told.target._replace(occasion=occasion(values(found, told.happened)))
    assert subject(found, target) == (f"DRILL: {head}" if drill else head)


@pytest.mark.parametrize(("end", "said"), [((), ""), ((facts.Resolved(),), "Resolved")])
def test_the_head_of_a_public_update_says_no_more_than_that_it_is_over(end, said):
    found = incident(*OPENED, *end, facts.UpdatePosted("all well", public=True))
    [told] = told_of(found, "public-update")
    assert occasion(public_values(found, told.happened, organisation="Acme", areas={})) == said


def test_only_the_newest_update_is_told():
    found = incident(*OPENED, facts.UpdatePosted("one"), facts.UpdatePosted("two"))
    assert [each.happened.text for each in told_of(found, "update")] == ["two"]


def updates(*texts):
    return (*OPENED, *(facts.UpdatePosted(text, public=True) for text in texts))


def texts(found):
    return [each.happened.text for each in found]


def test_customers_are_told_each_public_update_in_order():
    internal = (facts.UpdatePosted("internal"),)
    found = incident(*updates("boil water"), *internal, *updates("in Nord only")[len(OPENED) :])
    assert texts(due(told_of(found, "public-update"))) == ["boil water", "in Nord only"]


@pytest.mark.parametrize(
    ("came", "left"),
    [
        (facts.ActionDone(""), ["three"]),
        (facts.ActionFailed("", "no answer", unknown=True), ["three"]),
        (facts.ActionFailed("", "answered 400"), ["one", "three"]),
    ],
)
def test_an_update_is_not_sent_after_a_newer_one(came, left):
    posted = updates("one", "two", "three")
    _, two, _ = told_of(incident(*posted), "public-update")
    events = (*posted, sent(two), ("serve", came._replace(key=key(two), announcement="one")))
    found = told_of(incident(*events), "public-update")
    assert texts(each for each in found if each.happened.text != "two") == left
    assert "two" in texts(found), "it stays listed"


def test_what_was_tried_is_not_due_again():
    first = told_of(incident(*OPENED), "declared")
    assert due(first) == first
    again = told_of(incident(*OPENED, sent(first[0])), "declared")
    assert [key(each) for each in again] == [key(first[0])]
    assert due(again) == []


def test_a_change_of_severity_is_told_unless_the_declaration_told_it():
    changed = (*OPENED, SEV1)
    found = incident(*changed)
    assert names(told_of(found, "declared", "severity")) == ["declared"]
    assert names(told_of(found, "severity")) == ["severity"]
    [declared] = told_of(incident(*OPENED), "declared")
    later = incident(*OPENED, sent(declared), SEV1)
    assert names(due(told_of(later, "declared", "severity"))) == ["severity"]
    confirmed = incident(*OPENED, sent(declared), SEV2._replace(confirmed=True))
    assert due(told_of(confirmed, "declared", "severity")) == []


def test_what_it_applies_to_is_as_it_is_classified_now():
    low = incident(*OPENED)
    high = incident(*OPENED, SEV1, facts.AffectedSet(("api",), ("pay",)))
    assert told_of(low, "declared", severities=("SEV1",)) == []
    assert names(told_of(high, "declared", severities=("SEV1",))) == ["declared"]
    assert names(told_of(high, "declared", critical=True, product_areas=("pay",))) == ["declared"]
    assert told_of(high, "declared", critical=False) == []
    assert told_of(high, "declared", product_areas=("other",)) == []
    assert told_of(high, "declared", categories=("security",)) == []


def test_drills_and_restricted_incidents_use_only_what_is_marked_for_them():
    drill = incident(facts.Declared("practice", incident_kind="drill"), SEV2)
    plain, marked = action(), action(drills=True)
    assert told_of(drill, "declared", actions=(plain,)) == []
    assert [e.action for e in told_of(drill, "declared", actions=(plain, marked))] == [marked]
    secret, named = incident(*OPENED), action(restricted=True)
    around = Around(restricted=True)
    assert told_of(secret, "declared", around=around) == []
    found = told_of(secret, "declared", actions=(plain, named), around=around)
    assert [each.action for each in found] == [named]


def test_a_backfill_is_told_to_nobody():
    assert told_of(incident(facts.Declared("past", incident_kind="backfill"), SEV2)) == []


def test_old_news_is_not_told():
    assert names(told_of(incident(*OPENED), "declared", after=5 * HOUR)) == ["declared"]
    assert told_of(incident(*OPENED), "declared", after=7 * HOUR) == []


def test_a_missing_update_is_told_each_cadence_and_not_for_ever():
    found = incident(facts.Declared("down"), SEV1)
    late = found.next_update - START

    def told(after):
        return told_of(found, "overdue", after=after)

    assert told(late - MINUTE) == []
    [first] = told(late)
    [same] = told(late + 29 * MINUTE)
    [second] = told(late + 30 * MINUTE)
    assert key(first) == key(same) != key(second)
    assert second.happened.at - first.happened.at == 30 * MINUTE
    assert told(late + 30 * 10 * MINUTE) == []


CALLS = (NextCall(5 * MINUTE, "Eve (eve)", "core"), NextCall(15 * MINUTE, "Dan (dan)", "sre"))
WAITS = Around(calls=CALLS)


def test_nobody_answers_so_the_next_ones_are_paged():
    found = incident(*OPENED)
    at = [names(told_of(found, "unanswered", after=n * MINUTE, around=WAITS)) for n in (4, 5, 15)]
    assert at == [[], ["unanswered"], ["unanswered"]]
    [one] = told_of(found, "unanswered", after=6 * MINUTE, around=WAITS)
    [two] = told_of(found, "unanswered", after=16 * MINUTE, around=WAITS)
    assert (one.target.whom, one.target.team) == ("Eve (eve)", "core")
    assert (two.target.whom, two.target.team) == ("Dan (dan)", "sre")
    assert key(one) != key(two)


@pytest.mark.parametrize(
    "answer",
    [
        facts.MomentMarked("acknowledged"),
        ("bob", facts.Noted("on it")),
        facts.RoleAssigned("mitigator", "bob"),
    ],
)
def test_an_answer_ends_it(answer):
    found = incident(*OPENED, answer)
    assert told_of(found, "unanswered", after=10 * MINUTE, around=WAITS) == []


@pytest.mark.parametrize(
    "recorded",
    [
        ("alert:prometheus", facts.Noted("still firing")),
        ("receiver@vm", facts.ActionStarted("k", "pagerduty", "example.com", step="page")),
        ("receiver@vm", facts.ActionDone("k", step="page")),
    ],
)
def test_what_a_machine_records_is_no_answer(recorded):
    found = incident(*OPENED, recorded)
    assert names(told_of(found, "unanswered", after=10 * MINUTE, around=WAITS)) == ["unanswered"]


def test_a_late_retrospective_and_late_action_items_are_told_once():
    found = incident(*OPENED, facts.Resolved())
    day = START + HOUR
    around = Around(retrospective_due=day, overdue_items=(("k7f-1", "Add a limit (bob)", day),))
    announced = told_of(found, "retrospective-due", "action-overdue", after=2 * HOUR, around=around)
    assert names(announced) == ["retrospective-due", "action-overdue"]
    assert announced[1].happened.text == "Add a limit (bob)"
    again = told_of(found, "action-overdue", after=3 * HOUR, around=around)
    assert key(again[0]) == key(announced[1])


def test_a_failure_is_due_again_when_its_time_has_come():
    [first] = told_of(incident(*OPENED), "declared")
    when = (START + 5 * MINUTE).isoformat().replace("+00:00", ".000Z")
    failed = (
        "serve",
        facts.ActionFailed(key(first), "HTTP 500", announcement="one", retry_at=when),
    )
    found = incident(*OPENED, sent(first), failed)
    assert [len(due(told_of(found, "declared"), n * MINUTE)) for n in (4, 6)] == [0, 1]
    final = incident(*OPENED, sent(first), (failed[0], failed[1]._replace(retry_at=None)))
    assert due(told_of(final, "declared"), HOUR) == []


BY_ALERT = "alert:am"


def declared_by_alert(group, *more):
    """Return what a receiver declares for the alert of a group."""
    attached = facts.AlertAttached(group, "inc", "x", "pages", "cause-1")
    began = facts.Declared("api is down", reported_by="alert")
    return incident(*((BY_ALERT, each) for each in (began, attached, SEV1, *more)))


def long_ago():
    """What a receiver declares for an alert that began eight hours before it came."""
    attached = facts.AlertAttached("alr-1", "inc", "x", "pages", "cause-1")
    began = facts.Declared("api is down", reported_by="alert")
    those = (began, facts.MomentMarked("started"), attached, SEV1)
    before = START - 8 * HOUR
    events = [
        event(n, each, by=BY_ALERT, at=before if n < 2 else None) for n, each in enumerate(those)
    ]
    events[0] = events[0]._replace(id=ulid(int(before.timestamp() * 1000), 7), recorded=before)
    return fold(ident_of(events), events)


def test_what_an_alert_declares_is_news_however_long_ago_it_began():
    found = long_ago()
    assert found.declared == START - 8 * HOUR
    told = told_of(found, "declared", "unanswered", around=WAITS)
    assert names(told) == ["declared"]
    assert told_of(found, "declared", after=7 * HOUR) == []
    after = [names(told_of(found, "unanswered", after=n * MINUTE, around=WAITS)) for n in (4, 6)]
    assert after == [[], ["unanswered"]]
    [late] = told_of(found, "unanswered", after=6 * MINUTE, around=WAITS)
    assert late.happened.at == found.raised + 5 * MINUTE
    assert durations(found).detect == found.raised - found.started


def test_what_two_receivers_tell_of_one_cause_has_one_key():
    one, other = declared_by_alert("alr-1"), declared_by_alert("alr-2")
    other = other._replace(id="inc-of-the-other")
    keys = {told_of(each, "declared")[0].target.key for each in (one, other)}
    assert len(keys) == 1
    assert keys.pop().startswith("alert-")


def test_what_a_receiver_raises_has_the_key_of_the_other_receiver():
    worse = (facts.SeveritySet("SEV0"),)
    one = declared_by_alert("alr-1", *worse)
    other = declared_by_alert("alr-2", facts.Noted("by a receiver that wrote more"), *worse)
    keys = [[each.target.key for each in told_of(found, "severity")] for found in (one, other)]
    assert keys[0] == keys[1]
    assert len(keys[0]) == 1


def test_what_receivers_make_one_is_not_told_as_over():
    gone = declared_by_alert("alr-1", facts.Cancelled("Two receivers declared it.", "inc-first"))
    assert names(told_of(gone)) == []
    by_person = ("bob", facts.Cancelled("the same", "inc-first"))
    people = incident(*OPENED, by_person)
    assert names(told_of(people)) == ["resolved"]


def test_what_was_sent_first_names_what_is_sent_later():
    first = facts.ActionStarted("alert-of-before.announce.one.1.x.y", "webhook", "example.com")
    found = declared_by_alert("alr-1", first)
    [declared] = told_of(found, "declared")
    assert declared.target.key.startswith("alert-of-before.announce.one.")
