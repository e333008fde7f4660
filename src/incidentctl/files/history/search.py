"""Every text that git shares: tracked files, all versions of all files, messages, ref names."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from incidentctl.domain.common.text import count
from incidentctl.files.history.repository import Repository
from incidentctl.git import safe_read

#: Larger files are not read.
MAX_MEGABYTES = 8
_MAX = MAX_MEGABYTES << 20
#: The byte order marks of texts that are not UTF-8; the longer mark first.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_BINARY = 8000  # where git looks for a zero byte, which makes a file binary

Where = Literal[
    "file", "history", "file name", "commit message", "commit author", "tag message", "ref",
    "description",
]  # fmt: skip


class SharedText(NamedTuple):
    """A text, and where it is; the path is relative to the top of the git repository."""

    where: Where
    text: str
    path: str | None = None
    commit: str | None = None
    """The commit, for a message."""
    blob: str | None = None
    """The blob, for a version of a file; `commits` finds the commit."""


class TeamHistory:
    """The git repository of a folder, read only; close it after use."""

    def __init__(self, root: Path) -> None:
        """Open it; refuses outside of a repository."""
        self._repository = Repository(root, without="there is nothing to search")
        self._missing = self._undecoded = 0
        self.top = self._repository.top

    def close(self) -> None:
        """End the running git."""
        self._repository.close()

    def shallow(self) -> bool:
        """Say whether the clone has only the last commits."""
        return self._git("rev-parse", "--is-shallow-repository").strip() == "true"

    def whole(self) -> bool:
        """Say, after `texts` has finished, whether it could read everything."""
        return not self._missing and not self.shallow()

    def unread(self) -> tuple[str, ...]:
        """Say, after `texts` has finished, where it could not look; empty if nowhere."""
        gaps = []
        if self.shallow():
            gaps.append("This clone is shallow: earlier commits were not searched.")
        if self._missing:
            gaps.append(f"git does not have {count(self._missing, 'file')} here: not searched.")
        if self._undecoded:
            gaps.append(
                f"The encoding of {count(self._undecoded, 'text')} is not known: of these only "
                "Latin letters were searched."
            )
        return tuple(gaps)

    def texts(self) -> Iterator[SharedText]:
        """Yield every text once: of any version of a file that a ref or the index reaches."""
        yield from self._tracked()
        yield from self._refs()
        yield from self._descriptions()
        yield from self._messages()
        yield from self._versions()

    def commits(self, blobs: Iterable[str]) -> dict[str, str]:
        """Return the first commit with each version of a file; staged versions are left out."""
        wanted = set(blobs)
        found: dict[str, str] = {}
        options = ("--all", "--reverse", "--raw", "--no-abbrev", "--no-renames", "-m", "--root")
        commit = ""
        for line in self._git("log", *options, "--format=%H").split("\n"):
            if not line.startswith(":"):
                commit = line or commit
            elif (blob := line.split(" ", 4)[3]) in wanted:
                found.setdefault(blob, commit)
        return found

    def _git(self, command: str, *arguments: str) -> str:
        return self._repository.run(command, *arguments).decode(errors="surrogateescape")

    def _tracked(self) -> Iterator[SharedText]:
        top = os.path.realpath(self.top)
        for path in dict.fromkeys(self._git("ls-files", "-z").split("\0")):
            file = self.top / path
            try:
                if not path or file.is_symlink():
                    continue
                text = self._decoded(safe_read.read(str(file), inside=top, limit=_MAX))
            except OSError:
                continue  # its version in the index is searched anyway
            if text is not None:
                yield SharedText("file", text, path)

    def _refs(self) -> Iterator[SharedText]:
        for line in self._git("for-each-ref", "--format=%(objecttype) %(refname)").split("\n"):
            kind, _, name = line.partition(" ")
            if not name:
                continue
            yield SharedText("ref", name, name)
            if kind == "tag":
                text = self._decoded(self._object(name)) or ""
                yield SharedText("tag message", text.partition("\n\n")[2], name)

    def _descriptions(self) -> Iterator[SharedText]:
        """Yield the descriptions of branches, which `git request-pull` quotes."""
        for entry in self._git("config", "--list", "-z").split("\0"):
            key, _, text = entry.partition("\n")
            if key.startswith("branch.") and key.endswith(".description"):
                yield SharedText("description", text, f"refs/heads/{key[7:-12]}")

    def _messages(self) -> Iterator[SharedText]:
        # The first lines are ours, because a message may contain any line.
        who = "%H%n%an <%ae>, %cn <%ce>%n%B%x00"
        printed = self._repository.run("rev-list", "--all", "--no-commit-header", f"--format={who}")
        known: set[str] = set()
        for entry in printed.split(b"\0"):
            commit, _, rest = self._characters(entry.lstrip(b"\n")).partition("\n")
            people, _, message = rest.partition("\n")
            if commit:
                yield SharedText("commit message", message, commit=commit)
                if people not in known:
                    known.add(people)
                    yield SharedText("commit author", people, commit=commit)

    def _versions(self) -> Iterator[SharedText]:
        only = ("--filter=object:type=blob", f"--filter=blob:limit={_MAX}")
        options = ("--objects", "--all", "--indexed-objects", "--filter-provided-objects", *only)
        names: set[str] = set()
        for line in self._git("rev-list", *options).split("\n"):
            blob, _, path = line.partition(" ")
            if not blob:
                continue
            if path not in names:
                names.add(path)
                yield SharedText("file name", path, path, blob=blob)
            text = self._decoded(self._object(blob))
            if text is not None:
                yield SharedText("history", text, path, blob=blob)

    def _object(self, name: str) -> bytes:
        content = self._repository.content(name)
        if content is None:  # a partial clone knows only its name
            self._missing += 1
        return content or b""

    def _decoded(self, data: bytes) -> str | None:
        """Return the text of a file; None if it is binary."""
        for mark, encoding in _MARKS.items():
            if data.startswith(mark):
                return data.decode(encoding, errors="replace")
        return None if b"\0" in data[:_BINARY] else self._characters(data)

    def _characters(self, data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            self._undecoded += 1
            return data.decode("latin-1")
