"""Find the valid events that another commit has and the truth has not."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.domain.events import EventError
from incidentctl.errors import EnvironmentFailedError
from incidentctl.record import paths
from incidentctl.record.folder import Stored, check
from incidentctl.record.git import Git
from incidentctl.record.objects import Objects


class Additions(NamedTuple):
    """What a commit adds: events by incident and file name, and how many paths were left out."""

    stored: dict[str, dict[str, Stored]]
    left_out: int


_FOLDER = "incidents"


def holds_only_the_record(git: Git, commit: str) -> bool:
    """Say whether a commit's tree is a record's: the folder of incidents, and nothing else."""
    return git.run("ls-tree", "--name-only", commit).out.split() == [_FOLDER.encode()]


def additions(git: Git, truth: str | None, other: str) -> Additions:
    """Compare two commits; nothing but whole events at their own paths counts as an addition.

    Without a truth every event of the other one does; what else it holds is not looked at.
    """
    within: tuple[str, ...] = ()
    if truth is None:
        truth = git.run("hash-object", "-t", "tree", "--stdin", data=b"").out.decode().strip()
        within = ("--", _FOLDER)
    arguments = ("-r", "-z", "--raw", "--no-renames", truth, other, *within)
    changes = git.run("diff-tree", *arguments, timeout=60.0)
    if changes.code:
        raise EnvironmentFailedError(f"git could not compare the record: {changes.err.strip()}")
    fields = changes.out.decode(errors="replace").split("\0")
    wanted: list[tuple[str, str, str]] = []
    left_out = 0
    for line, path in zip(fields[::2], fields[1::2], strict=False):
        _, mode, _, oid, status = line.split(" ")
        place = paths.parse(path)
        if status == "A" and mode == "100644" and place:
            wanted.append((place.incident, place.name, oid))
        elif status != "D" and not (path.startswith("incidents/") and path.endswith("/log.md")):
            left_out += 1
    stored: dict[str, dict[str, Stored]] = {}
    if wanted:
        with Objects(git) as objects:
            found = objects.many(oid for _, _, oid in wanted)
            for (incident, name, _), blob in zip(wanted, found, strict=True):
                try:
                    if blob is None or blob.data is None:
                        left_out += 1
                    else:
                        stored.setdefault(incident, {})[name] = check(name, blob.data)
                except EventError:
                    left_out += 1
    return Additions(stored, left_out)
