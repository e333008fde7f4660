"""Plays one history, heals it, and says what was violated."""

from __future__ import annotations

import contextlib
import os
import pkgutil
import random
import shutil
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import incidentctl.record
from torture import (
    actor,
    breaks,
    checks,
    checks_at_end,
    checks_of_restricted,
    disks,
    meanwhile,
    world,
)
from torture.checks import Holder, Violation
from torture.deeds import Deeds
from torture.journal import Journal
from torture.machine import Machine
from torture.plan import INCIDENTS, Act, Plan, Step, describe
from torture.processes import Processes, pass_time, start_with_faults
from torture.setting import Setting
from torture.world import LOG_REF, MIRROR, RESTRICTED_BRANCH, RESTRICTED_REF, Clone, git

#: So many rounds of exchanges may pass before all have the same.
_ROUNDS = 8
_DISTURBING = frozenset({"kill", "crash", "errors", "full", "prune", "broken", "torn"})
#: After these the history of before may be gone from the remote, or from the clone.
_REWRITING = frozenset({"lost", "prune", "hostile"})
_DISK = frozenset({"errors", "full"})
_BUSY = ["another", "incidentctl", "is", "committing"]


def import_all() -> None:
    """Import what commands import late: another account may not read where Python is."""
    import_module("_strptime")
    for found in pkgutil.iter_modules(incidentctl.record.__path__):
        import_module(f"incidentctl.record.{found.name}")


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
        made = root.parent / ("template-sha256" if "sha256" in plan.faults else "template")
        self._accounts = machine.accounts and "accounts" in plan.faults
        if self._accounts:
            import_all()
        self._umask = os.umask(0o002 if self._accounts else 0o022)
        self._clones = world.build(
            made, root, plan.clones, plan.shifts, plan.locked, small=self._small,
            vault=plan.vault, accounts=self._accounts,
        )  # fmt: skip
        if dice.random() < 0.5 and self._small is not None:  # no room for the fallback, either
            fallback = self._clones[self._small].path / ".git" / "fallback"
            self._clones[self._small] = self._clones[self._small]._replace(fallback=fallback)
        self._deeds = Deeds(root, self._clones, dice)
        self._journal = Journal(root / "journal")
        self._restricted = "restricted" in plan.faults
        self._holders = [Holder(clone) for clone in self._clones]
        self._copied = False
        self._alone = {plan.alone}
        """The clone that shares its record with nobody."""
        self._damaged: set[int] = set()
        """The clones in which objects were torn: nobody can put them right."""
        self._before = [world.snapshot(clone) for clone in self._clones]
        self._processes = Processes()
        self._fresh: list[list[str]] = []
        self._on_remote: set[str] = set()
        self._violations: list[Violation] = []
        self._actions = 0
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
            self._processes.end()
            if self._small is not None:
                if self._violations:  # for who wants to look at it
                    small = self._clones[self._small].path
                    shutil.copytree(small, f"{small}-as-it-was", symlinks=True)
                disks.unmount(self._clones[self._small].path)
            os.umask(self._umask)
        return Outcome(
            self._actions,
            self._processes.kills,
            len(self._journal.acknowledged),
            tuple(self._violations),
        )

    # --- a step ----------------------------------------------------------------------------------

    def _step(self, step: Step) -> None:
        self._actions += 1
        if step.deed:
            self._deed(step)
            return
        self._run(step.acts, step)
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
        if not (step.deed.startswith("mirror-") and step.clone in self._alone):
            self._deeds.do(step.deed, clone, step.which)
        for each in {step.clone, step.clone if small is None else small}:
            self._before[each] = world.snapshot(self._clones[each])

    def _untouched(self, clone: Clone) -> None:
        after = world.snapshot(clone)
        self._violations += checks.untouched(clone, self._before[clone.number], after)

    def _run(self, acts: tuple[Act, ...], step: Step | None = None) -> None:
        """Run some processes at once, with what is broken or goes on in a clone meanwhile."""
        copy = self._root / f"c{len(self._clones)}"
        with contextlib.ExitStack() as stack:
            places = {}
            for number, (what, which) in self._deeds.broken.items():
                found = breaks.broken(self._root, self._clones[number], what, which)
                places[number] = stack.enter_context(found)
            if step and step.meanwhile and not (step.meanwhile == "copy" and self._copied):
                clone = self._clones[step.clone]
                meanwhile.start(step.meanwhile, clone, step.which, target=copy)
            self._violations += [
                Violation("I9", hangs)
                for hangs in self._processes.play(
                    acts, lambda act: self._start(act, places.get(act.clone, ""))
                )
            ]
        self._take_in()
        if copy.exists():
            self._adopt(copy, step.which if step else 0)

    def _adopt(self, folder: Path, which: int) -> None:
        """Let a copy be a clone like the others, in which work goes on, too."""
        self._copied = True
        number = len(self._clones)
        source = self._clones[0]
        clone = Clone(number, folder, self._root / f"f{number}", source.shift, False)
        if not world.adopt(clone, self._root, accounts=self._accounts):
            shutil.rmtree(folder)
            return
        if which % 4 == 0:
            meanwhile.tear(clone, random.Random(which))
        if which % 4 == 0 or not checks.is_whole(clone):
            self._damaged.add(number)
        self._clones.append(clone)
        self._holders.append(Holder(clone))
        self._before.append(world.snapshot(clone))

    def _take_in(self) -> None:
        self._fresh = self._journal.read()
        self._violations += [Violation(*bad) for bad in self._journal.bad]
        failed = self._processes.failed
        if failed and not self._journal.bad:
            self._violations.append(Violation("harness", f"no word of {failed[0]}"))
        failed.clear()
        self._journal.bad.clear()
        # What only the remote's branch had may be gone when a user fetches it anew.
        if not self._lost and "mirror" not in self._plan.faults:
            self._violations += [Violation("I5", text) for text in self._journal.vanished[:1]]
        self._journal.vanished.clear()

    def _start(self, act: Act, path: str) -> int:
        clone = self._clones[act.clone]
        target = ""
        if act.kind == "redact":
            acknowledged = self._journal.acknowledged
            notes = [n for n in self._journal.notes if acknowledged[n] not in self._alone]
            if not notes or act.clone in self._alone:  # it would stay in that clone
                act = act._replace(kind="say", times=1)
            else:
                target = notes[act.times % len(notes)]
                act = act._replace(incident=self._journal.begun[target][1])
        journal = str(self._journal.path)
        own = str(world.ACCOUNTS[act.account]) if self._accounts else ""
        # With no shared remote any place is another one.
        vault = "" if self._plan.vault == "none" or act.clone in self._alone else "vault"
        setting = Setting(
            str(clone.path), f"{clone.fallback}{own}", journal, clone.shift, self._machine.mutant,
            target, str(clone.home), path, vault if self._restricted else None,
            bool(self._journal.acknowledged_in(act.clone, restricted=True)), self._accounts,
            act.clone in self._alone,
        )  # fmt: skip
        log = self._root / "stderr"
        if act.inject and self._machine.strace:
            return start_with_faults(act, setting, log)
        return actor.fork(act, setting, log, full=self._full and act.clone == self._limited)

    # --- after a step ----------------------------------------------------------------------------

    def _look(self, numbers: list[int]) -> None:
        self._on_remote.update(checks.events_in(self._root / "remote.git", MIRROR))
        for number in numbers:
            self._violations += self._holders[number].kept(
                self._journal, None if number in self._alone else self._on_remote,
                lost=self._lost, restricted=self._restricted,
            )  # fmt: skip
        if self._restricted:
            self._violations += checks_of_restricted.leaked(self._root, self._clones, self._journal)

    def _nothing_waits(self, step: Step) -> None:
        """Undisturbed, all is committed when the last command has returned; none has failed."""
        if self._plan.faults & _DISTURBING:
            return  # a lock of a killed git may stand for two seconds
        for line in self._fresh:
            if line[0] == "FLUSHED" and line[4:] not in (["None"], _BUSY):
                self._violations.append(Violation("flush", " ".join(line)))
        for number in {act.clone for act in step.acts if act.kind in ("say", "declare", "redact")}:
            if left := checks.waiting(self._clones[number]):
                self._violations.append(Violation("I1-waits", f"clone {number}: {left}"))
            shared = all(act.share for act in step.acts if act.clone == number)
            spool = (
                checks.spooled(self._clones[number], "outbox", "sent")
                if shared and self._plan.calm
                else ()
            )
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
        # What is on the mirror comes in with the next flush, and it repairs what is broken.
        if self._plan.faults & {"mirror", "prune", "torn"}:
            for clone in self._clones:
                self._run((Act("say", clone.number, INCIDENTS[2], seed=clone.number),))
        self._settle()
        if self._violations:
            return
        self._look([clone.number for clone in self._clones])
        whole = self._whole()
        self._violations += checks_at_end.healed(
            self._root, whole, self._journal, stated=self._deeds.stated,
            reachable=not self._plan.faults & _REWRITING, marks="hostile" in self._plan.faults,
        )  # fmt: skip
        if self._restricted:
            self._violations += checks_of_restricted.left(self._root)
            self._violations += checks_of_restricted.healed(
                self._root, whole, self._journal, vault=self._plan.vault, lost=self._lost
            )
        for clone in self._clones:
            if clone.number in self._alone and not self._lost:
                self._violations += checks_at_end.shows(self._root, clone, self._journal)
        self._violations += checks.silent(self._root)
        for clone in self._clones:
            self._untouched(clone)
            if not self._plan.faults & _DISTURBING:
                self._violations += checks.no_litter(clone)
            if not self._plan.faults & {"prune", "torn"}:
                self._violations += checks.not_called_damaged(clone)
            # Of a full disk nothing could be remembered of what is not shown.
            if clone in whole and not self._plan.faults & _DISK:
                self._violations += checks_at_end.shown(clone, self._journal)
        if self._plan.calm:
            self._violations += checks_at_end.stacked(self._root / "remote.git")
        self._idle()

    def _whole(self) -> list[Clone]:
        skipped = self._damaged | self._alone
        return [clone for clone in self._clones if clone.number not in skipped]

    def _are_same(self, tips: list[str]) -> bool:
        count = len(self._whole()) + 1
        return len(set(tips[:count])) == 1 and len(set(tips[count:])) < 2

    def _tips(self) -> list[str]:
        places = [(clone.path, LOG_REF) for clone in self._whole()]
        places.append((self._root / "remote.git", MIRROR))
        if self._plan.vault == "another":
            places += [(clone.path, RESTRICTED_REF) for clone in self._whole()]
            places.append((self._root / "vault.git", RESTRICTED_BRANCH))
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
                for account in range(2 if self._accounts else 1):
                    self._run((Act("settle", clone.number, account=account),))
            if self._violations:
                return
            said = self._journal.lines[begin:]
            tips = self._tips()
            if self._are_same(tips) and self._is_well(said):
                return
            stuck = stuck + 1 if tips == before else 0
            if stuck == 1:
                break
        lines = " | ".join(line for line in said if line.startswith(("EXCHANGED", "LEFT", "BUSY")))
        text = f"no rest after rounds of exchanges: {[tip[:8] for tip in tips]} {lines}"
        self._violations.append(Violation("quiescence", text))

    def _is_well(self, said: list[str]) -> bool:
        """Say whether exchanges went well; those with a place that is the shared one must not."""
        damaged = {str(number) for number in self._damaged | self._alone}
        exchanged = [line.split(" ") for line in said if line.startswith("EXCHANGED")]
        states = [words[2] for words in exchanged if words[1] not in damaged]
        proper = self._plan.vault in ("none", "another")
        return bool(states) and set(states) <= ({"ok"} if proper else {"ok", "misconfigured"})

    def _idle(self) -> None:
        before = self._tips()
        for number in range(self._plan.idle):
            for clone in self._whole():
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
