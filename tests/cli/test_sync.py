"""Two clones and a bare remote, with the program as people start it; and remotes that fail."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from tests import program
from tests.cli.test_watch_terminal import Board

from incidentctl.app.incident import watch
from incidentctl.record import upkeep
from incidentctl.record.sync import exchange
from incidentctl.record.sync.background import Background

PROGRAM = [sys.executable, "-m", "incidentctl"]


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


class Clone:
    """A clone of the team's repository, with a person of the catalog at work in it."""

    def __init__(self, path: Path, email: str) -> None:
        self.path = path
        self.environment = {name: value for name, value in os.environ.items() if name != "CI"}
        self.environment["XDG_STATE_HOME"] = str(path.parent / f"{path.name}-state")
        git(path, "config", "user.name", email.partition("@")[0])
        git(path, "config", "user.email", email)

    def run(self, *arguments: str, code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        done = program.run(*arguments, cwd=self.path, env=self.environment | more)
        assert done.returncode == code, done.stderr
        return done

    def sync(self, code: int = 0) -> dict[str, object]:
        return dict(json.loads(self.run("sync", "--json", code=code).stdout))

    def declare(self, title: str) -> str:
        return self.run("declare", title, "--no-input", "-s", "SEV3").stdout.strip()

    @property
    def unsynced(self) -> int:
        folder = self.path / ".git" / "incidentctl"
        return sum(1 for box in ("outbox", "sent") for _ in (folder / box).glob("[!.]*"))

    def exchanges(self) -> list[int]:
        """The processes that exchange for this clone."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                line = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"--background" in line and os.fsencode(self.path) in line:
                found.append(int(folder.name))
        return found


def until(done: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def clones(team: Path, tmp_path: Path) -> Iterator[tuple[Clone, Clone]]:
    marker = team / "incidentctl.yaml"
    marker.write_text(marker.read_text().replace("record: {", "record: {remote: origin, "))
    git(team, "commit", "-qam", "The record is shared")
    bare = tmp_path / "remote.git"
    git(tmp_path, "clone", "-q", "--bare", str(team), str(bare))
    made = []
    for name, person in (("ann", "greta"), ("bob", "joelle")):
        git(tmp_path, "clone", "-q", str(bare), str(tmp_path / name))
        made.append(Clone(tmp_path / name, f"{person}@astronomy-shop.example"))
    yield made[0], made[1]
    for clone in made:  # whatever still goes on in the background ends with its remote
        until(lambda clone=clone: not clone.exchanges(), 30)


def test_an_event_reaches_the_other_clone_by_itself(clones: tuple[Clone, Clone]) -> None:
    ann, bob = clones
    ident = ann.declare("checkout is down")
    until(lambda: ann.unsynced == 0)
    # Bob has never exchanged: he is asked nothing, and finds it all the same.
    bob.run("log", "looking at it")
    assert ident in bob.run("list").stdout
    until(lambda: bob.unsynced == 0)
    assert ann.sync()["received"] == 1
    assert "looking at it" in ann.run("log").stdout
    assert ann.run("log").stdout == bob.run("log").stdout


@pytest.mark.parametrize("command", [["list"], ["watch", "--once"], ["watch", "--json"]])
def test_nothing_is_open_only_where_the_remote_says_so_too(
    clones: tuple[Clone, Clone], command: list[str]
) -> None:
    ann, bob = clones
    bob.sync()
    ident = ann.declare("checkout is down")
    ann.sync()
    assert ident in bob.run(*command).stdout


def test_a_board_says_that_it_is_blind(clones: tuple[Clone, Clone], tmp_path: Path) -> None:
    """Nothing is unsent in a clone that only watches."""
    ann, _ = clones
    ann.declare("checkout is down")
    ann.sync()
    (tmp_path / "remote.git").rename(tmp_path / "away.git")
    ann.sync(code=6)
    board = ann.run("watch", "--once", COLUMNS="60").stdout
    assert "what others do is not shown here" in board
    board = json.loads(ann.run("watch", "--json").stdout)
    assert board["remotes"][0]["remote"] == "origin"
    assert board["remotes"][0]["state"] == "misconfigured"
    assert board["remotes"][0]["well"]
    (tmp_path / "away.git").rename(tmp_path / "remote.git")
    ann.sync()
    board = ann.run("watch", "--once").stdout
    assert "checkout is down" in board
    assert "not shown here" not in board


@pytest.mark.parametrize(
    ("command", "code"), [(["list"], 0), (["watch"], 0), (["show"], 3), (["log", "hi"], 3)]
)
def test_outside_of_the_team_s_repository_nothing_is_said_to_be_clear(
    clones: tuple[Clone, Clone], tmp_path: Path, command: list[str], code: int
) -> None:
    ann, _ = clones
    ann.declare("checkout is down")
    until(lambda: not ann.exchanges())
    ann.path = tmp_path / "home"
    ann.path.mkdir()
    result = ann.run(*command, code=code)
    assert "No team repository here" in result.stdout + result.stderr
    assert "incidentctl use DIR" in result.stdout + result.stderr


def test_list_and_show_tell_what_the_remote_lacks(clones: tuple[Clone, Clone]) -> None:
    ann, _ = clones
    git(ann.path, "remote", "set-url", "origin", "http://127.0.0.1:1/x.git")
    ident = ann.declare("checkout is down")
    until(lambda: not ann.exchanges())
    for arguments in (("list",), ("show", ident), ("status",)):
        output = ann.run(*arguments).stderr
        assert "events are not yet on origin, the oldest for" in output
        assert "offline" in output
    done = ann.sync(code=6)
    assert done["state"] == "offline"
    assert done["pending"]


def test_a_record_that_was_read_hours_ago_is_told(clones: tuple[Clone, Clone]) -> None:
    ann, _ = clones
    ident = ann.declare("checkout is down")
    until(lambda: not ann.exchanges())
    ann.sync()
    commands = ("list",), ("show", ident), ("status",), ("due",)
    assert not [
        output for each in commands if "may be missing" in (output := ann.run(*each).stderr)
    ]
    until(lambda: not ann.exchanges())
    git(ann.path, "remote", "set-url", "origin", "http://127.0.0.1:1/x.git")
    kept = ann.path / ".git" / "incidentctl" / "exchange.json"
    hours_ago = (datetime.now(UTC) - timedelta(hours=8)).isoformat()
    for arguments in commands:
        last = json.loads(kept.read_text())
        kept.write_text(json.dumps(last | {"at": hours_ago, "well": hours_ago}))
        output = " ".join(ann.run(*arguments).stderr.split())
        assert "What others did in the last 8h may be missing" in output
        until(lambda: not ann.exchanges())
    assert "may be missing" not in ann.run("due", "--short").stderr


def test_sync_says_what_to_do_without_a_remote(run) -> None:
    result = run("sync")
    assert result.code == 6
    assert "record: {remote: origin}" in result.err


def test_fifty_quick_events_leave_one_exchange_and_all_arrive(
    clones: tuple[Clone, Clone],
) -> None:
    ann, bob = clones
    ann.declare("checkout is down")
    most = 0
    for number in range(50):
        ann.run("log", f"entry {number}")
        most = max(most, len(ann.exchanges()))
    assert most <= 2  # one exchanges, and one that has freed the lock may be on its way out
    until(lambda: ann.unsynced == 0)
    until(lambda: not ann.exchanges())
    bob.sync()
    text = bob.run("log").stdout
    assert all(f"entry {number} |" in text for number in range(50))


def test_a_stamp_left_while_an_exchange_ends_is_not_lost(
    clones: tuple[Clone, Clone],
) -> None:
    """Many writers at once, each ends at a time of its own: the last one's event goes out, too."""
    ann, _ = clones
    ann.declare("checkout is down")
    for _ in range(4):
        writers = [
            program.start(
                "log", f"from {number}", cwd=ann.path, env=ann.environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for number in range(4)
        ]  # fmt: skip
        for writer in writers:
            assert writer.wait(60) == 0
    until(lambda: ann.unsynced == 0)


def test_a_pipe_does_not_wait_for_a_remote_that_never_answers(
    clones: tuple[Clone, Clone], black_hole: int
) -> None:
    ann, _ = clones
    ann.declare("checkout is down")
    until(lambda: ann.unsynced == 0 and not ann.exchanges())
    git(ann.path, "remote", "set-url", "origin", f"git://127.0.0.1:{black_hole}/x.git")
    began = time.monotonic()
    script = f"{' '.join(PROGRAM)} log x | cat"
    done = subprocess.run(
        ["sh", "-c", script], cwd=ann.path, env=ann.environment, check=True, capture_output=True,
        text=True,
    )  # fmt: skip
    assert "recorded" in done.stderr
    assert time.monotonic() - began < 10  # the exchange would take 20
    until(lambda: len(ann.exchanges()) == 1)  # a process that has just begun has no words yet
    (child,) = ann.exchanges()
    names = {Path(f"/proc/{child}/fd/{number}").readlink().name for number in (0, 1, 2)}
    assert names == {"null"}
    assert os.getsid(child) == child
    os.kill(child, 15)
    until(lambda: not ann.exchanges())
    orphans = [
        folder for folder in Path("/proc").glob("[0-9]*")
        if _command(folder).startswith(b"git") and f":{black_hole}/".encode() in _command(folder)
    ]  # fmt: skip
    assert orphans == []


def test_command_is_handed_over_from_clone_to_clone_and_seen_on_both_boards(
    clones: tuple[Clone, Clone], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two real terminals of 80x24, and a bare remote between them."""
    monkeypatch.delenv("CI", raising=False)  # where nobody watches
    monkeypatch.setattr(watch, "_OLD", timedelta(seconds=2))
    ann, bob = clones
    ann.declare("checkout is down")
    until(lambda: ann.unsynced == 0)
    bob.sync()
    boards = []
    for clone in clones:
        monkeypatch.setenv("XDG_STATE_HOME", clone.environment["XDG_STATE_HOME"])
        boards.append(Board(clone.path))
    for board in boards:
        board.sees("commander      Greta Lindqvist")
    ann.run("handover", "joelle")
    for board in boards:
        board.sees("Command offered to Joëlle Marchand")
    bob.run("accept")
    until(lambda: bob.unsynced == 0)
    ann.run("sync")  # the board would ask by itself, a moment later
    for board in boards:
        board.sees("commander      Joëlle Marchand")
    for board in boards:
        board.child.send("q")
        board.ends()


def test_who_is_told_of_an_offer_accepts_it_at_once(clones: tuple[Clone, Clone]) -> None:
    ann, bob = clones
    ann.declare("checkout is down")
    until(lambda: ann.unsynced == 0)
    bob.sync()
    ann.run("handover", "joelle")
    until(lambda: ann.unsynced == 0)
    # Nobody has fetched here meanwhile.
    assert "joelle is the commander" in bob.run("accept").stderr


def test_who_cannot_ask_the_remote_is_told_so_with_the_refusal(
    clones: tuple[Clone, Clone], tmp_path: Path
) -> None:
    ann, bob = clones
    bob.sync()
    ann.declare("checkout is down")
    until(lambda: ann.unsynced == 0)
    (tmp_path / "remote.git").rename(tmp_path / "away.git")
    for words in (("accept",), ("log", "looked"), ("log", "-i", "zzz", "looked")):
        output = bob.run(*words, code=3).stderr
        assert "No incident " in output
        assert "The last sync with origin failed (misconfigured: " in output
    (tmp_path / "away.git").rename(tmp_path / "remote.git")


def test_an_offer_in_one_of_several_incidents_is_fetched_by_who_accepts(
    clones: tuple[Clone, Clone],
) -> None:
    ann, bob = clones
    ann.declare("search is slow")
    ident = ann.declare("checkout is down")
    ann.sync()
    bob.sync()
    ann.run("handover", "joelle", "-i", ident)
    until(lambda: ann.unsynced == 0)
    assert f"{ident}: joelle is the commander" in bob.run("accept").stderr


def test_a_process_for_another_severity_is_told_in_both_clones_and_corrected(
    clones: tuple[Clone, Clone],
) -> None:
    ann, bob = clones
    ann.run("declare", "checkout is down", "--no-input", "-s", "SEV1")
    ann.sync()
    bob.sync()
    remote = ann.path.parent / "remote.git"
    remote.rename(remote.with_suffix(".away"))
    ann.run("severity", "SEV3", "--reason", "few are hit")
    time.sleep(0.01)
    bob.run("severity", "SEV1", "--reason", "confirmed")  # the process is the same for Bob
    until(lambda: not ann.exchanges() and not bob.exchanges())
    remote.with_suffix(".away").rename(remote)
    for clone in (ann, bob, ann):
        clone.sync()
    for clone in clones:
        shown = clone.run("show").stdout
        assert "severity       SEV1" in shown
        assert "problem: The process that answers was chosen for SEV3, and SEV1 stands" in shown
        assert re.search(r"problem: \w+ set the severity SEV3, and \w+ set SEV1 without", shown)
    assert "SEV1 uses critical" in ann.run("severity", "SEV1").stderr
    shown = ann.run("show").stdout
    assert "severity       SEV1" in shown
    assert "problem" not in shown


def _command(folder: Path) -> bytes:
    try:
        return (folder / "cmdline").read_bytes()
    except OSError:
        return b""


def test_in_a_ci_job_it_is_exchanged_before_the_command_ends(clones: tuple[Clone, Clone]) -> None:
    ann, _ = clones
    ann.run("declare", "checkout is down", "--no-input", CI="true")
    assert ann.unsynced == 0
    assert not ann.exchanges()
    git(ann.path, "remote", "set-url", "origin", "http://127.0.0.1:1/x.git")
    assert "1 event(s) are not on the remote" in ann.run("log", "x", CI="true").stderr


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare is not installed")
def test_in_a_container_the_event_is_on_the_remote_when_it_ends(
    clones: tuple[Clone, Clone],
) -> None:
    ann, bob = clones
    command = ["unshare", "--pid", "--fork", "--mount-proc", *PROGRAM, "declare", "x", "--no-input"]
    done = subprocess.run(
        command, cwd=ann.path, env=ann.environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if "unshare" in done.stderr:
        pytest.skip(f"no namespace may be made here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    bob.sync()
    assert done.stdout.strip() in bob.run("list").stdout


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only `sync` exchanges, and gives up at once while another command commits."""
    monkeypatch.setattr(exchange, "Retries", partial(exchange.Retries, wait=0.1))
    monkeypatch.setattr(upkeep, "_WAIT", 0.1)
    monkeypatch.setattr(Background, "start", lambda *_: None)


@pytest.mark.usefixtures("impatient")
def test_it_is_not_up_to_date_while_something_waits_here(clones: tuple[Clone, Clone]) -> None:
    """The lock is held, as by another command that commits; then a file is damaged."""
    ann, _ = clones
    ann.declare("search is slow")
    assert ann.sync()["pending"] == 0
    folder = ann.path / ".git/incidentctl"
    with (folder / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ann.run("log", "deployed by the job")
        result = ann.sync(code=6)
        assert (result["state"], result["pending"]) == ("behind", 1)
        assert result["reason"] == "another incidentctl is committing"
        again = ann.run("sync", code=6)
        assert "another incidentctl is committing" in again.stderr
        assert "Up to date" not in again.stdout + again.stderr
    assert ann.sync()["pending"] == 0
    damaged = folder / "outbox" / f"{'0' * 26}~inc-20261124-1401-k7f"
    damaged.write_text("{}\n{}\n")
    result = ann.sync(code=6)
    assert result["state"] == "behind"
    assert "is damaged" in str(result["reason"])


@pytest.mark.usefixtures("impatient")
def test_it_is_not_up_to_date_while_something_restricted_waits(clones: tuple[Clone, Clone]) -> None:
    ann, _ = clones
    marker = ann.path / "incidentctl.yaml"
    text = marker.read_text()
    marker.write_text(text.replace("remote: origin", "remote: origin, restricted_remote: vault"))
    git(ann.path, "init", "-q", "--bare", "-b", "main", "../vault.git")
    git(ann.path, "remote", "add", "vault", "../vault.git")
    own = git(ann.path, "commit-tree", "HEAD^{tree}", "-m", "A place of its own")
    git(ann.path, "push", "-q", "vault", f"{own}:refs/heads/main")
    ident = ann.run(
        "declare", "a leak", "--restricted", "--no-input", "-s", "SEV3"
    ).stdout.strip()  # fmt: skip
    assert ann.sync()["pending"] == 0
    with (ann.path / ".git/incidentctl/restricted/lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ann.run("log", "-i", ident, "asked the lawyers")
        result = ann.sync(code=6)
        assert (result["state"], result["pending"]) == ("behind", 1)
    assert ann.sync()["pending"] == 0


@pytest.mark.parametrize("number", ["-1", "0", "99", "2147483648", str(2**63), str(10**30)])
def test_the_background_takes_nothing_but_the_lock_that_is_handed_over(
    clones: tuple[Clone, Clone], number: str
) -> None:
    done = clones[0].run("sync", f"--background={number}", code=2)
    assert "--background" in done.stderr
