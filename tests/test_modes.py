"""Who else gets the files of this program in a git directory: what git's own setting says."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from incidentctl.git import atomic, permissions

PRIVATE = permissions.PRIVATE
GROUP = permissions.Modes(0o660, 0o2770)
EVERYBODY = permissions.Modes(0o664, 0o2775)
OPEN, READABLE = permissions.Modes(0o666, 0o2777), permissions.Modes(0o640, 0o2750)
VALUES = [
    ("umask", PRIVATE), ("false", PRIVATE), ("No", PRIVATE),
    ("off", PRIVATE), ("0", PRIVATE), ("", PRIVATE),
    ("group", GROUP), ("true", GROUP), ("TRUE", GROUP), ("yes", GROUP), ("on", GROUP), ("1", GROUP),
    ("all", EVERYBODY), ("world", EVERYBODY), ("everybody", EVERYBODY), ("2", EVERYBODY),
    ("0660", GROUP), ("660", GROUP), ("0664", EVERYBODY), ("0777", OPEN),
    ("0640", READABLE), ("0600", PRIVATE),
    # Git refuses these.
    ("0440", PRIVATE), ("Group", PRIVATE), ("nonsense", PRIVATE),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    """What was decided once is decided anew, as by another process."""
    permissions._of_git_dir.cache_clear()
    yield
    permissions._of_git_dir.cache_clear()


@pytest.fixture
def git_dir(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path / ".git"


@pytest.fixture
def narrow() -> Iterator[None]:
    """A umask that leaves nothing to anybody else."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("value", "wanted"), VALUES)
def test_each_value_of_the_setting_means_what_it_means_to_git(value, wanted):
    assert permissions.of_setting(value) == wanted


@pytest.mark.parametrize(("value", "wanted"), VALUES)
def test_it_is_read_as_git_writes_it(git_dir, value, wanted):
    subprocess.run(
        ["git", "-C", str(git_dir), "config", "core.sharedRepository", value], check=True
    )
    assert permissions.of(git_dir / "incidentctl" / "outbox") == wanted


@pytest.mark.parametrize(("value", "wanted"), [(v, w) for v, w in VALUES if w.shared])
def test_files_and_folders_get_what_git_gives_its_own(git_dir, narrow, value, wanted):
    """Compared with an object that git writes under the same setting."""
    config = ["git", "-C", str(git_dir), "config", "core.sharedRepository", value]
    subprocess.run(config, check=True)
    subprocess.run(
        ["git", "-C", str(git_dir), "hash-object", "-w", "--stdin"], input=b"x", check=True,
        capture_output=True,
    )  # fmt: skip
    of_git = next(f for f in (git_dir / "objects").iterdir() if len(f.name) == 2)
    state = git_dir / "incidentctl"
    permissions.make_folder(state / "restricted" / "known")
    atomic.replace(state / "x", b"x")
    permissions.touch(state / "y")
    for folder in (state, state / "restricted", state / "restricted" / "known"):
        assert mode(folder) == mode(of_git) == wanted.folder
    assert (mode(state / "x"), mode(state / "y")) == (wanted.file, wanted.file)


@pytest.mark.parametrize(
    "text",
    [
        "[core] sharedRepository = group\n",
        "[CORE]\n\tSHAREDREPOSITORY=group ; as git init --shared\n",
        '[core]\n\tsharedrepository = "group" # so\n',
        "[core]\n\tsharedRepository\n",
        "[core]\n\tsharedRepository = 0\n[user]\n\tname = x\n[core]\n\tsharedRepository = 1\n",
        '[remote "a]b"]\n\turl = x\n[core]\n\tsharedRepository = group\n',
    ],
)
def test_the_setting_is_found_however_it_is_written(git_dir, text):
    (git_dir / "config").write_text(text)
    assert permissions.of(git_dir / "incidentctl") == GROUP
    asked = ["git", "config", "-f", str(git_dir / "config"), "--get-all", "core.sharedRepository"]
    assert subprocess.run(asked, check=True, capture_output=True).stdout.strip() != b"0"


