"""Read the record of one clone: committed events, and acknowledged ones that still wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from incidentctl.domain.incident.event_json import EventError
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.ids import is_group_id
from incidentctl.domain.incident.unsynced import Unsynced
from incidentctl.errors import EnvironmentFailedError, Problem
from incidentctl.git import permissions
from incidentctl.record.store import incident_events, paths
from incidentctl.record.store.incident_events import Folder
from incidentctl.record.store.index import is_noted
from incidentctl.record.store.past import Describe, Past, add, forget_past, read_past, write_past
from incidentctl.record.store.stored_event import Stored, check
from incidentctl.record.store.texts import SEARCHED, by_month, read_texts, write_texts
from incidentctl.record.sync.sent import unsynced
from incidentctl.record.write import outbox
from incidentctl.record.write.part import Part

if TYPE_CHECKING:
    from incidentctl.domain.alerts.group import Group

#: Makes a text of an incident, by its id and its events.
Tell = Callable[[str, Iterable[Event]], str]
#: If so many incidents have ended since, all are read again.
_MANY = 100


class Reader:
    """The reads of a `Record`."""

    def __init__(
        self,
        part: Part,
        *,
        also_waiting: Callable[[], Iterable[Path]] = tuple,
    ) -> None:
        """Take a part of the record.

        `also_waiting` returns further actions to show with it, which wait outside its outboxes.
        """
        self.part = part
        self._store = part.store
        self._sent = part.sent
        self._now = part.now
        self._also_waiting = also_waiting
        self._held_up: str | None = None

    @property
    def places(self) -> tuple[Path, ...]:
        """Return the folders of what waits to be committed or sent."""
        return (*self.part.boxes, *((self.part.sent,) if self.part.sent else ()))

    def events(self, incident: str) -> tuple[list[Event], list[Problem]]:
        """Return an incident's events by id, acknowledged ones included, and what was wrong.

        An unknown incident has no events.
        """
        folder = self._folder(incident)
        found = incident_events.problems(paths.log_path(incident), folder, now=self._now())
        return folder.events(), found

    def many_events(
        self, incidents: Iterable[str]
    ) -> Iterator[tuple[str, list[Event], list[Problem]]]:
        """Do what `events` does for many incidents, starting git only once."""
        wanted, pending = list(incidents), self._pending()
        # What leaves the outbox while the branch is read would be in neither, if it came second.
        waiting = {each: _waiting(pending[each]) for each in wanted if each in pending}
        for incident, folder in self._store.folders(wanted):
            whole = folder.union(waiting.get(incident, {}))
            found = incident_events.problems(paths.log_path(incident), whole, now=self._now())
            yield incident, whole.events(), found

    def newest_id(self, incident: str) -> str | None:
        """Return the newest event's id; ids more than 48 hours ahead do not count."""
        limit = incident_events.last_id(self._now())
        stored = self._folder(incident).stored.values()
        return max((s.event.id for s in stored if s.event.id <= limit), default=None)

    def open_heads(self) -> list[Head]:
        """Return the open incidents, the newest first."""
        pending = self._pending()
        opened = {incident: head for incident, (_, head) in self._store.index().open.items()}
        return self._overlaid(opened, pending, only_open=True)

    def own_open_heads(self) -> list[Head]:
        """Return the open incidents as last known, with this clone's own newer events.

        Needs no git: for clones whose record cannot be read.
        """
        return self._overlaid(self._store.last_open(), self.own_ids(), only_open=True)

    def heads(self) -> list[Head]:
        """Return all incidents, the newest first."""
        pending = self._pending()
        known = {ident: seen.head for ident, seen in self._store.all().items() if seen.head}
        return self._overlaid(known, pending, only_open=False)

    def noted_heads(self) -> list[Head]:
        """Return the incidents for which `is_noted`, the newest first."""
        pending = self._pending()
        heads = self._overlaid(self._store.index().noted, pending, only_open=False)
        return [head for head in heads if is_noted(head)]

    def past(self, describe: Describe) -> Past:
        """Return the ended incidents with what `describe` says of each, the newest first.

        What has ended since it was last asked is read; what was said of the others is kept.
        """
        pending, tip = self._pending(), self._store.tips().log_tip
        index, cache = self._store.index(), self._store.cache
        known = read_past(cache)
        have = set(known.ids) if known else set()
        opened = {*index.open, *pending}
        missing = set(index.ids) - have - opened
        if known is None or len(missing) > _MANY:
            past = add(Past(), self.heads(), describe, gone=opened)
        elif missing or not have.isdisjoint(opened):
            found = (self._store.head(i, events) for i, events, _ in self.many_events(missing))
            past = add(known, (head for head in found if head), describe, gone=opened)
        else:
            return known
        write_past(cache, past)
        if self._store.tips().log_tip != tip:  # perhaps by a redaction, which had dropped it
            forget_past(cache)
        return past

    def past_heads(self, past: Past, places: Iterable[int]) -> list[Head]:
        """Return some of the `past` incidents as they are now, without those that are open again.

        If one has changed since it ended, all are read anew the next time.
        """
        kept = [past.head(place) for place in places]
        read = self.many_events(head.id for head in kept)
        now = {ident: self._store.head(ident, events) for ident, events, _ in read}
        if any(now[head.id] != head for head in kept):
            forget_past(self._store.cache)
        return [head for each in kept if (head := now[each.id]) and not head.open]

    def texts(
        self,
        incidents: Iterable[str],
        tell: Tell,
        *,
        kind: str = SEARCHED,
        on_read: Callable[[int, int], None],
    ) -> Iterator[tuple[str, str]]:
        """Return what `tell` says of incidents by their events; that of committed ones is cached.

        `kind` names what `tell` makes: two that tell differently have two of them. `on_read` is
        told how many have been read and how many have to be, at first none.
        """
        pending = self._pending()
        wanted = [ident for ident in incidents if ident not in pending]
        tips = self._store.tips() if wanted else None
        folders = self._store.all() if wanted else {}
        months = by_month(wanted)
        cached = {month: read_texts(self._store.cache, month, kind) for month in months}
        known = {
            ident: text
            for month in months
            for ident, (key, text) in cached[month].items()
            if ident in folders and folders[ident].key == key
        }
        fresh = {ident for ident in wanted if ident not in known}
        done, left = 0, len(fresh)
        on_read(done, left)
        for month, idents in months.items():
            news = [ident for ident in idents if ident in fresh]
            for ident, events, _ in self.many_events(news):
                known[ident] = tell(ident, events)
                cached[month][ident] = (folders[ident].key, known[ident])
                done += 1
                on_read(done, left)
            # A repair may have moved the record back, or a redaction dropped what was kept.
            if news and self._store.tips() == tips:
                write_texts(self._store.cache, month, cached[month], kind)
        for ident in incidents:
            text = known.get(ident)
            yield ident, tell(ident, self.events(ident)[0]) if text is None else text

    def ids(self) -> list[str]:
        """Return the ids of all incidents, sorted."""
        pending, known = self._pending(), self._store.index().ids
        more = (each for each in pending if each not in known and not is_group_id(each))
        return sorted([*known, *more])

    def groups(self, *, live: bool = False) -> list[Group]:
        """Return the alert groups by id; with `live` those of which something fires."""
        from incidentctl.domain.alerts.group import RESOLVED, fold_group  # noqa: PLC0415 (for few)

        pending = [each for each in self._pending() if is_group_id(each)]
        found = self._store.groups(live=live)
        for ident, events, _ in self.many_events(pending):
            found[ident] = fold_group(ident, events)
        wanted = (group for group in found.values() if not live or group.state != RESOLVED)
        return sorted(wanted, key=lambda group: group.id)

    def last_ids(self) -> set[str]:
        """Return the ids as last known, and those that wait; needs no git."""
        return self.own_ids().union(self._store.last_ids())

    def own_ids(self) -> set[str]:
        """Return the ids of incidents of which this clone has something that the remote lacks."""
        return set(self._own())

    def _own(self) -> dict[str, list[Path]]:
        """Return all files with this clone's own events, by incident."""
        return _by_incident((*self.part.boxes, *self.part.spools))

    def held_up(self) -> str | None:
        """Say why the last flush of this process left something; None if it left nothing."""
        if self._held_up is not None:
            return self._held_up
        from incidentctl.record import health  # noqa: PLC0415 (recording does not need it)

        boxes = (*self.part.boxes, *((self._sent,) if self._sent else ()))
        damaged = next(iter(health.damaged(boxes)), None)
        if damaged:
            return f"{damaged} is damaged and was left unchanged"
        return self.unread()

    def unread(self) -> str | None:
        """Say so if this account cannot read something that waits; None if it can read all."""
        return unread(self.places)

    def ensure_read(self) -> None:
        """Refuse if something that waits cannot be read, before a caller says there is nothing."""
        if reason := self.unread():
            raise EnvironmentFailedError(f"{reason}.", hint=permissions.ADVICE)

    def find(self, part: str) -> list[str]:
        """Return the ids that contain a text, sorted; the whole id finds just itself."""
        return find(part, self.ids())

    def log_path(self, incident: str) -> str:
        """Return where an incident's log.md is on the branch."""
        return paths.log_path(incident)

    def pending(self) -> int:
        """Count the acknowledged actions that are not yet committed."""
        return len(outbox.paths(self.part.boxes))

    def has_unsent(self) -> bool:
        """Say whether something is committed that the remote lacks."""
        return self._sent is not None and bool(outbox.paths((self._sent,)))

    def unsynced(self) -> Unsynced | None:
        """Count what is not yet on the remote; None without a remote."""
        if self._sent is None:
            return None
        return unsynced((*self.part.boxes, self._sent))

    def _pending(self) -> dict[str, list[Path]]:
        """Return the files of the outbox by incident.

        Read this before the branch: an event that leaves the outbox meanwhile is then on it.
        """
        undecided = list(self._also_waiting())  # what is decided meanwhile is then in the outbox
        # If the record was deleted or damaged, its newest events are in the spools.
        found = _by_incident(self.part.boxes) if self._store.tips().log_tip else self._own()
        for path in undecided:
            found.setdefault(outbox.incident_of(path), []).append(path)
        return found

    def _folder(self, incident: str) -> Folder:
        try:
            waiting = _waiting(self._pending().get(incident, ()))
            return self._store.folder(incident).union(waiting)
        except EnvironmentFailedError as error:
            waiting = _waiting(self._own().get(incident, ()))
            if not waiting:
                raise
            # A user who declares without git must still see what was acknowledged.
            fault = {f"git cannot be read ({error.reason})": (0, "what was committed before")}
            return incident_events.EMPTY.union(waiting)._replace(faults=fault)

    def _overlaid(
        self, known: dict[str, Head], pending: Iterable[str], *, only_open: bool
    ) -> list[Head]:
        """Return heads, the newest first, with those of incidents that have pending events."""
        heads = dict(known)
        for incident in pending:
            if is_group_id(incident):
                continue
            head = self._store.head(incident, self._folder(incident).events())
            heads.pop(incident, None)
            if head and (head.open or not only_open):
                heads[incident] = head
        return sorted(heads.values(), key=lambda head: (head.declared, head.id), reverse=True)


def unread(places: Iterable[Path]) -> str | None:
    """Say so if this account cannot read one of the outboxes, or a file in it."""
    hidden = outbox.unreadable(places)
    return f"{hidden[0]} cannot be read: what waits there is not shown" if hidden else None


def find(part: str, known: Sequence[str]) -> list[str]:
    """Return which of some ids contain a text; the whole id finds just itself."""
    return [part] if part in known else [ident for ident in known if part in ident]


def _by_incident(boxes: Iterable[Path]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in outbox.paths(boxes):
        found.setdefault(outbox.incident_of(path), []).append(path)
    return found


def _waiting(files: Iterable[Path]) -> dict[str, Stored]:
    """Return the events of an incident that are in files of the outbox."""
    waiting: dict[str, Stored] = {}
    for path in files:
        try:
            action = outbox.read(path)
        except EventError:
            continue  # the flush reports it
        if action is not None:
            waiting |= {name: check(name, data) for name, data in action.entries.items()}
    return waiting
