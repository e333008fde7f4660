"""What holds of restricted incidents: none is where all read, and nothing of them is lost."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from torture.checks import Violation, events_in
from torture.journal import Journal
from torture.plan import RESTRICTED
from torture.setting import Setting, open_record
from torture.world import (
    ENVIRONMENT,
    LOG_REF,
    MIRROR,
    RESTRICTED_BRANCH,
    RESTRICTED_REF,
    Clone,
    git,
)


def leaked(root: Path, clones: list[Clone], journal: Journal) -> list[Violation]:
    """No ref of the shared remote, and no branch of a clone that goes there, has such an event."""
    secret = {ident for ident in journal.begun if journal.is_restricted(ident)}
    remote = root / "remote.git"
    refs = git(remote, "for-each-ref", "--format=%(refname)").split()
    places = [("the shared remote", remote, ref) for ref in refs if ref != "refs/heads/main"]
    places += [(f"clone {clone.number}", clone.path, ref)
               for clone in clones for ref in (LOG_REF, MIRROR)]  # fmt: skip
    return [
        Violation("restricted", f"{ref} of {name} has {sorted(found)[:3]}")
        for name, folder, ref in places
        if (found := secret & set(events_in(folder, ref)))
    ]


def left(root: Path) -> list[Violation]:
    """Not even an object that no ref names any more tells of them in the shared remote."""
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "cat-file", "--batch-all-objects", "--batch"],
        cwd=root / "remote.git", capture_output=True, check=False, env=os.environ | ENVIRONMENT,
    )  # fmt: skip
    leaked = RESTRICTED.encode() in done.stdout
    return [Violation("restricted", "an object in the shared remote tells of it")] if leaked else []


def healed(
    root: Path, clones: list[Clone], journal: Journal, *, vault: str, lost: bool
) -> list[Violation]:
    """Each clone shows what was acknowledged there, and another place has what all have."""
    if lost and vault != "another":
        return []  # somebody has deleted all that there was of them
    every = {
        ident
        for clone in clones
        for ident in journal.acknowledged_in(clone.number, restricted=True)
    }
    found = []
    for clone in clones:
        must = (
            every if vault == "another" else journal.acknowledged_in(clone.number, restricted=True)
        )
        setting = Setting(
            str(clone.path), str(clone.fallback), str(root / "nobody"), 0, home=str(clone.home),
            vault="" if vault == "none" else "vault",
        )  # fmt: skip
        shown = {event.id for event in open_record(setting).events(RESTRICTED)[0]}
        if gone := must - shown:
            text = f"clone {clone.number} does not show {sorted(gone)[:3]}"
            found.append(Violation("I1-restricted", text))
        if gone := must - set(events_in(clone.path, RESTRICTED_REF)):
            text = f"clone {clone.number} does not hold {sorted(gone)[:3]}"
            found.append(Violation("I1-restricted", text))
    there = set(events_in(root / "vault.git", RESTRICTED_BRANCH))
    if vault == "another" and (gone := every - there):
        found.append(Violation("I1-restricted", f"the remote lacks {sorted(gone)[:3]}"))
    return found
