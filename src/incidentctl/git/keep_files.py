"""The `.keep` files of `git fast-import`, which one that was killed leaves beside its pack.

Git makes one before a pack of more than a hundred objects, and removes it at the end. One that
stays is in the way of the same pack, so the same events would never be committed, and `git gc` does
not remove what is in its pack, such as a redacted text.
"""

from __future__ import annotations

import contextlib

from incidentctl.git.run import Git

#: What git writes into it (builtin/fast-import.c).
_CONTENT = b"fast-import"
_REFUSED = "cannot create keep file"


def is_in_the_way(message: str) -> bool:
    """Say whether git failed, with this message, because such a file is there already."""
    return _REFUSED in message


def sweep(git: Git) -> None:
    """Remove those that are left.

    One that runs in another process at this moment only loses its protection from a prune.
    """
    for path in (git.git_dir / "objects" / "pack").glob("*.keep"):
        with contextlib.suppress(OSError):
            if path.read_bytes() == _CONTENT:
                path.unlink()
