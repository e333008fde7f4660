"""A cache file for what was computed from other files: keyed by their content, safe to delete."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable
from pathlib import Path

from incidentctl.build import fingerprint
from incidentctl.files.layout import Content
from incidentctl.git import atomic, permissions

_DIGEST = 32


def key_of(contents: Iterable[Content]) -> bytes:
    """Return the key for what this build of the program computes from some files."""
    digest = hashlib.sha256(fingerprint().encode())
    for path, kind, data, problem in contents:
        size = -1 if data is None else len(data)
        head = f"\0{len(path)} {path}\0{kind} {size} {problem or ''}\0"
        digest.update(head.encode(errors="surrogateescape"))
        digest.update(data or b"")
    return digest.digest()


def read(file: Path, key: bytes) -> bytes | None:
    """Return what was kept under `key`; None if the file is missing, torn or has another key."""
    try:
        kept = file.read_bytes()
    except OSError:
        return None
    payload = kept[2 * _DIGEST :]
    head = key + hashlib.sha256(key + payload).digest()
    return payload if kept[: 2 * _DIGEST] == head else None


def write(file: Path, key: bytes, payload: bytes) -> None:
    """Keep `payload` under `key`, whole or not at all; ignore failures, which only cost time."""
    data = key + hashlib.sha256(key + payload).digest() + payload
    with contextlib.suppress(OSError):
        permissions.make_folder(file.parent)
        atomic.replace(file, data, durable=False)
