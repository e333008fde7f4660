"""Which of two versions of a file a history had first."""

from __future__ import annotations

from collections.abc import Sequence

from incidentctl.git.objects import Objects
from incidentctl.git.presence import failed
from incidentctl.git.run import Git

_LIMIT = 60.0
#: So many commits at most are looked into, and taken for the first: a history may be hostile.
_MAX_COMMITS, _TRIES = 100, 4


def earlier(
    git: Git, path: str, commits: Sequence[str | None], versions: Sequence[str | None]
) -> str | None:
    """Return which of two blobs was at a path before somebody put the other one there.

    None if neither was, as where two clones wrote the file without each other. Only the ancestors
    of `commits` are looked at. EnvironmentFailedError if git fails.
    """
    tips = [each for each in commits if each]
    touched = _touching(git, path, tips)
    with Objects(git) as objects:

        def version_at(commit: str) -> str | None:
            (found,) = objects.at([commit], path)
            return found.oid if found and found.oid in versions else None

        oldest = [(commit, version_at(commit)) for commit in touched[:_MAX_COMMITS]]
        for first, version in [each for each in oldest if each[1]][:_TRIES]:
            after = {first, *_touching(git, path, ["--ancestry-path", f"^{first}", *tips])}
            beside = [commit for commit in touched if commit not in after]
            if len(beside) <= _MAX_COMMITS and {*map(version_at, beside)} <= {version, None}:
                return version
    return None


def _touching(git: Git, path: str, what: Sequence[str]) -> list[str]:
    """Return the commits that changed a path, parents first; a merge changes none."""
    options = ("--full-history", "--no-merges", "--topo-order", "--reverse")
    done = git.run("rev-list", *options, *what, "--", path, timeout=_LIMIT)
    if done.code:
        raise failed("read the history of the record", done)
    return done.out.decode().split()
