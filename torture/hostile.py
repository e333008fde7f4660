"""What a hostile collaborator commits on the remote's branch."""

from __future__ import annotations

import json
import random
import re

from incidentctl.domain.incident.ids import incident_folder, ulid
from torture.branch import Branch
from torture.plan import INCIDENTS
from torture.world import Clone, git

_TEXT = re.compile(r'"text": ?"[^"]*"')
_BOMB = "zbomb"


class Hostile:
    """The deeds of somebody who may push to the branch."""

    def __init__(self, branch: Branch, dice: random.Random) -> None:
        """Take the branch."""
        self._branch = branch
        self._dice = dice

    def _marker(self) -> str:
        return f"purged/{ulid(1795860000000, self._dice.getrandbits(80))}.json"

    def _mark(self, content: object) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        self._branch.commit({self._marker(): text + "\n"})

    def _roots(self) -> list[str]:
        tip = self._branch.tip()
        return git(self._branch.remote, "rev-list", "--max-parents=0", tip, "--").split()

    def _mark_empty(self, clone: Clone, which: int) -> None:
        self._mark({"v": 1, "id": "x", "replaces": []})

    def _mark_own_root(self, clone: Clone, which: int) -> None:
        if self._branch.tip():
            self._mark({"v": 1, "id": "x", "replaces": self._roots()})

    def _mark_foreign_root(self, clone: Clone, which: int) -> None:
        main = git(self._branch.remote, "rev-parse", "main").strip()
        self._mark({"v": 1, "id": "x", "replaces": [main, "f" * len(main)]})

    def _mark_nested(self, clone: Clone, which: int) -> None:
        self._mark("[" * 20_000)

    def _mark_huge(self, clone: Clone, which: int) -> None:
        self._mark({"v": 1, "id": "x", "replaces": ["f" * 40] * 20_000})

    def _mark_many(self, clone: Clone, which: int) -> None:
        text = json.dumps({"v": 1, "replaces": []})
        self._branch.commit({self._marker(): text for _ in range(40)})

    def _mark_new_root(self, clone: Clone, which: int) -> None:
        """Begin anew as a purge does, and change or leave out events meanwhile."""
        if not self._branch.tip():
            return
        changes: dict[str, str | None] = dict(self._changed(which, forged="[redacted]"))
        if which % 3 == 0:
            changes = dict.fromkeys(changes)
        content = json.dumps({"v": 1, "id": "x", "replaces": self._roots()})
        self._branch.commit({**changes, self._marker(): content}, root=True)

    def _changed(self, which: int, *, forged: str) -> dict[str, str]:
        notes = [path for path in self._branch.events() if path.endswith("-noted.json")]
        paths = [notes[(which + n) % len(notes)] for n in range(1 + which % 3)] if notes else []
        return {
            path: _TEXT.sub(lambda _: f'"text": {json.dumps(forged)}', self._branch.show(path))
            for path in paths
        }

    def _forge(self, clone: Clone, which: int) -> None:
        """Let events say something else, whose bytes are smaller, or larger."""
        forged = ("a forgery", "note zzz", "")[which % 3]
        self._commit_changed(self._changed(which // 3, forged=forged), which)

    def _blank(self, clone: Clone, which: int) -> None:
        """Let events look as if they were redacted, though no redaction names them."""
        self._commit_changed(self._changed(which // 3, forged="[redacted]"), which)

    def _commit_changed(self, changes: dict[str, str], which: int) -> None:
        if which % 2:
            changes[self._marker()] = json.dumps({"v": 1, "id": "x", "replaces": []})
        self._branch.commit(changes)

    def _bomb(self, clone: Clone, which: int) -> None:
        """Put a folder on the branch that few objects make very large."""
        if not self._branch.tip():
            return
        kind, oid = "blob", self._branch.blob("hi\n")
        for _ in range(2 + which % 3):
            oid = self._branch.tree({f"d{n}": (kind, oid) for n in range(10)})
            kind = "tree"
        place = ("", "incidents/", f"incidents/2026/11/{INCIDENTS[0]}/events/")[which // 3 % 3]
        self._branch.commit({}, trees={f"{place}{_BOMB}": oid})

    def _declare_older(self, clone: Clone, which: int) -> None:
        """Declare an incident a second time, with an older event."""
        ident = ulid(1764000000000, self._dice.getrandbits(80))
        event = {
            "v": 1, "id": ident, "kind": "declared", "at": "2026-11-24T10:00:00.000Z",
            "recorded": "2026-11-24T10:00:00.000Z", "by": "mallory", "title": "just a test",
            "incident_kind": "drill", "timezone": "UTC", "utc_offset": 0,
        }  # fmt: skip
        path = f"{incident_folder(INCIDENTS[which % 2])}/events/{ident}-declared.json"
        self._branch.commit({path: json.dumps(event) + "\n"})

    def _long_names(self, clone: Clone, which: int) -> None:
        folder = f"{incident_folder(INCIDENTS[0])}/events"
        event = self._branch.event("x")
        names = (
            f"{folder}/{event.id}-{'n' * 200}.json",
            f"{folder}/{'n' * 240}",
            f"incidents/{'/'.join(['d' * 100] * 20)}/x.json",
            f"purged/{'M' * 200}.json",
        )
        self._branch.commit(dict.fromkeys(names, "{}"))

    def heal(self) -> None:
        """Take away what no clone has to take: the folder that is too large."""
        tip = self._branch.tip()
        listed = git(self._branch.remote, "ls-tree", "-r", "-d", "--name-only", tip, check=False)
        found = [
            path for path in listed.splitlines() if path.endswith(f"/{_BOMB}") or path == _BOMB
        ]
        if found:
            index = {"GIT_INDEX_FILE": str(self._branch.remote / "heal-index")}
            git(self._branch.remote, "read-tree", tip, more=index)
            git(self._branch.remote, "rm", "-q", "-r", "--cached", "--", *found, more=index)
            tree = git(self._branch.remote, "write-tree", more=index).strip()
            done = git(self._branch.remote, "commit-tree", "-m", "heal", "-p", tip, tree)
            self._branch.move(done.strip())
