"""What others do meanwhile: users with git, the remote's owner, the network, the disk."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from incidentctl.domain import facts
from incidentctl.domain.events import Event, encode
from incidentctl.domain.ids import incident_folder, ulid
from incidentctl.record.paths import event_name
from torture import world
from torture.plan import INCIDENTS
from torture.world import MIRROR, TRACKING, TRUTH, Clone, git

SECRET = "TOKEN-of-somebody"
_DEAD = "git://127.0.0.1:1/x.git"


class Deeds:
    """The deeds of one history; each takes a clone and a number to choose by."""

    def __init__(self, root: Path, clones: list[Clone], dice: random.Random) -> None:
        """Take the folder of the history."""
        self._root = root
        self._remote = root / "remote.git"
        self._clones = clones
        self._dice = dice
        self.stated: list[str] = []
        """Ids of whole events that somebody committed by hand; they must survive."""

    def do(self, deed: str, clone: Clone, which: int) -> None:
        """Do what a step of the plan says."""
        if deed.startswith("mirror-") and clone.on_small_disk:
            return  # git alone fails there; nothing of that is the record's
        method: Callable[[Clone, int], None] = getattr(self, f"_{deed.replace('-', '_')}")
        method(clone, which)

    def heal(self) -> None:
        """Network, disk and remote work again."""
        for clone in self._clones:
            world.free(clone)
            world.connect(self._root, clone.number)
            self._set_address(clone, str(self._root / "net" / str(clone.number)))
        self._allow(self._clones[0], 0)
        for lock in self._remote.rglob("*.lock"):
            lock.unlink()

    # --- network and disk ------------------------------------------------------------------------

    def _cut(self, clone: Clone, which: int) -> None:
        world.disconnect(self._root, clone.number)

    def _restore(self, clone: Clone, which: int) -> None:
        world.connect(self._root, clone.number)
        self._set_address(clone, str(self._root / "net" / str(clone.number)))

    def _port(self, clone: Clone, which: int) -> None:
        self._set_address(clone, _DEAD)

    def _set_address(self, clone: Clone, address: str) -> None:
        config = clone.git_dir / "config"
        text = config.read_text()
        lines = [
            f"\turl = {address}" if line.startswith("\turl = ") else line
            for line in text.splitlines()
        ]
        if (new := "\n".join(lines) + "\n") != text:
            config.write_text(new)

    def _fill(self, clone: Clone, which: int) -> None:
        for each in self._clones:
            if each.on_small_disk:
                world.fill(each, which % 12)

    def _free(self, clone: Clone, which: int) -> None:
        for each in self._clones:
            world.free(each)

    # --- the remote's owner ----------------------------------------------------------------------

    def _refuse(self, clone: Clone, which: int) -> None:
        hook = self._remote / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\necho 'error: protected'\nexit 1\n")
        hook.chmod(0o755)

    def _allow(self, clone: Clone, which: int) -> None:
        (self._remote / "hooks" / "pre-receive").unlink(missing_ok=True)

    def _tip(self) -> str:
        return git(self._remote, "rev-parse", "-q", "--verify", MIRROR, check=False).strip()

    def _reset(self, clone: Clone, which: int) -> None:
        older = git(self._remote, "rev-list", MIRROR, "--", check=False).split()
        if older:
            git(self._remote, "update-ref", MIRROR, older[which % len(older)])

    def _delete(self, clone: Clone, which: int) -> None:
        git(self._remote, "update-ref", "-d", MIRROR)

    def _new_root(self, clone: Clone, which: int) -> None:
        if tip := self._tip():
            root = git(self._remote, "commit-tree", "-m", "new root", f"{tip}^{{tree}}").strip()
            git(self._remote, "update-ref", MIRROR, root)

    def _gc_remote(self, clone: Clone, which: int) -> None:
        git(self._remote, "gc", "-q", "--prune=now")

    def _commit(self, changes: dict[str, str | None], *parents: str, mode: str = "100644") -> None:
        """Commit on the remote's branch; None removes a file."""
        tip = self._tip()
        if not tip:
            return
        index = {"GIT_INDEX_FILE": str(self._root / "index")}
        git(self._remote, "read-tree", tip, more=index)
        lines = []
        for path, text in changes.items():
            if text is None:
                lines.append(f"0 {'0' * 40}\t{path}\n")
            else:
                blob = git(self._remote, "hash-object", "-w", "--stdin", data=text.encode()).strip()
                lines.append(f"{mode} {blob}\t{path}\n")
        git(self._remote, "update-index", "--index-info", data="".join(lines).encode(), more=index)
        tree = git(self._remote, "write-tree", more=index).strip()
        more = [word for parent in (tip, *parents) for word in ("-p", parent)]
        commit = git(self._remote, "commit-tree", "-m", "by hand", *more, tree).strip()
        git(self._remote, "update-ref", MIRROR, commit)

    def _merge_main(self, clone: Clone, which: int) -> None:
        files = {"secret.env": SECRET, "file.txt": "one\n", "incidents/2026/11/notes.txt": SECRET}
        main = git(self._remote, "rev-parse", "main").strip()
        self._commit(dict(files), main)

    def _events(self) -> list[str]:
        listed = git(self._remote, "ls-tree", "-r", "--name-only", MIRROR, check=False)
        return [path for path in listed.splitlines() if "/events/" in path]

    def _lose_events(self, clone: Clone, which: int) -> None:
        if found := self._events():
            self._commit({found[(which + n) % len(found)]: None for n in range(1 + which % 3)})

    def _change_event(self, clone: Clone, which: int) -> None:
        """Change a text such that what was first said stands: its bytes are smaller."""
        notes = [path for path in self._events() if path.endswith("-noted.json")]
        if notes:
            path = notes[which % len(notes)]
            text = git(self._remote, "show", f"{MIRROR}:{path}")
            self._commit({path: text.replace('-end"', '-endz"')})

    def _strange_events(self, clone: Clone, which: int) -> None:
        folder = f"{incident_folder(INCIDENTS[which % 2])}/events"
        good, other, third = (self._event(f"strange-{n}") for n in range(3))
        self._commit(
            {
                f"{folder}/{good.id}-declared.json": encode(good).decode(),
                f"{folder}/{other.id}-noted.json": encode(good).decode(),
                f"{folder}/{third.id}-noted.json": "{torn",
            }
        )
        self._commit({f"{folder}/{self._event('x').id}-noted.json": "/etc/passwd"}, mode="120000")

    def _by_hand(self, clone: Clone, which: int) -> None:
        event = self._event("by hand")
        path = f"{incident_folder(INCIDENTS[which % 2])}/events/{event_name(event)}"
        if self._tip():
            self._commit({path: encode(event).decode()})

    def _event(self, text: str) -> Event:
        now = datetime.now(UTC)
        ident = ulid(int(now.timestamp() * 1000), self._dice.getrandbits(80))
        return Event(ident, now, now, "hand", facts.Noted(text))

    # --- users -----------------------------------------------------------------------------------

    def _fetch(self, clone: Clone, which: int) -> None:
        git(clone.path, "fetch", "-q", "--no-prune", check=False)

    def _tree(self, clone: Clone) -> Path:
        return self._root / f"wt{clone.number}"

    def _mirror_commit(self, clone: Clone, which: int) -> None:
        """Check the mirror out in a worktree; commit a secret and perhaps an event there."""
        tree = self._tree(clone)
        if not tree.exists():
            if not git(clone.path, "rev-parse", "-q", "--verify", MIRROR, check=False):
                return
            git(clone.path, "worktree", "add", "-q", str(tree), "incident-log", check=False)
            if not tree.exists():  # a git that was killed left a lock on the branch
                return
        if which % 3 == 0:  # it could be moved, but must not
            return
        (tree / "secret.env").write_text(SECRET)
        if which % 2:
            event = self._event("committed on the mirror")
            path = tree / incident_folder(INCIDENTS[which % 2]) / "events" / event_name(event)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(encode(event))
            self.stated.append(event.id)
        git(tree, "add", "-A", "-f")
        git(tree, "commit", "-q", "-m", "by hand", check=False)

    def _mirror_push(self, clone: Clone, which: int) -> None:
        git(clone.path, "push", "-q", "origin", "incident-log", check=False)

    def _mirror_leave(self, clone: Clone, which: int) -> None:
        tree = self._tree(clone)
        if tree.exists():
            git(clone.path, "worktree", "remove", "--force", str(tree))

    def _gc(self, clone: Clone, which: int) -> None:
        git(clone.path, "gc", "-q", "--prune=now", check=False)

    def _pack_refs(self, clone: Clone, which: int) -> None:
        git(clone.path, "pack-refs", "--all", "--prune", check=False)

    def _drop_cache(self, clone: Clone, which: int) -> None:
        shutil.rmtree(clone.state / "cache", ignore_errors=True)

    def _drop_view(self, clone: Clone, which: int) -> None:
        shutil.rmtree(clone.path / "incidents", ignore_errors=True)

    def _lose_truth(self, clone: Clone, which: int) -> None:
        git(clone.path, "update-ref", "-d", TRUTH, check=False)
        git(clone.path, "update-ref", "-d", MIRROR, check=False)
        if which % 2:
            git(clone.path, "update-ref", "-d", TRACKING, check=False)

    def _move_truth(self, clone: Clone, which: int) -> None:
        """Move the truth back to an older commit of it."""
        older = git(clone.path, "rev-list", "--first-parent", TRUTH, "--", check=False).split()
        if older:
            git(clone.path, "update-ref", TRUTH, older[which % len(older)], check=False)
            git(clone.path, "update-ref", "-d", MIRROR, check=False)
