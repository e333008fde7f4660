"""The branch of the record on the remote, as somebody with git and a text editor changes it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.ids import ulid
from torture.world import MIRROR, git


class Branch:
    """The branch, in the bare repository of the remote."""

    def __init__(self, root: Path, dice: random.Random) -> None:
        """Take the folder of the history."""
        self.remote = root / "remote.git"
        self._index = root / "index"
        self._dice = dice

    def tip(self) -> str:
        """Return its commit, "" where there is none."""
        return git(self.remote, "rev-parse", "-q", "--verify", MIRROR, check=False).strip()

    def move(self, commit: str) -> None:
        """Let it be at another commit, whatever it was."""
        git(self.remote, "update-ref", MIRROR, commit)

    def commit(
        self,
        changes: Mapping[str, str | None],
        *parents: str,
        mode: str = "100644",
        root: bool = False,
        trees: Mapping[str, str] | None = None,
    ) -> None:
        """Commit on it, as a new `root` if so; None removes a file, `trees` come as they are."""
        tip = self.tip()
        if not tip:
            return
        index = {"GIT_INDEX_FILE": str(self._index)}
        git(self.remote, "read-tree", tip, more=index)
        lines = []
        for path, text in changes.items():
            if text is None:
                lines.append(f"0 {'0' * len(tip)}\t{path}\n")
            else:
                lines.append(f"{mode} {self.blob(text)}\t{path}\n")
        git(self.remote, "update-index", "--index-info", data="".join(lines).encode(), more=index)
        tree = git(self.remote, "write-tree", more=index).strip()
        for path, oid in (trees or {}).items():
            tree = self._graft(tree, path, oid)
        above = parents if root else (tip, *parents)
        more = [word for parent in above for word in ("-p", parent)]
        self.move(git(self.remote, "commit-tree", "-m", "by hand", *more, tree).strip())

    def blob(self, text: str) -> str:
        """Write a file's content."""
        return git(self.remote, "hash-object", "-w", "--stdin", data=text.encode()).strip()

    def tree(self, entries: Mapping[str, tuple[str, str]]) -> str:
        """Write a folder: by name the kind, blob or tree, and the id."""
        modes = {"blob": "100644", "tree": "040000"}
        lines = [f"{modes[kind]} {kind} {oid}\t{name}\n" for name, (kind, oid) in entries.items()]
        return git(self.remote, "mktree", data="".join(lines).encode()).strip()

    def _graft(self, tree: str, path: str, oid: str) -> str:
        """Put a folder into a tree; no index is asked to list what is in it."""
        name, _, rest = path.partition("/")
        entries = {}
        for line in git(self.remote, "ls-tree", tree).splitlines():
            head, _, each = line.partition("\t")
            entries[each] = (head.split(" ")[1], head.split(" ")[2])
        below = entries.get(name)
        entries[name] = ("tree", self._graft(below[1], rest, oid) if rest and below else oid)
        return self.tree(entries)

    def events(self) -> list[str]:
        """Return the paths of the events on it."""
        listed = git(self.remote, "ls-tree", "-r", "--name-only", MIRROR, check=False)
        return [path for path in listed.splitlines() if "/events/" in path]

    def show(self, path: str) -> str:
        """Return a file of it."""
        return git(self.remote, "show", f"{MIRROR}:{path}")

    def event(self, text: str) -> Event:
        """Make an event of now."""
        now = datetime.now(UTC)
        ident = ulid(int(now.timestamp() * 1000), self._dice.getrandbits(80))
        return Event(ident, now, now, "hand", facts.Noted(text))
