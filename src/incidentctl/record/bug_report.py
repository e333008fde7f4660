"""Write the traceback of a bug to a file, so that the user can report it."""

from __future__ import annotations

from pathlib import Path

from incidentctl.domain.common.text import one_line
from incidentctl.errors import IncidentctlError


def leave(error: Exception, folder: Path) -> str | None:
    """Write the traceback of a bug to a file and return its path; None if no file can be written.

    `folder` is this user's own state. The same bug always goes into the same file, because a
    background exchange may meet it after each event.
    """
    import hashlib  # noqa: PLC0415 (only a bug pays)
    import traceback  # noqa: PLC0415 (the same)

    text = "".join(traceback.format_exception(error))
    digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]
    name = folder / f"bug-{digest}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        name.write_text(text, encoding="utf-8", errors="replace")
        return str(name)
    except OSError:
        return _elsewhere(text)


def _elsewhere(text: str) -> str | None:
    """Write to the system's temporary folder, under a name that no other user can guess."""
    import tempfile  # noqa: PLC0415 (the same)

    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=Path(tempfile.gettempdir()), prefix="bug-", suffix=".txt", delete=False,
            encoding="utf-8", errors="replace",
        ) as file:  # fmt: skip
            file.write(text)
            return file.name
    except OSError:
        return None


def describe(error: Exception, folder: Path) -> str:
    """Say on one line what went wrong; for a bug, write the file and name it."""
    if isinstance(error, IncidentctlError):
        return error.message
    what = f"a bug in incidentctl: {type(error).__name__}: {one_line(str(error))[:200]}"
    name = leave(error, folder)
    return f"{what}; please report it with {name}" if name else what
