"""Clones that were offline and reconnect at once; and a remote that never answers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect

from bench.incidents import declare_in, make_repository, note_in, open_ticking
from bench.timing import INCIDENTCTL, Row, middle, process, ratio, rounds, run

_BRANCH = "refs/heads/incident-log"
_LOG_REF = "refs/incidentctl/log"


def rows(folder: Path) -> list[Row]:
    """Measure; what is lost, doubled or unreachable ends the benchmark."""
    return [
        *_reconnect(folder / "eight", clones=8, events=200, limit=10),
        *_reconnect(folder / "sixteen", clones=16, events=200, limit=30),
        _together(folder / "together", clones=8, seconds=60),
        *_hanging(folder / "hanging"),
        _walked(folder / "walked", entries=10),
    ]


def _shared(folder: Path) -> Path:
    """Make a bare remote of the bank's repository, whose settings share the record."""
    team = make_repository(folder / "team")
    marker = team / "incidentctl.yaml"
    marker.write_text(marker.read_text().replace("record: {", "record: {remote: origin, "))
    run(("git", "commit", "-qam", "Share the record"), team)
    remote = folder / "remote.git"
    run(("git", "clone", "-q", "--bare", str(team), str(remote)))
    return remote


def _clone(remote: Path, name: str) -> Path:
    root = remote.parent / name
    run(("git", "clone", "-q", str(remote), str(root)))
    return root


