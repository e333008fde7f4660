"""Redact an alert: blank what its sender and people wrote of it, in its own part of the record."""

from __future__ import annotations

from collections.abc import Callable

from incidentctl.app.alerts.inbox import Row
from incidentctl.app.incident.corrections import Redacted
from incidentctl.app.incident.respond import Recorded, acknowledge, not_committed
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.group import same_group
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.redaction import holds_text
from incidentctl.errors import RefusedError


def redact(
    workspace: Workspace,
    row: Row,
    reason: str | None,
    who: Actor,
    *,
    confirm: Callable[[], bool],
    on_recorded: Callable[[str], None],
) -> Redacted:
    """Blank every text of a group and of its copies; what happened to it, and when, stays.

    `confirm` is asked first, because this cannot be undone: RefusedError if it returns False, or if
    no text is left.
    """
    record, group = workspace.record, row.group
    waits = record.pending()  # an event not committed yet may hold the text
    stated: dict[str, list[facts.Redacted]] = {}
    for ident in same_group(record.groups(), group.id):
        events, _ = record.events(ident)
        done = {event.fact.event for event in events if isinstance(event.fact, facts.Redacted)}
        texts = [
            event.id
            for event in events
            if event.id not in done
            and not isinstance(event.fact, facts.Redacted)
            and holds_text(event.fact)
        ]
        if texts:
            stated[ident] = [facts.Redacted(event, reason) for event in texts]
    if not stated:
        raise RefusedError("All texts of the alert are already redacted.", echo=reason)
    if not confirm():
        raise RefusedError("Not redacted.", echo=reason)
    for ident, redactions in stated.items():
        acknowledge(workspace, ident, redactions, who)
    on_recorded(f"{group.id}: alert redacted")
    flushed = workspace.flush()
    notes = [
        *flushed.notes,
        *not_committed(flushed),
        "If it starts to fire again, that is a new alert with its texts: correct it at its sender.",
    ]
    if group.incident:
        notes.append(
            f"The log of {group.incident} may repeat its texts: `incidentctl redact ENTRY -i "
            f"{group.incident}` for each entry that does."
        )
    recorded = Recorded(group.id, (), flushed.commit, tuple(notes))
    return Redacted(recorded, in_history=flushed.commit is not None or not waits)
