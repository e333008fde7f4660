"""Write the traceback of a bug to a file, for a bug report."""

from __future__ import annotations

from collections.abc import Mapping

from incidentctl.app.workspace.places import state_folder
from incidentctl.record import bug_report


def leave(error: Exception, environment: Mapping[str, str]) -> str | None:
    """Write the traceback of a bug to a file and return its path; None if that fails.

    The same bug twice makes one file.
    """
    return bug_report.leave(error, state_folder(environment))
