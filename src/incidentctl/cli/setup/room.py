"""`room`: the pages of one's own clone, on loopback."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Annotated

import typer

from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.cli.session import workspace_of
from incidentctl.cli.terminal import console

#: Seconds after which the file that leads a browser to the link is removed: the link has ended.
_LEADS = 60.0


def room_command(
    ctx: typer.Context,
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help="Where to listen, on loopback.")
    ] = "127.0.0.1:0",
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Print the link, and open no browser.")
    ] = False,
) -> None:
    """Open your clone in the browser: the board, declare, respond, the inbox, who owns what.

    incidentctl room

    Only this machine can connect, and only the printed link signs in, once, as you.
    """
    from incidentctl.serve.start import room

    workspace = workspace_of(ctx)  # a wrong folder is refused first
    name = workspace.actor(None)
    asks = sys.stdin.isatty()
    leads = _Leads()

    def ready(link: Callable[[], str]) -> None:
        address = link()
        where = workspace.root or "your own local record"
        console.out(f"The room of {where}, as {name.name or name.handle}:")
        console.out(f"  {address}", indent=2)
        more = "Enter shows a new one, Ctrl-C ends the room." if asks else "Ctrl-C ends the room."
        console.say(f"The link works once, within a minute. {more}")
        sys.stdout.flush()
        if not no_open and _has_screen():
            leads.open(address)
        if asks:
            threading.Thread(target=_links, args=(link,), daemon=True).start()

    try:
        room(lambda: open_workspace(ctx.obj), listen=listen, ready=ready)
    finally:
        leads.remove()


def _links(link: Callable[[], str]) -> None:
    """Print a new link at each Enter."""
    with contextlib.suppress(OSError, ValueError):
        for _ in sys.stdin:
            console.out(f"  {link()}", indent=2)


def _has_screen() -> bool:
    """Say whether a browser opens in a window of its own, here, and not in this terminal."""
    remote = "SSH_CONNECTION" in os.environ
    return not remote and (
        sys.platform == "darwin" or any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY"))
    )


def leads_to(address: str) -> str:
    """Return a page that leads on to an address."""
    return (
        '<!doctype html><meta charset="utf-8"><title>To the room</title>'
        f'<meta http-equiv="refresh" content="0; url={escape(address)}">'
    )


class _Leads:
    """A file that only this user reads and that leads a browser to a link.

    Everybody on the machine can read the arguments of a browser.
    """

    def __init__(self) -> None:
        self._path: Path | None = None

    def open(self, address: str) -> None:
        """Open a browser; without one the printed link is enough."""
        with contextlib.suppress(OSError, webbrowser.Error):
            descriptor, name = tempfile.mkstemp(prefix="incidentctl-room-", suffix=".html")
            self._path = Path(name)
            with os.fdopen(descriptor, "w") as file:
                file.write(leads_to(address))
            timer = threading.Timer(_LEADS, self.remove)
            timer.daemon = True
            timer.start()
            webbrowser.open(self._path.as_uri())

    def remove(self) -> None:
        """Remove the file."""
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
            self._path = None
