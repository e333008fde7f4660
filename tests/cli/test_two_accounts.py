"""Two accounts of one group in one clone: with git's setting they have one record."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tests import program

import incidentctl

GROUP = 3000
FIRST, SECOND = 2001, 2002
PROBE = "import incidentctl, typer, rich, yaml, pydantic"


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Accounts:
    """Runs commands as one account or another in a clone that both may write to."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.repo = top / "repo"
        self.python: str | None = None
        """Which Python is started; None where the command is forked from this process."""
        self.site: Path | None = None

    @property
    def state(self) -> Path:
        return self.repo / ".git" / "incidentctl"

    def run(self, account: int, *command: str, umask: int = 0o002) -> Done:
        home = self.top / f"home{account}"
        if not home.exists():
            home.mkdir(mode=0o700)
            (home / ".gitconfig").write_text(
                f"[user]\n\tname = U{account}\n\temail = u{account}@example.org\n"
                "[init]\n\tdefaultBranch = main\n[safe]\n\tdirectory = *\n"
            )
            for path in (home, home / ".gitconfig"):
                os.chown(path, account, GROUP)
        options = {
            "cwd": self.repo if self.repo.is_dir() else self.top, "capture_output": True,
            "text": True, "stdin": subprocess.DEVNULL, "timeout": 60,
            "user": account, "group": GROUP, "extra_groups": [], "umask": umask,
            "env": {
                "PATH": os.environ["PATH"], "HOME": str(home), "USER": f"u{account}", "TZ": "UTC",
                "GIT_CONFIG_NOSYSTEM": "1", "PYTHONDONTWRITEBYTECODE": "1",
                **({"PYTHONPATH": str(self.site)} if self.site else {}),
            },
        }  # fmt: skip
        if command[0] == "incidentctl" and self.python is None:
            done = program.run(*command[1:], **options)
        else:
            started = [self.python, "-m"] if command[0] == "incidentctl" else []
            done = subprocess.run([*started, *command], check=False, **options)
        return Done(done.returncode, done.stdout, done.stderr)

    def must(self, account: int, *command: str, umask: int = 0o002) -> Done:
        done = self.run(account, *command, umask=umask)
        assert done.code == 0, done
        return done

    def say(self, account: int, *arguments: str, umask: int = 0o002) -> Done:
        """Run a command of incidentctl."""
        return self.run(account, "incidentctl", *arguments, umask=umask)

    def can_run(self) -> bool:
        """Say whether another account can start this program."""
        assert self.python
        try:
            return self.run(FIRST, self.python, "-c", PROBE).code == 0
        except PermissionError:
            return False

    def ok(self, account: int, *arguments: str, umask: int = 0o002) -> Done:
        done = self.say(account, *arguments, umask=umask)
        assert done.code == 0, done
        return done

    def texts(self, account: int) -> list[str]:
        """What an account sees in the log."""
        entries = json.loads(self.ok(account, "show", "--json").out)["timeline"]
        return [entry["text"] for entry in entries]

    def faults(self, account: int) -> list[str]:
        """What `doctor` finds, the team's own settings and people aside."""
        checks = json.loads(self.say(account, "doctor", "--json").out)["checks"]
        return [
            check["message"]
            for check in checks
            if check["state"] != "ok" and check["name"] not in ("identity", "remote", "catalog")
        ]

    def at_home(self, account: int) -> list[Path]:
        """What had to be kept in an account's own folder."""
        return [p for p in (self.top / f"home{account}").rglob("outbox-*/*") if p.is_file()]


def lacking(what: str) -> None:
    if os.environ.get("INCIDENTCTL_REQUIRE_ALL") == "1":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture
