"""Which announcements are due for an incident: pure, and the same in every clone.

The key of each names the incident, the announcement, the action and what happened, so that whoever
sends it, and however often, sends the same one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from incidentctl.domain.actions.request import Event
from incidentctl.domain.actions.run import Target, is_due_again, name_outside
from incidentctl.domain.catalog.announcement import Announcement
from incidentctl.domain.catalog.runbook import Action, AppliesTo
from incidentctl.domain.common.incident_kinds import DRILL, HEARTBEAT
from incidentctl.domain.common.times import iso
from incidentctl.domain.incident.ids import ulid_moment
from incidentctl.domain.incident.state import (
    FAILED,
    OF_MACHINES,
    ActionRun,
    Entry,
    Incident,
    is_alert,
)

#: What happened longer ago is not told any more: nobody wants to hear it as if it were new.
LATE = timedelta(hours=6)
#: The event of an update for customers.
PUBLIC = "public-update"
#: So often a missing update is told, and a page that nobody answers.
MAX_REMINDERS, MAX_PAGES = 10, 5
#: How often a missing update is told where the incident has no cadence.
_USUAL_CADENCE = timedelta(minutes=30)
#: Who commands while nobody is known to.
_NOBODY = "unknown"
#: What is the life of a page; all else only tells something.
_LIFE: dict[str, Event] = {
    "declared": "trigger", "unanswered": "trigger", "resolved": "resolve",
    "heartbeat-missed": "trigger",
}  # fmt: skip


class Happened(NamedTuple):
    """Something that may be announced."""

    event: str
    of: str
    """What tells it apart from others of its kind: the id of its event, a moment, a number."""
    at: datetime
    text: str = ""
    """The words that it is about, such as an update's."""
    call: NextCall | None = None
    """Who is called now, because nobody has answered."""
    recorded: datetime | None = None
    """When one could first know of it, if that is later."""

    @property
    def known(self) -> datetime:
        """Since when one could know of it."""
        return max(self.at, self.recorded or self.at)


class Announced(NamedTuple):
    """One action of an announcement that is due, or was sent."""

    announcement: Announcement
    action: Action
    happened: Happened
    target: Target
    run: ActionRun | None = None
    """What came of it so far; None while nothing was tried."""


class NextCall(NamedTuple):
    """Who is called next, when nobody has answered for so long."""

    after: timedelta
    whom: str
    team: str | None = None


class Around(NamedTuple):
    """What is known of an incident beside its record."""

    calls: Sequence[NextCall] = ()
    """Who is called after whom, when nobody answers: the layers, then the next teams."""
    retrospective_due: datetime | None = None
    """When its retrospective was due that nobody wrote."""
    overdue_items: Sequence[tuple[str, str, datetime]] = ()
    """The overdue action items of its retrospective: id, what it is and whose, when it was due."""
    restricted: bool = False


def announced(
    announcements: Mapping[str, Announcement],
    incident: Incident,
    now: datetime,
    around: Around,
) -> list[Announced]:
    """Return what is to be announced by now, sent or not, in the order of the file."""
    if incident.kind == "backfill" or not announcements:
        return []
    happened = list(_happened(incident, now, around))
    runs = {run.key: run for run in incident.actions}
    outside = name_outside(incident)
    found = []
    for announcement in announcements.values():
        if not applies(announcement.applies_to, incident):
            continue
        for number, action in enumerate(announcement.actions, 1):
            if not _may(action, incident, around):
                continue
            told = []
            for each in happened:
                if each.event in announcement.on:
                    key = announced_key(outside, announcement.name, number, each)
                    name = announcement.name
                    target = Target(
                        name,
                        action,
                        announcement=name,
                        key=key,
                        whom=each.call.whom if each.call else None,
                        team=each.call.team if each.call else None,
                        event=_LIFE.get(each.event, "say"),
                    )
                    run = runs.get(key)
                    told.append(Announced(announcement, action, each, target, run))
            found += [
                each for each in told if not _said_before(each, told) and not _overtaken(each, told)
            ]
    return found


