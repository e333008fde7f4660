"""Whether objects are in this clone: yes, no, or git cannot say.

Nothing may be moved, dropped or called empty because git failed: a typo in the user's configuration
is enough for that. So an object counts as missing only if git says so and could look everywhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git.run import Git, Result

#: A pack without an index that is older than this, in seconds, counts as garbage for git.
_ABANDONED = 60.0
#: The time limit for a question about the configuration, in seconds.
_ANSWER = 5.0
#: The time limit for a walk over all that a commit reaches, in seconds; only a repair does that.
_WALK = 600.0
#: What git says, with LC_ALL=C, about objects that are missing or torn.
_DAMAGE = (
    r"\b(corrupt|missing|bad (object|tree|revision)|unable to read|could not read|"
    r"failed to (traverse|find|read)|can't load|unable to unpack|is empty|inflate:|"
    r"not a (valid )?(commit|tree|object))"
)


class DamagedError(EnvironmentFailedError):
    """The record names objects that are not in this clone: pruned, torn, or not copied."""

    def __init__(self, what: str) -> None:
        """Say what is missing; the hint is always the same."""
        super().__init__(
            f"The record is damaged: {what}.",
            hint="Acknowledged events are safe: the next event you log, or `incidentctl sync`, "
            "repairs what can be repaired. `incidentctl doctor` says more.",
        )


def failed(what: str, done: Result) -> EnvironmentFailedError:
    """Return an error that says what git could not do, with git's own reason."""
    lines = [line.strip() for line in done.err.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    reason = (fatal[-1:] or lines[-1:] or [f"it ended with {done.code}"])[0]
    return EnvironmentFailedError(
        f"Git could not {what}: {reason[:200]}.", hint="See whether `git status` works here."
    )


def kinds(git: Git, oids: Iterable[str]) -> dict[str, str | None]:
    """Return the type of each object, None for one that is not in this clone.

    Loose commits are read without git. EnvironmentFailedError if git cannot say.
    """
    wanted = dict.fromkeys(oids)
    found: dict[str, str | None] = {
        oid: "commit" for oid in wanted if _loose(git, oid).startswith(b"commit ")
    }
    rest = [oid for oid in wanted if oid not in found]
    if not rest:
        return found
    done = git.run("cat-file", "--batch-check", data="".join(f"{o}\n" for o in rest).encode())
    lines = done.out.decode(errors="replace").splitlines()
    if done.code or len(lines) != len(rest):
        torn = [oid for oid in rest if _is_torn(git, oid)]
        if not torn:  # any other failure of git says nothing about the object
            raise failed("look for the record", done)
        return {**found, **dict.fromkeys(torn), **kinds(git, set(rest) - set(torn))}
    for oid, line in zip(rest, lines, strict=True):
        found[oid] = None if line.endswith(" missing") else line.split()[1]
    if None in found.values():
        ensure_readable(git.git_dir / "objects")
    return found


def absent(git: Git, oids: Iterable[str]) -> set[str]:
    """Return the ids that name no commit of this clone."""
    return {oid for oid, kind in kinds(git, oids).items() if kind not in ("commit", "tag")}


def ensure_readable(objects: Path) -> None:
    """Refuse if git may have called an object missing only because it could not look.

    Git silently skips a pack that it cannot open, and a borrowed object store that is not mounted.
    """
    for store in _stores(objects):
        try:
            names = os.listdir(store / "pack") if (store / "pack").is_dir() else []  # noqa: PTH208 (names are wanted, and three times as fast)
            for name in names:
                if name.startswith("pack-") and name.endswith((".pack", ".idx")):
                    with (store / "pack" / name).open("rb"):
                        pass
                if name.startswith("pack-") and name.endswith(".pack"):
                    _ensure_index(store / "pack" / name)
            os.listdir(store)  # noqa: PTH208 (names are wanted, and three times as fast)
        except OSError as error:
            raise EnvironmentFailedError(
                f"Not all objects of the repository can be read: {error.filename}: "
                f"{error.strerror}.",
                hint="Fix that; until then the record is left unchanged.",
            ) from None


def _ensure_index(pack: Path) -> None:
    """Refuse a pack without its index, unless a dead git left it behind."""
    try:
        pack.with_suffix(".idx").stat()
    except FileNotFoundError:
        if time.time() - pack.stat().st_mtime < _ABANDONED:
            raise


def _stores(objects: Path, depth: int = 0) -> Iterator[Path]:
    yield objects
    with contextlib.suppress(OSError):
        lines = (objects / "info" / "alternates").read_text(errors="surrogateescape").splitlines()
        for line in lines if depth < 5 else ():  # git's own limit
            if line and not line.startswith("#"):
                yield from _stores(objects / line, depth + 1)


def _loose(git: Git, oid: str) -> bytes:
    """Return a loose object, header and content; empty if it is not loose, or torn."""
    with contextlib.suppress(OSError, zlib.error):
        data = zlib.decompress((git.git_dir / "objects" / oid[:2] / oid[2:]).read_bytes())
        digest = hashlib.sha256 if len(oid) == 64 else hashlib.sha1
        if digest(data, usedforsecurity=False).hexdigest() == oid:
            return data
    return b""


def _is_torn(git: Git, oid: str) -> bool:
    return (git.git_dir / "objects" / oid[:2] / oid[2:]).is_file() and not _loose(git, oid)


def seen(git: Git) -> Path:
    """Return the file whose age says when a reader last met damage."""
    return git.git_dir / "incidentctl" / "damage-seen"


def mentions_damage(text: str) -> bool:
    """Say whether a message of git is about objects that are missing or torn."""
    return bool(re.search(_DAMAGE, text, re.IGNORECASE))


def is_damage(error: EnvironmentFailedError) -> bool:
    """Say whether git failed because of objects that are missing or torn.

    This only reads git's message; `is_whole` finds out whether it is true.
    """
    return isinstance(error, DamagedError) or mentions_damage(error.message)


def is_partial(git: Git) -> bool:
    """Say whether a clone is partial: then git may lack objects that its remote has."""
    pattern = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$"
    asked = git.run("config", "--get-regexp", pattern, timeout=_ANSWER)
    if asked.code not in (0, 1):  # 1: nothing is set
        raise failed("read its configuration", asked)
    return asked.code == 0


def is_whole(git: Git, commit: str, *, since: str | None = None) -> bool:
    """Say whether everything that a commit reaches is in this clone; walks its whole history.

    With `since`, walks only what is not reachable from that older commit. EnvironmentFailedError if
    git cannot say, as in a partial clone.
    """
    # A commit-graph may name commits that no longer exist.
    walk = ("-c", "core.commitGraph=false", "rev-list", "--objects", "--missing=print", "--quiet")
    done = git.run(*walk, commit, *([f"^{since}"] if since else []), "--", timeout=_WALK)
    if done.code == 0 and not any(line.startswith(b"?") for line in done.out.splitlines()):
        return True
    if done.code and not mentions_damage(done.err):
        raise failed("walk the record", done)
    if is_partial(git):
        raise EnvironmentFailedError("A partial clone lacks objects of the record.")
    ensure_readable(git.git_dir / "objects")
    return False
