"""One process of a history: does an act in a clone and tells each thing that it was promised.

Most are forked; those under strace, and exchanges in the background, are started as
`python -m torture.actor JSON [DESCRIPTOR]`. What is told goes to the journal, a line at a time.
"""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from incidentctl.domain.incident import facts, ids
from incidentctl.domain.incident.event_ids import sealed
from incidentctl.domain.incident.events import Event
from incidentctl.errors import EnvironmentFailedError
from incidentctl.record.record import Action, Author
from incidentctl.record.restricted.pair import RecordPair
from incidentctl.record.write.lock import Lock
from torture import mutants, steps, world
from torture.on_disk import OnDisk
from torture.plan import RESTRICTED, Act
from torture.setting import Setting, now_at, open_record

#: An exchange may take so many seconds; with nothing else going on it takes far less.
_LIMIT = 8.0
_ALONE = 4.0


class Actor:
    """Does one act."""

    def __init__(self, act: Act, setting: Setting) -> None:
        """Take what to do and where."""
        self._act = act
        self._setting = setting
        self._dice = random.Random(act.seed)
        self._journal = os.open(setting.journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._author = Author(f"User {act.clone}", f"user{act.clone}@example.org")
        self._record = open_record(setting)

    def tell(self, *words: object) -> None:
        """Write a line into the journal; by a call that no fault is injected into."""
        os.pwrite(self._journal, (" ".join(map(str, words)) + "\n").encode(), 0)

    def run(self) -> None:
        """Do it."""
        self._disk = OnDisk()
        if self._act.jitter:
            _hold_locks_longer(self._act.jitter, self._dice)
        kind = self._act.kind
        if kind == "exchange":
            self._exchange()
        elif kind == "settle":
            self._settle()
        elif kind == "look":
            self._record.maintain()
        elif kind == "fold":
            for told in steps.unlike_lines(self._dice):
                self.tell("BAD", "steps", told)
        else:
            for number in range(self._act.times if kind == "say" else 1):
                if self._act.share:
                    time.sleep(self._dice.random() * 0.1)  # else exchanges would meet no pause
                self._say(kind, number)
        self.tell("DONE", kind, self._act.clone)

    # --- acknowledge and flush -------------------------------------------------------------------

    def _say(self, kind: str, number: int) -> None:
        incident = self._act.incident
        pair = self._record if isinstance(self._record, RecordPair) else None
        restricted = incident == RESTRICTED and pair is not None
        if pair is not None and restricted and not self._setting.knows and number == 0:
            pair.restrict(incident)  # as `declare` does
        try:
            events, problems = self._record.events(incident)
            seen = [event.id for event in events]
            if any("git cannot be read" in problem.message for problem in problems):
                seen = []  # it says so, and shows what it has
            newest = self._record.newest_id(incident)
        except EnvironmentFailedError:
            seen, newest = [], None  # as the commands do
        self.tell("SHOWN", self._act.clone, incident, ",".join(seen))
        now = now_at(self._setting.shift)
        milliseconds = ids.next_milliseconds(now, newest)
        group = ids.ulid(milliseconds, self._dice.getrandbits(80))
        said = [
            sealed(Event(ids.ulid(milliseconds + n, 0), now, now, f"user{self._act.clone}", fact,
                         action=group))
            for n, fact in enumerate(self._facts(kind, number))
        ]  # fmt: skip
        named = ",".join(event.id for event in said)
        target = self._setting.redact or "-"
        self.tell("BEGIN", self._act.clone, incident, kind, named, target, self._mark(number))
        far = ids.ulid(int((now + ids.MAX_AHEAD).timestamp() * 1000), (1 << 80) - 1)
        if late := [ident for ident in seen if said[0].id <= ident <= far]:
            self.tell("BAD", "I11", f"{said[0].id} sorts before {late[-1]}, which was seen")
        action = Action(incident, tuple(said), self._author, f"user: {kind}")
        try:
            done = self._record.acknowledge(action)
        except EnvironmentFailedError as error:
            self.tell("REFUSED", error.message)
            return
        if fault := self._disk.fault(done.path):
            self.tell("BAD", "I1-disk", fault)
        self.tell("ACK", self._act.clone, named)
        flushed = self._record.flush()
        if self._act.share and (self._record.has_unsent() or self._record.is_due()):
            self._share()
        for note in flushed.notes:
            self.tell("NOTE", note)
        if kind == "redact" and flushed.commit and not restricted:
            self.tell("BLANKED", self._act.clone, self._setting.redact)
        commit = None if restricted else flushed.commit
        self.tell("FLUSHED", self._act.clone, commit, flushed.pending, flushed.reason)

    def _facts(self, kind: str, number: int) -> list[Any]:
        if kind == "declare":
            return [facts.Declared("Login is down")]
        if kind == "redact":
            return [facts.Redacted(self._setting.redact)]
        texts = [f"note {self._mark(number)}-{n}-end" for n in range(self._act.events)]
        return [facts.Noted(text) for text in texts]

    def _mark(self, number: int) -> str:
        return f"marker-{self._act.seed:016x}-{number}"

    # --- exchange --------------------------------------------------------------------------------

    def _exchange(self) -> None:
        try:
            lock = self._record.background().lock()
            free = lock.take(wait=5.0)
        except OSError as error:  # the command ends with a refusal that says so
            self.tell("EXCHANGED", self._act.clone, "failed", error.strerror)
            return
        if not free:
            self.tell("BUSY", self._act.clone)
            return
        with lock:
            limit = _ALONE if self._act.kind == "settle" else _LIMIT
            done = self._record.exchange(self._author, limit=limit)
        if done is None:
            assert self._setting.alone
            return
        self.tell("EXCHANGED", self._act.clone, done.state, done.reason)
        for note in done.notes:
            self.tell("NOTE", note)

    def _settle(self) -> None:
        """Flush what waits, and exchange."""
        flushed = self._record.flush()
        if flushed.pending:
            self.tell("LEFT", self._act.clone, flushed.pending, flushed.reason)
        self._exchange()

    def _share(self) -> None:
        program = [sys.executable, "-m", "torture.actor", pack(self._act, self._setting)]
        where = [str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, where))}
        environment.pop("INCIDENTCTL_CRASH_AT", None)
        self._record.background().start(program, environment)

    def work(self, descriptor: int) -> None:
        """Exchange in the background, with an inherited lock."""
        if self._act.jitter:
            _hold_locks_longer(self._act.jitter, self._dice)

        def exchange() -> bool:
            done = self._record.exchange(self._author, limit=_LIMIT)
            self.tell("SHARED", self._act.clone, done and done.state, done and done.reason)
            return done is not None and done.state == "ok"

        self._record.background().work(exchange, descriptor)


