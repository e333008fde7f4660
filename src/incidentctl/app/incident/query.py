"""Reading the record: the list of incidents, and one incident, also as JSON."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from incidentctl.app.incident.find import load
from incidentctl.app.record.looked import ensure_looked
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.times import is_duration, iso, parse_duration
from incidentctl.domain.incident.duplicates import dead_ends, from_elsewhere
from incidentctl.domain.incident.fold.fold import CODE
from incidentctl.domain.incident.handover_advice import Advice, handover_advice
from incidentctl.domain.incident.head import Head, as_of, fold
from incidentctl.domain.incident.search_text import normal, written
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import EnvironmentFailedError, NotFoundError, Problem, UsageError


class Filters(NamedTuple):
    """What `list` shows: open incidents, or `all`; every other filter narrows it."""

    all: bool = False
    since: str | None = None
    service: str | None = None
    severity: str | None = None
    kind: str | None = None
    text: str | None = None


class Status(NamedTuple):
    """The status of the response at a moment, in UTC."""

    incident: Incident
    now: datetime
    advice: Advice | None
    """Advice to hand command over."""


def status(workspace: Workspace, ident: str) -> Status:
    """Return the status of the response now."""
    incident, now = load(workspace, ident), workspace.now()
    return Status(incident, now, handover_advice(incident, now, known=len(workspace.basics.people)))


def on_call(workspace: Workspace, incident: Incident, now: datetime) -> str | None:
    """Return who is on call for the owner, while only the commander has a role."""
    if incident.owner is None or workspace.root is None:
        return None
    from incidentctl.app.catalog.who import paged

    return paged(workspace.catalog, incident, now)


def period_edge(
    workspace: Workspace, text: str, who: Actor, *, option: str, ahead: bool = False
) -> datetime:
    """Parse the start or end of a period: a span back from now, the start of a day, a moment.

    UsageError for what is none, and for a moment in the future unless it may be `ahead`.
    """
    from incidentctl.domain.common.told_times import parse_moment

    now, word = workspace.now(), text.strip().casefold()
    try:
        if is_duration(word):
            return now - parse_duration(word)
        day = f"{word} 00:00" if word in ("today", "yesterday") else text
        return parse_moment(day, now=now, local=workspace.speaker_zone(who), ahead=ahead)
    except ValueError:
        raise UsageError(
            f"{option} {text!r} is neither a span such as 7d nor a past day such as 2026-03-29.",
            hint="Also '2 hours ago', yesterday, 2026-03-29T10:30.",
        ) from None


def _unseen(_done: int, _of: int) -> None:
    """Show nothing while logs are read."""


def listed(
    workspace: Workspace, filters: Filters, on_read: Callable[[int, int], None] = _unseen
) -> list[Head]:
    """Return the matching heads, the newest first; NotFoundError for a filter with an unknown name.

    If nothing is open, it syncs for a few seconds: somebody may have declared one. `on_read` is
    told how many logs have been read for a text, and how many have to be.
    """
    heads = _fitting(workspace, filters, on_read)
    if not heads:
        ask = not filters.all or workspace.record.never_read()
        if ask and workspace.sharing.catch_up():
            heads = _fitting(workspace, filters, on_read)
    if not heads:
        ensure_looked(workspace)
    return heads


def _fitting(
    workspace: Workspace, filters: Filters, on_read: Callable[[int, int], None]
) -> list[Head]:
    if (filters.severity, filters.service, filters.kind) != (None, None, None):
        filters = _named(workspace, filters)
    everything = filters.all or filters.since is not None
    heads = workspace.record.heads() if everything else workspace.record.open_heads()
    since = None
    if filters.since:
        since = period_edge(workspace, filters.since, workspace.actor(None), option="--since")
    heads = [
        head
        for head in heads
        if (since is None or head.declared >= since)
        and _same(filters.severity, head.severity)
        and _same(filters.kind, head.kind)
        and (filters.service is None or _same_of(filters.service, head.services))
    ]
    return heads if filters.text is None else _with_text(workspace, heads, filters.text, on_read)


def _with_text(
    workspace: Workspace, heads: list[Head], text: str, on_read: Callable[[int, int], None]
) -> list[Head]:
    """Return those of which the log, or the retrospective, holds a text."""
    wanted = normal(text)
    idents = [head.id for head in heads]
    texts = workspace.record.texts(idents, lambda _, events: written(events), on_read=on_read)
    found = {ident for ident, said in texts if wanted in said}
    return [
        head for head in heads if head.id in found or wanted in _retrospective(workspace, head.id)
    ]


def _retrospective(workspace: Workspace, ident: str) -> str:
    if workspace.root is None:
        return ""
    try:
        return normal((workspace.root / "retros" / f"{ident}.md").read_text(errors="replace"))
    except OSError:
        return ""


def _named(workspace: Workspace, filters: Filters) -> Filters:
    from incidentctl.app.incident.filters import Names

    names = Names(workspace, workspace.record.heads())
    return filters._replace(
        service=names.service(filters.service),
        severity=names.severity(filters.severity),
        kind=names.kind(filters.kind),
    )


def _same(wanted: str | None, value: str | None) -> bool:
    return wanted is None or (value or "").casefold() == wanted.casefold()


def _same_of(wanted: str, values: tuple[str, ...]) -> bool:
    return any(_same(wanted, value) for value in values)


def shown(
    workspace: Workspace, ident: str, *, at: str | None = None, restricted: bool = False
) -> Incident:
    """Return an incident, as of a moment or now.

    Who may read `restricted` incidents is also told which of them name it.
    """
    events, problems = workspace.record.events(ident)
    if at is not None:
        moment = looked_at(workspace, at)
        events = as_of(events, moment)
        if not events:
            raise NotFoundError(
                f"Nothing of {ident} was recorded by {iso(moment)}.",
                hint="`incidentctl show` without --at shows its present state.",
            )
        return fold(ident, events, problems=problems)
    now = fold(ident, events, problems=problems, now=workspace.now())
    return _with_others(workspace, now, restricted=restricted)


def looked_at(workspace: Workspace, at: str | None) -> datetime:
    """Return the moment as of which an incident is shown; UsageError for what is none."""
    if at is None:
        return workspace.now()
    from incidentctl.domain.common.told_times import parse_moment

    try:
        local = workspace.speaker_zone(workspace.actor(None))
        return parse_moment(at, now=workspace.now(), local=local)
    except ValueError as error:
        raise UsageError(f"{error}.") from None


def _with_others(workspace: Workspace, incident: Incident, *, restricted: bool) -> Incident:
    """Add what other incidents say about this one."""
    with contextlib.suppress(EnvironmentFailedError):
        heads = workspace.record.noted_heads(restricted=restricted)
        related = (*incident.related, *from_elsewhere(incident, heads))
        if sentence := dead_ends(heads).get(incident.id):
            problem = Problem(CODE, "warning", sentence)
            return incident._replace(related=related, problems=(*incident.problems, problem))
        return incident._replace(related=related)
    return incident


def lost_duplicates(workspace: Workspace) -> list[str]:
    """Say which incidents are cancelled as duplicates of what nobody works on."""
    try:
        return list(dict.fromkeys(dead_ends(workspace.record.noted_heads()).values()))
    except EnvironmentFailedError:
        return []


def head_as_json(head: Head, *, restricted: bool) -> dict[str, Any]:
    """Return a head as plain values."""
    return _some(head, *head._fields) | {
        "related": [related._asdict() for related in head.related],
        "restricted": restricted,
    }


#: The fields of an incident that are keys of its JSON.
_FIELDS = Incident._fields[: Incident._fields.index("next_update") + 1]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    return list(value) if isinstance(value, tuple) else value


def _some(value: Any, *fields: str) -> dict[str, Any]:
    """Return some fields of a named tuple as plain values; all None without a tuple."""
    return {field: None if value is None else _plain(getattr(value, field)) for field in fields}


def as_json(incident: Incident) -> dict[str, Any]:
    """Return an incident as plain values, with stable keys for programs."""
    return _some(incident, *_FIELDS) | {
        "runbooks": [attached.name for attached in incident.runbooks],
        "roles": [_some(held, "role", "person", "since", "until") for held in incident.held],
        "steps": [
            _some(step, "id", "number", "title", "role", "every", "state")
            | _some(step.mark, "by", "at", "note", "link")
            for step in incident.steps
        ],
        "alerts": [_some(each, "group", "title", "firing", "since") for each in incident.alerts],
        "actions": [
            _some(
                run, "step", "announcement", "uses", "to", "recipient", "state", "key", "by", "at",
                "attempts", "link", "ident", "reason", "retry_at",
            )
            for run in incident.actions
        ],
        "tasks": [
            _some(task, "number", "title", "role", "person") | {"done": task.done is not None}
            for task in incident.tasks
        ],
        "timeline": [
            _some(
                entry, "number", "event", "at", "recorded", "by", "kind", "text", "retracted",
                "pinned",
            )
            for entry in incident.timeline
        ],
        "assigned": _some(incident, "team", "individual"),
        "offered": _some(incident.offer, "person", "by", "at") if incident.offer else None,
        "escalated": list(incident.escalated),
        "links": [_some(link, "label", "url") for link in incident.links],
        "related": [related._asdict() for related in incident.related],
        "updates": [
            _some(update, "at", "by", "text", "public", "next_at", "phase", "states", "headline")
            for update in incident.updates
        ],
        "hypotheses": [
            _some(hypothesis, "number", "text", "state", "by", "reason")
            for hypothesis in incident.hypotheses
        ],
        "drill": _drill(incident),
        "problems": [problem.message for problem in incident.problems],
    }  # fmt: skip


def _drill(incident: Incident) -> dict[str, Any] | None:
    play = incident.drill
    if play is None:
        return None
    return {
        "name": play.drill,
        **_some(play, "planned", "attached", "started", "paused"),
        "injects": [_some(inject, "number", "text", "at") for inject in play.injects],
        "ended": _plain(play.ended or incident.ended),
        "real": play.real,
    }
