"""What happens in a history: drawn from its seed alone, so that the seed plays it again."""

from __future__ import annotations

import random
from typing import NamedTuple

from incidentctl.record.store.crash_points import EXCHANGE_POINTS, FLUSH_POINTS, VIEW_POINT

INCIDENTS = ("inc-20261124-1401-k7f", "inc-20261125-0900-bcd", "inc-20261231-2359-xyz")
#: Restricted, in histories that have such.
RESTRICTED = "inc-20261126-1200-rst"
DAY = 86400

#: Each history has some of these faults, so that rare ones meet often (swarm testing). What makes
#: two of them lose data by right stands in `_EXCLUSIVE`.
FAULTS = (
    "kill",  # kill -9 at a random moment, of the process or of it and its git children
    "crash",  # the same at a named point of the record
    "together",  # several processes at once, in one clone or in several
    "share",  # exchanges in the background, asked for by each command
    "network",  # the remote is gone: an address that leads nowhere, or a closed port
    "refuse",  # the remote refuses what is pushed
    "reset",  # the remote's branch goes back, is deleted, or begins anew
    "remote",  # somebody commits on the remote's branch: merged main, lost and changed events
    "mirror",  # somebody checks the mirror out, commits there and pushes
    "clock",  # clocks a day off, or three
    "gc",  # git gc --prune=now, and refs packed
    "cache",  # caches and the view deleted
    "lost",  # the log and the mirror deleted or moved back
    "full",  # the disk of a clone is full
    "errors",  # a system call fails, by strace
    "redact",
    "prune",  # git prune and git gc --prune=now while commands record
    "broken",  # a typo in a configuration, git missing, git that fails now and then; then repaired
    "torn",  # a clone copied while it is in use, and work in the copy; refs that name no commit
    "hostile",  # a collaborator with marks of purges, forged events, deep trees, long names
    "restricted",  # restricted incidents, and a remote for them that may be the shared one
    "sha256",  # repositories with another hash
    "accounts",  # two accounts share the clones
)
#: What is no fault by itself is in fewer histories.
_SOME = {"sha256": 0.15, "accounts": 0.15, "restricted": 0.3}
#: What was forged on the remote is all there is of an event whose clone has lost the log. What
#: is started anew, and a disk, are this account's and not of one of two.
_EXCLUSIVE = (
    {"reset", "lost"},
    {"remote", "lost"},
    {"mirror", "lost"},
    {"hostile", "lost"},
    {"accounts", "full"},
    {"accounts", "errors"},
    {"accounts", "share"},
)
#: The most common cases of a history without any fault but contention.
_CALM = frozenset({"together", "share", "redact"})
#: System calls that fail or kill, in the processes of one command and their children.
_CALLS = ("fsync", "link", "rename", "unlink", "mkdir")
#: What the remote for restricted incidents is: none, another place, or the shared one by another
#: name, to fetch from or to push to.
VAULTS = (
    "none", "another", "another", "another", "link", "file-url", "pushurl", "instead-of",
    "ssh-alias",
)  # fmt: skip

#: Longer than a command waits for the lock, in seconds.
_LONG = 0.7


class Act(NamedTuple):
    """What one process does in one clone."""

    kind: str
    clone: int
    incident: str = INCIDENTS[0]
    times: int = 1
    """So many actions, or of which one."""
    events: int = 1
    """So many events in each action."""
    kill_after: float | None = None
    """Kill it after so many seconds."""
    children: bool = False
    """Kill its git, too."""
    crash_at: str = ""
    inject: str = ""
    """What strace does to it."""
    jitter: float = 0.0
    """Hold locks for so many seconds longer."""
    share: bool = False
    seed: int = 0
    account: int = 0
    """Which of two accounts of the machine does it."""


class Step(NamedTuple):
    """Acts of processes that run at once, or one deed of somebody else with `what` and `which`."""

    acts: tuple[Act, ...] = ()
    deed: str = ""
    clone: int = 0
    which: int = 0
    meanwhile: str = ""
    """What somebody does in `clone` while the acts run, with `which`."""