def _hold_locks_longer(longest: float, dice: random.Random) -> None:
    """Make what is to be rare happen: others come while a lock is about to be freed."""
    release = Lock.release

    def late(self: Lock) -> None:
        more = 10 if self._path.name == "sync.lock" else 1
        time.sleep(dice.random() * longest * more)
        release(self)

    Lock.release = late  # type: ignore[method-assign]  # torture changes what it torments


def _no_room(*_: object) -> int:
    """Stand for a write to a full disk, where no small one can be mounted."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def pack(act: Act, setting: Setting) -> str:
    """Write an act for the command line."""
    return json.dumps([act, setting])


def enter(act: Act, setting: Setting, work: Callable[[Actor], None] = Actor.run) -> None:
    """Be the process of an act; what the record should have caught is told as a violation."""
    actor = None
    try:
        mutants.apply(setting.mutant)
        actor = Actor(act, setting)
        work(actor)
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        place = " < ".join(f"{Path(each.filename).name}:{each.lineno}" for each in frames[:1:-1])
        # What a mutant raises itself tells that it does not fit the record any more.
        out_of_date = isinstance(error, TypeError) and "argument" in str(error)
        planted = Path(frames[-1].filename).parent.name == "torture"
        what = "raised" if planted or out_of_date else "raises"
        if actor:
            reason = f"{type(error).__name__}: {str(error)[:200]}".replace("\n", " ")
            actor.tell("BAD", what, f"{reason} at {place}")
        traceback.print_exc()
        os._exit(1)


def fork(act: Act, setting: Setting, log: Path, *, full: bool = False) -> int:
    """Fork the process of an act; returns its id. With `full` its own writes find no room."""
    pid = os.fork()
    if pid:
        return pid
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.setsid()
    os.chdir("/")
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    if full:
        os.write = _no_room
    if act.crash_at:
        os.environ["INCIDENTCTL_CRASH_AT"] = act.crash_at
    if setting.account:
        world.become(act.account)
    enter(act, setting)
    os._exit(0)


def main() -> None:
    """Be a process of its own."""
    act, setting = json.loads(sys.argv[1])
    if len(sys.argv) > 2:
        descriptor = int(sys.argv[2])
        enter(Act(*act), Setting(*setting), lambda actor: actor.work(descriptor))
    else:
        enter(Act(*act), Setting(*setting))


if __name__ == "__main__":
    main()
