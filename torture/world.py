"""The repositories of a history: a remote, and clones whose users have left much lying about."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from torture import disks

LOG_REF = "refs/incidentctl/log"
MIRROR = "refs/heads/incident-log"
TRACKING = "refs/remotes/origin/incident-log"
RESTRICTED_REF = "refs/incidentctl/restricted"
RESTRICTED_BRANCH = "refs/heads/incident-log-restricted"
_RESTRICTED_TRACKING = "refs/remotes/vault/incident-log-restricted"
#: The accounts that share a clone in some histories, and their group.
ACCOUNTS, GROUP = (1001, 1002), 2000
_HOOKS = (
    "pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "pre-push", "post-merge",
    "pre-merge-commit", "post-checkout", "post-rewrite", "reference-transaction", "pre-auto-gc",
    "fsmonitor-watchman", "post-index-change",
)  # fmt: skip
#: What the user does runs no hook, so that a hook that ran was started by the record.
_USER = (
    "-c",
    "safe.directory=*",
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

    @property
    def home(self) -> Path:
        """The configuration of its user."""
        return self.path.parent / f"home{self.number}"

    def spools(self, *kinds: str, restricted: bool = False) -> list[Path]:
        """Return the folders of such kinds of spools; of the outbox also where it falls back to."""
        below = ("restricted",) if restricted else ()
        found = [self.state.joinpath(*below, kind) for kind in kinds]
        if "outbox" in kinds:
            for account in ("", *map(str, ACCOUNTS)):
                place = self.fallback.with_name(f"{self.fallback.name}{account}")
                found += place.joinpath(*below).glob("outbox-*")
                found += place.glob("restricted/unsure/outbox-*")
            # Where nobody could tell which part an event belongs to.
            found.append(self.state / "restricted" / "unsure")
        return found


def template(folder: Path, *, sha256: bool = False) -> None:
    """Make a remote and a clone of it, to be copied for each history."""
    remote, clone = folder / "remote.git", folder / "clone"
    remote.mkdir(parents=True)
    clone.mkdir()
    kind = f"--object-format={'sha256' if sha256 else 'sha1'}"
    git(remote, "init", "-q", "--bare", "-b", "main", "--template=", kind)
    (remote / "hooks").mkdir()
    (remote / "hooks" / "update").write_text(_UPDATE)
    (remote / "hooks" / "update").chmod(0o755)
    git(clone, "init", "-q", "-b", "main", "--template=", kind)
    for name in ("file.txt", "staged.txt", "dirty.txt", "stashed.txt"):
        (clone / name).write_text("one\n")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "first")
    git(clone, "remote", "add", "origin", "REMOTE")
    shutil.copytree(remote, folder / "vault.git")
    git(clone, "push", "-q", str(remote), "main")
    git(clone, "branch", "-q", "topic")
    git(clone, "tag", "v1")
    (clone / "stashed.txt").write_text("two\n")
    git(clone, "stash", "-q")
    (clone / "staged.txt").write_text("two\n")
    git(clone, "add", "staged.txt")
    (clone / "dirty.txt").write_text("two\n")
    (clone / "untracked.txt").write_text("two\n")
    # Another place can be told from the shared one by what it holds.
    tree = git(clone, "rev-parse", "main^{tree}").strip()
    other = git(clone, "commit-tree", "-m", "another", tree).strip()
    git(clone, "push", "-q", str(folder / "vault.git"), f"{other}:refs/heads/main")
    for name in ("remote.git", "vault.git", "clone/.git"):
        (folder / name / "refs" / "heads").mkdir(exist_ok=True)


def build(made: Path, root: Path, clones: int, shifts: tuple[int, ...], locked: tuple[bool, ...],
          *, small: int | None, vault: str, accounts: bool) -> list[Clone]:  # fmt: skip
    """Copy the template for a history; the clone `small` gets a small disk of its own."""
    for name in ("remote.git", "vault.git"):
        shutil.copytree(made / name, root / name)
    (root / "net").mkdir()
    (root / "ran").mkdir()
    built = []
    for number in range(clones):
        clone = Clone(number, root / f"c{number}", root / f"f{number}", shifts[number],
                      number == small)  # fmt: skip
        if clone.on_small_disk:
            clone.path.mkdir()
            disks.mount_small(clone.path)
        shutil.copytree(made / "clone", clone.path, symlinks=True, dirs_exist_ok=True)
        connect(root, number)
        _plant(clone, root, locked=locked[number])
        add_vault(clone, root, vault)
        built.append(clone)
    if accounts:
        _share(root, built)
    return built


def add_vault(clone: Clone, root: Path, vault: str) -> None:
    """Give a clone the remote for restricted incidents, which may be the shared one."""
    shared = root / "remote.git"
    if vault == "link":
        (root / "other.git").unlink(missing_ok=True)
        (root / "other.git").symlink_to(shared)
    ssh = root / "ssh"
    if vault == "ssh-alias":  # whatever host is asked, as an alias in ~/.ssh/config has it
        ssh.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
        ssh.chmod(0o755)
    lines = {
        "none": "",
        "another": f"\turl = {root}/net/{clone.number}-another\n",
        "link": f"\turl = {root / 'other.git'}\n",
        "file-url": f"\turl = file://{shared}\n",
        "pushurl": f"\turl = {root / 'vault.git'}\n\tpushurl = {shared}\n",
        "instead-of": f'\turl = vault:remote.git\n[url "{root}/"]\n\tinsteadOf = vault:\n',
        "ssh-alias": f"\turl = ssh://git@work{shared}\n[core]\n\tsshCommand = {ssh}\n",
    }[vault]
    if lines:
        with (clone.git_dir / "config").open("a") as config:
            config.write(f'[remote "vault"]\n\tfetch = +refs/heads/*:refs/remotes/vault/*\n{lines}')


def become(account: int) -> None:
    """Let this process belong to one of the accounts that share the clones."""
    os.setgroups([])
    os.setgid(GROUP)
    os.setuid(ACCOUNTS[account])
    os.umask(0o002)


def _share(root: Path, clones: list[Clone]) -> None:
    """Let all belong to one account, and another one of its group write it, too."""
    root.parent.chmod(0o711)
    repositories = [root / "remote.git", root / "vault.git", *(clone.git_dir for clone in clones)]
    for repository in repositories:
        with (repository / "config").open("a") as config:
            config.write("[core]\n\tsharedRepository = group\n")
    _own(root)


def _own(root: Path) -> None:
    for folder, _, files in os.walk(root):
        os.chown(folder, ACCOUNTS[0], GROUP)
        Path(folder).chmod(0o2775)
        for name in files:
            path = Path(folder) / name
            if not path.is_symlink():
                os.chown(path, ACCOUNTS[0], GROUP)
                path.chmod(path.stat().st_mode | (path.stat().st_mode & 0o700) >> 3)


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
    clone.home.write_text("[safe]\n\tdirectory = *\n")
    hooks = clone.git_dir / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in _HOOKS:
        (hooks / name).symlink_to(run)
    if locked:
        (clone.git_dir / "index.lock").touch()


def adopt(clone: Clone, root: Path, *, accounts: bool) -> bool:
    """Let a copy of a clone have a network and a user; False where it is no repository."""
    config = clone.git_dir / "config"
    if not (config.is_file() and (clone.git_dir / "HEAD").is_file()):
        return False
    for name in ("objects", "refs"):
        (clone.git_dir / name).mkdir(exist_ok=True)
    connect(root, clone.number)
    clone.home.write_text("[safe]\n\tdirectory = *\n")
    text = re.sub(r"/net/\d+", f"/net/{clone.number}", config.read_text())
    config.write_text(text.removesuffix("[broken\n"))
    if accounts:
        _own(clone.path)
    return True


def connect(root: Path, number: int) -> None:
    """Give a clone its network."""
    for name, place in ((str(number), "remote.git"), (f"{number}-another", "vault.git")):
        link = root / "net" / name
        if not link.is_symlink():
            link.symlink_to(root / place)


def disconnect(root: Path, number: int) -> None:
    """Take a clone's network away."""
    for name in (str(number), f"{number}-another"):
        (root / "net" / name).unlink(missing_ok=True)


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
        ours = ref.startswith("refs/incidentctl/") or ref in (TRACKING, _RESTRICTED_TRACKING)
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
