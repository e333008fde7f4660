"""A group of alerts, folded from its events: its state, and what people have done with it.

The events come from several receivers and people in any order; the same events give the same group.
Whatever they say, the fold never raises.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.common.times import EARLIEST, from_iso, iso
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import EffectiveEvent, Event
from incidentctl.domain.incident.fold.alerts import first_of_each
from incidentctl.domain.incident.fold.corrections import apply_corrections, in_order
from incidentctl.domain.incident.ids import is_incident_id
from incidentctl.domain.incident.state import is_alert
from incidentctl.errors import Problem

CODE = "IC900"
FIRING, ACKNOWLEDGED, RESOLVED = "firing", "acknowledged", "resolved"
WAITING, ATTACHED, DISMISSED = "open", "attached", "dismissed"
#: States of a member by how far it has come: of two that are said of one firing, the later counts.
_ORDER = (FIRING, ACKNOWLEDGED, RESOLVED)
#: Repeats are recorded once in each slot of a group's age: 5 minutes for the first hour, then
#: half an hour for the first day, then six hours.
_SLOTS = (
    (timedelta(hours=1), timedelta(minutes=5)),
    (timedelta(days=1), timedelta(minutes=30)),
    (timedelta.max, timedelta(hours=6)),
)


class Group(NamedTuple):
    """One group of alerts. Its texts come from outside, and are not cleaned."""

    id: str
    digest: str = ""
    """Names what the sender groups; two groups with it are of one cause, one after the other."""
    source: str = ""
    title: str = "(not opened)"
    text: str | None = None
    word: str | None = None
    """The sender's word for how bad it is."""
    labels: Mapping[str, str] = {}
    links: Mapping[str, str] = {}
    runbook: str | None = None
    group_text: str | None = None
    started: datetime = EARLIEST
    state: str = FIRING
    handling: str = WAITING
    incident: str | None = None
    """The incident that it belongs to."""
    joined: datetime | None = None
    """When it came to that incident, by the clock of whoever recorded it."""
    rule: str | None = None
    cause: str | None = None
    """A digest of the rule and of what its groups have in common: one incident at a time."""
    severity: str | None = None
    """The severity that it got worse to, if it did."""
    services: tuple[str, ...] = ()
    """What it hit later on."""
    members: Mapping[str, str] = {}
    """The state of each firing of each condition."""
    times: int = 1
    """How often the sender said so."""
    last: datetime = EARLIEST
    """When something was last heard of it."""
    ended: datetime | None = None
    slot: int = 0
    reason: str | None = None
    """Why it was dismissed."""
    problems: tuple[Problem, ...] = ()
    redacted: bool = False
    """Whether its first alert was redacted: later ones add no text."""
    restricted: bool = False
    """Whether it is in the part of the record that few may read, which its events do not say."""

    @property
    def waits(self) -> bool:
        """Say whether somebody has to look at it: it fires, and nobody has made anything of it."""
        return self.handling == WAITING and self.state != RESOLVED

    def alert(self) -> Alert:
        """Return the alert that opened it."""
        return Alert(
            self.source, self.digest, self.group_text or self.digest,
            "resolved" if self.state == RESOLVED else "firing",
            self.title, self.text or "", self.word, self.labels, self.links, self.runbook,
            self.started, self.ended,
        )  # fmt: skip


class _Draft:
    """What is known after some of the events."""

    def __init__(self, ident: str) -> None:
        self.group = Group(ident)
        self.members: dict[str, str] = {}
        self.problems: list[str] = []

    def set(self, **fields: Any) -> None:
        self.group = self.group._replace(**fields)

    def worse(self) -> None:
        """Let it wait again: it is no longer what somebody dismissed."""
        if self.group.handling == DISMISSED:
            self.set(handling=WAITING)

    def move(self, members: Iterable[str], state: str) -> None:
        for each in members:
            before = self.members.get(each, FIRING)
            self.members[each] = stronger(before, state)


def fold_group(ident: str, events: Iterable[Event]) -> Group:
    """Return the group of an id as its events tell it."""
    ordered, doubles = in_order(events)
    effective, wrong = apply_corrections(ordered)
    draft = _Draft(ident)
    for event in first_of_each(effective):
        if not event.retracted:
            _apply(draft, event)
    found = draft.group
    if not found.digest:
        draft.problems.append("Its first alert is not in the record.")
    state, ended = state_of(draft.members), None
    if state == RESOLVED:
        resolved = [each.at for each in effective if isinstance(each.fact, facts.AlertResolved)]
        ended = max(resolved, default=None)
    said = dict.fromkeys([*doubles, *wrong, *draft.problems])
    return found._replace(
        state=state,
        members=draft.members,
        ended=ended,
        problems=tuple(Problem(CODE, "warning", sentence) for sentence in said),
    )


def state_of(members: Mapping[str, str]) -> str:
    """Return the state of a group: that of its newest firings, the worst of them."""
    newest: dict[str, str] = {}
    for each in sorted(members):
        newest[each.partition("/")[0]] = members[each]  # a later start sorts behind
    return worst(newest.values())


def worst(states: Container[str]) -> str:
    """Return the state of what has some states: it fires as long as a part of it does."""
    return next((state for state in _ORDER if state in states), FIRING)


def stronger(one: str, other: str) -> str:
    """Return which of two states of one firing stands."""
    return max(one, other, key=_ORDER.index)


