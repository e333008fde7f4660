"""What others do meanwhile: users with git, the remote's owner, the network, the disk."""

from __future__ import annotations

import os
import random
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from incidentctl.domain.incident.event_json import encode
from incidentctl.domain.incident.ids import incident_folder
from incidentctl.record.store.paths import event_name
from torture import disks, world
from torture.branch import Branch
from torture.hostile import Hostile
from torture.plan import BREAKS, INCIDENTS
from torture.world import LOG_REF, MIRROR, RESTRICTED_REF, TRACKING, Clone, git

SECRET = "TOKEN-of-somebody"
_DEAD = "git://127.0.0.1:1/x.git"
_URL = re.compile(r"^\turl = .*", re.MULTILINE)


class Deeds:
    """The deeds of one history; each takes a clone and a number to choose by."""

    def __init__(self, root: Path, clones: list[Clone], dice: random.Random) -> None:
        """Take the folder of the history."""
        self._root = root
        self._remote = root / "remote.git"
        self._clones = clones
        self._dice = dice
        self._branch = Branch(root, dice)
        self._hostile = Hostile(self._branch, dice)
        self.broken: dict[int, tuple[str, int]] = {}
        """What is broken in a clone while commands run, and a number to choose by."""
        self.stated: list[str] = []
        """Ids of whole events that somebody committed by hand; they must survive."""

    def do(self, deed: str, clone: Clone, which: int) -> None:
        """Do what a step of the plan says."""
        if deed.startswith("mirror-") and clone.on_small_disk:
            return  # git alone fails there; nothing of that is the record's
        if deed in BREAKS:
            self.broken[clone.number] = (deed, which)
            return
        name = f"_{deed.replace('-', '_')}"
        method: Callable[[Clone, int], None]
        method = getattr(self, name, None) or getattr(self._hostile, name)
        method(clone, which)

    def heal(self) -> None:
        """Network, disk, remote and configuration work again."""
        self.broken.clear()
        self._hostile.heal()
        for clone in self._clones:
            disks.free(clone.path)
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
        new = _URL.sub(f"\turl = {address}", text, count=1)  # the first one is that of origin
        if new != text:
            config.write_text(new)

    def _fill(self, clone: Clone, which: int) -> None:
        for each in self._clones:
            if each.on_small_disk:
                disks.fill(each.path, which % 12)

    def _free(self, clone: Clone, which: int) -> None:
        for each in self._clones:
            disks.free(each.path)

    # --- the remote's owner ----------------------------------------------------------------------

    def _refuse(self, clone: Clone, which: int) -> None:
        hook = self._remote / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\necho 'error: protected'\nexit 1\n")
        hook.chmod(0o755)

    def _allow(self, clone: Clone, which: int) -> None:
        (self._remote / "hooks" / "pre-receive").unlink(missing_ok=True)

    def _reset(self, clone: Clone, which: int) -> None:
        older = git(self._remote, "rev-list", MIRROR, "--", check=False).split()
        if older:
            git(self._remote, "update-ref", MIRROR, older[which % len(older)])

    def _delete(self, clone: Clone, which: int) -> None:
        git(self._remote, "update-ref", "-d", MIRROR)

    def _new_root(self, clone: Clone, which: int) -> None:
        if tip := self._branch.tip():
            root = git(self._remote, "commit-tree", "-m", "new root", f"{tip}^{{tree}}").strip()
            self._branch.move(root)

    def _gc_remote(self, clone: Clone, which: int) -> None:
        git(self._remote, "gc", "-q", "--prune=now")

    def _merge_main(self, clone: Clone, which: int) -> None:
        files = {"secret.env": SECRET, "file.txt": "one\n", "incidents/2026/11/notes.txt": SECRET}
        main = git(self._remote, "rev-parse", "main").strip()
        self._branch.commit(dict(files), main)

    def _lose_events(self, clone: Clone, which: int) -> None:
        if found := self._branch.events():
            self._branch.commit(
                {found[(which + n) % len(found)]: None for n in range(1 + which % 3)}
            )

    def _change_event(self, clone: Clone, which: int) -> None:
        """Change a text such that what was first said stands: its bytes are smaller."""
        notes = [path for path in self._branch.events() if path.endswith("-noted.json")]
        if notes:
            path = notes[which % len(notes)]
            text = self._branch.show(path)
            self._branch.commit({path: text.replace('-end"', '-endz"')})

    def _strange_events(self, clone: Clone, which: int) -> None:
        folder = f"{incident_folder(INCIDENTS[which % 2])}/events"
        good, other, third = (self._branch.event(f"strange-{n}") for n in range(3))
        self._branch.commit(
            {
                f"{folder}/{good.id}-declared.json": encode(good).decode(),
                f"{folder}/{other.id}-noted.json": encode(good).decode(),
                f"{folder}/{third.id}-noted.json": "{torn",
            }
        )
        self._branch.commit(
            {f"{folder}/{self._branch.event('x').id}-noted.json": "/etc/passwd"}, mode="120000"
        )

    def _by_hand(self, clone: Clone, which: int) -> None:
        event = self._branch.event("by hand")
        path = f"{incident_folder(INCIDENTS[which % 2])}/events/{event_name(event)}"
        if self._branch.tip():
            self._branch.commit({path: encode(event).decode()})

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
            event = self._branch.event("committed on the mirror")
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

    def _repack(self, clone: Clone, which: int) -> None:
        """Leave no loose object, and each ref in a file of its own."""
        git(clone.path, "repack", "-q", "-a", "-d", check=False)

    def _pack_refs(self, clone: Clone, which: int) -> None:
        git(clone.path, "pack-refs", "--all", "--prune", check=False)

    def _drop_cache(self, clone: Clone, which: int) -> None:
        for state in (clone.state, clone.state / "restricted"):
            shutil.rmtree(state / "cache", ignore_errors=True)

    def _drop_view(self, clone: Clone, which: int) -> None:
        shutil.rmtree(clone.path / "incidents", ignore_errors=True)

    def _lose_log(self, clone: Clone, which: int) -> None:
        for ref in (LOG_REF, MIRROR, *((RESTRICTED_REF,) if which % 4 > 1 else ())):
            git(clone.path, "update-ref", "-d", ref, check=False)
        if which % 2:
            git(clone.path, "update-ref", "-d", TRACKING, check=False)

    def _move_log(self, clone: Clone, which: int) -> None:
        """Move the log back to an older commit of it."""
        older = git(clone.path, "rev-list", "--first-parent", LOG_REF, "--", check=False).split()
        if older:
            git(clone.path, "update-ref", LOG_REF, older[which % len(older)], check=False)
            git(clone.path, "update-ref", "-d", MIRROR, check=False)

    # --- what was in use when it was copied, or when the power went ------------------------------

    def _repair(self, clone: Clone, which: int) -> None:
        self.broken.pop(clone.number, None)

    def _age(self, clone: Clone, which: int) -> None:
        """Let what the record keeps be so old that a later look may forget it."""
        then = time.time() - 30 * 86400
        for pattern in ("kept/*", "kept-looked", "verified"):
            for path in clone.state.rglob(pattern):
                os.utime(path, (then, then))

    def _is_spare(self, clone: Clone, ref: str) -> bool:
        """Say whether nothing is lost with a ref, since another one has all of it."""
        if self._tree(clone).exists():
            return False
        tips = [git(clone.path, "rev-parse", "-q", "--verify", each, check=False).strip()
                for each in (LOG_REF, MIRROR)]  # fmt: skip
        return ref == TRACKING or (bool(tips[0]) and tips[0] == tips[1])

    def _dangle(self, clone: Clone, which: int) -> None:
        """Let the mirror or the remote-tracking ref name a commit that is not there."""
        ref = (MIRROR, TRACKING)[which % 2]
        tip = git(clone.path, "rev-parse", "-q", "--verify", ref, check=False).strip()
        if tip and self._is_spare(clone, ref):
            path = clone.git_dir / ref
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("1234567890" * (len(tip) // 10) + "1234567890"[: len(tip) % 10] + "\n")

    def _empty_ref(self, clone: Clone, which: int) -> None:
        ref = (LOG_REF, MIRROR, TRACKING)[which % 3]
        path = clone.git_dir / ref
        if path.exists() and self._is_spare(clone, ref):
            path.write_text("")
