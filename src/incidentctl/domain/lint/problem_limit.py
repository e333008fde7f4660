"""How many problems are reported: of a file with thousands of faults, the first hundred."""

from __future__ import annotations

from incidentctl.errors import Level, Problem

#: How many faults of one file are reported; one more problem says how many are left.
MAX_REPORTED = 100


def more_faults(path: str, number: int, level: Level = "error") -> Problem:
    """Return the problem that stands for the faults of a file that are not reported one by one."""
    are = f"are {number} more faults" if number > 1 else "is one more fault"
    message = f"There {are} in this file."
    return Problem("IC015", level, message, path, hint="Correct the reported ones first.")


def gave_up(path: str) -> Problem:
    """Return the problem of a file with so many syntax faults that the rest of it is not read."""
    message = f"More than {MAX_REPORTED} faults: the rest of this file was not read."
    return Problem("IC015", "error", message, path, hint="Correct the reported ones first.")
