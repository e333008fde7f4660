"""When an action may run, under which key, what it says, and when it is tried again."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from incidentctl.domain.actions.request import Event
from incidentctl.domain.catalog.runbook import Action
from incidentctl.domain.common.incident_kinds import DRILL
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.ids import ulid_moment
from incidentctl.domain.incident.state import (
    DONE,
    FAILED,
    OPEN,
    STARTED,
    UNKNOWN,
    ActionRun,
    Incident,
    Step,
    is_alert,
)
from incidentctl.domain.incident.unsent import state_now
from incidentctl.errors import Hint, RefusedError

#: How long after which attempt the next one comes, in seconds; after the last there is none.
DELAYS = (2.0, 8.0, 30.0, 120.0, 300.0)
#: A target that asks for more patience than this is not waited for.
_MAX_PATIENCE = 3600.0
#: Automatic steps run so soon after their runbook was attached: later, people have taken over.
_FRESH = timedelta(hours=1)
#: The kind of a record that is written after the fact.
_BACKFILL = "backfill"
#: The links where the response meets.
_PLACES = ("channel", "bridge")


class Target(NamedTuple):
    """What is run: the action of a step, or an announcement."""

    title: str
    action: Action
    step: str | None = None
    announcement: str | None = None
    key: str | None = None
    """Of an announcement: names what happened, for each of its actions; a step's is counted."""
    said: str | None = None
    """What an announcement says; None: what a step's action says of the incident."""
    event: Event = "trigger"
    """What happened, as targets know it."""
    whom: str | None = None
    """Who is called now, where an announcement goes along the escalation; else who is on call."""
    team: str | None = None
    """The team of that person."""
    public: str | None = None
    """The title of what everybody may read: then nothing else of the incident is said."""
    occasion: str = ""
    """What an announcement is about, in a word or two before the title: `Resolved`."""

    @property
    def name(self) -> str:
        """The id of the step, or the name of the announcement."""
        return self.step or self.announcement or "?"


def runs_of(incident: Incident, target: Target) -> list[ActionRun]:
    """Return what is known of an action, the oldest first."""
    if target.step:
        return [run for run in incident.actions if run.step == target.step]
    return [run for run in incident.actions if run.key == key_of(incident, target)]


def key_of(incident: Incident, target: Target) -> str:
    """Return the idempotency key: the same for each attempt, and in each clone.

    A step that was opened again after its action was done gets the next number.
    """
    if target.key is not None:
        return target.key
    done = sum(run.state == DONE for run in incident.actions if run.step == target.step)
    return f"{name_outside(incident)}.{target.step}.{done + 1}"


def name_outside(incident: Incident) -> str:
    """Return what the keys of an incident's deeds begin with: its id, if a person declared it.

    Two receivers may declare two incidents of one cause, because their alerts began a second apart;
    what either sends is one deed, so it is named after the cause and the incident before. Whatever
    was sent already named it for good.
    """
    if incident.cause is None:
        return incident.id
    for sent in incident.actions:
        name, dot, _ = sent.key.partition(".")
        if dot:
            return name
    parts = f"{incident.cause} {incident.former or ''}"
    return f"alert-{hashlib.sha256(parts.encode()).hexdigest()[:16]}"


def state_of(incident: Incident, target: Target, now: datetime) -> str | None:
    """Return the state of an action: started, done, failed, unknown; None if it is still to run.

    A start without an outcome is unknown after a minute. A step that was opened again after its
    action was done is to run once more.
    """
    runs = runs_of(incident, target)
    if not runs:
        return None
    last = runs[-1]
    step = next((step for step in incident.steps if step.id == target.step), None)
    if last.state == DONE and step is not None and step.state == OPEN:
        return None
    return state_now(last, now)


def ensure_may_run(incident: Incident, target: Target, *, restricted: bool) -> None:
    """Refuse an action that this incident may not use."""
    if target.step is not None:  # an announcement tells of its end, too
        check(incident, "do a step")
    title = one_line(target.title)
    if incident.kind == _BACKFILL:
        raise RefusedError(f"{incident.id} was recorded afterwards: nothing is sent for it.")
    if incident.kind == DRILL and not target.action.drills:
        raise RefusedError(
            f"This is a drill, and {title!r} is sent to a target that is not marked for drills.",
            hint=Hint("mark-target", {"mark": "drills"}),
        )
    if restricted and not target.action.restricted:
        raise RefusedError(
            f"{incident.id} is restricted, and {title!r} is sent to a target that is not marked "
            "for restricted incidents.",
            hint=Hint("mark-target", {"mark": "restricted"}),
        )