@pytest.mark.parametrize(
    "text",
    [
        "[user]\n\tsharedRepository = group\n",
        '[core "x"]\n\tsharedRepository = group\n',
        "[core]\n\t# sharedRepository = group\n",
        "[core]\n\tsharedRepository = group\n\tsharedRepository = umask\n",
        "[user]\n\tname = sharedRepository = group\n",
    ],
)
def test_what_is_no_such_setting_shares_nothing(git_dir, text):
    (git_dir / "config").write_text(text)
    assert permissions.of(git_dir / "incidentctl") == permissions.PRIVATE


def test_the_state_of_one_user_is_never_shared(git_dir, tmp_path, narrow):
    subprocess.run(
        ["git", "-C", str(git_dir), "config", "core.sharedRepository", "all"], check=True
    )
    assert permissions.of(git_dir / "incidentctl" / "outbox").shared
    (tmp_path / "config").write_text("[core]\n\tsharedRepository = all\n")
    box = tmp_path / "incidentctl" / "outbox-1"
    permissions.make_folder(box)
    atomic.replace(box / "x", b"x")
    assert (mode(box), mode(box / "x")) == (0o700, 0o600)


def test_without_the_setting_all_is_the_owner_s(git_dir):
    before = os.umask(0)
    try:
        permissions.make_folder(git_dir / "incidentctl" / "cache")
        atomic.replace(git_dir / "incidentctl" / "cache" / "x", b"x")
    finally:
        os.umask(before)
    assert mode(git_dir / "incidentctl") == 0o711  # none can list it
    assert mode(git_dir / "incidentctl" / "cache") == 0o700
    assert mode(git_dir / "incidentctl" / "cache" / "x") == 0o600


@pytest.fixture
def made_before(git_dir: Path, narrow: None) -> Path:
    """The folder of this program, made before the setting was."""
    state = git_dir / "incidentctl"
    permissions.make_folder(state / "restricted" / "outbox")
    atomic.replace(state / "restricted" / "outbox" / "x", b"x")
    permissions._of_git_dir.cache_clear()
    permissions.widen(state)
    assert mode(state / "restricted" / "outbox" / "x") == 0o600
    subprocess.run(["git", "-C", str(git_dir), "config", "core.sharedRepository", "1"], check=True)
    permissions._of_git_dir.cache_clear()
    return state


def test_what_was_made_before_the_setting_is_widened_once(made_before):
    permissions.widen(made_before)
    assert mode(made_before) == mode(made_before / "restricted" / "outbox") == 0o2770
    assert mode(made_before / "restricted" / "outbox" / "x") == 0o660
    (made_before / "restricted" / "outbox" / "x").chmod(0o600)
    permissions.widen(made_before)  # looked at already
    assert mode(made_before / "restricted" / "outbox" / "x") == 0o600


def test_a_setting_that_is_made_again_is_looked_at_again(made_before):
    permissions.widen(made_before)
    (made_before / "restricted" / "outbox" / "x").chmod(0o600)
    os.utime(made_before.parent / "config", ns=(1, 1))
    permissions.widen(made_before)
    assert mode(made_before / "restricted" / "outbox" / "x") == 0o660


def test_no_link_is_followed_out_of_the_folder(made_before, tmp_path):
    """Whoever may write there could else have another account open its own files to everybody."""
    secret, folder = tmp_path / "secret", tmp_path / "private"
    secret.write_text("x")
    folder.mkdir(mode=0o700)
    (made_before / "link").symlink_to(secret)
    (made_before / "restricted" / "link").symlink_to(folder)
    (made_before / "hard").hardlink_to(secret)
    permissions.widen(made_before)
    assert (mode(secret), mode(folder)) == (0o600, 0o700)
    with pytest.raises(OSError, match="symbolic"):
        permissions.touch(made_before / "link")
    atomic.replace(made_before / "link", b"y")
    assert secret.read_text() == "x"


def test_a_folder_that_was_left_half_made_is_put_right(git_dir, narrow):
    subprocess.run(["git", "-C", str(git_dir), "config", "core.sharedRepository", "1"], check=True)
    box = git_dir / "incidentctl" / "outbox"
    permissions.make_folder(box)
    box.chmod(0o700)
    permissions.make_folder(box)
    assert mode(box) == 0o2770
