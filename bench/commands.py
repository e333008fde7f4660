"""The commands that people wait for, as whole processes: `log`, `declare`, `list`.

They stand beside what one would do without them: start a Typer program (`import typer`) and
`git add && git commit` one line, in the same repository.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

from bench.incidents import (
    Ticking,
    alert_repository,
    declare_in,
    git_size,
    keep_files,
    make_repository,
    note_in,
    open_ticking,
    past_repository,
)
from bench.timing import (
    IMPORT_TYPER,
    INCIDENTCTL,
    Row,
    commit,
    middle,
    peak,
    plus,
    process,
    ratio,
    rounds,
    run,
)

_LOG_LIMITS = {20: 1.5, 200: 1.5, 1_000: 1.8, 2_000: 2.0}
_BASE = "import typer + git add && git commit"

# Tells when the line that acknowledges is written, from when Typer and the root are imported.
_TO_ACKNOWLEDGEMENT = """
import gc, sys, time
gc.set_threshold(100_000)  # as `main` does before it imports the rest
from incidentctl.cli.main import command_line

class Watch:
    def __init__(self, stream):
        self.stream = stream
    def write(self, text):
        if text.startswith("recorded"):
            print((time.perf_counter() - began) * 1000)
        return self.stream.write(text)
    def __getattr__(self, name):
        return getattr(self.stream, name)

