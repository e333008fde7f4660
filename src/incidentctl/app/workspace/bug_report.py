"""Leave the traceback of a bug in a file, for whoever reports it."""

from __future__ import annotations

from collections.abc import Mapping

from incidentctl.app.workspace.places import state_folder
from incidentctl.record import bug_report


def leave(error: Exception, environment: Mapping[str, str]) -> str | None:
    """Write the traceback of a bug to a file and return its path; None where none can be written.

    The same bug twice is one file.
    """
    return bug_report.leave(error, state_folder(environment))
