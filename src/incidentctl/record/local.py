"""The local record of a user without a team, and which repositories hold a record."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import refs
from incidentctl.git.nested import is_git_dir
from incidentctl.git.repository import RepositoryPlace
from incidentctl.git.run import Git
from incidentctl.record.store.ref_names import LOG_REF


def holds_record(place: RepositoryPlace, environment: Mapping[str, str], marker: str) -> bool:
    """Say whether a repository has a record, or a team's files at HEAD that are not on disk."""
    git = Git(place.common_dir, environment)
    with contextlib.suppress(EnvironmentFailedError):
        if refs.read(git, LOG_REF):
            return True
        return git.run("cat-file", "-e", f"HEAD:{marker}").code == 0
    return False


def init_local(path: Path, environment: Mapping[str, str], *, branch: str) -> RepositoryPlace:
    """Return the local record at a path, a bare repository, and create it if it does not exist."""
    if not is_git_dir(path):
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentFailedError(f"{path} cannot be created: {error.strerror}.") from None
        arguments = (
            "--quiet",
            "--bare",
            "--template=",
            "--shared=umask",
            f"--initial-branch={branch}",
        )
        # Without git the folder can still take acknowledged events; the next command tries again,
        # and a flush says what is wrong.
        with contextlib.suppress(EnvironmentFailedError):
            Git(path, environment).run("init", *arguments, str(path))
    return RepositoryPlace(path, path, None, bare=True)
