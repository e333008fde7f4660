"""The marks that purges leave on the branch: each names the commits of the history it replaced.

Everybody who may push can write one. So a mark counts against a history only if that contains a
commit that the mark names, and the history of the commit with the mark does not: a mark cannot
replace its own history, or one that it does not name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from incidentctl.git.objects import Objects, entries
from incidentctl.git.presence import absent, failed
from incidentctl.git.run import Git
from incidentctl.record.store import paths
from incidentctl.record.store.changes import TooManyError

#: People do not purge more often: a record with more marks is not accepted.
MAX_MARKS = 10_000
_OBJECT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")


class Mark(NamedTuple):
    """A mark: the id of its file, and the commits that it names."""

    oid: str
    replaces: frozenset[str]


def read(data: bytes | None) -> frozenset[str] | None:
    """Return which commits a mark names; None if the data is no mark. An empty file names none."""
    try:
        content = json.loads((data or b"").decode())
    except (ValueError, RecursionError):
        return None
    named = content.get("replaces") if isinstance(content, dict) else None
    if not isinstance(named, list):
        return None
    return frozenset(each for each in named if isinstance(each, str) and _OBJECT.match(each))


def write(ident: str, replaces: Iterable[str]) -> bytes:
    """Write the mark of a purge."""
    return json.dumps({"v": 1, "id": ident, "replaces": sorted(replaces)}).encode() + b"\n"


def of(objects: Objects, commit: str | None) -> dict[str, Mark]:
    """Return the marks that a commit holds, by their paths.

    TooManyError if there are more than purges can have made.
    """
    if commit is None:
        return {}
    lines = {
        f"{paths.PURGED}/{name}": oid
        for mode, name, oid in entries(objects.at([commit], paths.PURGED)[0])
        if mode == b"100644" and paths.is_marker(f"{paths.PURGED}/{name}")
    }
    check_number(lines)
    wanted = sorted(set(lines.values()))  # one blob may have many names
    content = {
        oid: read(blob.data) for oid, blob in zip(wanted, objects.present(wanted), strict=True)
    }
    found = {path: (oid, content[oid]) for path, oid in lines.items()}
    return {path: Mark(oid, named) for path, (oid, named) in found.items() if named is not None}


def check_number(marks: Iterable[str]) -> None:
    """Refuse more marks than purges can have made."""
    if len(set(marks)) > MAX_MARKS:
        raise TooManyError(MAX_MARKS, "marks of purges")


def combined(ours: Mapping[str, Mark], theirs: Mapping[str, Mark]) -> dict[str, frozenset[str]]:
    """Return what the marks of two commits name.

    A mark that both have names only the commits that it names in both: clones that do not follow a
    purge take it back by emptying its mark.
    """
    return {
        path: frozenset.intersection(
            *(marks[path].replaces for marks in (ours, theirs) if path in marks)
        )
        for path in ours.keys() | theirs.keys()
    }


def replacing(
    git: Git, named: Mapping[str, frozenset[str]], commit: str, by: str
) -> frozenset[str]:
    """Return the paths of the marks which say that a history was replaced `by` a commit."""
    wanted = frozenset[str]().union(*named.values())
    if not wanted:
        return frozenset()
    only = _history(git, commit, f"^{by}")
    replaced = wanted & only
    if replaced:
        # If clocks were wrong, git also lists some commits that the other history has.
        replaced -= _history(git, by)
    if not replaced and _is_cut(git, only):
        # What was replaced lies below the part of the history that a shallow clone has.
        replaced = frozenset(absent(git, wanted))
    return frozenset(path for path, those in named.items() if those & replaced)


def _history(git: Git, *commits: str) -> set[str]:
    done = git.run("rev-list", *commits, "--", timeout=60.0)
    if done.code:
        raise failed("read the history of the record", done)
    return set(done.out.decode().split())


def _is_cut(git: Git, commits: set[str]) -> bool:
    """Say whether a shallow clone lacks the history below some commits."""
    try:
        boundary = (git.git_dir / "shallow").read_text().split()
    except FileNotFoundError:
        return False
    return not commits.isdisjoint(boundary)
