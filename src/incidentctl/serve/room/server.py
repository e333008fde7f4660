"""Run the room of one's own clone on loopback."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import timedelta

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.errors import IncidentctlError, UsageError
from incidentctl.serve.http import http_server, listening
from incidentctl.serve.log import Log
from incidentctl.serve.room.app import room_of_clone
from incidentctl.serve.room.settings import here
from incidentctl.serve.settings import Settings

#: Seconds between two looks at what others have sent, and how old the last exchange may be.
_LOOK, _OLD = 1.0, timedelta(seconds=15)


class RoomServer:
    """The room of a clone; `run` serves until it is stopped."""

    def __init__(self, open_workspace: Callable[[], Workspace], settings: Settings) -> None:
        """Listen; UsageError if other machines could connect."""
        if not settings.is_loopback:
            raise UsageError(
                f"{settings.host} is reachable from the network, and this room is for you alone.",
                hint="Listen on 127.0.0.1. For a team run `incidentctl serve --room`.",
            )
        self._open = open_workspace
        self._socket = listening(settings)
        port = self._socket.getsockname()[1]
        log = Log(open_workspace().now)
        self.origin = here(settings.host, port)
        self._room = room_of_clone(open_workspace, self.origin, port, log, settings.limits)
        self._http = http_server(self._room.application, settings, log)
        self._room.live.is_stopping = lambda: self._http.should_exit
        self._stopping = threading.Event()

    def link(self) -> str:
        """Return a new address that signs in once, within a minute."""
        return f"{self.origin.address}/sign-in/{self._room.sessions.link()}"

    @property
    def is_running(self) -> bool:
        """Whether it answers."""
        return self._http.started

    def run(self) -> None:
        """Serve until `stop`, SIGTERM or SIGINT."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                # The HTTP server handles them while it runs, and then raises them once more.
                signal.signal(number, lambda *_: None)
        threading.Thread(target=self._exchange, name="exchange", daemon=True).start()
        try:
            self._http.run(sockets=[self._socket])
        finally:
            self._stopping.set()
            self.close()

    def close(self) -> None:
        """Listen no longer."""
        self._socket.close()

    def stop(self) -> None:
        """Let `run` return."""
        self._http.should_exit = True

    def _exchange(self) -> None:
        """Take in what others send, as soon as the remote has it."""
        workspace = self._open()
        try:
            lookout = workspace.sharing.lookout()
        except IncidentctlError:
            return  # git cannot be read: the pages say so
        lookout.start()
        while not self._stopping.wait(_LOOK):
            try:
                if lookout.moved():
                    workspace.sharing.share()
                else:
                    workspace.sharing.refresh(every=_OLD)
            except (IncidentctlError, OSError):
                continue  # the pages say since when nothing comes
        lookout.stop()
