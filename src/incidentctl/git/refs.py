"""Read refs straight from the git directory, without a process if possible.

Git is asked only if refs are stored in another way (reftable), or a ref points to another ref.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import presence
from incidentctl.git.run import Git

_OID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?\n?\Z")


def _ask(git: Git, name: str) -> str | None:
    done = git.run("rev-parse", "--quiet", "--verify", "--end-of-options", name)
    if done.code not in (0, 1):  # 1: there is no such ref
        raise presence.failed(f"read {name}", done)
    return done.out.decode().strip() or None


def read(git: Git, name: str) -> str | None:
    """Return what a full ref name such as `refs/heads/main` points to; None if it does not exist.

    None also if its file is torn: see `is_torn`. The object need not be in this clone.
    EnvironmentFailedError if git has to be asked and fails.
    """
    common = git.git_dir
    try:
        data = (common / name).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        pass
    except PermissionError as error:
        raise _closed(error) from None
    else:
        if _OID.match(data):
            return data.decode().strip()
        return _ask(git, name) if data.startswith(b"ref:") else None
    return _ask(git, name) if (common / "reftable").is_dir() else packed(git, name)


def packed(git: Git, name: str) -> str | None:
    """Return what `packed-refs` has for a ref; a loose file may have a newer value."""
    with contextlib.suppress(FileNotFoundError):
        try:
            data = (git.git_dir / "packed-refs").read_bytes()
        except PermissionError as error:
            raise _closed(error) from None
        found = re.search(
            rb"^([0-9a-f]{40,64}) " + re.escape(name.encode()) + rb"$", data, re.MULTILINE
        )
        return found[1].decode() if found else None
    return None


def _closed(error: PermissionError) -> EnvironmentFailedError:
    message = f"{error.filename} cannot be read: {error.strerror}"
    return EnvironmentFailedError(message, hint="Let this account read the whole git directory.")


def logged(git: Git, name: str) -> list[str]:
    """Return the earlier values of a ref, the newest first, from git's log of it."""
    with contextlib.suppress(OSError):
        lines = (git.git_dir / "logs" / name).read_text(errors="replace").splitlines()
        return [part for line in reversed(lines) for part in line.split(" ", 2)[1:2]]
    return []


def is_torn(git: Git, name: str) -> bool:
    """Say whether the file of a ref holds no id, as after a power cut."""
    return (git.git_dir / name).is_file() and read(git, name) is None


def in_the_way(git: Git, name: str) -> str | None:
    """Return a ref that keeps another one from being made: git has no `a` beside `a/b`."""
    above = [name.rsplit("/", n)[0] for n in range(1, name.count("/") - 1)]
    done = git.run("for-each-ref", "--format=%(refname)", f"{name}/", *above)
    found = done.out.decode(errors="replace").splitlines()
    return next((ref for ref in found if ref in above or ref.startswith(f"{name}/")), None)


def is_there(git: Git, oid: str | None) -> bool:
    """Say whether a commit is in this clone; None is not. Loose commits are found without git.

    EnvironmentFailedError if git cannot say.
    """
    return oid is not None and not presence.absent(git, [oid])


def follows(git: Git, older: str, newer: str) -> bool:
    """Say whether a commit is another's ancestor, or that commit itself.

    A commit that is not in this clone is no ancestor. EnvironmentFailedError if git cannot say.
    """
    done = git.run("merge-base", "--is-ancestor", older, newer)
    if done.code in (0, 1):
        return done.code == 0
    gone = presence.absent(git, [older, newer])
    if newer in gone:
        raise presence.DamagedError(f"commit {newer[:10]} is not in this clone")
    if older not in gone:
        raise presence.failed("compare commits of the record", done)
    return False


def move(git: Git, *moves: tuple[str, str | None, str | None]) -> bool:
    """Move refs, all at once: each has a name, the new commit and the old one; None is no ref.

    If not all can move, only the first one moves; False if that cannot move either.
    """
    for some in dict.fromkeys((moves, moves[:1])):
        none = "0" * len(next(filter(None, some[0][1:])))
        data = "".join(f"update {ref} {to or none} {was or none}\n" for ref, to, was in some)
        if git.run("update-ref", "--stdin", data=data.encode()).code == 0:
            return True
    return False


def _git_dirs(common: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from (common / "worktrees").iterdir()


def is_checked_out(common: Path, branch: str, *, bare: bool) -> bool:
    """Say whether a worktree has the branch checked out, or is rebasing or bisecting it."""
    ref = f"refs/heads/{branch}"
    for folder in (*_git_dirs(common), *(() if bare else (common,))):
        for name, value in (
            ("HEAD", f"ref: {ref}"),
            ("rebase-merge/head-name", ref),
            ("rebase-apply/head-name", ref),
            ("BISECT_START", branch),
        ):
            with contextlib.suppress(OSError, UnicodeDecodeError):
                if (folder / name).read_text().strip() == value:
                    return True
    return False


def clear_stale_lock(git: Git, name: str, *, age: float) -> None:
    """Remove a ref's lock file of at least `age` seconds.

    Only for the holder of the clone's lock: no other git of ours is running then, so a killed one
    left the file behind.
    """
    path = git.git_dir / f"{name}.lock"
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime >= age:
            path.unlink()
