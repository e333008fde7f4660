"""How much of what is wrong is told: a file with thousands of faults is told to have more."""

from __future__ import annotations

from incidentctl.errors import Level, Problem

#: So many faults of one file are told; one more says how many are left.
MAX_REPORTED = 100


def more_faults(path: str, number: int, level: Level = "error") -> Problem:
    """Return the problem that stands for those of a file that are not told one by one."""
    are = f"are {number} more faults" if number > 1 else "is one more fault"
    message = f"there {are} in this file"
    return Problem("IC015", level, message, path, hint="Correct those that are told first.")


def gave_up(path: str) -> Problem:
    """Return the problem of a file whose syntax has so many faults that its rest is not read."""
    message = f"more than {MAX_REPORTED} faults: what follows in this file is not read"
    return Problem("IC015", "error", message, path, hint="Correct those that are told first.")
