"""Play histories for so many seconds; tell what was done and, with its seed, what was violated."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from torture import machine, mutants, pool
from torture.machine import Machine
from torture.plan import FAULTS, Plan, describe, draw

#: After so many violations there is enough to look at.
_ENOUGH = 5
#: A planted fault must be caught in so many seconds.
_BUDGET = 120.0
#: These tell that a mutant does not fit the record any more, not that it was caught.
_NOT_CAUGHT = ("harness", "raised")


def main() -> int:
    """Read the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", default="", help="plays the same histories again")
    parser.add_argument("--history", type=int, help="play only this one of the seed, and tell it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", action="store_true", help="keep the repositories of a violation")
    parser.add_argument("--mutant", default="", help="plant this fault")
    parser.add_argument(
        "--faults", type=lambda text: frozenset(text.split(",")), help="just these in each history"
    )
    parser.add_argument(
        "--mutants", nargs="*", metavar="NAME", help="plant these faults, or each of all, in turn"
    )
    given = parser.parse_args()
    seed = given.seed or secrets.token_hex(4)
    base, able = machine.folder(), machine.find_out()._replace(mutant=given.mutant)
    _say_able(able)
    if given.mutants is not None:
        names = given.mutants or list(mutants.every())
        return _try_mutants(base, able, seed, names, jobs=given.jobs)
    if unknown := (given.faults or frozenset()) - frozenset(FAULTS):
        raise SystemExit(f"no fault is called {', '.join(sorted(unknown))}")
    plans: Callable[[int], Plan] = partial(plan_of, seed, given.faults)
    if given.history is not None:
        plan = plans(given.history)
        print(f"{plan.clones} clones, faults: {', '.join(sorted(plan.faults))}")
        for number, step in enumerate(plan.steps):
            print(f"{number:3} {describe(step)}")
        plans = partial(_always, plan)
    totals: Counter[str] = Counter()
    began = time.monotonic()
    kept = False
    for played in pool.run(
        base, plans, machine=able, seconds=given.seconds, jobs=given.jobs,
        most=1 if given.history is not None else None, keep=given.keep,
    ):  # fmt: skip
        totals.update(
            histories=1, actions=played.actions, kills=played.kills,
            acknowledged=played.acknowledged, violations=len(played.violations),
        )  # fmt: skip
        number = given.history if given.history is not None else played.number
        for violation in played.violations:
            print(f"VIOLATION {violation.invariant}: {violation.text}")
        if played.violations:
            kept = given.keep
            only = f" FAULTS={','.join(sorted(given.faults))}" if given.faults else ""
            print(f"  again: make torture SEED={seed} HISTORY={number}{only}", flush=True)
        if totals["violations"] >= _ENOUGH:
            break
    if kept:
        print(f"kept in {base}")
    else:
        shutil.rmtree(base, ignore_errors=True)
    took = time.monotonic() - began
    names = ("histories", "actions", "kills", "acknowledged", "violations")
    print(f"seed {seed}, {took:.0f} s: " + ", ".join(f"{totals[name]} {name}" for name in names))
    return 1 if totals["violations"] else 0


def _try_mutants(base: Path, able: Machine, seed: str, names: list[str], *, jobs: int) -> int:
    """Plant one fault after the other; 1 when a history does not tell in time."""
    if unknown := set(names) - set(mutants.every()):
        raise SystemExit(f"no mutant is called {', '.join(sorted(unknown))}")
    survived = []
    for name in names:
        planted = mutants.every()[name]
        if planted.harness:
            if not _is_caught(name, planted.harness, seed):
                survived.append(name)
            continue
        plans = partial(plan_of, seed, planted.faults)
        count, began, caught = 0, time.monotonic(), ""
        playing = pool.run(
            base, plans, machine=able._replace(mutant=name), seconds=_BUDGET, jobs=jobs
        )
        for played in playing:
            count += 1
            violations = [each for each in played.violations if each.invariant not in _NOT_CAUGHT]
            if violations:
                caught = ", ".join(dict.fromkeys(each.invariant for each in violations))
                break
        playing.close()
        took = time.monotonic() - began
        result = f"caught by {caught}" if caught else "SURVIVED"
        print(f"{name:42} {result:36} {count:4} histories {took:5.1f} s", flush=True)
        if not caught:
            survived.append(name)
    shutil.rmtree(base, ignore_errors=True)
    print(f"seed {seed}: {len(names) - len(survived)} of {len(names)} mutants caught")
    return 1 if survived else 0


def _is_caught(name: str, harness: str, seed: str) -> bool:
    """Plant a fault into receivers, and say whether they tell."""
    from torture.mutants_of_alerts import caught  # it needs the receiver

    began = time.monotonic()
    found = caught(name, harness, zlib.crc32(seed.encode()))
    outcome = f"caught: {found[0][:60]}" if found else "SURVIVED"
    print(f"{name:42} {outcome:68} {time.monotonic() - began:5.1f} s", flush=True)
    return bool(found)


def plan_of(seed: str, faults: frozenset[str] | None, number: int) -> Plan:
    """Return a history of a seed, with just these faults if any are given."""
    return draw(f"{seed}:{number}", faults=faults)


def _always(plan: Plan, _: int) -> Plan:
    return plan


def _say_able(able: Machine) -> None:
    if not able.small_disks:
        print("no disk can be mounted here: writes of the process fail with ENOSPC instead")
    if not able.strace:
        print("skipped: failing system calls, since strace cannot be run here")
    if not able.accounts:
        print("skipped: two accounts in one clone, since only root can be others")


if __name__ == "__main__":
    sys.exit(main())
