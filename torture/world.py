"""The repositories of a history: a remote, and clones whose users have left much lying about."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

TRUTH = "refs/incidentctl/log"
MIRROR = "refs/heads/incident-log"
TRACKING = "refs/remotes/origin/incident-log"
_HOOKS = (
    "pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "pre-push", "post-merge",
    "pre-merge-commit", "post-checkout", "post-rewrite", "reference-transaction", "pre-auto-gc",
    "fsmonitor-watchman", "post-index-change",
)  # fmt: skip
#: What the user does runs no hook, so that a hook that ran was started by the record.
_USER = (
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "commit.gpgSign=false",
    "-c",
    "core.fsmonitor=false",
)
#: The remote takes a forced push, but remembers it.
_UPDATE = """#!/bin/sh
case $2 in *[!0]*) git merge-base --is-ancestor $2 $3 || echo $1 $2 $3 >> forced;; esac
"""
ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "U",
    "GIT_AUTHOR_EMAIL": "u@x", "GIT_COMMITTER_NAME": "U", "GIT_COMMITTER_EMAIL": "u@x",
    "GIT_OPTIONAL_LOCKS": "0",
}  # fmt: skip


def git(
    folder: Path,
    *arguments: str,
    data: bytes | None = None,
    check: bool = True,
    more: Mapping[str, str] | None = None,
) -> str:
    """Run git as a user would, but without hooks; returns what it prints."""
    done = subprocess.run(
        ["git", *_USER, *arguments],
        cwd=folder, input=data, capture_output=True, check=False,
        env=os.environ | ENVIRONMENT | dict(more or {}),
    )  # fmt: skip
    if check and done.returncode:
        raise RuntimeError(f"git {arguments}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""


class Clone(NamedTuple):
    """A clone on disk."""

    number: int
    path: Path
    fallback: Path
    shift: int
    on_small_disk: bool

    @property
    def git_dir(self) -> Path:
        """Its git directory."""
        return self.path / ".git"

    @property
    def state(self) -> Path:
        """The folder of its record's state."""
        return self.git_dir / "incidentctl"


def template(folder: Path) -> None:
    """Make a remote and a clone of it, to be copied for each history."""
    remote, clone = folder / "remote.git", folder / "clone"
    remote.mkdir(parents=True)
    clone.mkdir()
    git(remote, "init", "-q", "--bare", "-b", "main", "--template=")
    (remote / "hooks").mkdir()
    (remote / "hooks" / "update").write_text(_UPDATE)
    (remote / "hooks" / "update").chmod(0o755)
    git(clone, "init", "-q", "-b", "main", "--template=")
    for name in ("file.txt", "staged.txt", "dirty.txt", "stashed.txt"):
        (clone / name).write_text("one\n")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "first")
    git(clone, "remote", "add", "origin", "REMOTE")
    git(clone, "push", "-q", str(remote), "main")
    git(clone, "branch", "-q", "topic")
    git(clone, "tag", "v1")
    (clone / "stashed.txt").write_text("two\n")
    git(clone, "stash", "-q")
    (clone / "staged.txt").write_text("two\n")
    git(clone, "add", "staged.txt")
    (clone / "dirty.txt").write_text("two\n")
    (clone / "untracked.txt").write_text("two\n")
    for name in ("remote.git", "clone/.git"):
        (folder / name / "refs" / "heads").mkdir(exist_ok=True)


def build(made: Path, root: Path, clones: int, shifts: tuple[int, ...], locked: tuple[bool, ...],
          *, small: int | None) -> list[Clone]:  # fmt: skip
    """Copy the template for a history; the clone `small` gets a small disk of its own."""
    shutil.copytree(made / "remote.git", root / "remote.git")
    (root / "net").mkdir()
    (root / "ran").mkdir()
    built = []
    for number in range(clones):
        clone = Clone(number, root / f"c{number}", root / f"f{number}", shifts[number],
                      number == small)  # fmt: skip
        if clone.on_small_disk:
            clone.path.mkdir()
            mount_small(clone.path)
        shutil.copytree(made / "clone", clone.path, symlinks=True, dirs_exist_ok=True)
        connect(root, number)
        _plant(clone, root, locked=locked[number])
        built.append(clone)
    return built


