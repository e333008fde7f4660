"""Every text that git shares: tracked files, all versions of all files, messages, names of refs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from incidentctl import regular
from incidentctl.errors import EnvironmentFailedError

#: Larger files are not read.
MAX_MEGABYTES = 8
_MAX = MAX_MEGABYTES << 20
_BINARY = 8000  # where git looks for a zero byte, which makes a file binary

Where = Literal["file", "history", "file name", "commit message", "tag message", "ref"]


class Shared(NamedTuple):
    """A text, and where it stands; the path is relative to the top of the git repository."""

    where: Where
    text: str
    path: str | None = None
    commit: str | None = None
    """Of a message."""
    blob: str | None = None
    """Of a version of a file: `commits` says where it came from."""


class TeamHistory:
    """The git repository of a folder, only read; close it."""

    def __init__(self, root: Path) -> None:
        """Open it; refuses where there is none."""
        import git  # noqa: PLC0415 (slow to import)

        self._failed = git.GitCommandError
        try:
            self._repository = git.Repo(root, search_parent_directories=True)
        except (git.InvalidGitRepositoryError, git.NoSuchPathError):
            raise EnvironmentFailedError(
                f"{root} is in no git repository, so there is nothing to search."
            ) from None
        self.top = Path(self._repository.working_tree_dir or root)

    def close(self) -> None:
        """End the git processes that were kept."""
        self._repository.close()

    def shallow(self) -> bool:
        """Say whether the clone has only the last commits."""
        return self._git("rev-parse", "--is-shallow-repository").strip() == "true"

    def texts(self) -> Iterator[Shared]:
        """Yield every text once: of any version of a file that a ref or the index reaches."""
        yield from self._tracked()
        yield from self._refs()
        yield from self._messages()
        yield from self._versions()

    def commits(self, blobs: Iterable[str]) -> dict[str, str]:
        """Return the first commit that has each version of a file; none for what is only staged."""
        wanted = set(blobs)
        found: dict[str, str] = {}
        options = ("--all", "--reverse", "--raw", "--no-abbrev", "--no-renames", "-m", "--root")
        commit = ""
        for line in self._git("log", *options, "--no-show-signature", "--format=%H").split("\n"):
            if not line.startswith(":"):
                commit = line or commit
            elif (blob := line.split(" ", 4)[3]) in wanted:
                found.setdefault(blob, commit)
        return found

    def _git(self, command: str, *arguments: str) -> str:
        try:
            said: str = self._repository.git.execute(
                # No program that the configuration names: listing the index would start this one.
                ["git", "-c", "core.fsmonitor=false", command, *arguments],
                strip_newline_in_stdout=False,
            )
        except self._failed as error:
            raise EnvironmentFailedError(
                f"git {command} could not read the history: {error.stderr.strip()}"
            ) from None
        return said

    def _tracked(self) -> Iterator[Shared]:
        top = os.path.realpath(self.top)
        for path in dict.fromkeys(self._git("ls-files", "-z").split("\0")):
            file = self.top / path
            try:
                if not path or file.is_symlink():
                    continue
                text = _text(regular.read(str(file), inside=top, limit=_MAX))
            except OSError:
                continue  # what the index has of it is searched all the same
            if text is not None:
                yield Shared("file", text, path)

    def _refs(self) -> Iterator[Shared]:
        for line in self._git("for-each-ref", "--format=%(objecttype) %(refname)").split("\n"):
            kind, _, name = line.partition(" ")
            if not name:
                continue
            yield Shared("ref", name, name)
            if kind == "tag":
                text = _text(self._object(name)) or ""
                yield Shared("tag message", text.partition("\n\n")[2], name)

    def _messages(self) -> Iterator[Shared]:
        # A line of its own before each message, as a message may have any other line.
        told = self._git("rev-list", "--all", "--no-commit-header", "--format=%H%n%B%x00")
        for entry in told.split("\0"):
            commit, _, message = entry.lstrip("\n").partition("\n")
            if commit:
                yield Shared("commit message", message, commit=commit)

    def _versions(self) -> Iterator[Shared]:
        only = ("--filter=object:type=blob", f"--filter=blob:limit={_MAX}")
        options = ("--objects", "--all", "--indexed-objects", "--filter-provided-objects", *only)
        names: set[str] = set()
        for line in self._git("rev-list", *options).split("\n"):
            blob, _, path = line.partition(" ")
            if not blob:
                continue
            if path not in names:
                names.add(path)
                yield Shared("file name", path, path, blob=blob)
            text = _text(self._object(blob))
            if text is not None:
                yield Shared("history", text, path, blob=blob)

    def _object(self, name: str) -> bytes:
        data: Any = self._repository.git.get_object_data(name)
        content: bytes = data[3]
        return content


def _text(data: bytes) -> str | None:
    """Return what a file says; None where it is binary."""
    return None if b"\0" in data[:_BINARY] else data.decode("utf-8", errors="replace")
