"""Make one of the incidents that two receivers declared for one cause."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from incidentctl.app.alerts.book import Book
from incidentctl.app.alerts.declaring import Declaring
from incidentctl.app.alerts.received import Tally
from incidentctl.app.incident.find import load
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.declaration import same_cause
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.fold.fold import fold
from incidentctl.domain.incident.state import DONE, Incident, is_alert
from incidentctl.errors import EnvironmentFailedError

#: What a copy was still sending as it was given up counts for the original, if it comes so soon.
_STILL = timedelta(hours=1)


class Deduplication:
    """Looks for incidents that are one: their ids differ where their alerts began apart."""

    def __init__(self, workspace: Workspace, book: Book, declaring: Declaring) -> None:
        """Take the workspace, the groups that are known, and what writes to incidents."""
        self._workspace = workspace
        self._book = book
        self._declaring = declaring
        self._causes: dict[str, str | None] = {}
        self._declared: dict[str, dict[str, datetime]] = {}
        """When each incident of a cause was declared that was open while this one looked."""

    def cancel_duplicates(self, now: datetime, tally: Tally) -> None:
        """Cancel each later one as a duplicate of the earliest, which gets its alerts.

        Only those that nobody commands yet: where people respond, they decide. Every clone decides
        the same, because an incident is never given up for a later one.
        """
        record = self._workspace.record
        opened = [head.id for head in record.open_heads()]
        self._learn(ident for ident in opened if ident not in self._causes)
        same: dict[Any, list[str]] = {}
        for ident in opened:
            if (cause := self._causes.get(ident)) is not None:
                same.setdefault((cause, record.is_restricted(ident)), []).append(ident)
        for (cause, _), idents in same.items():
            if len(self._declared[cause]) > 1:
                with contextlib.suppress(EnvironmentFailedError):
                    self._cancel_later(cause, idents, now, tally)

    def _learn(self, idents: Iterable[str]) -> None:
        """Read what rules declared some incidents for; that never changes once it is known."""
        for ident, events, _ in self._workspace.record.many_events(idents):
            incident = fold(ident, events, entries=False)
            if incident.cause is None and is_alert(incident.declared_by):
                continue  # its receiver is still at it
            self._causes[ident] = incident.cause
            if incident.cause is not None:
                self._declared.setdefault(incident.cause, {})[ident] = incident.declared

    def _cancel_later(self, cause: str, idents: Sequence[str], now: datetime, tally: Tally) -> None:
        opened = [load(self._workspace, ident) for ident in idents]
        first, *others = sorted(opened, key=lambda each: (each.declared, each.id))
        for later in others:
            groups = [self._book.group(each.group) for each in later.alerts]
            if not groups or not same_cause(first, later, within=groups[0].decision.window):
                continue
            for live in groups:
                self._declaring.join(live, load(self._workspace, first.id), cause, now)
                tally.changed(live.ident)
            over = facts.Cancelled("Two receivers declared it.", first.id)
            self._declaring.record(groups[0], later.id, [over])
        for ident, declared in self._declared[cause].items():
            if ident != first.id and abs(declared - first.declared) < _STILL:
                self._take_over(ident, first.id, tally)

    def _take_over(self, copy: str, ident: str, tally: Tally) -> None:
        """Let what a copy has sent count for the incident that it is a copy of."""
        later = load(self._workspace, copy)
        if later.duplicate_of != ident or not later.alerts:
            return
        if sent := list(_sent_by(later, load(self._workspace, ident))):
            self._declaring.record(self._book.group(later.alerts[0].group), ident, sent)
            tally.changed(later.alerts[0].group)


def _sent_by(later: Incident, first: Incident) -> Iterator[Any]:
    """Yield what a duplicate has sent under the names that both share, and what that made."""
    known, urls = {run.key for run in first.actions}, {link.url for link in first.links}
    for run in later.actions:
        if run.state == DONE and run.key not in known:
            yield facts.ActionDone(run.key, run.step, run.announcement, run.link, run.ident)
    for link in later.links:
        if link.url not in urls:
            yield facts.Linked(link.label, link.url)
