"""Start and stop the receiver: one process a clone."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable

from starlette.types import ASGIApp

from incidentctl.app.receiver import hooks
from incidentctl.app.receiver.seen import SeenDeliveries
from incidentctl.app.receiver.station import Station
from incidentctl.app.receiver.team_files import TeamFiles, Version
from incidentctl.app.workspace.receiver_signs import folder_of, signs_of_life
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.errors import EnvironmentFailedError, RefusedError
from incidentctl.serve import slack
from incidentctl.serve.app import Hooks, Probes, application
from incidentctl.serve.context import Context
from incidentctl.serve.http import http_server, listening
from incidentctl.serve.log import Log
from incidentctl.serve.room.app import room_of_team
from incidentctl.serve.room.settings import TeamRoom
from incidentctl.serve.settings import Settings, ensure_safe
from incidentctl.serve.slack import Slack
from incidentctl.serve.state import DELIVERIES, TEAM_FILES, State
from incidentctl.serve.upkeep import Upkeep
from incidentctl.serve.writer import Writer

#: Seconds after which a thread lets another one run; by default it would be fifty times as long.
_SWITCH = 0.0001


class Server:
    """A receiver; `run` serves until it is stopped."""

    def __init__(
        self,
        open_workspace: Callable[[], Workspace],
        settings: Settings,
        room: TeamRoom | None = None,
    ) -> None:
        """Become the receiver of the clone, and listen; with a room also for people.

        It refuses what is not safe.

        RefusedError if the clone has a receiver, EnvironmentFailedError if nothing can listen here.
        """
        ensure_safe(settings)
        if room is not None:  # who watches a page must keep no alert out
            limits = settings.limits
            more = limits._replace(connections=2 * limits.connections)
            settings = settings._replace(limits=more)
        self._settings = settings
        self._open = open_workspace
        self._version: Version | None = None
        self._workspace = workspace = open_workspace()
        self._log = Log(workspace.now)
        self._state = State()
        context = self._context = Context(settings, self._log, self._state)
        self._station = Station(workspace)
        self._station.take()
        self._socket: socket.socket | None = None
        try:
            if earlier := signs_of_life(workspace):
                self._state.remember(earlier.sources)
            self._socket = listening(settings)
            self.port: int = self._socket.getsockname()[1]
            files = TeamFiles(workspace, settings.branch)
            self._writer = Writer(open_workspace(), context)
            if earlier:
                away = workspace.now() - earlier.at
                self._writer.receiver.heartbeats.recall(earlier.heartbeats, away)
            self._hooks = Hooks(context, workspace.environment, workspace.now, self._writer)
            self._upkeep = Upkeep(
                context, open_workspace, files, self._writer, self._station,
                listens=f"{settings.host}:{self.port}", go_by=self._go_by,
                is_watched=room is not None,
            )  # fmt: skip
            self._http = http_server(
                application(
                    self._hooks, Probes(context, self._writer), self._room(room), self._slack()
                ),
                settings,
                self._log,
            )
        except BaseException:
            self._close()
            raise

    def run(self) -> None:
        """Serve until `stop`, SIGTERM or SIGINT; then commit what is acknowledged, and return."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                # The HTTP server handles them while it runs, and then raises them once more.
                signal.signal(number, lambda *_: None)
        opened = self._socket
        if opened is None:
            raise ValueError("a receiver runs once")
        # A thread that commits must not keep those that answer from running for long.
        sys.setswitchinterval(_SWITCH)
        try:
            self._report_team_files()
            self._writer.start()
            self._upkeep.start()
            self._log.write(
                "info", "listening", where=f"{self._settings.host}:{self.port}",
                tls=bool(self._settings.certificate),
            )  # fmt: skip
            self._http.run(sockets=[opened])
            self._log.write("info", "stopping")
            if not self._writer.stop(self._settings.limits.stop_seconds):
                self._log.write("error", "stopping", problem="a delivery is still being written")
            self._upkeep.stop(self._settings.limits.stop_seconds)
            self._log.write("info", "stopped")
        finally:
            self._close()

    def stop(self) -> None:
        """Let `run` return."""
        self._http.should_exit = True

    def _room(self, room: TeamRoom | None) -> ASGIApp | None:
        if room is None:
            return None
        found = room_of_team(self._open_for_room, room, self._settings, self._log)
        found.live.is_stopping = lambda: self._http.should_exit
        return found.application

    def _slack(self) -> Slack | None:
        """Return what takes slash commands; None where no secret is named for them."""
        names = [name for form, name in self._settings.secrets if form == slack.NAME]
        if not names:
            return None
        workspace = self._workspace
        values = (workspace.environment.get(name, "") for name in names)
        seen = SeenDeliveries(folder_of(workspace))
        return Slack(
            self._context, self._open_for_room, tuple(filter(None, values)), seen, workspace.now
        )

    def _report_secrets(self, version: Version) -> None:
        """Say which secrets are not set: their senders are refused."""
        unset = hooks.unset(
            version.catalog, self._workspace.environment, self._settings.secrets, also=[slack.NAME]
        )
        missing = "; ".join(f"{name} needs {' and '.join(names)}" for name, names in unset.items())
        fault = f"not set in the environment: {missing}" if missing else None
        if self._state.report("secrets", fault) and fault:
            self._log.write("error", "secrets", problem=fault)
        sources = {*version.catalog.alerts.sources, *(form for form, _ in self._settings.secrets)}
        sources.discard(slack.NAME)
        nobody = bool(sources) and sources <= unset.keys()
        reason = "every source lacks its secret, so each delivery is refused"
        self._state.report(DELIVERIES, reason if nobody else None)

    def _open_for_room(self) -> Workspace:
        """Open a workspace that goes by the served files, and leaves the exchange to the upkeep."""
        workspace = self._open()
        if self._version is not None:
            workspace.go_by(self._version.catalog, self._version.problems)
        workspace.sharing.leave_to(self._upkeep.send_soon)
        return workspace

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._station.leave()

    def _report_team_files(self) -> None:
        """Read the team's files before the first delivery, by which it is judged."""
        fault = self._upkeep.follow()
        if self._hooks.catalog is None:
            raise EnvironmentFailedError(f"The team's files cannot be used: {fault}.")
        if self._state.report(TEAM_FILES, fault):
            self._log.write("warning", "team-files", problem=fault)

    def _go_by(self, version: Version) -> None:
        self._ensure_restricted_is_kept(version)
        self._report_secrets(version)
        self._hooks.catalog = version.catalog
        self._version = version
        self._writer.go_by(version)

    def _ensure_restricted_is_kept(self, version: Version) -> None:
        """Refuse rules for restricted incidents which only this clone would have."""
        settings = version.catalog.alerts
        if self._settings.alone:
            return
        kept = self._workspace.basics.usable_restricted_remote
        marked = [r.name for r in settings.rules if r.restricted]
        marked += [name for name, source in settings.sources.items() if source.restricted]
        unknown = self._workspace.record.excluded() if marked else None
        if unknown:
            raise RefusedError(
                f"Restricted incidents of alerts.yaml ({', '.join(marked)}) would be in this clone "
                f"alone: git has no remote called {unknown} here.",
                hint=f"Run `git remote add {unknown} URL`, or say --alone if this is the team's "
                "only receiver.",
            )
        if marked and kept is None:
            raise RefusedError(
                f"Restricted incidents of alerts.yaml ({', '.join(marked)}) would be in this clone "
                "alone: there is no remote for those.",
                hint="Set `record: {restricted_remote: ...}` in incidentctl.yaml, or say --alone "
                "if this is the team's only receiver.",
            )
