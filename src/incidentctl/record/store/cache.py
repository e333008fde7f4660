"""Files that only make reading faster; any of them may be missing, torn or from another version."""

from __future__ import annotations

import binascii
import contextlib
import json
from pathlib import Path

from incidentctl.build import fingerprint
from incidentctl.git import atomic, permissions

#: The build that wrote a file: what another build of this program computed is computed again.
_WRITER = format(binascii.crc32(fingerprint().encode()), "x")


class Cache:
    """A folder of files, each with the key of what it was computed from."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; the first file creates it."""
        self._folder = folder

    def get(self, name: str) -> tuple[str, bytes] | None:
        """Return the key and the content of a file; None unless it is whole and from this build."""
        try:
            head, _, body = (self._folder / name).read_bytes().partition(b"\n")
            writer, key, check = json.loads(head)
        except (OSError, ValueError, TypeError):
            return None
        if writer != _WRITER or check != binascii.crc32(body) or not isinstance(key, str):
            return None
        return key, body

    def put(self, name: str, key: str, body: bytes) -> None:
        """Write a file so that a reader sees all of it or nothing; ignore a full disk."""
        path = self._folder / name
        data = json.dumps([_WRITER, key, binascii.crc32(body)]).encode() + b"\n" + body
        with contextlib.suppress(OSError):
            try:
                atomic.replace(path, data, durable=False)
            except FileNotFoundError:
                permissions.make_folder(path.parent)
                atomic.replace(path, data, durable=False)

    def drop(self, name: str) -> None:
        """Forget a file."""
        with contextlib.suppress(OSError):
            (self._folder / name).unlink()
