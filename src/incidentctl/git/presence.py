"""Whether objects are in this clone: there, not there, or git cannot say.

Nothing may be moved, dropped or called empty because git failed: a typo in the user's configuration
would do. So that an object is not there is said only where git says so, and could look everywhere.
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

#: A pack without an index of this age, in seconds, is one that git counts as garbage.
_ABANDONED = 60.0
#: A walk over all that a commit reaches may take so long, in seconds; only a repair does that.
_WALK = 600.0
#: What git says, with LC_ALL=C, of objects that are missing or torn.
_DAMAGE = re.compile(
    r"\b(corrupt|missing|bad (object|tree|revision)|unable to read|could not read|"
    r"failed to (traverse|find|read)|can't load|unable to unpack|is empty|inflate:|"
    r"not a (valid )?(commit|tree|object))",
    re.IGNORECASE,
)


class DamagedError(EnvironmentFailedError):
    """What the record names is not in this clone: it was pruned, torn, or not copied."""

    def __init__(self, what: str) -> None:
        """Say what is missing; what to do is the same for all."""
        super().__init__(
            f"The record is damaged: {what}.",
            hint="Nothing that was acknowledged is given up: the next event that you log, or "
            "`incidentctl sync`, repairs what can be repaired. `incidentctl doctor` tells more.",
        )


def failed(what: str, done: Result) -> EnvironmentFailedError:
    """Return the refusal that says what git could not do, with git's own reason."""
    lines = [line.strip() for line in done.err.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    reason = (fatal[-1:] or lines[-1:] or [f"it ended with {done.code}"])[0]
    return EnvironmentFailedError(
        f"Git could not {what}: {reason[:200]}.", hint="See whether `git status` works here."
    )


def kinds(git: Git, oids: Iterable[str]) -> dict[str, str | None]:
    """Return the type of each object, None for one that is not in this clone.

    A loose commit is read without git. EnvironmentFailedError where git cannot say.
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
        if not torn:  # what else may be wrong with git is no word on an object
            raise failed("look for the record", done)
        return {**found, **dict.fromkeys(torn), **kinds(git, set(rest) - set(torn))}
    for oid, line in zip(rest, lines, strict=True):
        found[oid] = None if line.endswith(" missing") else line.split()[1]
    if None in found.values():
        ensure_readable(git.git_dir / "objects")
    return found


def absent(git: Git, oids: Iterable[str]) -> set[str]:
    """Return which of some ids name no commit of this clone."""
    return {oid for oid, kind in kinds(git, oids).items() if kind not in ("commit", "tag")}


def ensure_readable(objects: Path) -> None:
    """Refuse where git may have said that an object is missing because it could not look.

    It passes over a pack that it cannot open, and over a store of others that is not mounted.
    """
    for store in _stores(objects):
        try:
            names = os.listdir(store / "pack") if (store / "pack").is_dir() else []  # noqa: PTH208 (as elsewhere)
            for name in names:
                if name.startswith("pack-") and name.endswith((".pack", ".idx")):
                    with (store / "pack" / name).open("rb"):
                        pass
                if name.startswith("pack-") and name.endswith(".pack"):
                    _ensure_index(store / "pack" / name)
            os.listdir(store)  # noqa: PTH208
        except OSError as error:
            raise EnvironmentFailedError(
                f"Not all objects of the repository can be read: {error.filename}: "
                f"{error.strerror}.",
                hint="Fix that; the record is left as it is until then.",
            ) from None


def _ensure_index(pack: Path) -> None:
    """Refuse a pack without its index, but for what a git that died has left behind."""
    try:
        pack.with_suffix(".idx").stat()
    except FileNotFoundError:
        if time.time() - pack.stat().st_mtime < _ABANDONED:
            raise


def _stores(objects: Path, depth: int = 0) -> Iterator[Path]:
    yield objects
    with contextlib.suppress(OSError):
        lines = (objects / "info" / "alternates").read_text(errors="surrogateescape").splitlines()
        for line in lines if depth < 5 else ():  # as deep as git looks
            if line and not line.startswith("#"):
                yield from _stores(objects / line, depth + 1)


def _loose(git: Git, oid: str) -> bytes:
    """Return a loose object, head and content; nothing where it is none, or torn."""
    with contextlib.suppress(OSError, zlib.error):
        data = zlib.decompress((git.git_dir / "objects" / oid[:2] / oid[2:]).read_bytes())
        digest = hashlib.sha256 if len(oid) == 64 else hashlib.sha1
        if digest(data, usedforsecurity=False).hexdigest() == oid:
            return data
    return b""


def _is_torn(git: Git, oid: str) -> bool:
    return (git.git_dir / "objects" / oid[:2] / oid[2:]).is_file() and not _loose(git, oid)


def seen(git: Git) -> Path:
    """Return the file whose age says when somebody last read what is damaged."""
    return git.git_dir / "incidentctl" / "damage-seen"


def tells_damage(text: str) -> bool:
    """Say whether words of git tell of objects that are missing or torn."""
    return bool(_DAMAGE.search(text))


def is_damage(error: EnvironmentFailedError) -> bool:
    """Say whether git stumbled over objects that are missing or torn, and not over anything else.

    Whether it is so is for `is_whole` to say: these are words.
    """
    return isinstance(error, DamagedError) or tells_damage(error.message)


def is_whole(git: Git, commit: str, *, since: str | None = None) -> bool:
    """Say whether all that a commit reaches is in this clone; walks its whole history.

    Or only what was not there `since` an older commit. EnvironmentFailedError where git cannot say,
    as in a partial clone.
    """
    # A commit-graph would name commits that are not there any more.
    walk = ("-c", "core.commitGraph=false", "rev-list", "--objects", "--missing=print", "--quiet")
    done = git.run(*walk, commit, *([f"^{since}"] if since else []), "--", timeout=_WALK)
    if done.code == 0 and not any(line.startswith(b"?") for line in done.out.splitlines()):
        return True
    if done.code and not tells_damage(done.err):
        raise failed("walk the record", done)
    pattern = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$"
    if git.run("config", "--get-regexp", pattern).code == 0:
        raise EnvironmentFailedError("A partial clone lacks objects of the record.")
    ensure_readable(git.git_dir / "objects")
    return False
