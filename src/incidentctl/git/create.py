"""What `init` and `demo` need of git before there is a record: identity, remotes, a repository."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git.environment import environment


def create_repository(folder: Path, given: Mapping[str, str]) -> None:
    """Run `git init` in a folder that exists; `given` is the environment of this program."""
    done = _git(folder, given, "init", "--quiet")
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise EnvironmentFailedError(f"Git could not make {folder} a repository: {said}.")


def identity_at(folder: Path, given: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return git's user.name and user.email as configured for a folder; None where unset."""
    name, email = (_lines(folder, given, "config", key) for key in ("user.name", "user.email"))
    return (name[0] if name else None), (email[0] if email else None)


def remotes_at(folder: Path, given: Mapping[str, str]) -> list[str]:
    """Return the names of the remotes of a folder's repository; empty outside of one."""
    return _lines(folder, given, "remote")


def remote_url(folder: Path, given: Mapping[str, str], remote: str) -> str | None:
    """Return the address of a remote of a folder's repository; None if there is none."""
    return next(iter(_lines(folder, given, "remote", "get-url", "--", remote)), None)


def commit_all(folder: Path, given: Mapping[str, str], subject: str) -> None:
    """Commit every file of a repository that this program has just created."""
    for arguments in (("add", "--all"), ("commit", "--quiet", "--no-verify", "-m", subject)):
        done = _git(folder, given, "-c", "commit.gpgSign=false", *arguments)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise EnvironmentFailedError(f"Git could not commit in {folder}: {said}.")


def subjects(folder: Path, given: Mapping[str, str], branch: str) -> list[str]:
    """Return a line for each commit of a branch, the newest first: name, author, subject."""
    return _lines(folder, given, "log", "--format=%h %an: %s", f"refs/heads/{branch}", "--")


def _lines(folder: Path, given: Mapping[str, str], *arguments: str) -> list[str]:
    done = _git(folder, given, *arguments)
    return done.stdout.decode(errors="replace").splitlines() if done.returncode == 0 else []


def _git(
    folder: Path, given: Mapping[str, str], *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=environment(given),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise EnvironmentFailedError(
            "Git could not be started.", hint="Install git 2.36 or later."
        ) from None
