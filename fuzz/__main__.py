"""Try hostile input for so many seconds; tell each finding with what plays it again."""

from __future__ import annotations

import argparse
import secrets
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from fuzz import alerts, catalog, events, lines, refs
from fuzz.findings import findings
from fuzz.place import Place, Ran, make

Attempt = Callable[[Place, Random], Iterator[Ran | str]]
#: What is tried, by the name that --only takes.
TARGETS: dict[str, Attempt] = {
    "events": events.attempt,
    "yaml": catalog.attempt,
    "settings": catalog.attempt_settings,
    "refs": refs.attempt,
    "cli": lines.attempt,
    "alerts": alerts.attempt,
}


def main() -> int:
    """Read the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", default="", help="tries the same input again")
    parser.add_argument("--only", choices=list(TARGETS), help="try only this")
    parser.add_argument("--number", type=int, help="try only this input of the seed, and tell it")
    parser.add_argument("--most", type=int, default=0, help="try no more inputs than so many")
    given = parser.parse_args()
    seed = given.seed or secrets.token_hex(4)
    targets = [given.only] if given.only else list(TARGETS)
    base = Path(tempfile.mkdtemp(prefix="fuzz-"))
    totals: Counter[str] = Counter()
    try:
        template = make(base / "template")
        end = time.monotonic() + given.seconds
        number = given.number or 0
        while time.monotonic() < end:
            target = targets[number % len(targets)]
            # Each has a folder of its own: an exchange behind the last one may still be writing.
            place = base / str(number)
            for told in try_one(template, place, target, seed, number, totals=totals):
                totals["findings"] += 1
                print(f"FINDING {told}")
                print(f"  again: make fuzz SEED={seed} ONLY={target} NUMBER={number}", flush=True)
            shutil.rmtree(place, ignore_errors=True)
            number += 1
            totals["inputs"] += 1
            if given.number is not None or totals["inputs"] == given.most:
                break
    finally:
        shutil.rmtree(base, ignore_errors=True)
    print(
        f"seed {seed}: " + ", ".join(f"{totals[n]} {n}" for n in ("inputs", "commands", "findings"))
    )
    return 1 if totals["findings"] else 0


def try_one(
    template: Place, base: Path, target: str, seed: str, number: int, *, totals: Counter[str]
) -> Iterator[str]:
    """Try one input in a team of its own; yields what was found."""
    place = template.copy(base)
    for done in TARGETS[target](place, Random(f"{seed}:{target}:{number}")):
        if isinstance(done, str):
            yield done
            continue
        totals["commands"] += 1
        for told in findings(done):
            yield f"{told}\n  after: incidentctl {' '.join(map(repr, done.arguments))[:300]}"


if __name__ == "__main__":
    raise SystemExit(main())