class Plan(NamedTuple):
    """A history."""

    seed: str
    faults: frozenset[str]
    clones: int
    locked: tuple[bool, ...]
    """Which clones have a stale index.lock."""
    shifts: tuple[int, ...]
    """How far the clock of each clone is off, in seconds."""
    steps: tuple[Step, ...]
    idle: int
    """So many idle rounds follow."""
    alone: int | None
    """The clone whose record is shared with nobody, if there is one."""
    vault: str
    """Which remote there is for restricted incidents, of `VAULTS`."""

    @property
    def calm(self) -> bool:
        """Whether nothing but contention happens."""
        return self.faults <= _CALM


def draw(seed: str, *, length: int = 22, faults: frozenset[str] | None = None) -> Plan:
    """Draw a history; with `faults` just these are in it."""
    dice = random.Random(seed)
    if faults is None:
        faults = _faults(dice)
    clones = dice.choice((2, 3, 3, 4))
    offs = (0, DAY, -DAY, 3 * DAY)
    shifts = tuple(dice.choice(offs) if "clock" in faults else 0 for _ in range(clones))
    steps = [Step((Act("declare", 0, seed=dice.getrandbits(64)),))]
    if "restricted" in faults:
        # What nobody has declared may be restricted: in doubt it waits for ever.
        declared = (*INCIDENTS[1:], RESTRICTED)
        steps += [Step((Act("declare", 0, name, seed=dice.getrandbits(64)),)) for name in declared]
        if "network" in faults and dice.random() < 0.5:  # nothing is known yet of either remote
            steps += [Step((), "cut" if dice.random() < 0.5 else "port"),
                      Step((Act("exchange", 0),))]  # fmt: skip
    if dice.random() < 0.7:  # else each clone begins a record of its own
        steps += [Step((Act("exchange", clone),)) for clone in range(clones)]
    for _ in range(length):
        step = _step(dice, faults, clones)
        steps.append(step)
        if step.deed in BREAKS and "cache" in faults and dice.random() < 0.5:
            # Only without its caches a clone whose git fails knows nothing.
            steps.append(Step((), "drop-cache", step.clone, dice.getrandbits(16)))
            steps.append(Step((_act(dice, faults, step.clone),)))
    locked = tuple(dice.random() < 0.5 for _ in range(clones))
    idle = 10 if dice.random() < 0.15 else 1
    vault = dice.choice(VAULTS) if "restricted" in faults else "none"
    rare = 0.6 if "prune" in faults else 0.3  # what others have comes back from them
    matters = clones > 2 and faults & {"prune", "broken", "torn", "gc", "restricted"}
    alone = clones - 1 if matters and dice.random() < rare else None
    return Plan(seed, faults, clones, locked, shifts, tuple(steps), idle, alone, vault)


def _faults(dice: random.Random) -> frozenset[str]:
    if dice.random() < 0.12:
        return _CALM
    found = {fault for fault in FAULTS if dice.random() < _SOME.get(fault, 0.4)}
    for together in _EXCLUSIVE:
        if together <= found:
            found.discard(dice.choice(sorted(together)))
    if dice.random() < 0.8:
        found.add(dice.choice(("kill", "crash")))
    return frozenset(found)


#: What breaks git for the commands in a clone, until it is repaired.
BREAKS = ("typo-home", "typo-config", "no-git", "failing-git")
#: Deeds of somebody else by fault; one with a clone is done there.
DEEDS = {
    "network": ("cut", "cut", "restore", "restore", "port"),
    "refuse": ("refuse", "allow"),
    "reset": ("reset", "delete", "new-root"),
    "remote": ("merge-main", "lose-events", "change-event", "strange-events", "by-hand"),
    "mirror": ("fetch", "mirror-commit", "mirror-leave", "mirror-push"),
    "gc": ("gc", "gc-remote", "pack-refs"),
    "cache": ("drop-cache", "drop-view"),
    "lost": ("lose-log", "move-log"),
    "full": ("fill", "free"),
    "prune": ("age",),
    "broken": (*BREAKS, "repair", "repack", "repack"),
    "torn": ("dangle", "empty-ref"),
    "hostile": ("mark-empty", "mark-own-root", "mark-foreign-root", "mark-nested", "mark-huge",
                "mark-many", "mark-new-root", "mark-new-root", "mark-new-root", "forge", "forge",
                "blank", "blank", "bomb", "declare-older", "long-names"),
}  # fmt: skip
#: What goes on while commands run.
_MEANWHILE = {"prune": ("prune", "prune", "prune", "gc"), "torn": ("copy",)}


