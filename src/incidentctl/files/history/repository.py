"""The team's git repository, read through GitPython."""

from __future__ import annotations

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


class Repository:
    """The git repository of a folder; close it after use."""

    def __init__(self, root: Path, *, without: str) -> None:
        """Open it; refuses outside of a repository. `without` says what is impossible then."""
        import git  # noqa: PLC0415 (slow to import)

        top = nested.top(root) or (root if nested.is_git_dir(root) else None)
        if top is None:
            raise EnvironmentFailedError(f"{root} is not in a git repository, so {without}.")
        self.top = top
        """The folder that paths are relative to."""
        self._git = git.Git(top)
        self._failed: type[Exception] = git.GitCommandError
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
        """Return what a git command prints; EnvironmentFailedError if it fails."""
        words = [*self._words, command, *arguments]
        try:
            printed: bytes = self._git.execute(
                words, strip_newline_in_stdout=False, stdout_as_string=False
            )
        except self._failed as error:
            said = getattr(error, "stderr", "").strip()
            raise EnvironmentFailedError(
                f"Git {command} could not read the history: {said}."
            ) from None
        return printed

    def content(self, name: str) -> bytes | None:
        """Return the content of an object; None if the name is unknown or this clone lacks it.

        One `git cat-file` reads all objects; GitPython's own reader knows only SHA-1 ids.
        """
        if "\n" in name:
            return None
        if self._child is None:
            words = [*self._words, "cat-file", "--batch"]
            self._child = self._git.execute(words, as_process=True, istream=_PIPE)
        self._child.stdin.write(name.encode(errors="surrogateescape") + b"\n")
        self._child.stdin.flush()
        fields = self._child.stdout.readline().split()
        if len(fields) != 3 or not fields[2].isdigit():
            return None
        data: bytes = self._child.stdout.read(int(fields[2]) + 1)[:-1]
        return data

    def close(self) -> None:
        """End the git that reads objects."""
        if self._child is not None:
            self._child.stdin.close()
            self._child.stdout.close()
            self._child.stderr.close()
            self._child.wait()
            self._child = None
