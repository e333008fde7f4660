"""Time `catalog lint` beside check-jsonschema on the same files: `python bench/lint.py [N ...]`.

Whole processes in turn, medians of the times and of the ratio in each round. Cold is without a
cache, warm with it; the files are in the system's page cache for all.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from bench.catalogs import make_catalog

SCHEMA = Path(__file__).parent.parent / "schemas" / "service.json"
# Imports are measured as an installed program has them, with compiled modules.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
BIN = Path(sys.executable).parent
TARGETS = {1_000: 0.15, 10_000: 0.08}


def timed(command: list[str], *, allowed: tuple[int, ...] = (0,)) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    took = time.perf_counter() - began
    if done.returncode not in allowed:
        sys.exit(f"{command[0]} failed: {(done.stdout + done.stderr)[-2000:].decode()}")
    return took


def measure(services: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "repository"
        files = [str(file) for file in make_catalog(root, services)]
        for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Catalog"]):
            identity = ["-c", "user.name=Bench", "-c", "user.email=bench@example.com"]
            subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True)
        cache = root / ".git" / "incidentctl" / "cache"
        lint = [str(BIN / "incidentctl"), "-C", str(root), "catalog", "lint"]

        def cold() -> float:
            shutil.rmtree(cache, ignore_errors=True)
            return timed(lint)

        runs: dict[str, Callable[[], float]] = {
            "cold": cold,
            "warm": lambda: timed(lint),
            "git status": lambda: timed(["git", "-C", str(root), "status", "--porcelain"]),
            "check-jsonschema": lambda: timed(
                [str(BIN / "check-jsonschema"), "--schemafile", str(SCHEMA), *files]
            ),
        }
        times: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(rounds):
            for name, run in runs.items():
                times[name].append(run())
    middle = {name: statistics.median(values) for name, values in times.items()}
    ratio = _ratio(times["cold"], times["check-jsonschema"])
    print(f"{services} services, {rounds} rounds: ", end="")
    print(", ".join(f"{name} {value * 1000:.0f} ms" for name, value in middle.items()))
    target = f" (target {TARGETS[services]})" if services in TARGETS else ""
    print(f"  cold / check-jsonschema: {ratio:.3f}{target}")
    print(
        f"  warm / git status: {_ratio(times['warm'], times['git status']):.1f} (target 6 at 10k)"
    )


def _ratio(ours: list[float], theirs: list[float]) -> float:
    return statistics.median(our / their for our, their in zip(ours, theirs, strict=True))


if __name__ == "__main__":
    for size in [int(word) for word in sys.argv[1:]] or [1_000, 10_000]:
        measure(size, 5 if size <= 1_000 else 3)
