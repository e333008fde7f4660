"""Read the record: the log ref, and what the mirror or a fresh clone's remote branch adds to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.ids import is_group_id, record_folder
from incidentctl.git import presence, refs
from incidentctl.git.objects import Found, Objects, entries
from incidentctl.git.presence import DamagedError
from incidentctl.git.run import Git
from incidentctl.record.store import incident_events, last_tips
from incidentctl.record.store.cache import Cache
from incidentctl.record.store.incident_events import Folder
from incidentctl.record.store.index import Index, is_noted, read_index, write_index
from incidentctl.record.store.past import forget_past
from incidentctl.record.store.ref_names import LOG_REF, RESTRICTED_COPY_REF, RESTRICTED_REF
from incidentctl.record.store.scan import FoldHead, IndexedIncident, incidents, scan
from incidentctl.record.store.texts import forget_texts

if TYPE_CHECKING:
    from incidentctl.domain.alerts.group import Group

#: How many incidents one git reads: each git has a time limit for everything it does.
_BATCH_SIZE = 500


class Tips(NamedTuple):
    """The commits that the refs of the record name now; None also if this clone lacks a commit."""

    log_tip: str | None
    mirror: str | None
    tracking: str | None
    lost: str | None = None
    """The last commit of the log ref, if that ref is gone or torn and the commit is still here."""


class Store:
    """Reads of one clone. Results are kept as long as the refs do not move."""

    def __init__(
        self,
        git: Git,
        cache: Cache,
        fold_head: FoldHead,
        *,
        branch: str,
        remote: str | None,
        state: Path,
        restricted: bool = False,
    ) -> None:
        """Take what to read with; `branch` is the mirror, `remote` whose copy may add events.

        `state` is the folder with the last tips of the log ref. A `restricted` store has a ref of
        its own, and a copy of that ref as its mirror, because no other clone may have it.
        """
        self.git = git
        self.cache = cache
        self.fold_head = fold_head
        self.state = state
        self.restricted = restricted
        self.log_ref = RESTRICTED_REF if restricted else LOG_REF
        self.mirror = RESTRICTED_COPY_REF if restricted else f"refs/heads/{branch}"
        self.tracking = f"refs/remotes/{remote}/{branch}" if remote else None
        self._folders: dict[str, tuple[tuple[str, ...], Folder]] = {}
        self._index: Index | None = None
        self._here: set[str] = set()

    def named(self) -> Tips:
        """Read the refs as they are, whether or not this clone has the commits they name."""
        tracking = refs.read(self.git, self.tracking) if self.tracking else None
        return Tips(refs.read(self.git, self.log_ref), refs.read(self.git, self.mirror), tracking)

    def tips(self) -> Tips:
        """Read the refs; a ref that names no commit of this clone counts as missing.

        DamagedError if that leaves nothing although there was a record. EnvironmentFailedError if
        git cannot say what is there.
        """
        named = self.named()
        absent = self.absent(tip for tip in named if tip)
        tips = Tips(*(None if tip in absent else tip for tip in named[:3]))
        if tips.tracking is None and self.tracking:
            tips = tips._replace(tracking=self.last_fetched(named.tracking))
        if tips.log_tip is not None:
            return tips
        last = [each.commit for each in last_tips.read(self.state)]
        gone = self.absent(last)
        tips = tips._replace(lost=next((tip for tip in last if tip not in gone), None))
        if not any(tips):
            for ref, tip in zip((self.log_ref, self.mirror, self.tracking), named[:3], strict=True):
                if tip or (ref and refs.is_torn(self.git, ref)) or (last and ref == self.log_ref):
                    raise DamagedError(f"its ref {ref} names no commit of this clone")
        return tips

    def last_fetched(self, tip: str | None) -> str | None:
        """Return the commit that the damaged remote-tracking ref named when it was last read.

        `tip` is what the ref names now. None if the ref is not damaged, or the commit is not here.
        """
        if not self.tracking or (tip is None and not refs.is_torn(self.git, self.tracking)):
            return None
        last = (read_index(self.cache) or Index()).fetched
        # Not `absent`, which trusts the index: what damaged the ref may have taken the commit, too.
        is_here = last and last != tip and not presence.absent(self.git, [last])
        return last if is_here else None

    def absent(self, tips: Iterable[str]) -> set[str]:
        """Return which of some ids name no commit here; a commit seen once is not asked again."""
        strange = set(tips) - self._here
        if strange:
            # The commits that the index was computed from were here.
            last = self._index = self._index or read_index(self.cache) or Index()
            strange -= {last.log_tip, *last.beside, *last.absorbed}
        absent = presence.absent(self.git, strange) if strange else set()
        self._here |= strange - absent
        return absent

    def reset(self) -> None:
        """Forget what was read, after the refs were repaired."""
        self._here, self._index, self._folders = set(), None, {}

    def _last_index(self, log_tip: str | None) -> Index:
        """Return the newest index on disk; another process may have written it since."""
        if self._index is None or self._index.log_tip != log_tip:
            self._index = read_index(self.cache) or Index()
        return self._index

    def last_open(self) -> dict[str, Head]:
        """Return the open incidents of the newest index, as `last_ids`."""
        last = read_index(self.cache) or Index()
        return {incident: head for incident, (_, head) in last.open.items()}

    def last_ids(self) -> tuple[str, ...]:
        """Return the ids of the newest index, whether or not it still fits the refs."""
        return (read_index(self.cache) or Index()).ids

    def beside(self, tips: Tips) -> tuple[str, ...]:
        """Return the other commits that may hold events which the log ref does not.

        What the remote-tracking ref names is noted before it is shown: see `last_fetched`.
        """
        last = self._last_index(tips.log_tip)
        if tips.tracking and tips.tracking != last.fetched:
            last = last._replace(fetched=tips.tracking)
            self.keep_index(last)
        absorbed = last.absorbed if last.log_tip == tips.log_tip else ()
        others = dict.fromkeys(tip for tip in (tips.tracking, tips.mirror, tips.lost) if tip)
        return tuple(tip for tip in others if tip != tips.log_tip and tip not in absorbed)

    def valid_index(self, tips: Tips) -> Index | None:
        """Return the index if it fits the current refs."""
        last = self._last_index(tips.log_tip)
        fits = last.log_tip == tips.log_tip and last.beside == self.beside(tips)
        return last if fits else None

    def keep_index(self, index: Index) -> None:
        """Replace the index."""
        self._index = index
        write_index(self.cache, index)

    def absorb(self, *tips: str) -> None:
        """Remember that the log ref holds every event of some commits; recompute the index."""
        now = self.tips()
        last = self._last_index(now.log_tip)
        known = last.absorbed if last.log_tip == now.log_tip else ()
        refs_now = (now.tracking, now.mirror)
        absorbed = tuple(dict.fromkeys(tip for tip in (*known, *tips) if tip in refs_now))
        self._index = last._replace(log_tip=now.log_tip, beside=("",), absorbed=absorbed)
        self._rebuild(now)

    def commit_of(self, action: str) -> str | None:
        """Return the commit of a recent action, by its file's name; always read from disk."""
        index = read_index(self.cache)
        return index.commits.get(action) if index else None

    def head(self, incident: str, events: Iterable[Event]) -> Head | None:
        """Return what a list shows of an incident; None if no event says anything about that."""
        known = incident_events.lifecycle(events)
        return self.fold_head(incident, known) if known else None

    def index(self) -> Index:
        """Return the index, recomputed if the refs have moved."""
        tips = self.tips()
        return self.valid_index(tips) or self._rebuild(tips)[0]

    def all(self) -> dict[str, IndexedIncident]:
        """Return every incident on the branch by id, with its head."""
        return self._rebuild(self.tips())[1]

    def _rebuild(self, tips: Tips) -> tuple[Index, dict[str, IndexedIncident]]:
        beside = self.beside(tips)
        sources = _sources(tips.log_tip, beside)
        seen: dict[str, IndexedIncident] = {}
        groups: tuple[str, ...] = ()
        if sources:
            with Objects(self.git) as objects:
                seen = scan(objects, sources, self.cache, incidents(self.fold_head))
                if self.restricted:
                    groups = self._groups_at(objects, sources)
        last = self._last_index(tips.log_tip)
        opened = {i: (key, head) for i, (key, head) in seen.items() if head and head.open}
        noted = {i: head for i, (_, head) in seen.items() if head and is_noted(head)}
        absorbed = last.absorbed if last.log_tip == tips.log_tip else ()
        index = Index(
            tips.log_tip, beside, absorbed, opened, tuple(sorted(seen)), last.commits, noted,
            tips.tracking, groups,
        )  # fmt: skip
        if index != last:
            self.keep_index(index)
        return index, seen

    def _groups_at(self, objects: Objects, sources: Sequence[str]) -> tuple[str, ...]:
        from incidentctl.record.store.groups import all_groups  # noqa: PLC0415 (for few)

        return tuple(sorted(all_groups(objects, sources, self.cache)))

    def groups(self, *, live: bool = False) -> dict[str, Group]:
        """Return the alert groups on the branch by id; with `live` those that are not resolved."""
        from incidentctl.record.store.groups import all_groups, live_groups  # noqa: PLC0415 (for few)

        tips = self.tips()
        sources = _sources(tips.log_tip, self.beside(tips))
        if not sources:
            return {}
        with Objects(self.git) as objects:
            return (live_groups if live else all_groups)(objects, sources, self.cache)

    def folder(self, incident: str) -> Folder:
        """Return what the branch holds of an incident; an empty folder if it holds nothing."""
        tips = self.tips()
        sources = _sources(tips.log_tip, self.beside(tips))
        index = self.valid_index(tips)
        if index is not None and incident not in index.ids and not is_group_id(incident):
            return incident_events.EMPTY
        return self.folder_at(incident, sources, index.open.get(incident) if index else None)

    def folder_at(
        self, incident: str, sources: Sequence[str], known: tuple[str, Head] | None = None
    ) -> Folder:
        """Return what some commits hold of an incident; `known` is its entry in the index."""
        sources = tuple(sources)
        kept = self._folders.get(incident)
        if kept and (kept[0] == sources or (known and kept[1].key == known[0])):
            self._folders[incident] = sources, kept[1]
            return kept[1]
        cached = self.cache.get(f"open/{incident}")
        if cached and known and cached[0] == known[0]:
            folder = incident_events.unpack(*cached)
        elif not sources:
            folder = incident_events.EMPTY
        else:
            with Objects(self.git) as objects:
                trees = _trees(objects, sources, incident)
                if cached and cached[0] == ",".join(trees):
                    folder = incident_events.unpack(*cached)
                else:
                    folder = incident_events.load(objects, list(trees.values()))
                    if known:
                        self.keep_folder(incident, folder)
        self._folders[incident] = (sources, folder)
        return folder

    def folders(
        self, incidents: Iterable[str], sources: Sequence[str] | None = None
    ) -> Iterator[tuple[str, Folder]]:
        """Return what the branch, or some commits, hold of many incidents; nothing is cached."""
        if sources is None:
            tips = self.tips()
            sources = _sources(tips.log_tip, self.beside(tips))
        rest = iter(incidents)
        while part := list(islice(rest, _BATCH_SIZE)):
            with Objects(self.git) as objects:
                for incident in part:
                    trees = _trees(objects, sources, incident)
                    yield incident, incident_events.load(objects, list(trees.values()))

    def group_folders(self, groups: Set[str], sources: tuple[str, ...]) -> dict[str, Folder]:
        """Return what some commits hold of groups, by one look at each month's folder."""
        kept = {group: self._folders[group] for group in groups & self._folders.keys()}
        found = {group: folder for group, (of, folder) in kept.items() if of == sources}
        months: dict[str, dict[str, dict[str, None]]] = {}
        for group in sorted(groups - found.keys()):
            months.setdefault(record_folder(group).rpartition("/")[0], {})[group] = {}
        if not months:
            return found
        with Objects(self.git) as objects:
            for month, trees in months.items():
                for tree in objects.at(sources, month):
                    for _, name, oid in entries(tree):
                        if name in trees:
                            trees[name][oid] = None
                for group, oids in trees.items():
                    found[group] = incident_events.load(objects, list(objects.present(oids)))
        return found

    def keep_folder(self, incident: str, folder: Folder) -> None:
        """Put the folder of an open incident into the cache."""
        self.cache.put(f"open/{incident}", folder.key, incident_events.pack(folder))

    def remember_group(self, group: str, log_tip: str, folder: Folder) -> None:
        """Keep in memory what a commit has of a group: a receiver writes to it again and again."""
        self._folders[group] = ((log_tip,), folder)

    def forget(self, incident: str) -> None:
        """Drop what was cached of an incident that is over."""
        self.cache.drop(f"open/{incident}")

    def forget_texts(self, incident: str) -> None:
        """Drop everything that a cache may still have of a redacted text."""
        self.forget(incident)
        year, month = record_folder(incident).split("/")[1:3]
        if is_group_id(incident):
            from incidentctl.record.store import groups  # noqa: PLC0415 (for few)

            groups.forget_texts(self.cache, f"{year}-{month}")
            return
        self.cache.drop(f"months/{year}-{month}")
        forget_texts(self.cache, f"{year}-{month}")
        forget_past(self.cache)


def _trees(objects: Objects, sources: Iterable[str], incident: str) -> dict[str, Found]:
    """Return the distinct folders that commits have of an incident, by their ids."""
    place = record_folder(incident)
    found = objects.at(sources, place)
    return {tree.oid: tree for tree in found if tree}


def _sources(log_tip: str | None, beside: Sequence[str]) -> tuple[str, ...]:
    return (*((log_tip,) if log_tip else ()), *beside)