def started(accounts: Accounts) -> Iterator[None]:
    """Start the program for each account, as what it leaves to the background has to be.

    Often this Python is in a folder that only its owner may enter; then the system's serves.
    """
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        top.chmod(0o755)
        accounts.python = sys.executable
        if accounts.can_run():
            yield
            return
        accounts.site = top / "site"
        shutil.copytree(
            sysconfig.get_path("purelib"), accounts.site,
            ignore=shutil.ignore_patterns("mypy", "hypothesis", "pip"),
        )  # fmt: skip
        package = Path(incidentctl.__file__).parent
        shutil.copytree(package, accounts.site / "incidentctl", dirs_exist_ok=True)
        for folder, _, names in os.walk(accounts.site):
            Path(folder).chmod(0o755)
            for file in names:
                (Path(folder) / file).chmod(0o644)
        accounts.python = f"/usr/bin/python3.{sys.version_info.minor}"
        if not Path(accounts.python).exists() or not accounts.can_run():
            lacking("other accounts cannot run this version of Python")
        yield


@pytest.fixture
def accounts() -> Iterator[Accounts]:
    """A team's clone that both may write to; git's setting is not made."""
    if os.geteuid() != 0:
        lacking("two accounts need root")
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        top.chmod(0o755)
        made = Accounts(top)
        made.repo.mkdir()
        os.chown(made.repo, FIRST, GROUP)
        made.repo.chmod(0o2775)
        made.must(FIRST, "git", "init", "-q", ".")
        made.ok(FIRST, "init", ".", "--organisation", "P", "--team", "core", "--services",
                "website,api", "--no-input")  # fmt: skip
        made.must(FIRST, "git", "add", "-A")
        made.must(FIRST, "git", "commit", "-q", "-m", "catalog")
        made.must(FIRST, "chmod", "-R", "g+rwXs", ".git")
        yield made


def share(accounts: Accounts, value: str = "group") -> None:
    accounts.must(FIRST, "git", "config", "core.sharedRepository", value)


@pytest.mark.parametrize("umask", [0o002, 0o022, 0o077])
@pytest.mark.parametrize("value", ["group", "all", "0660"])
def test_two_accounts_have_one_record(accounts, value, umask):
    share(accounts, value)
    accounts.ok(FIRST, "declare", "it is down", "--no-input", umask=umask)
    assert "kept in" not in accounts.ok(SECOND, "log", "from the second", umask=umask).err
    assert "it is down" in accounts.ok(SECOND, "list").out
    assert accounts.texts(SECOND)[-1] == accounts.texts(FIRST)[-1] == "from the second"
    accounts.ok(FIRST, "log", "from the first", umask=umask)
    accounts.ok(SECOND, "log", "the second again", umask=umask)
    said = ["from the second", "from the first", "the second again"]
    assert accounts.texts(FIRST)[-3:] == accounts.texts(SECOND)[-3:] == said
    assert accounts.faults(FIRST) == accounts.faults(SECOND) == []
    assert accounts.at_home(FIRST) == accounts.at_home(SECOND) == []
    for account in (FIRST, SECOND):
        accounts.must(account, "git", "fsck", "--strict")
        accounts.must(account, "git", "log", "-p", "incident-log")


@pytest.mark.usefixtures("started")
def test_two_accounts_have_one_exchange_with_the_remote(accounts):
    share(accounts)
    remote = accounts.top / "remote.git"
    remote.mkdir()
    os.chown(remote, FIRST, GROUP)
    accounts.must(FIRST, "git", "init", "-q", "--bare", "--shared=group", str(remote))
    accounts.must(FIRST, "git", "remote", "add", "origin", "../remote.git")
    accounts.must(FIRST, "git", "push", "-q", "origin", "main")
    with (accounts.repo / "incidentctl.yaml").open("a") as settings:
        settings.write("record: {remote: origin}\n")
    accounts.ok(FIRST, "declare", "it is down", "--no-input", umask=0o077)
    accounts.ok(FIRST, "sync", umask=0o077)
    accounts.ok(SECOND, "log", "from the second", umask=0o077)
    accounts.ok(SECOND, "sync", umask=0o077)
    accounts.ok(FIRST, "log", "from the first", umask=0o077)
    assert "Up to date" in accounts.ok(FIRST, "sync", umask=0o077).out
    assert accounts.texts(SECOND)[-2:] == ["from the second", "from the first"]
    assert accounts.faults(FIRST) == accounts.faults(SECOND) == []