sys.stderr = Watch(sys.stderr)
sys.argv = ["incidentctl", "log", "checked the dashboard"]
began = time.perf_counter()
command_line()
"""


def rows(folder: Path) -> list[Row]:
    """Measure everything that needs no remote."""
    return [
        *_log(folder),
        *_declare(folder),
        *_past(folder),
        *_groups(folder),
        *_long(folder),
    ]


def _log(folder: Path) -> list[Row]:
    """Let one incident grow in a small repository and in one of 10,000 tracked files."""
    found: list[Row] = []
    for files in (0, 10_000):
        root = make_repository(folder / f"log-{files}", files=files)
        workspace = open_ticking(root)
        incident = declare_in(workspace)
        tracked = len(run(("git", "ls-files"), root).splitlines())
        for size, limit in _LOG_LIMITS.items():
            _grow(workspace, incident, size)
            times = _beside(root, (INCIDENTCTL, "log", "checked the dashboard"), 15)
            what = f"`log`, {size:,} events, {tracked:,} tracked files / ({_BASE})"
            found.append(_against_base(what, times, limit))
            if size == 200 and not files:
                found.append(_acknowledgement(root))
    return found


def _grow(workspace: Ticking, incident: str, size: int) -> None:
    have = len(workspace.record.events(incident)[0])
    note_in(workspace, incident, size - have)


def _beside(root: Path, command: tuple[str, ...], count: int) -> dict[str, list[float]]:
    return rounds(
        {
            "ours": process(command, root),
            "typer": process(IMPORT_TYPER, root),
            "git": commit(root),
        },
        count,
    )


def _against_base(what: str, times: dict[str, list[float]], limit: float) -> Row:
    base = plus(times["typer"], times["git"])
    parts = f"{middle(times['typer']):.0f} + {middle(times['git']):.0f}"
    note = f"{middle(times['ours']):.0f} / ({parts}) ms"
    return Row(what, ratio(times["ours"], base), "×", limit, note)


def _acknowledgement(root: Path) -> Row:
    spans = [
        float(run((sys.executable, "-c", _TO_ACKNOWLEDGEMENT), root).split()[0]) for _ in range(21)
    ]
    what = "from the start of the command line to the acknowledgement of `log`, 200 events"
    return Row(what, statistics.median(spans), "ms", 40)


def _declare(folder: Path) -> list[Row]:
    root = make_repository(folder / "declare")
    command = (INCIDENTCTL, "declare", "login is down", "--affects", "auth-api", "--no-input")
    cache = root / ".git" / "incidentctl" / "cache"

    def cold() -> float:
        for name in ("catalog.pickle", "basics.json"):
            (cache / name).unlink(missing_ok=True)
        return process(command, root)()

    times = rounds(
        {
            "warm": process(command, root),
            "typer": process(IMPORT_TYPER, root),
            "git": commit(root),
            "cold": cold,
        },
        11,
    )
    return [
        _against_base(
            f"`declare --no-input`, 110 services, {name} catalog cache / ({_BASE})",
            times | {"ours": times[name]}, limit,
        )
        for name, limit in (("warm", 2.0), ("cold", 4.0))
    ]  # fmt: skip


def _past(folder: Path) -> list[Row]:
    """The same commands with 10 and with 10,000 past incidents of 50 events."""
    roots = {count: past_repository(folder.parent, count) for count in (10, 10_000)}
    for root in roots.values():
        workspace = open_ticking(root)
        note_in(workspace, declare_in(workspace), 20)
    commands = {
        "log": (INCIDENTCTL, "log", "checked the dashboard"),
        "list": (INCIDENTCTL, "list"),
        "list --all": (INCIDENTCTL, "list", "--all"),
    }
    works: dict[str, Callable[[], float]] = {
        f"{name} {count}": process(command, root)
        for name, command in commands.items()
        for count, root in roots.items()
    }
    times = rounds(works, 11)
    found = []
    for name in commands:
        few, many = times[f"{name} 10"], times[f"{name} 10000"]
        # Printing ten thousand lines is no part of the promise, and is told beside it.
        limit = None if name == "list --all" else 1.5
        what = f"`{name}` with 10,000 past incidents / with 10, warm"
        note = f"{middle(many):.0f} / {middle(few):.0f} ms"
        found.append(Row(what, ratio(many, few), "×", limit, note))
    cold = [_cold_list(roots[10_000]) for _ in range(3)]
    what = "`list --all` with 10,000 past incidents, without any cache"
    found.append(Row(what, middle(cold) / 1000, "s", 2))
    command = (INCIDENTCTL, "list", "--all")
    warm = peak(command, roots[10_000])
    shutil.rmtree(roots[10_000] / ".git" / "incidentctl" / "cache")
    what = "memory of `list --all` with 10,000 past incidents, without any cache"
    found.append(Row(what, peak(command, roots[10_000]), "MiB", 200, f"{warm:.0f} MiB warm"))
    return found


def _cold_list(root: Path) -> float:
    shutil.rmtree(root / ".git" / "incidentctl" / "cache")
    return process((INCIDENTCTL, "list", "--all"), root)()


def _groups(folder: Path) -> list[Row]:
    """The same with 20 and with 10,000 alert groups, long ago, and all within the hour."""
    roots = {
        "20": alert_repository(folder, 20),
        "10,000": alert_repository(folder, 10_000),
    }
    late = folder / "groups-of-the-hour"
    shutil.copytree(roots["10,000"], late, symlinks=True)
    roots["10,000 of the last hour"] = late
    keep_files(late, 10_000)
    commands = {
        "log": (INCIDENTCTL, "log", "checked the dashboard"),
        "list": (INCIDENTCTL, "list"),
    }
    for root in roots.values():
        workspace = open_ticking(root)
        note_in(workspace, declare_in(workspace), 20)
        process(commands["list"], root)()
    works = {
        f"{name} {count}": process(command, root)
        for name, command in commands.items()
        for count, root in roots.items()
    }
    times = rounds(works, 15)
    return [
        Row(
            f"`{name}` with {count} alert groups / with 20",
            ratio(times[f"{name} {count}"], times[f"{name} 20"]), "×", 1.1,
            f"{middle(times[f'{name} {count}']):.0f} / {middle(times[f'{name} 20']):.0f} ms",
        )
        for count in list(roots)[1:]
        for name in commands
    ]  # fmt: skip


def _long(folder: Path) -> list[Row]:
    """An incident of 2,000 events over eight hours, each committed as `log` commits it."""
    root = make_repository(folder / "long")
    before = git_size(root)
    workspace = open_ticking(root)
    incident = declare_in(workspace)
    note_in(workspace, incident, 2_000, at_once=1)
    size = (git_size(root) - before) / 2**20
    for _ in range(2):  # the first packs, the second removes what is packed
        run(("git", "maintenance", "run", "--task=loose-objects"), root)
    packed = (git_size(root) - before) / 2**20
    times = _beside(root, (INCIDENTCTL, "log", "checked the dashboard"), 7)
    return [
        Row(
            "the record of one incident with 2,000 events, on the disk",
            size, "MiB", 60, f"{packed:.1f} MiB when git has packed it",
        ),
        _against_base(f"`log` there / ({_BASE})", times, 2.0),
    ]  # fmt: skip
