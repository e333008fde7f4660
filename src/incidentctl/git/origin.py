"""Which of two versions of a file a history had first."""

from __future__ import annotations

from collections.abc import Sequence

from incidentctl.git.objects import Objects
from incidentctl.git.presence import failed
from incidentctl.git.run import Git

_LIMIT = 60.0


def earlier(
    git: Git, path: str, commits: Sequence[str | None], versions: Sequence[str | None]
) -> str | None:
    """Return which of two blobs was at a path before somebody put the other one there.

    None if neither was, as where two clones wrote the file without each other. Only the ancestors
    of `commits` are looked at. EnvironmentFailedError if git fails.
    """
    made = _made(git, path, [each for each in commits if each])
    one, other = (made.get(each or "", ()) for each in versions)
    if _is_before(git, one, other):
        return versions[0]
    return versions[1] if _is_before(git, other, one) else None


def _made(git: Git, path: str, commits: Sequence[str]) -> dict[str, list[str]]:
    """Return the commits that put each blob at a path; a merge puts none there."""
    options = ("--full-history", "--no-merges")
    done = git.run("rev-list", *options, *commits, "--", path, timeout=_LIMIT)
    if done.code:
        raise failed("read the history of the record", done)
    found: dict[str, list[str]] = {}
    with Objects(git) as objects:
        for commit in done.out.decode().split():
            (blob,) = objects.at([commit], path)
            if blob is not None:
                found.setdefault(blob.oid, []).append(commit)
    return found


def _is_before(git: Git, these: Sequence[str], those: Sequence[str]) -> bool:
    """Say whether one of some commits is an ancestor of all of the others."""
    return any(
        all(
            git.run("merge-base", "--is-ancestor", each, one, timeout=_LIMIT).code == 0
            for one in those
        )
        for each in these
    )
