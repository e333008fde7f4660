"""The invariants of a record, checked from outside: with git, and with what a reader is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from incidentctl.domain.incident.event_json import EventError
from incidentctl.record.write import outbox
from torture.journal import Journal
from torture.world import LOG_REF, MIRROR, RESTRICTED_REF, TRACKING, Clone, git


class Violation(NamedTuple):
    """What is wrong: the invariant by its name, and for people."""

    invariant: str
    text: str


def events_in(folder: Path, ref: str) -> dict[str, str]:
    """Return the path of each event's id at a ref; of two paths with one id the last."""
    listed = git(folder, "ls-tree", "-r", "-z", "--name-only", ref, "--", "incidents", check=False)
    return {path.rpartition("/")[2][:26]: path for path in listed.split("\0") if "/events/" in path}


def tree_of(folder: Path, ref: str) -> str:
    """Return the tree at a ref; "" where there is none, or where not all of it is there."""
    found = git(folder, "rev-parse", "-q", "--verify", f"{ref}^{{tree}}", check=False).strip()
    whole = found and git(folder, "ls-tree", "-r", "--name-only", found, check=False)
    return found if whole else ""


def is_whole(clone: Clone) -> bool:
    """Say whether nothing is missing of what the record's refs in a clone name."""
    for ref in (LOG_REF, RESTRICTED_REF, MIRROR, TRACKING):
        tip = git(clone.path, "rev-parse", "-q", "--verify", ref, check=False).strip()
        there = tip and git(clone.path, "cat-file", "-t", tip, check=False)
        if there and not git(clone.path, "rev-list", "--objects", tip, check=False):
            return False
    return True


def spooled(clone: Clone, *kinds: str, restricted: bool = False) -> set[str]:
    """Return the ids in some kinds of spools of a clone."""
    found: set[str] = set()
    for path in outbox.paths(clone.spools(*kinds, restricted=restricted)):
        try:
            action = outbox.read(path)
        except EventError:
            continue
        if action is not None:
            found.update(name[:26] for name in action.entries)
    return found


def waiting(clone: Clone) -> list[str]:
    """Return what is in the outboxes of a clone."""
    boxes = [*clone.spools("outbox"), *clone.spools("outbox", restricted=True)]
    return [path.name for path in outbox.paths(boxes)]


class Holder:
    """What one clone held at the last look: by it is judged what it may not lose."""

    def __init__(self, clone: Clone) -> None:
        """Take the clone."""
        self.clone = clone
        self._whole: dict[str, str] = {}
        """The last commit of each ref that was whole."""

    def kept(
        self, journal: Journal, on_remote: set[str] | None, *, lost: bool, restricted: bool
    ) -> list[Violation]:
        """I1 at this moment: what is acknowledged is in the clone, and spooled until it is shared.

        A ref that somebody else has broken, as by a prune, counts as where it was before: the
        next command that records repairs it. `on_remote` is None where it shares with nobody.
        """
        number = self.clone.number
        found = []
        for part in (False, True) if restricted else (False,):
            mine = journal.acknowledged_in(number, restricted=part)
            unsent = spooled(self.clone, "outbox", "sent", restricted=part)
            held = unsent | spooled(self.clone, "kept", restricted=part)
            there = set(events_in(self.clone.path, self._ref(RESTRICTED_REF if part else LOG_REF)))
            if not lost and (gone := mine - held - there):
                found.append(Violation("I1", f"clone {number} has lost {few(gone)}"))
            if not part and on_remote is not None and (gone := mine - unsent - on_remote):
                text = f"clone {number} has forgotten {few(gone)}, which the remote never had"
                found.append(Violation("I1-sent", text))
        return found

    def _ref(self, ref: str) -> str:
        if tree_of(self.clone.path, ref):
            tip = git(self.clone.path, "rev-parse", "-q", "--verify", ref).strip()
            self._whole[ref] = tip
            return tip
        return self._whole.get(ref, ref)


def blanked(clone: Clone, journal: Journal, targets: Iterable[str]) -> list[Violation]:
    """Nothing in the log still says what was redacted there."""
    return [
        Violation("redaction", f"clone {clone.number} still holds the text of {ident}")
        for ident in targets
        if git(clone.path, "grep", "-l", "-F", "-e", text_of(ident, journal), LOG_REF, check=False)
    ]


def silent(root: Path) -> list[Violation]:
    """I8: nothing ran that the user has configured; and nobody pushed by force without a purge."""
    remote = root / "remote.git"
    forced = remote / "forced"
    for line in forced.read_text().splitlines() if forced.exists() else ():
        _, old, new = line.split()
        if not _is_purged(remote, old, new):
            return [Violation("forced", f"pushed by force: {line}")]
    return [
        Violation("I8", f"clone {mark.name} ran {mark.read_text().splitlines()[0]}")
        for mark in (root / "ran").iterdir()
    ]


def _is_purged(remote: Path, old: str, new: str) -> bool:
    """Say whether a commit bears the mark of a purge that replaced another's chain."""
    listed = git(remote, "ls-tree", "-r", new, "--", "purged").splitlines()
    marks = {git(remote, "cat-file", "blob", line.split()[2]) for line in listed}
    named = {oid for mark in marks for oid in re.findall(r"\b[0-9a-f]{40,64}\b", mark)}
    return bool(named & (_ancestors(remote, old) - _ancestors(remote, new)))


def _ancestors(remote: Path, commit: str) -> set[str]:
    return set(git(remote, "rev-list", commit).split())


def untouched(clone: Clone, before: dict[str, str], after: dict[str, str]) -> list[Violation]:
    """I7: what is the user's is as it was."""
    changed = sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )
    if not changed:
        return []
    return [Violation("I7", f"clone {clone.number}: changed {', '.join(changed[:4])}")]


def not_called_damaged(clone: Clone) -> list[Violation]:
    """A git that only failed for a while is not taken for a record that is damaged."""
    found = [path.name for path in clone.state.rglob("damaged-*")]
    return [Violation("repair", f"clone {clone.number}: {found[0]} was put aside")] if found else []


def no_litter(clone: Clone) -> list[Violation]:
    """I10: no file in the git directory but git's own and the folder of the record's state."""
    strange = clone.git_dir.glob("fast_import_crash_*")
    return [Violation("I10", f"clone {clone.number}: left {path.name}") for path in strange]


def few(names: Iterable[str]) -> str:
    """Return some of many names, and how many they are."""
    every = sorted(names)
    return f"{len(every)}: {' '.join(every[:3])}{' ...' if len(every) > 3 else ''}"


def text_of(ident: str, journal: Journal) -> str:
    """Return the marker in a note's text."""
    return journal.markers.get(ident, f"no marker of {ident}")