def _step(dice: random.Random, faults: frozenset[str], clones: int) -> Step:
    step = _drawn(dice, faults, clones)
    during = [fault for fault in _MEANWHILE if fault in faults]
    if step.acts and during and dice.random() < (0.3 if len(faults) > 2 else 0.6):
        what = dice.choice(_MEANWHILE[dice.choice(during)])
        return step._replace(
            meanwhile=what, clone=step.acts[0].clone, which=dice.getrandbits(16)
        )  # fmt: skip
    return step


def _drawn(dice: random.Random, faults: frozenset[str], clones: int) -> Step:
    outside = [fault for fault in DEEDS if fault in faults]
    if outside and dice.random() < 0.3:
        deed = dice.choice(DEEDS[dice.choice(outside)])
        return Step((), deed, dice.randrange(clones), dice.getrandbits(16))
    clone = dice.randrange(clones)
    if "share" in faults and dice.random() < (
        0.15 if len(faults) > 1 else 0.6
    ):  # all wake up whoever exchanges
        acts = [_act(dice, faults, clone) for _ in range(2)]
        jitter = dice.choice((0.01, 0.03, 0.1))
        return Step(tuple(act._replace(kind="say", times=3, events=1, share=True, jitter=jitter,
                                       inject="") for act in acts))  # fmt: skip
    if "together" in faults and dice.random() < 0.3:
        count = dice.choice((2, 2, 3, 4))
        if dice.random() < 0.4:  # exchanges race
            acts = [_act(dice, faults, one, exchange=True) for one in range(clones)]
        else:
            acts = [_act(dice, faults, clone) for _ in range(count)]
            if dice.random() < 0.2:  # others give up to wait for the lock
                late = acts[0]._replace(kind="say", times=1, jitter=_LONG)
                acts = [late, *(act._replace(kind="say", times=2, jitter=0.0) for act in acts[1:])]
        return Step(tuple(acts))
    return Step((_act(dice, faults, clone),))


def _act(dice: random.Random, faults: frozenset[str], clone: int, *, exchange: bool = False) -> Act:
    kinds = ["say"] * 6 + ["declare"] + ["exchange"] * 4
    if "redact" in faults:
        kinds += ["redact"] * 3
    if "hostile" in faults:
        kinds += ["fold"]
    if "prune" in faults:
        kinds += ["look"]
    kind = "exchange" if exchange else dice.choice(kinds)
    act = Act(
        kind,
        clone,
        dice.choice(INCIDENTS[:2] if dice.random() < 0.9 else INCIDENTS),
        dice.choice((1, 1, 2, 4)) if kind == "say" else dice.getrandbits(16),
        dice.choice((1, 1, 1, 2, 3)) if kind == "say" else 1,
        seed=dice.getrandbits(64),
        share="share" in faults and kind == "say" and dice.random() < 0.3,
        jitter=dice.choice((0.0, 0.0, 0.01, 0.03)),
    )
    if "restricted" in faults and kind != "redact" and dice.random() < 0.4:
        act = act._replace(incident=RESTRICTED)
    if "accounts" in faults:
        act = act._replace(account=dice.randrange(2))
    drawn = dice.random()
    if "kill" in faults and drawn < 0.45:
        longest = 0.08 if kind == "say" else 0.15
        return act._replace(kill_after=dice.random() * longest, children=dice.random() < 0.5)
    if "crash" in faults and drawn < 0.7:
        points = EXCHANGE_POINTS[:-1] if kind == "exchange" else (*FLUSH_POINTS, VIEW_POINT)
        return act._replace(crash_at=dice.choice(points))
    if "errors" in faults and drawn > 0.85:
        what = dice.choice(("error=EIO", "error=ENOSPC", "signal=KILL"))
        call = dice.choice(_CALLS)
        return act._replace(inject=f"{call}:{what}:when={dice.randint(1, 6)}", share=False)
    return act


def describe(step: Step) -> str:
    """Return a step for people."""
    if step.deed:
        return f"{step.deed} {step.clone} {step.which}"
    lines = [f"{step.meanwhile} {step.clone} {step.which}"] if step.meanwhile else []
    for act in step.acts:
        changed = {
            name: value
            for name, value in act._asdict().items()
            if value != Act._field_defaults.get(name) and name not in ("seed", "kind", "clone")
        }
        lines.append(f"{act.kind} {act.clone} {changed}")
    return " & ".join(lines)