def _reconnect(folder: Path, *, clones: int, events: int, limit: float) -> list[Row]:
    folder.mkdir()
    remote = _shared(folder)
    roots = [_clone(remote, f"c{number}") for number in range(clones)]
    first = open_ticking(roots[0])
    incident = declare_in(first)
    run((INCIDENTCTL, "sync"), roots[0])
    printed: set[str] = set()
    for root in roots:
        _run_anyhow((INCIDENTCTL, "sync"), root)
        run(("git", "remote", "set-url", "origin", "http://127.0.0.1:1/x.git"), root)
        workspace = open_ticking(root)
        workspace.record._share = None  # noqa: SLF001 (offline, and one process at a time)
        note_in(workspace, incident, events, at_once=1)
        printed.update(run(("git", "rev-list", _LOG_REF), root).split())
        run(("git", "remote", "set-url", "origin", str(remote)), root)
    known = {name for root in roots for name in _events(root, _LOG_REF)}
    began = time.perf_counter()
    syncing = [
        subprocess.Popen(
            (INCIDENTCTL, "sync"), cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for root in roots
    ]  # fmt: skip
    while len(_events(remote, _BRANCH)) < len(known) and time.perf_counter() - began < 300:
        time.sleep(0.05)
    took = time.perf_counter() - began
    for child in syncing:
        child.wait()
    for root in roots:
        _sync(root)
    held = _events(remote, _BRANCH)
    logs = {run((INCIDENTCTL, "log"), root) for root in roots}
    reachable = set(run(("git", "rev-list", _BRANCH), remote).split())
    tip = run(("git", "rev-parse", _BRANCH), remote)
    for _ in range(10):
        for root in roots[:2]:
            run((INCIDENTCTL, "sync"), root)
    moved = run(("git", "rev-parse", _BRANCH), remote) != tip
    faults = {
        "lost": len(known - set(held)),
        "twice": len(held) - len(set(held)),
        "unreachable commits": len(printed - reachable),
        "different logs": len(logs) - 1,
        "idle pushes": int(moved),
    }
    counts = ", ".join(f"{number} {what}" for what, number in faults.items())
    merges = len(run(("git", "rev-list", "--merges", _BRANCH), remote).split())
    what = f"{clones} clones × {events} events offline, then all reconnect: all on the remote"
    return [
        Row(what, took, "s", limit, f"{len(known)} events, {merges} merges; {counts}"),
        Row(f"faults there: {counts}", sum(faults.values()), "", 0),
    ]


def _sync(root: Path) -> None:
    """Sync, and again while processes of other clones push, as its hint says."""
    if not any(_run_anyhow((INCIDENTCTL, "sync"), root) for _ in range(20)):
        run((INCIDENTCTL, "sync"), root)


def _together(folder: Path, *, clones: int, seconds: float) -> Row:
    """Clones whose people declare, log and step at once, each command a process of its own."""
    folder.mkdir()
    remote = _shared(folder)
    roots = [_clone(remote, f"c{number}") for number in range(clones)]
    recorded: set[str] = set()
    end = time.monotonic() + seconds

    def work(root: Path) -> None:
        incident = run((INCIDENTCTL, "declare", "login is down", "--no-input"), root).strip()
        for number in range(10_000):
            word = ("step", "done", "1") if number == 3 else ("log", f"entry {number}")
            result = run((INCIDENTCTL, *word, "-i", incident, "--json"), root)
            recorded.update(json.loads(result)["events"])
            if time.monotonic() > end:
                return

    workers = [threading.Thread(target=work, args=(root,)) for root in roots]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for root in (*roots, *roots):
        _sync(root)
    held = [Path(name).name[:26] for name in _events(remote, _BRANCH)]
    tips = {run(("git", "rev-parse", _LOG_REF), root) for root in roots}
    lost, twice = len(recorded - set(held)), len(held) - len(set(held))
    faults = f"{lost} lost, {twice} twice, {len(tips) - 1} clones astray"
    what = f"{clones} clones declare, log and step at once for {seconds:.0f} s: faults"
    return Row(what, lost + twice + len(tips) - 1, "", 0, f"{len(held)} events; {faults}")


def _walked(folder: Path, *, entries: int) -> Row:
    """Write in one clone, and wait until somebody who walks in another one sees it."""
    folder.mkdir()
    remote = _shared(folder)
    mine, theirs = (_clone(remote, name) for name in ("mine", "theirs"))
    declare_in(open_ticking(mine))
    for root in (mine, theirs):
        run((INCIDENTCTL, "sync"), root)
    terminal = {**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
    walk = pexpect.spawn(
        INCIDENTCTL, ["run", "--as", "hiroto"], cwd=theirs, env=terminal, encoding="utf-8",
        timeout=60, dimensions=(30, 80),
    )  # fmt: skip
    walk.expect_exact("then Enter)")
    took = []
    for number in range(entries):
        time.sleep(1.0)
        began = time.perf_counter()
        run((INCIDENTCTL, "log", f"entry number {number} of the bench"), mine)
        walk.expect_exact(f"entry number {number} of the bench")
        took.append(time.perf_counter() - began)
    walk.close(force=True)
    what = "an entry of another clone in a walk that waits, from Enter to the screen"
    return Row(what, middle(took), "s", 2, f"at most {max(took):.1f} s")


def _run_anyhow(command: tuple[str, ...], folder: Path) -> bool:
    """Run a command; say whether it succeeded."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    return done.returncode == 0


def _events(root: Path, ref: str) -> list[str]:
    listed = run(("git", "ls-tree", "-r", "--name-only", ref), root)
    return [line for line in listed.splitlines() if "/events/" in line]


@contextmanager
def _black_hole() -> Iterator[int]:
    """Take connections and never answer; gives the port."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        taken: list[socket.socket] = []
        server.settimeout(0.1)

        def accept() -> None:
            while not ended.is_set():
                try:
                    taken.append(server.accept()[0])
                except TimeoutError:
                    continue

        worker = threading.Thread(target=accept)
        worker.start()
        yield server.getsockname()[1]
        ended.set()
        worker.join()
        for each in taken:
            each.close()


def _hanging(folder: Path) -> list[Row]:
    folder.mkdir()
    remote = _shared(folder)
    roots = {name: _clone(remote, name) for name in ("alone", "hanging")}
    alone = roots["alone"] / "incidentctl.yaml"
    alone.write_text(alone.read_text().replace("remote: origin, ", ""))
    with _black_hole() as port:
        url = f"git://127.0.0.1:{port}/x.git"
        run(("git", "remote", "set-url", "origin", url), roots["hanging"])
        for root in roots.values():
            workspace = open_ticking(root)
            note_in(workspace, declare_in(workspace), 200)
        command = (INCIDENTCTL, "log", "checked the dashboard")
        times = rounds({name: process(command, root) for name, root in roots.items()}, 21)
        began = time.perf_counter()
        _run_anyhow((INCIDENTCTL, "sync"), roots["hanging"])
        gave_up = time.perf_counter() - began
    note = f"{middle(times['hanging']):.0f} / {middle(times['alone']):.0f} ms"
    return [
        Row("`log` with a remote that never answers / without a remote",
            ratio(times["hanging"], times["alone"]), "×", 1.15, note),
        Row("`sync` with a remote that never answers gives up", gave_up, "s", 25),
    ]  # fmt: skip
