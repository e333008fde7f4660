"""Events in the user's own state that may, or may not, belong to this repository."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.text import count, one_line
from incidentctl.domain.incident.ids import is_incident_id
from incidentctl.record.write import outbox


def unclaimed(workspace: Workspace) -> list[str]:
    """Return a sentence for each such outbox, of this path or another one."""
    found = workspace.record.unclaimed()
    return [
        one_line(f"{contents(folder, files)}. {to_do(files)}") for folder, files in found.items()
    ]


def contents(folder: Path, files: Sequence[Path], *, known: Collection[str] = ()) -> str:
    """Describe an outbox of another repository; `known` are incidents of this record."""
    incidents = _incidents(files)
    shown = ", ".join(f"{i} (of this record)" if i in known else i for i in incidents[:3])
    more = f" and {len(incidents) - 3} more" if len(incidents) > 3 else ""
    return (
        f"{count(len(files), 'command')} of {shown}{more} in {folder}, of another repository, "
        "or of this one before it was moved or changed"
    )


def to_do(files: Sequence[Path]) -> str:
    """Return how to take an incident of an outbox into this record."""
    named = next(filter(is_incident_id, _incidents(files)), "INCIDENT")
    return f"If it is this team's, run `incidentctl adopt {named}`."


def _incidents(files: Sequence[Path]) -> list[str]:
    return sorted({outbox.incident_of(path) for path in files})
