"""Repair refs and objects that git has lost, by the holder of the lock before it commits.

It acts only if git definitely says that something is missing, see `presence`. The old value of a
replaced ref is kept in a file of the state: a ref with it would name missing objects, and `git gc`
would fail.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import atomic, permissions, presence, refs, tree
from incidentctl.record.store import incident_events, last_tips, paths
from incidentctl.record.store.index import Index, read_index
from incidentctl.record.store.stored_event import Stored
from incidentctl.record.write import kept
from incidentctl.record.write.part import Part

_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
#: How many of the newest commits are checked without git: are they packed, or gone?
_RECENT = 32
#: While recent commits are packed, git is asked at most once in this many seconds.
_PAUSE = 60.0
_STAMP = "verified"
#: After such a check, pause for this many times its duration.
_SHARE = 50
#: The age of this file says when the whole record was last checked.
_DEEP = "damage-looked"
#: The files with the old values of replaced refs.
_ASIDE = "damaged-log-ref-*"
#: The file that lists the old values of which not all that is readable is committed again.
_UNFINISHED = "repair-unfinished"


class Repair:
    """The repairs of one holder of the lock; `found` are events that must be committed again."""

    def __init__(self, part: Part) -> None:
        """Take the part of the record to repair."""
        self._store = part.store
        self._git = part.git
        self._state = part.state
        self._box = part.box
        self._mirror_is_free = part.mirror_is_free()
        self._repaired = False
        self.notes: list[str] = []
        self.found: dict[str, dict[str, Stored]] = {}

    def quick(self) -> None:
        """Repair the refs; in a healthy clone this costs a few stats and no git.

        EnvironmentFailedError if git cannot say what is there, OSError for the files.
        """
        named = self._store.named()
        absent = self._store.absent(tip for tip in named[:3] if tip)
        tracking = self._store.tracking
        if tracking and self._is_damaged(tracking, named.tracking, absent):
            self._repair_tracking(tracking, named.tracking)
        if (
            self._is_damaged(self._store.log_ref, named.log_tip, absent)
            or (named.log_tip is None and last_tips.read(self._state))
            or (named.log_tip is not None and self._has_lost_some(named.log_tip))
        ):
            self._repair_log_ref(named.log_tip)
        elif named.log_tip is None:  # deleted: the record starts over
            kept.to_outbox(self._state, self._box)
            self._note_whole(self._packs())
        self._repair_mirror(thorough=self._repaired)
        if not self._repaired:
            self._go_on()
        if self._was_seen():
            with contextlib.suppress(EnvironmentFailedError):  # as of a partial clone
                self.deep()
                permissions.touch(self._state / _DEEP)

    def _repair_tracking(self, ref: str, old: str | None) -> None:
        """Set the remote-tracking ref to what it last named, which readers have shown."""
        last = self._store.last_fetched(old)
        self._set(ref, last, old)
        again = "has been restored" if last else "the next sync fetches it again"
        self.notes.append(f"{ref} was damaged; {again}.")

    def _was_seen(self) -> bool:
        """Say whether a reader met damage since the last check of the whole record here."""
        with contextlib.suppress(FileNotFoundError):
            seen = presence.seen(self._git).stat().st_mtime_ns
            with contextlib.suppress(FileNotFoundError):
                return seen > (self._state / _DEEP).stat().st_mtime_ns
            return True
        return False

    def _is_damaged(self, name: str, tip: str | None, absent: set[str]) -> bool:
        return refs.is_torn(self._git, name) if tip is None else tip in absent

    def deep(self) -> bool:
        """Repair refs whose commits lack objects; False if everything is whole.

        Use this after git failed: it walks the whole history.
        """
        store, git = self._store, self._git
        named = store.named()
        log_tip, tracking = named.log_tip, named.tracking
        repaired = log_tip is not None and not presence.is_whole(git, log_tip)
        if repaired:
            self._repair_log_ref(log_tip)
        since = store.named().log_tip
        if tracking and store.tracking and not presence.is_whole(git, tracking, since=since):
            self._set(store.tracking, None, tracking)
            self.notes.append(f"{store.tracking} was damaged; the next sync fetches it again.")
            repaired = True
        self._repair_mirror(thorough=True)
        return repaired

    def finish(self) -> None:
        """Note that all that was found is committed: no later repair has to look for it again."""
        (self._state / _UNFINISHED).unlink(missing_ok=True)

    def _go_on(self) -> None:
        """Find again what a repair had found that was killed before it was committed."""
        for tip in self._unfinished():
            self._salvage(tip, self._store.named().log_tip)

    def _unfinished(self) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            listed = (self._state / _UNFINISHED).read_text(errors="replace")
            return [tip for tip in listed.split() if _ID.match(tip)]
        return []

    def take_back(self) -> list[Path]:
        """Find the events of replaced commits that are whole again; return their files."""
        log_tip, back = self._store.tips().log_tip, []
        for path in sorted(self._state.glob(_ASIDE)):
            tip = path.read_text(errors="replace").strip()
            is_here = log_tip and _ID.match(tip) and refs.is_there(self._git, tip)
            if is_here and presence.is_whole(self._git, tip):
                self._find_in(tip, log_tip)
                back.append(path)
        return back

    def _has_lost_some(self, log_tip: str) -> bool:
        """Say whether a prune took objects of recent commits, which a sound tip may hide.

        Git is asked after each repack, and once a minute while recent commits are not loose files.
        """
        noted = last_tips.read(self._state)
        limit = time.time() - kept.AGE
        recent = [each.commit for each in noted if each.at > limit]
        objects = f"{self._git.git_dir}/objects"
        loose = all(os.path.exists(f"{objects}/{t[:2]}/{t[2:]}") for t in recent[:_RECENT])  # noqa: PTH110 (three times as fast)
        packed = self._packs()
        with contextlib.suppress(OSError):
            stamp = self._state / _STAMP
            is_new = time.time() - stamp.stat().st_mtime < _PAUSE
            if (loose or is_new) and stamp.read_text() == packed:
                return False
        if not recent:  # nothing to lose
            self._note_whole(packed)
            return False
        older = next((each.commit for each in noted if each.at <= limit), None)
        with contextlib.suppress(EnvironmentFailedError):
            since = older if older and refs.is_there(self._git, older) else None
            if since is None and refs.is_there(self._git, recent[-1]):
                since = f"{recent[-1]}^@"  # all its parents
            began = time.time()
            if not presence.is_whole(self._git, log_tip, since=since):
                return True
            # A slow check, as after a purge of a large record, is repeated less often.
            self._note_whole(packed, pause=_SHARE * (time.time() - began))
        return False

    def _packs(self) -> str:
        """Return the names of the packs, as a text to compare: a repack gives others.

        It is empty while a gc is running, which may still delete what it has not found.
        """
        if kept.gc_runs(self._git):
            return ""
        names = sorted(path.name for path in (self._git.git_dir / "objects/pack").glob("*.pack"))
        return " ".join(("packs:", *names))

    def _note_whole(self, packed: str, *, pause: float = 0.0) -> None:
        """Note that nothing was missing with these packs, and when to look again at the soonest."""
        stamp = self._state / _STAMP
        atomic.replace(stamp, packed.encode(), durable=False)
        os.utime(stamp, (time.time() + pause,) * 2)

    def _repair_log_ref(self, old: str | None) -> None:
        """Continue the record from the newest whole commit, with all that this clone has kept."""
        base = next(self._whole(), None)
        store, git, ref = self._store, self._git, self._store.log_ref
        self._salvage(old, base)
        if old is not None:
            listed = "\n".join([*self._unfinished(), old])
            atomic.replace(self._state / _UNFINISHED, listed.encode())
        if old is not None or refs.is_torn(git, ref):
            aside = self._aside(ref, old)
            self.notes.append(
                f"The record's ref {ref} was damaged, as by a power cut or a prune. It is "
                f"now {aside}, and the record continues from what this clone still has."
            )
        elif base is not None:
            self.notes.append(f"The record's ref {ref} was deleted; it has been restored.")
        else:
            self.notes.append(
                f"The record's ref {ref} was deleted, and none of its commits is left. The "
                "record continues from what this clone had not sent, or had just committed."
            )
        kept.to_outbox(self._state, self._box)  # before the ref moves back: readers miss nothing
        self._set(ref, base, old)
        self._repaired = True
        self._drop_log(ref)
        now = int(time.time())
        last_tips.rewrite(self._state, [last_tips.Noted(base, now)] if base else [])
        store.reset()

    def _whole(self) -> Iterator[str]:
        """Yield the commits that the log ref can continue from, the best first."""
        # Only what is broken pays for it: 2 ms.
        from incidentctl.record.store.compare import holds_only_the_record  # noqa: PLC0415

        store, git = self._store, self._git
        index = read_index(store.cache) or Index()
        named = store.named()
        logs = [*refs.logged(git, store.log_ref), *refs.logged(git, store.mirror)]
        noted = [each.commit for each in last_tips.read(self._state)]
        known = [*noted, refs.packed(git, store.log_ref) or "", named.mirror or ""]
        known += [index.log_tip or "", *logs, *reversed(index.commits.values())]
        wanted = [tip for tip in dict.fromkeys(known) if _ID.match(tip) and tip.strip("0")]
        there = [tip for tip, kind in presence.kinds(git, wanted).items() if kind == "commit"]
        if len(there) > 1:
            done = git.run("rev-list", "--no-walk=sorted", "--stdin", data=_lines(there))
            if done.code == 0:  # by their dates, which are only as good as clocks
                there = done.out.decode().split()
        there = list(dict.fromkeys([*(tip for tip in noted if tip in there), *there]))
        # This clone's own commits come first; the remote's branch is merged later anyway.
        theirs = [] if named.tracking in there else [named.tracking]
        for tip in (*there, *(tip for tip in theirs if tip and refs.is_there(git, tip))):
            if presence.is_whole(git, tip) and holds_only_the_record(git, tip):
                yield tip

    def _salvage(self, old: str | None, base: str | None) -> None:
        """Find events in a cache, or in the part of the damaged commit that can be read."""
        index = read_index(self._store.cache) or Index()
        for incident in index.open:
            cached = self._store.cache.get(f"open/{incident}")
            if cached:
                stored = incident_events.unpack(*cached).stored
                self.found.setdefault(incident, {}).update(stored)
        if old is not None and refs.is_there(self._git, old):
            self._find_in(old, base)

    def _find_in(self, tip: str, base: str | None) -> None:
        """Find the readable events that a commit has and another one lacks."""
        with contextlib.suppress(EnvironmentFailedError):
            found = set(tree.names(self._git, tip, paths.SHELVES, recursive=True))
            if base is not None:
                found -= set(tree.names(self._git, base, paths.SHELVES, recursive=True))
            places = [place for place in map(paths.parse, found) if place]
            incidents = sorted({place.incident for place in places})
            for incident, folder in self._store.folders(incidents, (tip,)):
                self.found.setdefault(incident, {}).update(folder.stored)

    def _repair_mirror(self, *, thorough: bool = False) -> None:
        """Point a damaged mirror at the commit of the log ref."""
        store, named = self._store, self._store.named()
        tip, name = named.mirror, store.mirror
        if tip is None:
            cut = refs.is_torn(self._git, name)
        elif tip == named.log_tip:
            cut = False
        else:
            cut = bool(store.absent([tip])) or (thorough and not presence.is_whole(self._git, tip))
        if not cut:
            return
        if not self._mirror_is_free:
            self.notes.append(f"{name} is damaged, but checked out, so it was left unchanged.")
            return
        aside = self._aside(name, tip)
        self._set(name, named.log_tip, tip)
        self._drop_log(name)
        self.notes.append(
            f"{name} was damaged: it is now {aside}, and the branch follows the record."
        )

    def _aside(self, name: str, old: str | None) -> Path:
        """Keep the content of a ref in a file of the state."""
        data = f"{old}\n".encode() if old else (self._git.git_dir / name).read_bytes()
        for known in self._state.glob(_ASIDE):
            if known.read_bytes() == data:
                return known
        aside = self._state / f"damaged-log-ref-{time.time_ns()}"
        atomic.replace(aside, data)
        return aside

    def _drop_log(self, name: str) -> None:
        """Drop git's log of a ref that named missing commits: `git fsck` would complain."""
        (self._git.git_dir / "logs" / name).unlink(missing_ok=True)

    def _set(self, name: str, to: str | None, old: str | None) -> None:
        """Set or delete a ref, even if git cannot read it."""
        if refs.is_torn(self._git, name):
            (self._git.git_dir / name).unlink()
            old = refs.read(self._git, name)  # an older one, from `git pack-refs`
        if to != old and not refs.move(self._git, (name, to, old)):
            raise EnvironmentFailedError(f"Git could not repair {name}.")


def _lines(ids: list[str]) -> bytes:
    return "".join(f"{each}\n" for each in ids).encode()