def commander_of(incident: Incident) -> str:
    """Return who commands, for people outside: an alert that declared it commands nothing."""
    return "nobody yet" if is_alert(incident.commander) else one_line(incident.commander)


class AlreadySentError(RefusedError):
    """It was sent, or is being sent by somebody else."""


def ensure_not_sent(
    incident: Incident, target: Target, now: datetime, *, again: bool = False
) -> None:
    """Refuse what was sent, is being sent, or, unless it is to be tried `again`, perhaps was."""
    state = state_of(incident, target, now)
    if state not in (DONE, STARTED, UNKNOWN) or (state == UNKNOWN and again):
        return
    last = runs_of(incident, target)[-1]
    title, when = one_line(target.title), f"{incident.time(last.at)} by {one_line(last.by)}"
    if state == DONE:
        raise AlreadySentError(
            f"{title!r} was sent at {when}.", hint=Hint("reopen-step", {"step": target.name})
        )
    if state == STARTED:
        raise AlreadySentError(
            f"{title!r} is being sent since {when}.", hint=Hint("wait-for-sending")
        )
    raise RefusedError(
        f"{title!r} may have been sent at {when}: nobody knows whether it arrived.",
        hint=Hint("retry-action", {"step": target.name, "to": last.to or "the target"}),
    )


def retry_in(attempts: int, *, asked: float | None, chance: float) -> float | None:
    """Return in how many seconds an attempt that failed is followed by the next; None: never.

    `asked` is what the target asks to wait, `chance` from 0 to 1 spreads those who try at once.
    """
    if attempts > len(DELAYS) or (asked is not None and asked > _MAX_PATIENCE):
        return None
    own = DELAYS[attempts - 1] * (0.75 + chance / 2)
    return max(own, asked or 0.0)


def is_due(incident: Incident, step: Step, target: Target, now: datetime) -> bool:
    """Say whether an automatic step is to run now: for the first time, or once more."""
    if not target.action.automatic or step.state != OPEN or not incident.open:
        return False
    attached = [each.event for each in incident.runbooks if each.name == step.runbook]
    if not attached or now - ulid_moment(attached[0]) > _FRESH:
        return False
    if state_of(incident, target, now) is None:
        return True
    return is_due_again(runs_of(incident, target)[-1], now)


def is_due_again(last: ActionRun, now: datetime) -> bool:
    """Say whether an attempt is to be followed by another one now."""
    state = state_now(last, now)
    if last.state == STARTED:
        return state == UNKNOWN and last.attempts <= len(DELAYS)
    return state in (FAILED, UNKNOWN) and last.retry_at is not None and last.retry_at <= now


def subject(incident: Incident, target: Target) -> str:
    """Return the head of a message: whether it is a drill, the occasion, severity and title."""
    if target.public is not None:
        return ": ".join(filter(None, (target.occasion, target.public)))
    drill = "DRILL" if incident.kind == DRILL else None
    title = one_line(incident.title)
    return ": ".join(filter(None, (drill, target.occasion, incident.severity, title)))


def values(incident: Incident, target: Target, *, whom: str | None) -> dict[str, str]:
    """Return what an action says: of a drill that it is one, before all else."""
    if target.public is not None:
        return {"id": incident.id, "title": target.public, "text": target.said or ""}
    drill = "DRILL: " if incident.kind == DRILL else ""
    title = f"{drill}{one_line(incident.title)}"
    met = [link.url for link in incident.links if link.label.casefold() in _PLACES]
    head = " ".join(filter(None, (incident.severity, incident.id)))
    said = target.said or "\n".join(
        filter(
            None,
            (
                f"{title} ({head})",
                one_line(target.title),
                f"For {one_line(whom)}" if whom else None,
                f"Affected: {', '.join(incident.services)}" if incident.services else None,
                f"Commander: {commander_of(incident)}",
            ),
        )
    )
    given = {
        "id": incident.id,
        "title": title,
        "text": said,
        "severity": incident.severity,
        "service": next(iter(incident.services), None),
        "url": next((url for url in met if url.startswith(("https://", "http://"))), None),
    }
    return {name: value for name, value in given.items() if value}
