"""Two clones, up to date, where one has said a secret, and what takes it out again."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.record.kit import AUTHOR, INCIDENT, Clone, action, now
from tests.record.sharing import BRANCH, LOG_REF, Team, opened, say, shared, tip

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.ids import incident_folder, ulid

SECRET = "the password is hunter2"
FOLDER = f"{incident_folder(INCIDENT)}/events"
MARK = f"purged/{ulid(1_800_000_000_000, 7)}.json"


class Leak(Team):
    """Ann and Bob, up to date; Ann has said a secret."""

    def __init__(self, *clones: Clone) -> None:
        super().__init__(*clones)
        _, self.secret = say(self.ann, facts.Declared("a"), facts.Noted(SECRET))
        shared(self.ann, self.bob)
        self.path = f"{FOLDER}/{self.secret}-noted.json"
        self.whole = self.ann.git("show", f"{LOG_REF}:{self.path}")
        self.root = self.ann.git("rev-list", "--max-parents=0", LOG_REF).strip()

    def redact(self, clone: Clone, ident: str = "") -> None:
        say(clone, facts.Redacted(ident or self.secret))

    def mark(self, *replaces: str, path: str = MARK) -> dict[str, str]:
        """The file of a purge that replaces some roots."""
        return {path: json.dumps({"v": 1, "id": Path(path).stem, "replaces": [*replaces]})}

    def begin(self, files: dict[str, str]) -> str:
        """Put a root of somebody's own in the place of the branch, with other files; "" is none."""
        listed = self.remote.git("ls-tree", "-r", BRANCH).splitlines()
        data = "commit refs/heads/other\ncommitter U <u@x> 1 +0000\ndata 1\nx\n"
        for line in listed:
            head, _, path = line.partition("\t")
            if files.get(path) == "":
                continue
            data += f"M 100644 {head.split()[2]} {path}\n"
        for path, text in files.items():
            if text:
                data += f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n"
        self.remote.git("fast-import", "--quiet", "--force", data=data)
        self.remote.git("update-ref", BRANCH, "refs/heads/other")
        return tip(self.remote, BRANCH)

    def settle(self, *clones: Clone) -> None:
        """Exchange until all are up to date, and see that no idle exchange pushes."""
        for _ in range(2):
            shared(*clones)
        before = tip(self.remote, BRANCH)
        shared(*clones)
        assert tip(self.remote, BRANCH) == before
        assert {tip(clone, LOG_REF) for clone in clones} == {before}

    def has_whole_event(self, clone: Clone) -> bool:
        return clone.git("show", f"{LOG_REF}:{self.path}") == self.whole


def say_alone(clone: Clone, *stated: object) -> list[str]:
    """Record one action where nothing is shared; returns the ids of its events."""
    record, done = clone.record(), action(*stated)
    record.acknowledge(done)
    assert record.flush().commit
    return [each.id for each in done.events]


def purge(clone: Clone, *, alone: bool = False) -> str:
    """Purge, also on the remote if not `alone`; returns the new root."""
    record = clone.record() if alone else opened(clone)
    marker = ulid(int(now().timestamp() * 1000), int.from_bytes(os.urandom(10)))
    commit = record.purge(AUTHOR, marker=marker, limit=30)
    assert commit
    return commit


def in_tree(clone: Clone, ref: str, text: str = "hunter2") -> bool:
    """Say whether a text is in the tip of a ref."""
    return bool(clone.git("grep", "-l", "-F", "-e", text, ref, check=False))


def in_history(clone: Clone, text: str = "hunter2", ref: str = "--all") -> bool:
    """Say whether a text is in any commit of a ref, or of all."""
    return text in clone.git("log", "-p", ref, "--format=%H")
