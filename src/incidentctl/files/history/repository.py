"""The team's git repository, read through GitPython."""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import TracebackType
from typing import Any

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import nested
from incidentctl.git.environment import as_command

#: Options before the command: run no program from the configuration, and print one encoding.
_OPTIONS = (
    "-c", "core.fsmonitor=false",
    "-c", "i18n.logOutputEncoding=UTF-8",
    "-c", "log.showSignature=false",
    "-c", "core.quotePath=false",
)  # fmt: skip

#: The value of `subprocess.PIPE`, passed on to GitPython: this layer starts no process itself.
_PIPE = -1

#: What a shell and `env` end with if there is no such program, or none that can be run.
_NOT_RUN = (126, 127)


class GitEndedError(EnvironmentFailedError):
    """Git was not there, or was ended before it could answer."""

    def __init__(self, command: str) -> None:
        """Take the command of git."""
        super().__init__(
            f"Git {command} was not run to its end.", hint="See whether `git status` works here."
        )


class Repository:
    """The git repository of a folder; close it after use."""

    def __init__(self, root: Path, *, without: str) -> None:
        """Open it; refuses outside of a repository. `without` says what is impossible then."""
        try:
            import git  # noqa: PLC0415 (slow to import)
        except ImportError:  # as it is imported it asks git for its version
            raise EnvironmentFailedError(
                f"Git could not be started, so {without}.",
                hint="See whether `git version` works here.",
            ) from None

        top = nested.top(root) or (root if nested.is_git_dir(root) else None)
        if top is None:
            raise EnvironmentFailedError(f"{root} is not in a git repository, so {without}.")
        self.top = top
        """The folder that paths are relative to."""
        self._git = git.Git(top)
        self._failed: type[Exception] = git.CommandError
        self._words = (*as_command(), "git", *_OPTIONS)
        self._child: Any = None

    def __enter__(self) -> Repository:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, command: str, *arguments: str) -> bytes:
        """Return what a git command prints; EnvironmentFailedError if it fails.

        GitEndedError if that says nothing of what was asked.
        """
        words = [*self._words, command, *arguments]
        try:
            printed: bytes = self._git.execute(
                words, strip_newline_in_stdout=False, stdout_as_string=False
            )
        except self._failed as error:
            status = getattr(error, "status", None)
            if not isinstance(status, int) or status < 0 or status in _NOT_RUN:
                raise GitEndedError(command) from None
            said = getattr(error, "stderr", "").strip()
            raise EnvironmentFailedError(
                f"Git {command} could not read the history: {said}."
            ) from None
        return printed

    def content(self, name: str) -> bytes | None:
        """Return the content of an object; None if the name is unknown or this clone lacks it.

        One `git cat-file` reads all objects; GitPython's own reader knows only SHA-1 ids.
        GitEndedError if that ends: what it would have said is not known.
        """
        if "\n" in name:
            return None
        try:
            if self._child is None:
                words = [*self._words, "cat-file", "--batch"]
                self._child = self._git.execute(words, as_process=True, istream=_PIPE)
            self._child.stdin.write(name.encode(errors="surrogateescape") + b"\n")
            self._child.stdin.flush()
        except (OSError, self._failed):
            raise GitEndedError("cat-file") from None
        line = self._child.stdout.readline()
        fields = line.split()
        if not line.endswith(b"\n"):
            raise GitEndedError("cat-file")
        if len(fields) != 3 or not fields[2].isdigit():
            return None
        data: bytes = self._child.stdout.read(int(fields[2]) + 1)
        if len(data) != int(fields[2]) + 1:
            raise GitEndedError("cat-file")
        return data[:-1]

    def close(self) -> None:
        """End the git that reads objects."""
        if self._child is not None:
            with contextlib.suppress(OSError):
                self._child.stdin.close()
            self._child.stdout.close()
            self._child.stderr.close()
            with contextlib.suppress(self._failed):  # it ended before
                self._child.wait()
            self._child = None
