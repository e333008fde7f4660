"""Find the git repository of a folder, who its user is, and which commit is checked out.

The git directory is read directly, because every command pays for this. Git itself is asked only if
somebody else owns the repository, so that its own safeguard decides.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import presence, refs
from incidentctl.git.nested import is_content, is_git_dir, named_by
from incidentctl.git.run import Git


class RepositoryPlace(NamedTuple):
    """A repository: all its worktrees share `common_dir`, `git_dir` belongs to this one."""

    common_dir: Path
    git_dir: Path
    work_tree: Path | None
    bare: bool


def open_repository(
    path: Path, environment: Mapping[str, str], *, named: bool = False
) -> RepositoryPlace | None:
    """Return the repository that a folder is in, or None outside of one.

    A bare one is accepted if the user has `named` it, else git decides (`safe.bareRepository`).
    A repository that is content of another one does not count.

    EnvironmentFailedError if git refuses the repository because of its owner (`safe.directory`), if
    git is missing then, or if the repository cannot be read. The caller falls back to the local
    record and says so.
    """
    start = path.resolve()
    for folder in (start, *start.parents):
        try:
            place = _at(folder)
        except PermissionError as error:
            raise EnvironmentFailedError(
                f"The git repository {folder} cannot be read: {error.strerror}.",
                hint="Check the permissions of its .git folder.",
            ) from None
        if place is not None:
            chosen = named and folder == start
            if _is_of_another(folder, place) or not (place.work_tree or chosen):
                _ask_git(folder, place, environment)
            return place
    return None


def _is_of_another(folder: Path, place: RepositoryPlace) -> bool:
    user = os.geteuid()
    return folder.stat().st_uid != user or place.git_dir.stat().st_uid != user


def _at(folder: Path) -> RepositoryPlace | None:
    dot_git = folder / ".git"
    if dot_git.is_dir() and is_git_dir(dot_git):
        return RepositoryPlace(dot_git, dot_git, folder, bare=False)
    git_dir = named_by(dot_git) if dot_git.is_file() else None
    if git_dir is not None and (git_dir / "HEAD").is_file() and not is_content(git_dir):
        common = git_dir
        with contextlib.suppress(OSError, UnicodeDecodeError, ValueError):
            if (git_dir / "commondir").is_file():
                common = (git_dir / (git_dir / "commondir").read_text().strip()).resolve()
            if is_git_dir(common):
                return RepositoryPlace(common, git_dir, folder, bare=False)
    if is_git_dir(folder) and not is_content(folder):
        return RepositoryPlace(folder, folder, None, bare=folder.name != ".git")
    return None


def _ask_git(folder: Path, place: RepositoryPlace, environment: Mapping[str, str]) -> None:
    """Ask git whether it trusts a repository of another owner."""
    answer = Git(place.common_dir, environment).run("-C", str(folder), "rev-parse", discover=True)
    if answer.code:
        if "bare repository" in answer.err:
            raise EnvironmentFailedError(
                f"Git refuses the bare repository {folder}: safe.bareRepository is explicit.",
                hint=f"If you trust it, name it: `incidentctl -C {folder}`.",
            )
        raise EnvironmentFailedError(
            f"Git refuses the repository {folder}: it belongs to somebody else.",
            hint=f"If you trust it: `git config --global --add safe.directory {folder}`.",
        )


class Identity(NamedTuple):
    """Git's user; None for what git does not know."""

    name: str | None
    email: str | None
    fault: str | None = None
    """Why git cannot say, for example because its configuration cannot be read."""


def identity(git_dir: Path, environment: Mapping[str, str]) -> Identity:
    """Return the name and e-mail that git would put on a commit; never fails."""
    values: dict[str, str] = {}
    fault = None
    try:
        pattern = r"^(user|author)\.(name|email)$"
        answer = Git(git_dir, environment).run("config", "-z", "--get-regexp", pattern)
        if answer.code not in (0, 1):  # 1: nothing is set
            fault = presence.failed("read its configuration", answer).message
        for entry in answer.out.decode(errors="replace").split("\0"):
            key, _, value = entry.partition("\n")
            values[key] = value.strip()
    except EnvironmentFailedError as error:
        fault = error.reason
    name, email = (
        environment.get(f"GIT_AUTHOR_{word.upper()}")
        or values.get(f"author.{word}")
        or values.get(f"user.{word}")
        or None
        for word in ("name", "email")
    )
    email = email or environment.get("EMAIL") or None
    return Identity(name, email, None if email else fault)


def head_commit(place: RepositoryPlace, environment: Mapping[str, str]) -> str | None:
    """Return the commit that is checked out, or None before the first one."""
    git = Git(place.common_dir, environment)
    with contextlib.suppress(OSError, UnicodeDecodeError, EnvironmentFailedError):
        head = (place.git_dir / "HEAD").read_text().strip()
        kind, _, ref = head.partition(": ")
        if kind != "ref":
            return head
        if ref.startswith("refs/") and ".." not in ref and not ref.startswith("refs/heads/."):
            return refs.read(git, ref)
        return refs.read(Git(place.git_dir, environment), "HEAD")
    return None