def due(found: Iterable[Announced], now: datetime) -> list[Announced]:
    """Return those to be sent now: for the first time, or once more after a failure."""
    return [each for each in found if each.run is None or is_due_again(each.run, now)]


def is_news(each: Announced, since: datetime | None) -> bool:
    """Say whether one could only know of it after its announcement was first trusted."""
    return since is None or each.happened.known >= since


def announced_key(incident: str, announcement: str, number: int, happened: Happened) -> str:
    """Return the key of one action of an announcement for something that happened."""
    digest = _digest(happened.of)
    return f"{incident}.announce.{announcement}.{number}.{happened.event}.{digest}"


def went_out(incident: Incident, events: Iterable[str]) -> list[ActionRun]:
    """Return what announcements have sent, or may have, of events by their ids."""
    ends = tuple(f".{_digest(event)}" for event in events)
    return [
        run
        for run in incident.actions
        if run.announcement and run.state != FAILED and run.key.endswith(ends)
    ]


def _digest(of: str) -> str:
    return hashlib.sha256(of.encode()).hexdigest()[:16]


def would_tell(
    announcements: Mapping[str, Announcement], incident: Incident, event: str, *, restricted: bool
) -> list[tuple[str, Action]]:
    """Return what would be sent of an event of an incident: the announcement, and the action."""
    around = Around(restricted=restricted)
    return [
        (announcement.name, action)
        for announcement in announcements.values()
        if event in announcement.on
        and incident.kind != "backfill"
        and applies(announcement.applies_to, incident)
        for action in announcement.actions
        if _may(action, incident, around)
    ]


def applies(wanted: AppliesTo, incident: Incident) -> bool:
    """Say whether an announcement is for an incident, as it is classified now."""
    return (
        (wanted.critical is None or wanted.critical == incident.critical)
        and (not wanted.severities or incident.severity in wanted.severities)
        and (
            not wanted.product_areas
            or not set(wanted.product_areas).isdisjoint(incident.product_areas)
        )
        and (not wanted.categories or incident.category in wanted.categories)
    )


def _may(action: Action, incident: Incident, around: Around) -> bool:
    """Say whether an action may tell of an incident: drills and restricted ones need leave."""
    drills = action.drills or incident.kind != DRILL
    return drills and (action.restricted or not around.restricted)


def _said_before(each: Announced, told: Sequence[Announced]) -> bool:
    """Say whether the declaration, which also says the severity, announces this change already."""
    if each.happened.event != "severity" or each.run is not None:
        return False
    declared = next((other for other in told if other.happened.event == "declared"), None)
    return declared is not None and (declared.run is None or declared.run.at >= each.happened.at)


def _overtaken(each: Announced, told: Sequence[Announced]) -> bool:
    """Say whether a newer public update went out, for which this one would be taken now."""
    if each.happened.event != PUBLIC or (each.run is not None and each.run.state != FAILED):
        return False
    later = told[told.index(each) + 1 :]
    return any(
        other.happened.event == PUBLIC and other.run is not None and other.run.state != FAILED
        for other in later
    )


def _happened(incident: Incident, now: datetime, around: Around) -> Iterator[Happened]:
    if incident.kind == HEARTBEAT:
        if incident.open and now - LATE < incident.declared <= now:
            # It is missing still, which is news whenever it was first missed.
            yield Happened("heartbeat-missed", "", incident.declared, recorded=now)
        return
    heard = _heard(incident)
    of_the_clock = (each._replace(recorded=heard) for each in _of_the_clock(incident, now, around))
    for each in (*_of_the_record(incident), *of_the_clock):
        if each.at <= now < each.known + LATE:
            yield each


