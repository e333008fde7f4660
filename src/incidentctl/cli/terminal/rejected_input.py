"""Save refused input to a file: even a long text is not lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from incidentctl.app.workspace.places import state_folder

#: The most bytes saved of an endless stream.
_MAX_BYTES = 64 << 20
_CHUNK = 1 << 20


def save_rejected_input(data: bytes, rest: BinaryIO | None = None) -> Path | None:
    """Write `data`, and the rest of a stream, to a file of the user; None if that fails."""
    import tempfile

    folder = state_folder(os.environ) / "refused"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=folder, prefix="text-", suffix=".txt", delete=False
        ) as file:
            file.write(data)
            room = _MAX_BYTES - len(data)
            while rest is not None and room > 0 and (more := rest.read(min(_CHUNK, room))):
                file.write(more)
                room -= len(more)
    except OSError:
        return None
    return Path(file.name)
