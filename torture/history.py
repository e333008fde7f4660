"""Plays one history, heals it, and says what was violated."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import time
from pathlib import Path
from typing import NamedTuple

from torture import actor, checks, world
from torture.actor import Setting
from torture.checks import Violation
from torture.deeds import Deeds
from torture.journal import Journal
from torture.machine import Machine
from torture.plan import INCIDENTS, Act, Plan, Step, describe
from torture.processes import descendants, pass_time, start_with_faults
from torture.world import MIRROR, TRUTH, Clone, git

#: A process that takes longer, in seconds, hangs.
_HANGS = 60.0
#: So many rounds of exchanges may pass before all have the same.
_ROUNDS = 8
_DISTURBING = frozenset({"kill", "crash", "errors", "full"})
_DISK = frozenset({"errors", "full"})
_BUSY = ["another", "incidentctl", "is", "committing"]


class Outcome(NamedTuple):
    """What a history did, and what was violated."""

    actions: int
    kills: int
    acknowledged: int
    violations: tuple[Violation, ...]


class History:
    """One history in a folder of its own."""

    def __init__(self, root: Path, plan: Plan, machine: Machine) -> None:
        """Take an empty folder."""
        self._root = root
        self._plan = plan
        self._machine = machine
        dice = random.Random(f"{plan.seed} deeds")
        small = dice.randrange(plan.clones) if "full" in plan.faults else None
        self._small = small if machine.small_disks else None
        self._limited = None if machine.small_disks else small
        self._full = False
        self._clones = world.build(
            root.parent / "template", root, plan.clones, plan.shifts, plan.locked, small=self._small
        )
        if dice.random() < 0.5 and self._small is not None:  # no room for the fallback, either
            fallback = self._clones[self._small].path / ".git" / "fallback"
            self._clones[self._small] = self._clones[self._small]._replace(fallback=fallback)
        self._deeds = Deeds(root, self._clones, dice)
        self._journal = Journal(root / "journal")
        self._before = [world.snapshot(clone) for clone in self._clones]
        self._running: dict[int, Act] = {}
        self._fresh: list[list[str]] = []
        self._on_remote: set[str] = set()
        self._violations: list[Violation] = []
        self._actions = 0
        self._kills = 0
        self._lost = "lost" in plan.faults

    def play(self) -> Outcome:
        """Play it to the end, or to the first violation."""
        try:
            for number, step in enumerate(self._plan.steps):
                self._step(step)
                if self._violations:
                    where = f"after step {number}, {describe(step)}: "
                    self._violations = [
                        each._replace(text=where + each.text) for each in self._violations
                    ]
                    break
            else:
                self._heal()
        finally:
            for pid in self._running:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._reap(until_none=True, limit=5.0)
            if self._small is not None:
                if self._violations:  # for who wants to look at it
                    small = self._clones[self._small].path
                    shutil.copytree(small, f"{small}-as-it-was", symlinks=True)
                world.unmount(self._clones[self._small].path)
        return Outcome(
            self._actions, self._kills, len(self._journal.acknowledged), tuple(self._violations)
        )

    # --- a step ----------------------------------------------------------------------------------

    def _step(self, step: Step) -> None:
        self._actions += 1
        if step.deed:
            self._deed(step)
            return
        self._run(step.acts)
        self._look(sorted({act.clone for act in step.acts}))
        if not self._lost:
            for line in self._fresh:
                if line[0] == "BLANKED":
                    clone = self._clones[int(line[1])]
                    self._violations += checks.blanked(clone, self._journal, [line[2]])
        self._nothing_waits(step)

    def _deed(self, step: Step) -> None:
        clone = self._clones[step.clone]
        self._untouched(clone)
        small = self._small if step.deed in ("fill", "free") else None
        if step.deed in ("fill", "free"):
            self._full = step.deed == "fill"
        self._deeds.do(step.deed, clone, step.which)
        for each in {step.clone, step.clone if small is None else small}:
            self._before[each] = world.snapshot(self._clones[each])

    def _untouched(self, clone: Clone) -> None:
        after = world.snapshot(clone)
        self._violations += checks.untouched(clone, self._before[clone.number], after)

    def _run(self, acts: tuple[Act, ...]) -> None:
        """Run some processes at once, kill whom the plan says, and wait for all of theirs."""
        began = time.monotonic()
        due: list[tuple[float, int]] = []
        for act in acts:
            pid = self._start(act)
            self._running[pid] = act
            if act.kill_after is not None:
                due.append((began + act.kill_after, pid))
        due.sort()
        while self._running or due:
            now = time.monotonic()
            while due and due[0][0] <= now:
                self._kill(due.pop(0)[1])
            self._reap()
            if now - began > _HANGS:
                self._violations.append(Violation("I9", f"hangs: {[*self._running.values()]}"))
                return
            if self._running:
                time.sleep(0.001)
            else:
                due.clear()
        if not self._reap(until_none=True, limit=_HANGS):
            self._violations.append(Violation("I9", "a child of a command hangs"))
        self._take_in()

    def _take_in(self) -> None:
        self._fresh = self._journal.read()
        self._violations += [Violation(*bad) for bad in self._journal.bad]
        self._journal.bad.clear()
        # What only the remote's branch had may be gone when a user fetches it anew.
        if not self._lost and "mirror" not in self._plan.faults:
            self._violations += [Violation("I5", text) for text in self._journal.vanished[:1]]
        self._journal.vanished.clear()

    def _start(self, act: Act) -> int:
        clone = self._clones[act.clone]
        target = ""
        if act.kind == "redact":
            notes = self._journal.notes
            if not notes:
                act = act._replace(kind="say", times=1)
            else:
                target = notes[act.times % len(notes)]
                act = act._replace(incident=self._journal.begun[target][1])
        journal = str(self._journal.path)
        setting = Setting(str(clone.path), str(clone.fallback), journal, clone.shift,
                          self._machine.mutant, target)  # fmt: skip
        log = self._root / "stderr"
        if act.inject and self._machine.strace:
            return start_with_faults(act, setting, log)
        return actor.fork(act, setting, log, full=self._full and act.clone == self._limited)

    def _reap(self, *, until_none: bool = False, limit: float = 0.0) -> bool:
        """Take the processes that have ended, those that lost their parent, too."""
        end = time.monotonic() + limit
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid:
                act = self._running.pop(pid, None)
                if act and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
                    self._kills += 1
            elif not until_none or time.monotonic() > end:
                return False
            else:
                time.sleep(0.001)

    def _kill(self, pid: int) -> None:
        act = self._running.get(pid)
        if act is None:
            return
        more = descendants(pid) if act.children else []
        for each in (pid, *more):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)

    # --- after a step ----------------------------------------------------------------------------

    def _look(self, numbers: list[int]) -> None:
        self._on_remote.update(checks.events_in(self._root / "remote.git", MIRROR))
        for number in numbers:
            clone = self._clones[number]
            self._violations += checks.kept(clone, self._journal, self._on_remote, lost=self._lost)

    def _nothing_waits(self, step: Step) -> None:
        """Undisturbed, all is committed when the last command has returned; none has failed."""
        if self._plan.faults & _DISTURBING:
            return  # a lock of a killed git may stand for two seconds
        for line in self._fresh:
            if line[0] == "FLUSHED" and line[4:] not in (["None"], _BUSY):
                self._violations.append(Violation("flush", " ".join(line)))
        for number in {act.clone for act in step.acts if act.kind != "exchange"}:
            if left := checks.waiting(self._clones[number]):
                self._violations.append(Violation("I1-waits", f"clone {number}: {left}"))
            shared = all(act.share for act in step.acts if act.clone == number)
            spool = checks.spooled(self._clones[number]) if shared and self._plan.calm else ()
            if spool:
                text = f"nobody was woken up in clone {number} to send {sorted(spool)}"
                self._violations.append(Violation("wake-up", text))

    # --- the end ---------------------------------------------------------------------------------

    def _heal(self) -> None:
        for clone in self._clones:
            self._untouched(clone)
        self._deeds.heal()
        for clone in self._clones:
            pass_time(clone.git_dir)
            self._before[clone.number] = world.snapshot(clone)
        self._full = False
        if "mirror" in self._plan.faults:  # what is on the mirror comes in with the next flush
            for clone in self._clones:
                self._run((Act("say", clone.number, INCIDENTS[2], seed=clone.number),))
        self._settle()
        if self._violations:
            return
        self._violations += checks.healed(
            self._root, self._clones, self._journal, stated=self._deeds.stated, lost=self._lost
        )
        self._violations += checks.silent(self._root)
        for clone in self._clones:
            self._untouched(clone)
            if not self._plan.faults & _DISTURBING:
                self._violations += checks.no_litter(clone)
            if not self._plan.faults & _DISK:  # nothing could be remembered of what is not shown
                self._violations += checks.shown(clone, self._journal)
        if self._plan.calm:
            self._violations += checks.stacked(self._root / "remote.git")
        self._idle()

    def _tips(self) -> list[str]:
        places = [(clone.path, TRUTH) for clone in self._clones]
        places.append((self._root / "remote.git", MIRROR))
        return [
            git(folder, "rev-parse", "-q", "--verify", ref, check=False).strip()
            for folder, ref in places
        ]

    def _settle(self) -> None:
        """Exchange until all have the same; it is a violation when they never do."""
        tips: list[str] = []
        stuck = 0
        for _ in range(_ROUNDS):
            before = tips
            begin = len(self._journal.lines)
            for clone in self._clones:
                self._run((Act("settle", clone.number),))
            if self._violations:
                return
            said = self._journal.lines[begin:]
            well = [line for line in said if line.startswith("EXCHANGED") and " ok " in line]
            tips = self._tips()
            if len(set(tips)) == 1 and len(well) == len(self._clones):
                return
            stuck = stuck + 1 if tips == before else 0
            if stuck == 1:
                break
        told = " | ".join(line for line in said if line.startswith(("EXCHANGED", "LEFT", "BUSY")))
        text = f"no rest after rounds of exchanges: {[tip[:8] for tip in tips]} {told}"
        self._violations.append(Violation("quiescence", text))

    def _idle(self) -> None:
        before = self._tips()
        for number in range(self._plan.idle):
            for clone in self._clones:
                self._run((Act("exchange", clone.number),))
            if self._tips() != before:
                self._violations.append(Violation("idle", f"idle round {number} pushed something"))
                return


def play(base: Path, name: str, plan: Plan, machine: Machine, *, keep: bool) -> Outcome:
    """Play a history in a new folder of `base`; with `keep` it stays if something is violated."""
    root = base / name
    root.mkdir()
    history = History(root, plan, machine)
    outcome = history.play()
    if not (keep and outcome.violations):
        shutil.rmtree(root, ignore_errors=True)
    return outcome
