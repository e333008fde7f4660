"""Time whole processes in turn, and print what came of it.

The machine is never quiet, so two programs are compared only within one round (A B A B ...): the
figure is the median of the rounds' ratios, not the ratio of two medians.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent
INCIDENTCTL = str(BIN / "incidentctl")
IMPORT_TYPER = (sys.executable, "-c", "import typer")


class Row(NamedTuple):
    """A line of the table; `limit` is the target in the unit of `value`, None for none."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    note: str = ""


def shut_out(folder: Path) -> dict[str, str]:
    """Return variables that keep the user's own configuration and state out."""
    config = folder / "gitconfig"
    config.write_text("[user]\nname = Bench\nemail = bench@example.com\n")
    return {
        "HOME": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def run(command: Sequence[str], folder: Path | None = None) -> str:
    """Run a command to its end and return its stdout; ends the benchmark when it fails."""
    done = subprocess.run(
        command, capture_output=True, check=False, cwd=folder, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        said = (done.stdout + done.stderr)[-2000:].decode(errors="replace")
        sys.exit(f"{' '.join(command)[:200]} failed: {said}")
    return done.stdout.decode(errors="replace")


def process(command: Sequence[str], folder: Path | None = None) -> Callable[[], float]:
    """Return what runs a command and gives the milliseconds of the whole process."""

    def timed() -> float:
        began = time.perf_counter()
        run(command, folder)
        return (time.perf_counter() - began) * 1000

    return timed


_PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak(command: Sequence[str], folder: Path | None = None) -> float:
    """Return the most memory that a command, or a child that it waited for, held, in MiB.

    A small process of its own starts it: the figure would be the most of all children else.
    """
    most = int(run((sys.executable, "-I", "-c", _PEAK, *command), folder))
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def commit(folder: Path) -> Callable[[], float]:
    """Return what appends a line to a file and commits it: what people would do without us."""
    return process(
        ("sh", "-c", "echo line >> notes.txt && git add notes.txt && git commit -qm note"), folder
    )


def rounds(works: Mapping[str, Callable[[], float]], count: int) -> dict[str, list[float]]:
    """Run each in turn, `count` times; the milliseconds by name. A first round warms up."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(count + 1):
        for name, work in works.items():
            took = work()
            if number:
                times[name].append(took)
    return times


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the rounds' ratios."""
    return statistics.median(our / their for our, their in zip(ours, theirs, strict=True))


def plus(*parts: Sequence[float]) -> list[float]:
    """Add what was measured in the same round."""
    return [sum(values) for values in zip(*parts, strict=True)]


def middle(times: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(times)


def p99(times: Sequence[float]) -> float:
    """Return what 99 of 100 stay below."""
    return sorted(times)[-max(1, len(times) // 100)]


def table(rows: Sequence[Row]) -> str:
    """Write the rows as a Markdown table."""
    lines = ["| what | measured | target | reached |", "|---|---:|---:|---|"]
    for what, value, unit, limit, note in rows:
        bound = "" if limit is None else f"≤ {_number(limit)} {unit}"
        reached = "" if limit is None else "yes" if value <= limit else "no"
        more = f" ({note})" if note else ""
        lines.append(f"| {what} | {_number(value)} {unit}{more} | {bound} | {reached} |")
    return "\n".join(lines)


def _number(value: float) -> str:
    digits = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f}"
