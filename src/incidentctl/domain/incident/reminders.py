"""What the board reminds of: few things, each in stages, so that a bell rings once for a stage."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.incident.due import ROLES_WITHIN, SILENT_AFTER, due, unassigned
from incidentctl.domain.incident.handover_advice import URGED, handover_advice
from incidentctl.domain.incident.state import Incident, is_alert
from incidentctl.domain.incident.unsent import unsent

#: When the second and last stage of a reminder begins.
ROLES_AGAIN, SILENT_AGAIN = timedelta(minutes=15), timedelta(hours=1)
#: The second stage for an update that came late where no cadence says what late is.
UPDATE_AGAIN = timedelta(minutes=30)
#: The second stage for what an action did not send.
UNSENT_AGAIN = timedelta(minutes=10)
#: Who commands what an alert declared is asked for so often first, so many times; then less often.
_OFTEN, _OFTEN_TIMES, _SELDOM = timedelta(minutes=2), 5, timedelta(minutes=15)
#: What reminds from the moment that `due` says, and when once more.
_AS_DUE = {"offer": timedelta(minutes=10), "severity": timedelta(minutes=20)}


class Reminder(NamedTuple):
    """Something that somebody should do now. There are two stages, and none after them."""

    incident: str
    what: str
    """update, silent, commander, roles, command, offer, severity or action."""
    stage: int
    """1 when it is time, 2 when it has been for long."""
    since: datetime
    """The moment that it counts from: what is due anew is another reminder."""
    text: str
    """What is the matter, without a full stop."""

    @property
    def key(self) -> tuple[str, str, int, datetime]:
        """What a bell rings for once."""
        return self.incident, self.what, self.stage, self.since


def reminders(incident: Incident, now: datetime, *, known: int = 0) -> list[Reminder]:
    """Return what an open incident reminds of, the last stage first; nothing for a backfill.

    `known` is how many people the catalog names: nobody hands over in a team of one.
    """
    if not incident.open or incident.kind == "backfill":
        return []
    found = (
        _update(incident, now),
        _silent(incident, now),
        _commander(incident, now),
        _roles(incident, now),
        _command(incident, now, known),
        *_as_due(incident, now),
        *_unsent(incident, now),
    )
    return sorted(filter(None, found), key=lambda reminder: -reminder.stage)


def _stage(now: datetime, first: datetime, second: datetime) -> int:
    return (now >= first) + (now >= second)


def _update(incident: Incident, now: datetime) -> Reminder | None:
    due = incident.next_update
    if due is None:
        return None
    again = timedelta(seconds=incident.cadence) if incident.cadence else UPDATE_AGAIN
    stage = _stage(now, due, due + again)
    late = f"overdue by {rough_duration(now - due)}" if now - due >= timedelta(minutes=1) else "due"
    text = f"An update is {late}"
    return Reminder(incident.id, "update", stage, due, text) if stage else None


def _silent(incident: Incident, now: datetime) -> Reminder | None:
    """Remind only where no update is asked for: else that clock tells of silence."""
    if incident.next_update is not None:
        return None
    said = [entry.at for entry in incident.entries if not entry.retracted]
    since = max(said, default=incident.declared)
    stage = _stage(now, since + SILENT_AFTER, since + SILENT_AGAIN)
    text = f"Nobody has said anything for {rough_duration(now - since)}"
    return Reminder(incident.id, "silent", stage, since, text) if stage else None


def _commander(incident: Incident, now: datetime) -> Reminder | None:
    """Remind, bounded, that an alert declared it and nobody has accepted command."""
    asked = last_asked(incident, now)
    if asked is None:
        return None
    stage = 2 if asked - incident.known > _OFTEN * _OFTEN_TIMES else 1
    span = rough_duration(now - incident.known)
    text = f"Nobody commands what an alert declared {span} ago"
    return Reminder(incident.id, "commander", stage, asked, text)


def last_asked(incident: Incident, now: datetime) -> datetime | None:
    """Return when it was last time to ask for a commander of what an alert declared.

    None before the first time, and where somebody commands.
    """
    if not incident.open or not is_alert(incident.commander) or now < incident.known + _OFTEN:
        return None
    early = min((now - incident.known) // _OFTEN, _OFTEN_TIMES)
    first = incident.known + early * _OFTEN
    return first + max((now - first) // _SELDOM, 0) * _SELDOM


def _roles(incident: Incident, now: datetime) -> Reminder | None:
    missing = unassigned(incident)
    since = incident.known
    stage = _stage(now, since + ROLES_WITHIN, since + ROLES_AGAIN) if missing else 0
    text = f"Nobody is assigned as {', '.join(missing)}"
    return Reminder(incident.id, "roles", stage, since, text) if stage else None


def _command(incident: Incident, now: datetime, known: int) -> Reminder | None:
    advice = handover_advice(incident, now, known=known)
    if advice is None:
        return None
    stage = 2 if advice.level == URGED else 1
    return Reminder(incident.id, "command", stage, advice.since, advice.text)


def _as_due(incident: Incident, now: datetime) -> list[Reminder]:
    found = []
    for item in due(incident, now):
        again = _AS_DUE.get(item.what)
        if again and (stage := _stage(now, item.at, item.at + again)):
            found.append(Reminder(incident.id, item.what, stage, item.at, item.text))
    return found


def _unsent(incident: Incident, now: datetime) -> list[Reminder]:
    return [
        Reminder(
            incident.id, "action", _stage(now, each.run.at, each.run.at + UNSENT_AGAIN),
            each.run.at, each.text,
        )
        for each in unsent(incident, now)
    ]  # fmt: skip
