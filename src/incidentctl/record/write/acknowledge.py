"""Acknowledge: put an action on disk in the outbox, or where there is still room."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from incidentctl.domain.incident.event_json import EventError
from incidentctl.errors import EnvironmentFailedError, InvalidDataError
from incidentctl.record.write import outbox
from incidentctl.record.write.fallback import Fallback
from incidentctl.record.write.outbox import Action


class Acknowledged(NamedTuple):
    """An action is on disk in `path`; `note` says so if that is not in the usual folder."""

    path: Path
    note: str | None = None


def acknowledge(box: Path, fallback: Fallback, action: Action) -> Acknowledged:
    """Put an action into the outbox, else into the fallback; once this returns it is on disk.

    EnvironmentFailedError if no folder takes it: then nothing is acknowledged. InvalidDataError
    for an action that could never be committed.
    """
    note = None
    try:
        try:
            path = outbox.write(box, action)
            fallback.keep_identity()
        except OSError as error:
            folder = fallback.folder()
            try:
                path = outbox.write(folder, action)
            except OSError as second:
                raise _not_written(box, error, folder, second) from None
            note = f"{box} cannot be written ({_why(error)}): kept in {folder}"
    except EventError as error:
        raise InvalidDataError(
            f"This cannot be recorded: {error}.",
            hint="Record the long part with `incidentctl log`.",
        ) from None
    return Acknowledged(path, note)


def acknowledge_all(box: Path, fallback: Fallback, actions: Sequence[Action]) -> list[Path]:
    """Acknowledge several actions, and wait for the disk once; return where they are.

    Raises as `acknowledge` if one is not on disk; others may be nevertheless.
    """
    if len(actions) > 1:
        with contextlib.suppress(OSError, EventError):
            paths = outbox.write_all(box, actions)
            fallback.keep_identity()
            return paths
    # One is alone; or each says what is in its way, and the fallback may take it.
    return [acknowledge(box, fallback, action).path for action in actions]


def _why(error: OSError) -> str:
    return "the disk is full" if error.errno == errno.ENOSPC else str(error.strerror)


def _not_written(
    box: Path, error: OSError, fallback: Path, second: OSError
) -> EnvironmentFailedError:
    return EnvironmentFailedError(
        f"Nothing was recorded: {box} cannot be written ({_why(error)}), "
        f"nor can {fallback} ({_why(second)}).",
        hint="Make room, or allow writing to one of them, and try again.",
    )
