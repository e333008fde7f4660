"""Watching the record: the open incidents, folded again only after a change."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from incidentctl.app.incident.find import load
from incidentctl.app.incident.order import in_order
from incidentctl.app.incident.query import head_as_json, lost_duplicates
from incidentctl.app.incident.waiting_alerts import wait_line, waiting
from incidentctl.app.record.looked import ensure_looked, none_here
from incidentctl.app.record.unclaimed import unclaimed
from incidentctl.app.workspace.receiver_signs import as_json as receiver_as_json
from incidentctl.app.workspace.receiver_signs import problems_of, signs_of_life
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.group import Group
from incidentctl.domain.common.times import iso, rough_duration
from incidentctl.domain.incident.head import head
from incidentctl.domain.incident.reminders import Reminder, reminders
from incidentctl.domain.incident.state import DONE, OPEN, RULED_OUT, SKIPPED, Incident
from incidentctl.errors import EnvironmentFailedError
from incidentctl.render.incident.board import (
    ENTRIES,
    NEXT_STEPS,
    Line,
    board,
    newest,
    reminder_line,
)

#: One of so many polls starts a sync in the background, if the last one is old.
_REFRESH, _OLD = 5, timedelta(seconds=15)


class Watch:
    """The open incidents, or one; `poll` checks whether the record has changed."""

    def __init__(
        self,
        workspace: Workspace,
        ident: str | None = None,
        *,
        shared_only: bool = False,
        read: Callable[[str], Incident] | None = None,
    ) -> None:
        """Take the workspace and the one incident to watch; None for all open ones.

        With `shared_only` restricted incidents and alerts are not there. `read` reads an incident
        for several that watch, where the workspace is not to do it anew for each.
        """
        self._load = read or (lambda ident: load(workspace, ident))
        self._workspace = workspace
        self._ident = ident
        self._shared_only = shared_only
        self._seen: tuple[object, ...] | None = None
        self._looks = 0
        self.incidents: list[Incident] = []
        self._restricted: frozenset[str] = frozenset()
        self.alerts: list[Group] = []
        """The alerts that wait in the inbox, the oldest first."""
        self.fault: str | None = None
        """Why the record could not be read; the last state read is shown meanwhile."""

    def look_once(self) -> None:
        """Read the record for a board that is shown once; if nothing is open, sync first.

        EnvironmentFailedError if it cannot be read.
        """
        self.poll()
        if not self.incidents and self._workspace.sharing.catch_up():
            self.poll()
        if self.fault:
            raise EnvironmentFailedError(self.fault)
        if not self.incidents:
            ensure_looked(self._workspace)

    def poll(self) -> bool:
        """Read the record if it has changed; return whether it was read.

        This costs a few stats while nothing changes. Commits of other processes and syncs both
        move refs, so both are noticed.
        """
        record = self._workspace.record
        if self._looks % _REFRESH == 0:
            self._workspace.sharing.refresh(every=_OLD)
        self._looks += 1
        token = record.change_token()  # first: a change during the read is read next time
        if token == self._seen:
            return False
        try:
            idents = [self._ident] if self._ident else [h.id for h in record.open_heads()]
            alerts = waiting(self._workspace) if self._ident is None else []
            self._restricted = record.restricted_ids()  # asked last: a new one may be
            if self._shared_only:
                idents = [ident for ident in idents if ident not in self._restricted]
                alerts = [group for group in alerts if group.id not in self._restricted]
            self.incidents = in_order(self._workspace, map(self._load, idents))
            self.alerts = alerts
        except EnvironmentFailedError as error:
            self.fault = error.reason
            return True
        self.fault, self._seen = None, token
        return True

    def reminders(self, now: datetime) -> list[Reminder]:
        """Return the reminders of the incidents now."""
        known = len(self._workspace.basics.by_handle)
        return [
            reminder for each in self.incidents for reminder in reminders(each, now, known=known)
        ]

    def board(
        self, now: datetime, *, loud: Collection[tuple[str, str, int, datetime]] = ()
    ) -> list[Line]:
        """Return the board; `loud` are the keys of reminders that have just begun."""
        return board(
            self.incidents,
            now,
            reminders=self.reminders(now),
            loud=loud,
            unsynced=self._workspace.record.unsynced(),
            blind=self.blind(now),
            restricted=self._restricted,
            nothing="" if self.incidents else none_here(self._workspace, "No incident is open."),
            alerts=wait_line(self.alerts, now),
        )

    def blind(self, now: datetime) -> list[str]:
        """Return why the work of others may be missing here: a quiet board must not mislead."""
        others = unclaimed(self._workspace)
        if why := self._workspace.why_local:
            return [why, *others]
        hidden = self._workspace.record.unread()
        unreached = [
            f"{self._whose(remote)} not shown here: the last sync with "  # a narrow board cuts it
            f"{remote} failed ({last.state}) {rough_duration(now - last.at)} ago"
            for remote, last in self._workspace.record.exchanges()
            if last is not None and last.state not in ("ok", "behind")
        ]
        lost = lost_duplicates(self._workspace)
        signs = signs_of_life(self._workspace)
        silent = problems_of(signs, now) if signs else []
        return [*([hidden] if hidden else []), *lost, *others, *unreached, *silent]

    def _whose(self, remote: str) -> str:
        if self._workspace.record.is_shared_with(remote):
            return "what others do is"
        return "restricted incidents of others are"

    def as_json(self, now: datetime) -> dict[str, Any]:
        """Return the board as plain values."""
        unsynced = self._workspace.record.unsynced()
        found = self.reminders(now)
        signs = signs_of_life(self._workspace)
        return {
            "at": iso(now),
            "incidents": [
                _as_json(incident, found, restricted=incident.id in self._restricted)
                for incident in self.incidents
            ],
            "alerts": [
                {"id": group.id, "title": group.title, "since": iso(group.started)}
                for group in self.alerts
            ],
            "unsynced": unsynced
            and {"events": unsynced.events, "since": unsynced.since and iso(unsynced.since)},
            "remotes": [
                {
                    "remote": remote,
                    "state": last and last.state,
                    "at": last and iso(last.at),
                    "well": iso(last.well) if last and last.well else None,
                }
                for remote, last in self._workspace.record.exchanges()
            ],
            "receiver": receiver_as_json(signs, now) if signs else None,
        }


def _as_json(incident: Incident, found: list[Reminder], *, restricted: bool) -> dict[str, Any]:
    steps = incident.steps
    last = max(incident.updates, key=lambda update: (update.counted, update.event), default=None)
    return {
        **head_as_json(head(incident), restricted=restricted),
        "roles": [
            {"role": held.role, "person": held.person, "since": iso(held.since)}
            for held in incident.held
            if held.until is None
        ],
        "steps": {
            "done": sum(step.state == DONE for step in steps),
            "skipped": sum(step.state == SKIPPED for step in steps),
            "open": sum(step.state == OPEN for step in steps),
            "next": [
                {"id": step.id, "number": step.number, "title": step.title, "role": step.role}
                for step in [step for step in steps if step.state == OPEN][:NEXT_STEPS]
            ],
        },
        "hypotheses": [
            {"number": each.number, "text": each.text, "state": each.state}
            for each in incident.hypotheses
            if each.state in (OPEN, RULED_OUT)
        ],
        "last_update": last and {"at": iso(last.at), "by": last.by, "text": last.text},
        "offered": incident.offer
        and {
            "person": incident.offer.person,
            "by": incident.offer.by,
            "at": iso(incident.offer.at),
        },
        "next_update": iso(incident.next_update) if incident.next_update else None,
        "nags": [
            {
                "what": reminder.what,
                "stage": reminder.stage,
                "since": iso(reminder.since),
                "text": reminder_line(reminder),
            }
            for reminder in found
            if reminder.incident == incident.id
        ],
        "timeline": [
            {"number": e.number, "event": e.event, "at": iso(e.at), "by": e.by, "text": e.text}
            for e in newest(incident, ENTRIES)
        ],
    }
