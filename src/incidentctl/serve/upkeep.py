"""The threads behind the acknowledgements: commit in batches, exchange, follow the team's files."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from incidentctl.app.actions import automatic
from incidentctl.app.receiver import sharing
from incidentctl.app.receiver.station import Station
from incidentctl.app.receiver.team_files import TeamFiles, Version
from incidentctl.app.workspace import bug_report
from incidentctl.app.workspace.receiver_signs import Signs
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.errors import IncidentctlError
from incidentctl.serve.context import Context
from incidentctl.serve.state import TEAM_FILES
from incidentctl.serve.writer import Writer

#: Seconds between two signs of life.
_SIGN = 5.0
#: The longest that one exchange may take, in seconds; and seconds between two of them.
_EXCHANGE, _PAUSE = 60.0, 2.0
_FETCH = 30.0
#: Seconds between two looks at whether the remote has moved.
_LOOK = 1.0
#: Seconds between two looks at what is to be done outside.
_ACT = 3.0
#: So many seconds more between two commits for each action that waits.
_EACH = 0.5
#: With fewer actions waiting an exchange need not wait for the next commit.
_FEW = 5


class Upkeep:
    """Does in the background what no sender waits for; each thread has a workspace of its own."""

    def __init__(
        self,
        context: Context,
        open_workspace: Callable[[], Workspace],
        files: TeamFiles,
        writer: Writer,
        station: Station,
        *,
        listens: str,
        go_by: Callable[[Version], None],
        is_watched: bool = False,
    ) -> None:
        """Take what it works on; `go_by` gets each new version of the team's files.

        Where people watch pages, the remote is asked all the time whether others sent something.
        """
        settings, self._log, self._state = context
        self._limits = settings.limits
        self._open = open_workspace
        self._files = files
        self._writer = writer
        self._station = station
        self._listens = listens
        self._go_by = go_by
        self._workspace = open_workspace()
        self._stopping = threading.Event()
        self._committed = threading.Event()
        self._moved = threading.Event()
        self._threads = [
            threading.Thread(target=self._commits, name="commits", daemon=True),
            threading.Thread(target=self._shares, name="shares", daemon=True),
            threading.Thread(target=self._acts, name="acts", daemon=True),
        ]
        if is_watched:
            self._threads.append(threading.Thread(target=self._looks, name="looks", daemon=True))

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> None:
        """Commit what is acknowledged and end; an exchange that hangs is left to the next."""
        self._stopping.set()
        self._writer.wrote.set()
        self._committed.set()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        last = sharing.commit(self._open())
        if last.waiting:
            self._log.write("warning", "uncommitted", actions=last.waiting, reason=last.reason)
        self.say(stopped=True)

    def send_soon(self) -> None:
        """Exchange soon: somebody has committed something."""
        self._committed.set()

    def say(self, *, stopped: bool = False) -> None:
        """Leave a sign of life."""
        self._station.say(
            Signs(
                self._workspace.now(),
                os.getpid(),
                self._listens,
                self._state.sources(),
                dict(self._writer.receiver.heartbeats.heard),
                tuple(self._state.faults().values()),
                stopped,
                self._writer.receiver.missed,
            )
        )

    def _commits(self) -> None:
        last = 0.0
        while not self._stopping.is_set():
            self.say()
            left = self._workspace.record.pending()  # also by a receiver that was killed
            if left or self._writer.wrote.wait(_SIGN):
                if last or not left:
                    self._gather(last)
                self._writer.wrote.clear()
                self._guarded("commit", self._commit)
                last = time.monotonic()

    def _gather(self, last: float) -> None:
        """Let acknowledgements gather: a storm makes commits by the score, not by the thousand."""
        self._stopping.wait(self._limits.gather)
        record = self._workspace.record
        while not self._stopping.is_set():
            wanted = min(self._limits.gather_most, record.pending() * _EACH)
            if time.monotonic() - last >= wanted:
                return
            self.say()
            self._stopping.wait(_PAUSE)

    def _commit(self) -> str | None:
        done = sharing.commit(self._workspace)
        self._state.uncommitted.set(done.waiting)
        self._committed.set()
        if done.waiting and not self._stopping.is_set():
            self._writer.wrote.set()  # try again
        return f"not committed yet: {done.reason}" if done.reason else None

    def _shares(self) -> None:
        workspace, look_at = self._open(), 0.0
        while not self._stopping.is_set():
            if time.monotonic() >= look_at:
                self._guarded(TEAM_FILES, self.follow)
                self._guarded("upkeep", lambda: sharing.maintain(workspace))
                if workspace.record.pending() < _FEW:  # an exchange commits: else let more gather
                    self._guarded("remote", lambda: self._exchange(workspace))
                self._guarded("claims", lambda: workspace.record.clean_claims(limit=_FETCH))
                look_at = time.monotonic() + self._limits.look_every
            elif self._moved.is_set() or (self._committed.is_set() and sharing.unsent(workspace)):
                self._moved.clear()
                self._committed.clear()
                self._guarded("remote", lambda: self._exchange(workspace))
            self._stopping.wait(_PAUSE)
            self._committed.wait(max(0.0, look_at - time.monotonic()))

    def _looks(self) -> None:
        """Notice what others have sent within a few seconds."""
        lookout = self._open().sharing.lookout()
        lookout.start()
        while not self._stopping.wait(_LOOK):
            if lookout.moved():
                self._moved.set()
                self._committed.set()  # which ends the pause
        lookout.stop()

    def _exchange(self, workspace: Workspace) -> str | None:
        reason = sharing.exchange(workspace, limit=_EXCHANGE)
        left = sharing.unsent(workspace)
        if left is None:
            return None
        self._state.unsent.set(left)
        if reason is None:
            self._state.exchanged.set(workspace.now().timestamp())
        return f"others do not receive what is recorded here: {reason}" if reason else None

    def _acts(self) -> None:
        while not self._stopping.wait(_ACT):
            self._guarded("actions", self._act)

    def _act(self) -> str | None:
        """Run what is marked automatic, by the files of the work tree: those that are trusted."""
        workspace = self._open()
        found = automatic.due(workspace, workspace.now())
        for ended in automatic.run_due(workspace, found, workspace.actor(None)):
            if isinstance(ended, automatic.Refused):
                told = {"incident": ended.due.incident, "problem": ended.why.reason}
            else:
                told = {"incident": ended.recorded.incident, "state": ended.outcome.state}
            self._log.write("info", "action", **told)
        return None

    def follow(self) -> str | None:
        """Look for a newer version of the team's files; return what is wrong with it."""
        found = self._files.look(limit=_FETCH)
        if found is not None:
            self._log.write("info", "team-files", version=found.name, follows=self._files.follows)
            self._go_by(found)
        self._state.is_newest.set(self._files.fault is None)
        unreached = self._files.unreached
        told = f"no newer version of the team's files can be fetched: {unreached}"
        return self._files.fault or (told if unreached else None)

    def _guarded(self, part: str, work: Callable[[], str | None]) -> None:
        """Do a part of the work, and report what is wrong with it."""
        try:
            fault = work()
        except IncidentctlError as error:
            fault = error.reason
        except OSError as error:
            fault = f"{_place(error)}: {error.strerror}"
        except Exception as error:  # noqa: BLE001 (a bug must not end the thread)
            file = bug_report.leave(error, self._workspace.environment)
            fault = f"a bug: {type(error).__name__}" + (f", see {file}" if file else "")
        if self._state.report(part, fault):
            self._log.write("warning" if fault else "info", part.replace(" ", "-"),
                            problem=fault or "none any more")  # fmt: skip


def _place(error: OSError) -> str:
    """Name the file, or its folder if there is none: each try has another name for a new file."""
    name = str(error.filename or "the disk")
    return name if os.path.lexists(name) or "/" not in name else str(Path(name).parent)
