"""Decide how an incident goes on and ends: status, moments, resolve, reopen, cancel, close."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from incidentctl.domain.common.lookup import one_of, said
from incidentctl.domain.common.times import rough_duration, span_in_words
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.draft.draft import CONCURRENCY_WINDOW
from incidentctl.domain.incident.ids import last_part
from incidentctl.domain.incident.state import MOMENTS, PHASES, Incident
from incidentctl.errors import Hint, NotFoundError, RefusedError, UsageError


def ensure_open(incident: Incident) -> None:
    """Refuse a change of severity or services of an incident that is over."""
    check(incident, "change the severity or services")


#: What is no status of the response, though it sounds like one.
_NO_STATUS = {
    "resolved": "an incident is resolved as a whole",
    "mitigated": "that is a moment",
}


def set_status(incident: Incident, status: str) -> list[Any]:
    """Set the status of the response; an unknown status raises NotFoundError."""
    check(incident, "set the status", echo=status)
    word = status.strip().casefold()
    if word in _NO_STATUS:
        raise NotFoundError(
            f"There is no status {word!r}: {_NO_STATUS[word]}.",
            hint=Hint("resolve" if word == "resolved" else "mark-mitigated"),
        )
    return [facts.StatusSet(one_of(status, PHASES, "status"))]


def mark(incident: Incident, moment: str, *, at: datetime | None = None) -> list[Any]:
    """Tell when it started, was detected, acknowledged or mitigated.

    UsageError when `at`, the moment told, contradicts a later one that is known.
    """
    check(incident, "mark")
    name = one_of(moment, MOMENTS, "moment")
    if at is not None:
        earlier = incident.started if name != "started" else None
        later = incident.ended
        if (earlier and at < earlier) or (later and at > later):
            raise UsageError(
                f"It cannot have been {name} at {incident.time(at)}: "
                + (f"it started at {incident.time(earlier)}." if earlier and at < earlier
                   else "it had ended by then.")
            )  # fmt: skip
    return [facts.MomentMarked(name)]


#: Hardly an incident began so long before somebody declared it: the day may be wrong.
_LONG_BEFORE = timedelta(hours=12)
_NOT_BEFORE = (
    facts.Resolved, facts.Cancelled, facts.Closed, facts.RoleAssigned, facts.RoleReleased,
    facts.RolesKept, facts.HandoverOffered, facts.HandoverAccepted, facts.CommandTaken,
)  # fmt: skip


def timely(incident: Incident, kinds: Iterable[type], at: datetime) -> datetime:
    """Return the moment to record facts of some kinds at that happened `at` this one.

    UsageError where it is before the declaration and they only can come after it. What was told
    without its seconds is never earlier than the declaration in the same minute.
    """
    if at >= incident.declared or not any(issubclass(kind, _NOT_BEFORE) for kind in kinds):
        return at
    if incident.declared - at < CONCURRENCY_WINDOW:
        return incident.declared
    raise UsageError(
        f"That is before {incident.id} was declared, at {incident.time(incident.declared)}: "
        f"{incident.time(at)}.",
        hint=Hint("began-earlier"),
    )


def early_note(incident: Incident, kinds: Iterable[type], at: datetime) -> str | None:
    """Return a note where something happened `at` a moment before the declaration.

    Incidents begin before they are declared: a marked moment is noted only if it was long before.
    """
    marks = all(issubclass(kind, facts.MomentMarked) for kind in kinds)
    before = incident.declared - at
    if before < (_LONG_BEFORE if marks else CONCURRENCY_WINDOW):
        return None
    return f"That is {rough_duration(before)} before {incident.id} was declared."


def resolve(incident: Incident, text: str | None = None) -> list[Any]:
    """Mark as resolved."""
    check(incident, "resolve", echo=text)
    return [facts.Resolved(text)]


def reopen(incident: Incident, reason: str) -> list[Any]:
    """Reopen."""
    check(incident, "reopen", echo=reason)
    return [facts.Reopened(said(reason, "a reason"))]


def cancel(
    incident: Incident, reason: str | None = None, *, duplicate_of: Incident | None = None
) -> list[Any]:
    """Cancel: a false alarm, with a reason, or a duplicate of another incident.

    RefusedError if the other one is cancelled itself: nobody would work on either.
    """
    check(incident, "cancel", echo=reason)
    other = duplicate_of
    if other is not None and other.id == incident.id:
        raise UsageError("An incident cannot be a duplicate of itself.", echo=reason)
    if other is not None and other.cancelled and not other.open:
        of = f" as a duplicate of {other.duplicate_of}" if other.duplicate_of else ""
        named = other.duplicate_of if other.duplicate_of != incident.id else None
        raise RefusedError(
            f"{other.id} is cancelled{of}, so nobody works on it.",
            hint=Hint("name-original", {"incident": incident.id, "other": named})
            if named
            else Hint("reopen", {"incident": other.id}),
            echo=reason,
        )
    if other is None and not (reason and reason.strip()):
        raise UsageError(
            "Cancelling needs a reason, or the incident that this one duplicates.",
            hint=Hint("cancel"),
            echo=reason,
        )
    return [facts.Cancelled(reason, other.id if other else None)]


class NoRetrospectiveError(RefusedError):
    """The severity requires a retrospective, and there is none."""


def needs_retrospective(incident: Incident) -> bool:
    """Say whether an incident is closed only with a retrospective, or a reason."""
    required = incident.retrospective == "required" and incident.status != "cancelled"
    return required and incident.kind != "drill"


def close(
    incident: Incident,
    reason: str | None = None,
    *,
    retrospective: str | None = None,
    answered: bool = True,
    restricted: bool = False,
) -> list[Any]:
    """Close after the follow-up; without a retrospective that the severity requires, say why.

    NoRetrospectiveError where there is none; RefusedError where nobody has `answered` it. That of a
    `restricted` incident is kept elsewhere.
    """
    check(incident, "close", echo=reason)
    if needs_retrospective(incident) and not (reason and reason.strip()):
        if not retrospective:
            raise _none(incident, restricted=restricted)
        if not answered:
            raise RefusedError(
                f"{retrospective}: nobody has answered its questions yet, and "
                f"{incident.severity} requires a retrospective.",
                hint=Hint("answer-retrospective", {"incident": last_part(incident.id)}),
            )
    return [facts.Closed(reason, retrospective)]


def _none(incident: Incident, *, restricted: bool) -> NoRetrospectiveError:
    within = incident.retrospective_within
    limit = f" within {span_in_words(within)}" if within else ""
    return NoRetrospectiveError(
        f"{incident.severity} requires a retrospective{limit}.",
        hint=Hint(
            "restricted-retrospective" if restricted else "begin-retrospective",
            {"incident": last_part(incident.id)},
        ),
    )
