"""Reads both parts of the record of a clone: each incident where it belongs, and what waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.unsynced import Unsynced
from incidentctl.errors import EnvironmentFailedError, Problem
from incidentctl.git import permissions
from incidentctl.record.reader import Tell, find, unread
from incidentctl.record.record import Record
from incidentctl.record.restricted.absent import not_for_here
from incidentctl.record.restricted.ids import RestrictedIds
from incidentctl.record.restricted.placement import Placement
from incidentctl.record.restricted.undecided import REASON, Undecided
from incidentctl.record.store.past import Describe, Past
from incidentctl.record.store.texts import PUBLIC
from incidentctl.record.sync.sent import unsynced
from incidentctl.record.write import fallback
from incidentctl.record.write.part import Part

if TYPE_CHECKING:
    from incidentctl.domain.alerts.group import Group


class PairReader:
    """Reads each incident in the part where it belongs: `shared`, or `restricted`."""

    def __init__(self, part: Part, *, restricted_remote: str | None) -> None:
        """Take the shared part of a clone, and the remote for restricted incidents, if any."""
        self.shared = Record(
            part, also_waiting=lambda: self._placement.undecided_files(shared=True)
        )
        self.restricted = Record(
            part.restricted(restricted_remote),
            also_waiting=lambda: self._placement.undecided_files(shared=False),
        )
        self.undecided = Undecided(part.state, part.user_state, part.git_dir)
        self._ids = RestrictedIds(self.restricted)
        self._placement = Placement(self.shared, self.restricted, self._ids, self.undecided)

    # --- which incident belongs where ------------------------------------------------------------

    def is_restricted(self, incident: str) -> bool:
        """Say whether an incident is restricted; when in doubt, it is."""
        return self._placement.is_restricted(incident) is not False

    def restricted_ids(self) -> frozenset[str]:
        """Return the incidents known to be restricted: every one that ever was."""
        return self._placement.restricted_ids()

    def published_ids(self) -> frozenset[str]:
        """Return the restricted incidents that are nevertheless in the shared part.

        EnvironmentFailedError if that cannot be read.
        """
        restricted = self.restricted_ids()
        return restricted.intersection(self.shared.ids()) if restricted else restricted

    def is_undecided(self, incident: str) -> bool:
        """Say whether events of an incident wait for a decision, and the record has no others."""
        return self._placement.is_undecided(incident)

    def _of(self, incident: str) -> Record:
        return self.restricted if self.is_restricted(incident) else self.shared

    def _readable_restricted(self) -> Record:
        """Return the restricted part; EnvironmentFailedError if git cannot read it."""
        self._ids.recorded()
        return self.restricted

    def excluded(self) -> str | None:
        """Return the remote for restricted incidents where these are not for this clone, else None.

        A clone that ever had that remote, or a restricted incident, is none of those.
        """
        return not_for_here(self.restricted, self._ids, self.undecided)

    def knows_restricted_remote(self) -> bool:
        """Say whether restricted incidents have a remote that git knows here, or may know."""
        if self.restricted.part.remote is None:
            return False
        try:
            return not self.restricted.remote().is_unknown()
        except EnvironmentFailedError:
            return True

    def _with_remote(self) -> list[Record]:
        """Return the parts that are exchanged here."""
        found = [each for each in (self.shared, self.restricted) if each.part.remote]
        return [each for each in found if each is self.shared or not self.excluded()]

    # --- reading ---------------------------------------------------------------------------------

    def events(self, incident: str) -> tuple[list[Event], list[Problem]]:
        """Return the events of an incident; as `Reader.events`."""
        return self._of(incident).events(incident)

    def many_events(
        self, incidents: Iterable[str]
    ) -> Iterator[tuple[str, list[Event], list[Problem]]]:
        """Return the events of many incidents; as `Reader.many_events`."""
        restricted = self.restricted_ids()
        wanted = list(incidents)
        yield from self.shared.many_events(each for each in wanted if each not in restricted)
        yield from self.restricted.many_events(each for each in wanted if each in restricted)

    def texts(
        self,
        incidents: Iterable[str],
        tell: Tell,
        *,
        on_read: Callable[[int, int], None],
    ) -> Iterator[tuple[str, str]]:
        """Return what `tell` says of incidents; as `Reader.texts`."""
        restricted = self.restricted_ids()
        wanted = list(incidents)
        shared = [each for each in wanted if each not in restricted]
        yield from self.shared.texts(shared, tell, on_read=on_read)
        for ident, events, _ in self.restricted.many_events(i for i in wanted if i in restricted):
            yield ident, tell(ident, events)

    def public_texts(
        self, tell: Tell, *, on_read: Callable[[int, int], None]
    ) -> Iterator[tuple[str, str]]:
        """Return what `tell` says of each incident that everybody may read, by id.

        One that ever was restricted is none of them, wherever it is. EnvironmentFailedError if it
        cannot be known which ones that were.
        """
        # What is read first may be found to be restricted meanwhile: that is asked last.
        shared = self.shared.ids()
        self._readable_restricted()
        restricted = self.restricted_ids()
        wanted = [ident for ident in shared if ident not in restricted]
        yield from self.shared.texts(wanted, tell, kind=PUBLIC, on_read=on_read)

    def newest_id(self, incident: str) -> str | None:
        """Return the newest event's id; as `Reader.newest_id`."""
        return self._of(incident).newest_id(incident)

    def open_heads(self) -> list[Head]:
        """Return the open incidents of both parts, the newest first."""
        return _newest_first([*self.shared.open_heads(), *self._readable_restricted().open_heads()])

    def own_open_heads(self) -> list[Head]:
        """Return the open incidents of both parts; as `Reader.own_open_heads`.

        EnvironmentFailedError if there may be restricted ones that cannot be read: then nobody
        should guess which incident the user means.
        """
        try:
            restricted = self._readable_restricted().open_heads()
        except EnvironmentFailedError:
            if self._ids.known() or not self._ids.remembered.exists():
                raise
            restricted = []
        return _newest_first([*self.shared.own_open_heads(), *restricted])

    def noted_heads(self, *, restricted: bool = False) -> list[Head]:
        """Return some incidents of the shared part, or of both; as `Reader.noted_heads`."""
        found = self.shared.noted_heads()
        hidden = self.restricted_ids()
        shared = [head for head in found if head.id not in hidden]
        if not restricted:
            return shared
        return _newest_first([*shared, *self._readable_restricted().noted_heads()])

    def past(self, describe: Describe) -> Past:
        """Return the ended incidents of the shared part; as `Reader.past`."""
        return self.shared.past(describe)

    def past_heads(self, past: Past, places: Iterable[int]) -> list[Head]:
        """Return some of the past incidents as they are now; as `Reader.past_heads`."""
        return self.shared.past_heads(past, places)

    def heads(self) -> list[Head]:
        """Return the incidents of both parts, the newest first."""
        return _newest_first([*self.shared.heads(), *self._readable_restricted().heads()])

    def ids(self) -> list[str]:
        """Return the ids of the incidents of both parts, sorted."""
        return sorted({*self.shared.ids(), *self._readable_restricted().ids()})

    def last_ids(self) -> set[str]:
        """Return the ids of both parts as they were last known; as `Reader.last_ids`."""
        return self.shared.last_ids() | self._ids.known() | self.undecided.incidents()

    def groups(self, *, live: bool = False) -> list[Group]:
        """Return the alert groups of both parts; as `Reader.groups`."""
        every = self.shared.groups(live=live)
        restricted = self.restricted_ids()
        shared = [each for each in every if each.id not in restricted]
        found = self._readable_restricted().groups(live=live) if restricted else []
        apart = [each._replace(restricted=True) for each in found]
        return sorted([*shared, *apart], key=lambda group: group.id)

    def find(self, part: str) -> list[str]:
        """Return the ids that contain a text, sorted; as `Reader.find`."""
        return find(part, self.ids())

    def log_path(self, incident: str) -> str:
        """Return where an incident's log.md is on its branch."""
        return self.shared.log_path(incident)

    def change_token(self) -> tuple[object, ...]:
        """Return a value that changes when either part does; as `Record.change_token`."""
        undecided = tuple(path.name for path in self.undecided.files())
        return (self.shared.change_token(), self.restricted.change_token(), undecided)

    # --- what waits ------------------------------------------------------------------------------

    def pending(self) -> int:
        """Count the acknowledged actions of both parts that are not yet committed."""
        waiting = len(self.undecided.files())
        return self.shared.pending() + self.restricted.pending() + waiting

    def held_up(self) -> str | None:
        """Say why the last flush left something in either part; None if it left nothing."""
        undecided = REASON if self.undecided.files() else None
        return self.shared.held_up() or self.unread() or self.restricted.held_up() or undecided

    def unread(self) -> str | None:
        """Say so if this account cannot read something that waits; None if it can read all."""
        places = (*self.shared.places, *self.restricted.places, *self.undecided.boxes)
        return unread(places)

    def ensure_read(self) -> None:
        """Refuse if something that waits cannot be read; as `Reader.ensure_read`."""
        if hidden := self.unread():
            raise EnvironmentFailedError(f"{hidden}.", hint=permissions.ADVICE)

    def unclaimed(self) -> dict[Path, list[Path]]:
        """Return what waits in the user's own state and may be this repository's, by folder."""
        return fallback.unclaimed(self.shared.part.user_state, self.shared.part.git_dir)

    def has_unsent(self) -> bool:
        """Say whether either remote lacks something."""
        return self.shared.has_unsent() or self.restricted.has_unsent()

    def _left(self) -> Unsynced | None:
        """Count what the shared part's remote lacks, and what waits for a decision."""
        sent = self.shared.part.sent
        if sent is None:
            return None
        # In the order in which an action moves.
        return unsynced((*self.undecided.boxes, *self.shared.part.boxes, sent))

    def unsynced(self) -> Unsynced | None:
        """Count what either remote lacks; None if neither part has one."""
        found = [each for each in (self._left(), self.restricted.unsynced()) if each is not None]
        if not found or (self.shared.part.remote is None and self.excluded()):
            return None
        since = [each.since for each in found if each.since is not None]
        return Unsynced(sum(each.events for each in found), min(since, default=None))


def _newest_first(heads: list[Head]) -> list[Head]:
    return sorted(heads, key=lambda head: (head.declared, head.id), reverse=True)
