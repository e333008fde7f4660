"""Verify that git holds events, by their exact paths and bytes, before anything is forgotten."""

from __future__ import annotations

from collections.abc import Mapping

from incidentctl.git import tree
from incidentctl.git.objects import blob_id
from incidentctl.git.run import Git
from incidentctl.record.store import paths
from incidentctl.record.store.stored_event import Stored


def events_in_commit(
    git: Git, commit: str | None, wanted: Mapping[str, Mapping[str, Stored]]
) -> set[tuple[str, str]]:
    """Return which of some events a commit holds byte for byte, by incident and file name.

    EnvironmentFailedError if git cannot say.
    """
    events = {
        paths.event_path(incident, name): (incident, name, stored.data)
        for incident, stored_here in wanted.items()
        for name, stored in stored_here.items()
    }
    held: set[tuple[str, str]] = set()
    for line in tree.lines(git, commit, events) if commit else ():
        incident, name, data = events[line.path]
        if line.oid == blob_id(data, line.oid):
            held.add((incident, name))
    return held
