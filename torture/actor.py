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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.domain import facts, ids
from incidentctl.domain.events import Event
from incidentctl.domain.incident import fold, head
from incidentctl.errors import EnvironmentFailedError
from incidentctl.record.lock import Lock
from incidentctl.record.record import Action, Author, Record
from incidentctl.render.log import render_log
from torture import mutants
from torture.plan import Act
from torture.world import ENVIRONMENT

#: An exchange may take so many seconds; with nothing else going on it takes far less.
_LIMIT = 8.0
_ALONE = 4.0


class Setting(NamedTuple):
    """Where an act takes place."""

    clone: str
    fallback: str
    journal: str
    shift: int
    mutant: str = ""
    redact: str = ""
    """The id of the event to redact."""


def open_record(setting: Setting, **more: Any) -> Record:
    """Open the record of a clone with the renderer and the fold that the commands use."""
    git_dir = Path(setting.clone) / ".git"
    given: dict[str, Any] = {
        "work_tree": Path(setting.clone),
        "environment": os.environ | ENVIRONMENT,
        "render": lambda i, e, p: render_log(fold(i, e, problems=p)),
        "fold_head": lambda i, e: head(fold(i, e, entries=False)),
        "now": lambda: now_at(setting.shift),
        "remote": "origin",
        **more,
    }
    return Record(git_dir, fallback=Path(setting.fallback), **given)


def now_at(shift: int) -> datetime:
    """Return what a clock shows that is so many seconds off."""
    return datetime.now(UTC) + timedelta(seconds=shift)


class Actor:
    """Does one act."""

    def __init__(self, act: Act, setting: Setting) -> None:
        """Take what to do and where."""
        self._act = act
        self._setting = setting
        self._dice = random.Random(act.seed)
        self._journal = os.open(setting.journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._synced: list[tuple[int, int, int]] = []
        self._author = Author(f"User {act.clone}", f"user{act.clone}@example.org")
        self._record = open_record(setting, share=self._share if act.share else None)

    def tell(self, *words: object) -> None:
        """Write a line into the journal; by a call that no fault is injected into."""
        os.pwrite(self._journal, (" ".join(map(str, words)) + "\n").encode(), 0)

    def run(self) -> None:
        """Do it."""
        self._watch_fsync()
        if self._act.jitter:
            _hold_locks_longer(self._act.jitter, self._dice)
        kind = self._act.kind
        if kind == "exchange":
            self._exchange()
        elif kind == "settle":
            self._settle()
        else:
            for number in range(self._act.times if kind == "say" else 1):
                if self._act.share:
                    time.sleep(self._dice.random() * 0.1)  # else exchanges would meet no pause
                self._say(kind, number)
        self.tell("DONE", kind, self._act.clone)

    # --- acknowledge and flush -------------------------------------------------------------------

    def _say(self, kind: str, number: int) -> None:
        incident = self._act.incident
        try:
            seen = [event.id for event in self._record.events(incident)[0]]
            newest = self._record.newest_id(incident)
        except EnvironmentFailedError:
            seen, newest = [], None  # as the commands do
        self.tell("SHOWN", self._act.clone, incident, ",".join(seen))
        now = now_at(self._setting.shift)
        milliseconds = ids.next_milliseconds(now, newest)
        events: list[Event] = []
        for step, fact in enumerate(self._facts(kind, number)):
            ident = ids.ulid(milliseconds + step, self._dice.getrandbits(80))
            first = events[0].id if events else None
            events.append(Event(ident, now, now, f"user{self._act.clone}", fact, action=first))
        named = ",".join(event.id for event in events)
        target = self._setting.redact or "-"
        self.tell("BEGIN", self._act.clone, incident, kind, named, target, self._mark(number))
        far = ids.ulid(int((now + ids.MAX_AHEAD).timestamp() * 1000), (1 << 80) - 1)
        if late := [ident for ident in seen if events[0].id <= ident <= far]:
            self.tell("BAD", "I11", f"{events[0].id} sorts before {late[-1]}, which was seen")
        action = Action(incident, tuple(events), self._author, f"user: {kind}")
        try:
            done = self._record.acknowledge(action)
        except EnvironmentFailedError as error:
            self.tell("REFUSED", error.message)
            return
        self._check_on_disk(done.path)
        self.tell("ACK", self._act.clone, named)
        flushed = self._record.flush()
        for note in flushed.notes:
            self.tell("NOTE", note)
        if kind == "redact" and flushed.commit:
            self.tell("BLANKED", self._act.clone, self._setting.redact)
        self.tell("FLUSHED", self._act.clone, flushed.commit, flushed.pending, flushed.reason)

    def _facts(self, kind: str, number: int) -> list[Any]:
        if kind == "declare":
            return [facts.Declared("Login is down")]
        if kind == "redact":
            return [facts.Redacted(self._setting.redact)]
        texts = [f"note {self._mark(number)}-{n}-end" for n in range(self._act.events)]
        return [facts.Noted(text) for text in texts]

    def _mark(self, number: int) -> str:
        return f"marker-{self._act.seed:016x}-{number}"

    def _watch_fsync(self) -> None:
        """See which files and folders are on disk, whoever asks for it."""
        fsync = os.fsync

        def watched(descriptor: Any) -> None:
            fsync(descriptor)
            found = os.fstat(descriptor)
            self._synced.append((found.st_dev, found.st_ino, found.st_size))

        setattr(os, "fsync", watched)  # noqa: B010 (it has another type)

    def _check_on_disk(self, path: Path) -> None:
        """The file with all its bytes, and after it its name in the folder."""
        try:
            found, folder = path.stat(), path.parent.stat()
        except FileNotFoundError:
            return  # another process has committed it meanwhile
        file = (found.st_dev, found.st_ino, found.st_size)
        name = (folder.st_dev, folder.st_ino)
        if file not in self._synced:
            self.tell("BAD", "I1-disk", "acknowledged before its file was on disk")
        elif name not in [each[:2] for each in self._synced[self._synced.index(file) :]]:
            self.tell("BAD", "I1-disk", "acknowledged before its name was on disk")

    # --- exchange --------------------------------------------------------------------------------

    def _exchange(self) -> None:
        lock = self._record.background().lock()
        if not lock.take(wait=5.0):
            self.tell("BUSY", self._act.clone)
            return
        with lock:
            limit = _ALONE if self._act.kind == "settle" else _LIMIT
            done = self._record.exchange(self._author, limit=limit)
        assert done is not None
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
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        if actor:
            actor.tell("BAD", "raised", f"{type(error).__name__}: {error} at {place}")
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