def _of_the_record(incident: Incident) -> Iterator[Happened]:
    """Yield the newest event of each kind: an earlier one that was not announced is old news.

    But customers are told each public update, the oldest first.
    """
    newest = {each.kind: each for each in incident.entries if not each.retracted}
    for kinds, event in (
        (("declared",), "declared"),
        (("handover-accepted", "command-taken"), "handover"),
        (("resolved", "cancelled"), "resolved"),
    ):
        entry = max(
            (newest[kind] for kind in kinds if kind in newest),
            key=lambda each: (each.at, each.event),
            default=None,
        )
        if entry is None or (event == "resolved") == incident.open:
            continue
        if incident.duplicate_of and is_alert(entry.by):
            continue  # two receivers declared it, and the other one goes on
        recorded = _heard(incident) if event == "declared" else entry.recorded
        yield Happened(event, _which(incident, entry), entry.at, incident.ended_why or "",
                       recorded=recorded)  # fmt: skip
    change = incident.severity_changed
    entry = next((each for each in incident.entries if each.event == change), None)
    if incident.open and entry is not None and not entry.retracted:
        yield Happened("severity", _which(incident, entry), entry.at, recorded=entry.recorded)
    updates = sorted(incident.updates, key=lambda each: (each.at, each.event))
    for event, those in (
        ("update", updates[-1:]),
        (PUBLIC, [each for each in updates if each.public]),
    ):
        for update in those:
            recorded = ulid_moment(update.event)
            yield Happened(event, update.event, update.at, update.text, recorded=recorded)


def _heard(incident: Incident) -> datetime:
    """Return when the declaration was recorded."""
    if is_alert(incident.declared_by):
        return incident.raised
    declared = [each.recorded for each in incident.entries if each.kind == "declared"]
    return min(declared, default=incident.declared)


def _which(incident: Incident, entry: Entry) -> str:
    """Return what tells an event apart from others of its kind.

    Each receiver records what an alert did under an id of its own: so that one is counted.
    """
    if not is_alert(entry.by):
        return entry.event
    same = [each for each in incident.entries if each.kind == entry.kind and not each.retracted]
    return f"{entry.kind} {1 + [each.event for each in same].index(entry.event)}"


def _of_the_clock(incident: Incident, now: datetime, around: Around) -> Iterator[Happened]:
    if incident.open:
        yield from _overdue(incident, now)
        yield from _unanswered(incident, now, around)
        return
    if (late := around.retrospective_due) is not None:
        yield Happened("retrospective-due", iso(late), late)
    for ident, text, day in around.overdue_items:
        yield Happened("action-overdue", f"{ident} {iso(day)}", day, text)


def _overdue(incident: Incident, now: datetime) -> Iterator[Happened]:
    missing = incident.next_update
    if missing is None or now < missing:
        return
    cadence = timedelta(seconds=incident.cadence) if incident.cadence else _USUAL_CADENCE
    number = (now - missing) // cadence
    if number < MAX_REMINDERS:
        yield Happened("overdue", f"{iso(missing)} {number}", missing + number * cadence)


def _unanswered(incident: Incident, now: datetime, around: Around) -> Iterator[Happened]:
    """Yield the newest moment at which the delay of the on-call passed without an answer."""
    if answered(incident):
        return
    calls = around.calls[:MAX_PAGES]
    past = [call for call in calls if incident.known + call.after <= now]
    if past:
        moment = incident.known + past[-1].after
        yield Happened("unanswered", f"{iso(incident.opened)} {len(past)}", moment, call=past[-1])


def answered(incident: Incident) -> bool:
    """Say whether somebody besides who declared it takes part, or said that they saw it."""
    if incident.acknowledged is not None or incident.mitigated is not None:
        return True
    people = {held.person for held in incident.held} | {
        each.by
        for each in incident.entries
        if not each.retracted and not each.kind.startswith(OF_MACHINES)
    }
    return any(
        person not in (incident.declared_by, _NOBODY) and not is_alert(person) for person in people
    )