def _plant(clone: Clone, root: Path, *, locked: bool) -> None:
    """Leave what must stay silent: failing hooks, a gpg that hangs, an editor, a stale lock."""
    config = clone.git_dir / "config"
    mark = root / "ran" / f"{clone.number}"
    run = clone.git_dir / "leaves-a-mark"
    run.write_text(f'#!/bin/sh\necho "$0 $*" >> {mark}\nexit 1\n')
    run.chmod(0o755)
    hang = clone.git_dir / "hangs"
    hang.write_text(f'#!/bin/sh\necho "$0 $*" >> {mark}\nexec sleep 1000\n')
    hang.chmod(0o755)
    text = config.read_text().replace("REMOTE", str(root / "net" / str(clone.number)))
    config.write_text(
        f"{text}[user]\n\tname = User {clone.number}\n\temail = user{clone.number}@example.org\n"
        f"[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n[gpg]\n\tprogram = {hang}\n"
        f"[core]\n\teditor = {run}\n\tpager = {run}\n\tfsmonitor = {run}\n\taskPass = {run}\n"
        f"[push]\n\tfollowTags = true\n[fetch]\n\tprune = true\n[gc]\n\tauto = 1\n"
    )
    hooks = clone.git_dir / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in _HOOKS:
        (hooks / name).symlink_to(run)
    if locked:
        (clone.git_dir / "index.lock").touch()


def connect(root: Path, number: int) -> None:
    """Give a clone its network."""
    link = root / "net" / str(number)
    if not link.is_symlink():
        link.symlink_to(root / "remote.git")


def disconnect(root: Path, number: int) -> None:
    """Take a clone's network away."""
    (root / "net" / str(number)).unlink(missing_ok=True)


# --- what belongs to the user ----------------------------------------------------------------


def snapshot(clone: Clone) -> dict[str, str]:
    """Describe all that the record must leave as it is."""
    found = {}
    for name in ("HEAD", "index", "config", "logs/HEAD", "logs/refs/stash", "ORIG_HEAD",
                 "FETCH_HEAD", "index.lock", "info/exclude"):  # fmt: skip
        path = clone.git_dir / name
        found[f".git/{name}"] = _digest(path)
    out = clone.path.parent / f"wt{clone.number}"
    for line in git(clone.path, "for-each-ref", "--format=%(refname) %(objectname)").splitlines():
        ref, oid = line.split()
        ours = ref.startswith("refs/incidentctl/") or ref == TRACKING
        if not ours and (ref != MIRROR or out.exists()):
            found[ref] = oid
    for tree in (clone.path, out):
        for folder, folders, files in os.walk(tree):
            if folder == str(clone.path):
                folders[:] = [name for name in folders if name not in (".git", "incidents")]
            for name in files:
                path = Path(folder) / name
                if not (tree == out and ".gitignore" in name) and name != "ballast":
                    found[str(path.relative_to(clone.path.parent))] = _digest(path)
    return found


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    except OSError:
        return "none"


# --- small disks -----------------------------------------------------------------------------

_SMALL = "12m"


def own_mounts() -> bool:
    """Let this process mount what vanishes with it; False where that is not permitted."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphaned gits become ours
    if libc.unshare(0x00020000):  # CLONE_NEWNS
        return False
    done = subprocess.run(["mount", "--make-rprivate", "/"], check=False, capture_output=True)
    return done.returncode == 0


def mount_small(folder: Path) -> None:
    """Put a small disk at a folder."""
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_SMALL}", "small", str(folder)], check=True
    )


def unmount(folder: Path) -> None:
    """Take a small disk away."""
    subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def fill(clone: Clone, pages: int) -> None:
    """Fill the disk of a clone, but for so many pages."""
    ballast = clone.path / "ballast"
    try:
        with ballast.open("ab", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
    except OSError:
        pass
    with ballast.open("ab") as file:
        file.truncate(max(0, file.tell() - pages * 4096))


def free(clone: Clone) -> None:
    """Make room again."""
    (clone.path / "ballast").unlink(missing_ok=True)
