"""The team's git repository through GitPython: every git that it runs has one environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import nested

#: What is pushed is read, and not what a clone shows instead of it: `git replace` and grafts change
#: what is seen here alone. Paths are no patterns, and no lock is taken.
_ENVIRONMENT = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
#: Before the command: no program that the configuration names, and texts in one encoding.
_OPTIONS = (
    "-c", "core.fsmonitor=false",
    "-c", "i18n.logOutputEncoding=UTF-8",
    "-c", "log.showSignature=false",
    "-c", "core.quotePath=false",
)  # fmt: skip

#: What GitPython hands on as `subprocess.PIPE`; this layer starts nothing by itself.
_PIPE = -1


def open_repository(root: Path, *, without: str) -> Any:
    """Open the git repository that a folder lies in; close it. `without` says what lacks else."""
    import git  # noqa: PLC0415 (slow to import)

    try:
        repository = git.Repo(nested.top(root) or root)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError):
        raise EnvironmentFailedError(f"{root} is in no git repository, so {without}.") from None
    repository.git.update_environment(**_ENVIRONMENT)
    return repository


def said(repository: Any, command: str, *arguments: str) -> bytes:
    """Return what a git command prints; EnvironmentFailedError when it fails."""
    import git  # noqa: PLC0415 (slow to import)

    try:
        printed: bytes = repository.git.execute(
            ["git", *_OPTIONS, command, *arguments],
            strip_newline_in_stdout=False,
            stdout_as_string=False,
        )
    except git.GitCommandError as error:
        raise EnvironmentFailedError(
            f"git {command} could not read the history: {error.stderr.strip()}"
        ) from None
    return printed


class Contents:
    """One `git cat-file` that reads objects; GitPython's own knows SHA-1 ids alone."""

    def __init__(self, repository: Any) -> None:
        """Take the repository; git starts with the first object."""
        self._repository = repository
        self._child: Any = None

    def read(self, name: str) -> bytes | None:
        """Return the content of an object; None where this clone has it not, or no such name."""
        if "\n" in name:
            return None
        if self._child is None:
            self._child = self._repository.git.cat_file("--batch", as_process=True, istream=_PIPE)
        self._child.stdin.write(name.encode(errors="surrogateescape") + b"\n")
        self._child.stdin.flush()
        fields = self._child.stdout.readline().split()
        if len(fields) != 3 or not fields[2].isdigit():
            return None
        data: bytes = self._child.stdout.read(int(fields[2]) + 1)[:-1]
        return data

    def close(self) -> None:
        """End git."""
        if self._child is not None:
            self._child.stdin.close()
            self._child.stdout.close()
            self._child.stderr.close()
            self._child.wait()
            self._child = None
