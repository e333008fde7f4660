"""Corrections: undo, amend, retract, redact. They are new events; nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from incidentctl.app.incident.attached_alerts import follow
from incidentctl.app.incident.respond import Recorded, Response, parse_moment
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.told_times import ToldTime
from incidentctl.domain.incident.decide import corrections as decide
from incidentctl.domain.incident.redaction import holds_text
from incidentctl.domain.incident.state import Entry, Incident
from incidentctl.errors import EnvironmentFailedError, InvalidDataError, RefusedError


class Undone(NamedTuple):
    """What was recorded, and the undone entries."""

    recorded: Recorded
    entries: tuple[Entry, ...]


class Amended(NamedTuple):
    """What was recorded, and the entry and incident before the change."""

    recorded: Recorded
    incident: Incident
    before: Entry
    at: ToldTime | None
    """The right moment, if one was given."""


class Redacted(NamedTuple):
    """What was recorded, and whether the branch's history still holds the text."""

    recorded: Recorded
    in_history: bool


def undo(response: Response) -> Undone:
    """Undo the responder's last action."""
    incident = response.incident
    stated = decide.undo(incident, response.who.handle)
    gone = {fact.event for fact in stated}
    entries = tuple(entry for entry in incident.entries if entry.event in gone)
    return Undone(_taken_back(response, stated, "undo"), entries)


def retract(response: Response, entry: str, *, reason: str | None = None) -> Recorded:
    """Retract the entry with a number; -1 is the last."""
    stated = decide.retract(response.incident, entry, reason=reason)
    return _taken_back(response, stated, f"entry {entry} retracted")


def _taken_back(response: Response, stated: Sequence[Any], summary: str) -> Recorded:
    """Record retractions, here and in the records of alerts that they are about."""
    incident = response.incident
    notes = follow(response, stated)
    recorded = response.record(stated, summary)
    heard = _heard_already(response, incident, [fact.event for fact in stated])
    return recorded._replace(notes=(*recorded.notes, *notes, *heard))


def _heard_already(response: Response, incident: Incident, gone: Sequence[str]) -> Iterator[str]:
    """Yield what people have heard already of events that are taken back, and how to correct it."""
    public = any(update.public and update.event in gone for update in incident.updates)
    command = "update --public" if public else "update"
    right = f"say what is right with `incidentctl {command} -i {incident.id.rsplit('-', 1)[-1]}`"
    if incident.actions:
        from incidentctl.domain.actions.announce import went_out

        if sent := went_out(incident, gone):
            names = ", ".join(dict.fromkeys(f"{each.announcement} to {each.to}" for each in sent))
            yield f"It has gone out, and stays there ({one_line(names)}): {right}."
    if public and _may_be_on_page(response, incident):
        yield (
            "The status page may show it already; the next build takes it off, which tells nobody "
            f"why: {right}."
        )


def _may_be_on_page(response: Response, incident: Incident) -> bool:
    from incidentctl.domain.catalog.page_settings import PageSettings
    from incidentctl.domain.page.fold import KINDS

    workspace = response.workspace
    try:
        is_set_up = workspace.catalog.settings.page != PageSettings()
    except (EnvironmentFailedError, InvalidDataError):
        return False
    restricted = workspace.record.is_restricted(incident.id)
    return is_set_up and incident.kind in KINDS and not restricted


def amend(response: Response, entry: str, text: str | None, *, at: str | None = None) -> Amended:
    """Correct the text of an entry, or its time: a moment as a user types it."""
    incident = response.incident
    when = parse_moment(response.workspace, response.who, at)
    before = decide.find(incident, entry)
    stated = decide.amend(incident, entry, text, moment=when and when.moment)
    recorded = response.record(stated, f"entry {entry} amended")
    return Amended(recorded, incident, before, when)


def pin(response: Response, entry: str) -> Recorded:
    """Pin the entry with a number; -1 is the last."""
    incident = response.incident
    stated = decide.pin(incident, entry)
    number = next(each.number for each in incident.entries if each.event == stated[0].event)
    return response.record(stated, f"entry {number} pinned")


def redact(
    response: Response,
    entry: str,
    *,
    reason: str | None = None,
    confirm: Callable[[Entry], bool],
) -> Redacted:
    """Remove the text of an entry; `confirm` is asked first, because this cannot be undone.

    RefusedError if it returns False.
    """
    record, incident, by = response.workspace.record, response.incident, response.who.handle
    waits = record.pending()  # an event not committed yet may hold the text
    events, _ = record.events(incident.id)
    without_text = [event.id for event in events if not holds_text(event.fact)]
    stated = decide.redact(incident, entry, by=by, reason=reason, without_text=without_text)
    meant = decide.find(incident, entry, taken_back_by=by)
    if not confirm(meant):
        raise RefusedError("Not redacted.")
    recorded = response.record(stated, f"entry {entry} redacted")
    if meant.kind == "declared":
        note = f"Give it a new title with `incidentctl amend {meant.number} TEXT`."
        recorded = recorded._replace(notes=(*recorded.notes, note))
    return Redacted(recorded, in_history=recorded.commit is not None or not waits)
