"""The inbox: the alerts that wait for somebody, and what people do with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from incidentctl.app.alerts import numbers
from incidentctl.app.alerts.declare import answered, with_alerts
from incidentctl.app.incident.declare import Request, begin, complete, declaration_of
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import Recorded, acknowledge, not_committed
from incidentctl.app.incident.waiting_alerts import waiting
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.decision import Decision, by_default
from incidentctl.domain.alerts.declaration import alert_facts
from incidentctl.domain.alerts.group import (
    DISMISSED,
    RESOLVED,
    Group,
    copies,
    same_group,
    without_copies,
)
from incidentctl.domain.alerts.rules import decide
from incidentctl.domain.common.lookup import said
from incidentctl.domain.common.text import count, one_line
from incidentctl.domain.common.times import iso, show
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.decide.notes import short
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.fold.corrections import apply_corrections
from incidentctl.domain.incident.names import Names, joined
from incidentctl.errors import (
    EnvironmentFailedError,
    InvalidDataError,
    NotFoundError,
    RefusedError,
    UsageError,
)

_LOOK = "`incidentctl alert inbox` shows what is waiting; any part of an id works, too."


class Row(NamedTuple):
    """A group in the inbox; `number` names it there, and is None for one that does not wait."""

    number: int | None
    group: Group
    means: Decision

    @property
    def severity(self) -> str | None:
        """Its worst severity, by the catalog."""
        return self.group.severity or self.means.severity

    @property
    def affects(self) -> tuple[str, ...]:
        """What it hits."""
        first = (self.means.affects,) if self.means.affects else ()
        return tuple(dict.fromkeys((*first, *self.group.services)))


class Line(NamedTuple):
    """An entry of a group, for people."""

    at: datetime
    by: str
    kind: str
    text: str


def inbox(workspace: Workspace, *, whole: bool = False) -> list[Row]:
    """Return what waits, the oldest first; with `whole` what does not, too, before it."""
    groups = waiting(workspace)
    if not groups and workspace.sharing.catch_up():  # a receiver may have sent some
        groups = waiting(workspace)
    number_of = {group.id: number for number, group in enumerate(groups, 1)}
    if whole:
        rest = [each for each in _all(workspace) if each.id not in number_of]
        groups = [*reversed(rest), *groups]
    return [_row(workspace, group, number_of.get(group.id)) for group in groups]


def shared(workspace: Workspace) -> list[Row]:
    """Return what waits and is not restricted, the oldest first; it asks no remote."""
    found = waiting(workspace)
    hidden = workspace.record.restricted_ids()  # asked last: a new one may be
    groups = [group for group in found if group.id not in hidden]
    return [_row(workspace, group, number) for number, group in enumerate(groups, 1)]


def find_shared(workspace: Workspace, ident: str) -> Row:
    """Return the group of an id, waiting or not, as if there were no restricted ones."""
    for group in _all(workspace):
        if group.id == ident and not workspace.record.is_restricted(ident):
            return _row(workspace, group, None)
    raise NotFoundError(f"There is no alert {one_line(ident)!r}.")


def _all(workspace: Workspace) -> list[Group]:
    return without_copies(workspace.record.groups())


def _row(workspace: Workspace, group: Group, number: int | None) -> Row:
    return Row(number, group, _means(workspace, group))


def _means(workspace: Workspace, group: Group) -> Decision:
    """Return what the rules make of a group; what the catalog tells where they cannot be read."""
    try:
        return decide(workspace.catalog, group.alert())
    except (InvalidDataError, EnvironmentFailedError):
        return by_default(workspace.catalog, group.alert())


def show_inbox(workspace: Workspace, *, whole: bool = False) -> list[Row]:
    """Return what `inbox` does; from now on the numbers name what they name here."""
    rows = inbox(workspace, whole=whole)
    numbers.remember(workspace, [row.group.id for row in rows if row.number])
    return rows


def find(workspace: Workspace, word: str, *, acts: bool = False) -> Row:
    """Return the group that a number of the inbox names, or a part of an id.

    A number names what it did as the inbox was shown last. RefusedError for one that does not wait
    any more, if something is to be done about it.
    """
    part = word.strip().casefold()
    if part.isdecimal() and len(part) < 5:
        row = _by_number(workspace, int(part))
        if acts and not row.group.waits:
            raise RefusedError(
                f"Number {int(part)}, {_title(row.group)!r}, does not wait any more: it is "
                f"{row.group.state}, {row.group.handling}.",
                hint=f"See `incidentctl alert show {int(part)}`. Its id will do: {row.group.id}.",
            )
        return row
    found = [group for group in _all(workspace) if part and part in group.id]
    if not found:
        raise NotFoundError(
            f"No alert has {one_line(word)!r} in its id.",
            hint="`incidentctl alert inbox --all` shows all.",
        )
    if len(found) > 1:
        listed = "\n".join(f"  {group.id}  {one_line(group.title)}" for group in found[:20])
        raise UsageError(
            f"{one_line(word)!r} matches {len(found)} alerts:\n{listed}",
            hint="Give more of the id.",
        )
    number_of = {group.id: number for number, group in enumerate(waiting(workspace), 1)}
    return _row(workspace, found[0], number_of.get(found[0].id))


def _by_number(workspace: Workspace, number: int) -> Row:
    ids = numbers.shown_last(workspace)
    when = " as it was shown last"
    if ids is None:
        ids, when = [row.group.id for row in inbox(workspace)], ""
    if not 0 < number <= len(ids):
        had = f"it has {count(len(ids), 'row')}" if ids else "it is empty"
        raise NotFoundError(f"The inbox{when} has no number {number}: {had}.", hint=_LOOK)
    ident = copies(workspace.record.groups()).get(ids[number - 1], ids[number - 1])
    for group in _all(workspace):
        if group.id == ident:
            return _row(workspace, group, number if group.waits else None)
    raise NotFoundError(f"The alert of number {number} is gone.", hint=_LOOK)


def lines(workspace: Workspace, ident: str) -> list[Line]:
    """Return the entries of a group and of its copies, the oldest first."""
    zone = workspace.zone
    names = Names({}, {}, {}, {}, {}, _time(zone))
    record = workspace.record
    found: dict[str, Event] = {}
    for each in same_group(record.groups(), ident):
        events, _ = apply_corrections(record.events(each)[0])
        for event, fact, *_ in events:
            is_one = isinstance(fact, facts.Redacted)  # of a command that named each text
            key = (is_one and event.action) or event.id
            found.setdefault(key, event._replace(fact=fact))
    return [
        Line(each.at, each.by, each.kind, _sentence(each.fact, names))
        for each in sorted(found.values(), key=lambda each: (each.at, each.id))
    ]


def _sentence(fact: Any, names: Names) -> str:
    if isinstance(fact, facts.Redacted):
        return joined("Redacted", fact.reason)
    sentence: str = fact.sentence(names)
    return sentence


def _time(zone: Any) -> Callable[[str], str]:
    from incidentctl.domain.common.times import from_iso

    def time(text: str) -> str:
        moment = from_iso(text)
        return show(moment, zone) if moment else text

    return time


def declare(
    workspace: Workspace,
    row: Row,
    request: Request,
    who: Actor,
    *,
    on_recorded: Callable[[str], None],
) -> Recorded:
    """Declare an incident for a group; a person does, who commands it.

    RefusedError if the group has one that is open.
    """
    group = row.group
    _ensure_free(workspace, group)
    request = with_alerts(request, [group.alert()])._replace(
        restricted=request.restricted or workspace.record.is_restricted(group.id)
    )
    if not request.title.strip():
        request = request._replace(title=group.title)
    ident = begin(workspace, request, who, on_recorded=on_recorded)
    request = answered(workspace, ident, request, [group.alert()], who)
    if group.severity and not request.suggested:
        request = request._replace(suggested=group.severity)
    attached = facts.AlertAttached(group.id, ident, _title(group), firing=group.state != RESOLVED)
    declaration = declaration_of(load(workspace, ident))
    acknowledge(workspace, ident, [attached], who, group=declaration)
    acknowledge(workspace, group.id, [facts.AlertDeclared(group.id, ident)], who)
    return complete(workspace, ident, request, who)


def attach(
    workspace: Workspace,
    row: Row,
    ident: str,
    who: Actor,
    *,
    on_recorded: Callable[[str], None],
) -> Recorded:
    """Say that a group belongs to an open incident."""
    group, record = row.group, workspace.record
    incident = load(workspace, ident)
    check(incident, "attach an alert")
    if group.incident == ident:
        raise RefusedError(f"The alert belongs to {ident} already.")
    if record.is_restricted(group.id) and not record.is_restricted(ident):
        raise RefusedError(
            f"{group.id} is restricted, and {ident} is not: everybody could read about it."
        )
    if record.is_restricted(ident) and not record.is_restricted(group.id):
        raise RefusedError(
            f"{ident} is restricted, and {group.id} is not: everybody could read about it.",
            hint=f"Write what the alert says with `incidentctl log -i {ident}`, and dismiss it.",
        )
    attached = facts.AlertAttached(group.id, ident, _title(group), firing=group.state != RESOLVED)
    acknowledge(workspace, ident, [attached, *alert_facts([group.alert()])], who)
    acknowledge(workspace, group.id, [facts.AlertAttached(group.id, ident)], who)
    on_recorded(f"{ident}: alert {_title(group)}")
    return _flushed(workspace, ident)


def dismiss(
    workspace: Workspace,
    row: Row,
    reason: str,
    who: Actor,
    *,
    on_recorded: Callable[[str], None],
) -> Recorded:
    """Say why a group needs no incident; if it gets worse, it is back in the inbox."""
    group = row.group
    _ensure_free(workspace, group)
    if group.handling == DISMISSED:
        raise RefusedError(f"The alert is dismissed already: {one_line(group.reason or '')}.")
    cleaned = short(said(reason, "a reason"))
    acknowledge(workspace, group.id, [facts.AlertDismissed(group.id, cleaned)], who)
    on_recorded(f"{group.id}: dismissed {_title(group)}")
    return _flushed(workspace, group.id)


def _flushed(workspace: Workspace, ident: str) -> Recorded:
    flushed = workspace.flush()
    return Recorded(ident, (), flushed.commit, (*flushed.notes, *not_committed(flushed)))


def _ensure_free(workspace: Workspace, group: Group) -> None:
    if group.incident is None:
        return
    if load(workspace, group.incident).open:
        raise RefusedError(
            f"The alert belongs to {group.incident}, which is open.",
            hint=f"See `incidentctl show {group.incident}`.",
        )


def _title(group: Group) -> str:
    return one_line(group.title)[:200]


def as_json(row: Row, entries: Sequence[Line] | None = None) -> dict[str, Any]:
    """Return a group as plain values, with stable keys for programs."""
    group = row.group
    found: dict[str, Any] = {
        "number": row.number,
        "id": group.id,
        "source": group.source,
        "title": group.title,
        "state": group.state,
        "handling": group.handling,
        "waits": group.waits,
        "incident": group.incident,
        "severity": row.severity,
        "word": group.word,
        "affects": list(row.affects),
        "started": iso(group.started),
        "ended": iso(group.ended) if group.ended else None,
        "last": iso(group.last),
        "times": group.times,
        "conditions": len({member.partition("/")[0] for member in group.members}),
        "rule": group.rule,
        "reason": group.reason,
        "labels": dict(group.labels),
        "problems": [problem.message for problem in group.problems],
    }
    if entries is not None:
        found |= {
            "text": group.text,
            "links": dict(group.links),
            "runbook": group.runbook,
            "entries": [each._asdict() | {"at": iso(each.at)} for each in entries],
        }
    return found