def test_a_restricted_incident_is_one_for_both_accounts(accounts):
    share(accounts)
    accounts.ok(SECOND, "declare", "a leak", "--restricted", "--no-input", umask=0o077)
    accounts.ok(FIRST, "log", "from the first", umask=0o077)
    accounts.ok(SECOND, "log", "from the second", umask=0o077)
    assert accounts.texts(FIRST)[-2:] == ["from the first", "from the second"]
    assert "restricted" in accounts.ok(FIRST, "show").err
    assert accounts.faults(FIRST) == accounts.faults(SECOND) == []


def test_without_the_setting_what_cannot_be_read_is_told(accounts):
    accounts.ok(FIRST, "declare", "it is down", "--no-input")
    hidden = f"{accounts.state / 'outbox'} cannot be read"
    assert hidden in accounts.ok(SECOND, "list").err
    assert hidden in accounts.ok(SECOND, "show").err
    faults = [fault for fault in accounts.faults(SECOND) if hidden in fault]
    assert len(faults) == 1
    assert "git config core.sharedRepository group" in accounts.say(SECOND, "doctor").out
    assert "kept in" in accounts.ok(SECOND, "log", "x").err
    accounts.ok(FIRST, "resolve", "it was the disk")
    for command in (["list"], ["list", "--json"], ["watch", "--once"], ["due", "-q"], ["log"]):
        refused = accounts.say(SECOND, *command)
        assert (refused.code, hidden in refused.err) == (6, True), refused


def test_the_setting_opens_what_was_made_before_it(accounts):
    accounts.ok(FIRST, "declare", "it is down", "--no-input")
    assert "kept in" in accounts.ok(SECOND, "log", "from the second").err
    assert len(accounts.at_home(SECOND)) == 1
    share(accounts)
    accounts.ok(FIRST, "list", umask=0o077)
    assert "kept in" not in accounts.ok(SECOND, "log", "the second again", umask=0o077).err
    assert accounts.at_home(SECOND) == []
    assert accounts.texts(FIRST)[-2:] == ["from the second", "the second again"]
    assert accounts.faults(FIRST) == accounts.faults(SECOND) == []
    # What came from a folder of the second's own is the group's, too.
    for path in (accounts.state / "kept").iterdir():
        assert (path.stat().st_gid, path.stat().st_mode & 0o777) == (GROUP, 0o660)


def test_a_ref_that_cannot_be_read_loses_nothing_that_is_said(accounts):
    """Git makes it so under a narrow umask, without the setting."""
    ident = accounts.ok(FIRST, "declare", "it is down", "--no-input", umask=0o077).out.strip()
    refused = accounts.say(SECOND, "list")
    assert (refused.code, "cannot be read: Permission denied" in refused.err) == (6, True)
    assert "kept in" in accounts.ok(SECOND, "log", "-i", ident, "from the second").err
    assert len(accounts.at_home(SECOND)) == 1


def test_one_file_that_cannot_be_read_is_told_and_left(accounts):
    share(accounts)
    accounts.ok(FIRST, "declare", "it is down", "--no-input")
    ident = json.loads(accounts.ok(FIRST, "list", "--json").out)["incidents"][0]["id"]
    path = accounts.state / "outbox" / f"01M8765GG1993JZZ2RC3PY935S~{ident}"
    path.write_text("x")
    path.chmod(0o600)
    os.chown(path, FIRST, GROUP)
    hidden = f"{path} cannot be read"
    assert hidden in accounts.ok(SECOND, "list").err
    assert f"{hidden}: Permission denied" in accounts.ok(SECOND, "log", "x").err
    by_doctor = f"{path} cannot be read by this account"
    assert any(by_doctor in fault for fault in accounts.faults(SECOND))
    assert not any("damaged" in fault for fault in accounts.faults(SECOND))
    assert path.read_text() == "x"