def slot_of(age: timedelta) -> int:
    """Return the number of the slot that a group of this age is in, from 0."""
    slot, before = 0, timedelta()
    for until, width in _SLOTS:
        if age < until:
            return slot + max(age - before, timedelta()) // width
        slot += (until - before) // width
        before = until
    return slot


def _apply(draft: _Draft, event: EffectiveEvent) -> None:
    fact, group = event.fact, draft.group
    heard = {"last": max(group.last, event.at)}
    match fact:
        case facts.AlertOpened():
            if group.digest:
                return
            started = event.at
            draft.set(
                digest=fact.digest, source=fact.source, title=fact.title, text=fact.text,
                word=fact.severity, labels=_pairs(fact.labels), links=_pairs(fact.links),
                runbook=fact.runbook_url, group_text=fact.group_text, started=started,
                redacted=event.redacted, **heard,
            )  # fmt: skip
            draft.move([fact.member], FIRING)
            said = from_iso(fact.started) if fact.started else None
            if said is None or abs(said - started) >= timedelta(milliseconds=1):
                what = (
                    "no start"
                    if said is None
                    else f"a start that cannot be, {iso(said)} (without a zone a time is in UTC)"
                )
                draft.problems.append(
                    f"The sender gave {what}: it counts from its arrival, and another receiver "
                    "may make a group of its own of it."
                )
        case facts.AlertJoined():
            draft.move(fact.members, FIRING)
            draft.set(times=group.times + 1, **heard)
        case facts.AlertRepeated():
            until = from_iso(fact.until) or event.at
            draft.set(
                times=group.times + max(fact.times, 0),
                last=max(group.last, until),
                slot=max(group.slot, fact.slot),
            )
        case facts.AlertWorsened():
            draft.move([fact.member], FIRING)
            draft.set(severity=fact.severity, **heard)
            draft.worse()
        case facts.AlertSpread():
            draft.move([fact.member], FIRING)
            services = dict.fromkeys((*group.services, fact.service))
            draft.set(services=tuple(services), **heard)
            draft.worse()
        case facts.AlertAcknowledged():
            draft.move(fact.members, ACKNOWLEDGED)
            draft.set(**heard)
        case facts.AlertResolved():
            draft.move(fact.members, RESOLVED)
            draft.set(**heard)
        case facts.AlertAttached() | facts.AlertDeclared():
            _belongs(draft, event)
        case facts.AlertDismissed():
            draft.set(handling=DISMISSED, reason=fact.reason, incident=None)


def _belongs(draft: _Draft, event: EffectiveEvent) -> None:
    """Let a group belong to an incident; the first receiver counts, and people over receivers."""
    fact, group = event.fact, draft.group
    if not is_incident_id(fact.incident):
        draft.problems.append(f"{event.by} took it to something that is no incident.")
        return
    taken = group.incident is not None and group.incident != fact.incident
    if taken and isinstance(fact, facts.AlertDeclared) and is_alert(event.by):
        draft.problems.append(
            f"{event.by} took it to {fact.incident}, too; it belongs to {group.incident}."
        )
        return
    rule = {"rule": fact.rule, "cause": fact.cause} if fact.rule else {}
    if group.incident != fact.incident:
        draft.set(joined=event.event.recorded)
    draft.set(handling=ATTACHED, incident=fact.incident, reason=None, **rule)


def _pairs(text: str | None) -> dict[str, str]:
    """Read names and values; none of a text that was redacted, or that somebody else wrote."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def copies(groups: Iterable[Group]) -> dict[str, str]:
    """Return of which earlier group a group is a copy, by ids.

    Two receivers that saw deliveries in another order, or starts that differ by seconds, each open
    a group of what one sender groups: the later one began before the earlier was over.
    """
    found: dict[str, str] = {}
    firsts: dict[tuple[str, bool], Group] = {}
    for group in sorted(groups, key=lambda each: (each.started, each.id)):
        what = (group.digest, group.restricted)  # whoever may push can write any digest
        first = firsts.get(what)
        same = first is not None and (first.ended is None or group.started <= first.ended)
        if first is not None and same:
            found[group.id] = first.id
        else:
            firsts[what] = group
    return found


def same_group(groups: Iterable[Group], ident: str) -> list[str]:
    """Return the id of a group, and behind it those of its copies."""
    return [ident, *(copy for copy, first in copies(groups).items() if first == ident)]


def without_copies(groups: Iterable[Group]) -> list[Group]:
    """Return the groups, copies as one with the earliest, the newest first."""
    known = {group.id: group for group in groups}
    same = copies(known.values())
    for ident, first in same.items():
        known[first] = _joined(known[first], known.pop(ident))
    return sorted(known.values(), key=lambda group: (group.started, group.id), reverse=True)


def _joined(first: Group, copy: Group) -> Group:
    members = dict(first.members)
    for each, state in copy.members.items():
        members[each] = stronger(members.get(each, FIRING), state)
    state = state_of(members)
    handled = first if first.handling != WAITING else copy
    ends = [each.ended for each in (first, copy) if each.ended]
    return first._replace(
        members=members,
        state=state,
        ended=max(ends, default=None) if state == RESOLVED else None,
        handling=handled.handling,
        incident=handled.incident,
        reason=handled.reason,
        rule=handled.rule,
        cause=handled.cause,
        severity=first.severity or copy.severity,
        services=tuple(dict.fromkeys((*first.services, *copy.services))),
        times=max(first.times, copy.times),
        last=max(first.last, copy.last),
        problems=tuple(dict.fromkeys((*first.problems, *copy.problems))),
    )
