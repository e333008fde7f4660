"""Prove that git holds events: by their exact paths and bytes, and before anything is forgotten."""

from __future__ import annotations

from collections.abc import Mapping

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git.objects import blob_id
from incidentctl.git.run import Git
from incidentctl.record.store import paths
from incidentctl.record.store.stored_event import Stored

#: So many paths are asked of one git.
_AT_ONCE = 500


def held_by(
    git: Git, commit: str | None, wanted: Mapping[str, Mapping[str, Stored]]
) -> set[tuple[str, str]]:
    """Return which of some events, by incident and file name, a commit holds byte for byte.

    EnvironmentFailedError where git cannot tell.
    """
    events = {
        paths.event_path(incident, name): (incident, name, stored.data)
        for incident, stored_here in wanted.items()
        for name, stored in stored_here.items()
    }
    held: set[tuple[str, str]] = set()
    names = list(events) if commit else []
    for start in range(0, len(names), _AT_ONCE):
        listed = git.run("ls-tree", "-z", str(commit), "--", *names[start : start + _AT_ONCE])
        if listed.code:  # a path that is not there is none of that
            reason = listed.err.strip()[:200]
            raise EnvironmentFailedError(f"git could not read {str(commit)[:10]}: {reason}")
        for line in filter(None, listed.out.decode(errors="replace").split("\0")):
            head, _, path = line.partition("\t")
            incident, name, data = events[path]
            oid = head.split()[2]
            if oid == blob_id(data, oid):
                held.add((incident, name))
    return held
