"""`watch`: a live board of the open incidents; without a terminal, printed once."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Protocol

import typer

from incidentctl.app.incident.watch import Watch
from incidentctl.cli.incident.respond import choose_incident
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.session import warn_bad_settings, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import InIncident, Json
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.reminders import Reminder
from incidentctl.render.incident.board import (
    ENTRIES,
    Line,
    entry_line,
    fit,
    newest,
    reminder_line,
    reminders_whole,
)

#: The interval of polls, in seconds: each costs a few stats.
EVERY = 1.0
#: How long a new reminder is loud; then it is a quiet line.
LOUD_FOR = timedelta(seconds=10)

COMMAND_CLASS = RespondCommand


def watch_command(
    ctx: typer.Context,
    incident: InIncident = None,
    once: Annotated[bool, typer.Option("--once", help="Print the board once and end.")] = False,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Only print what is new, line by line; for screen readers."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Do not ring the bell.")] = False,
    json: Json = False,
) -> None:
    """A live board of the open incidents, or of one; q or Ctrl-C leaves.

    It fits the height of the terminal, and leaves out what matters least. What is due rings the
    bell once, and again when it is long overdue. Without a terminal it prints the board once.

    incidentctl watch

    incidentctl watch -i k7f --plain
    """
    workspace = workspace_of(ctx)
    ident = choose_incident(workspace, incident) if incident else None
    warn_bad_settings(workspace)
    watch = Watch(workspace, ident)
    once = once or json or not sys.stdout.isatty()
    if once:
        watch.look_once()
    else:
        watch.poll()
    if json:
        console.print_json("watch", watch.as_json(workspace.now()))
    elif once:
        _print_once(watch, workspace.now())
    elif plain or os.environ.get("TERM", "dumb") == "dumb":
        _until_interrupted(lambda: follow(watch, workspace.now, quiet=quiet))
    else:
        from incidentctl.cli.terminal.full_screen import FullScreen

        with FullScreen() as screen:
            _until_interrupted(lambda: live(watch, screen, workspace.now, quiet=quiet))


def _until_interrupted(show: Callable[[], None]) -> None:
    """Show a board until Ctrl-C, which is not a failure."""
    try:
        show()
    except KeyboardInterrupt:
        return


def _print_once(watch: Watch, now: datetime) -> None:
    for line in watch.board(now):
        console.out(line.text, line.style, indent=line.indent)


class LiveScreen(Protocol):
    """What the board needs of a terminal; `full_screen.FullScreen` is one."""

    @property
    def height(self) -> int:
        """The number of lines now."""

    def draw(self, lines: Sequence[tuple[str, str | None]]) -> None:
        """Show lines with their styles."""

    def ring(self) -> None:
        """Ring the bell once."""

    def wait(self, seconds: float) -> str:
        """Wait for keys, at most so many seconds; return the keys."""


class Bell:
    """Remembers the known reminders: each rings once and is loud for a moment."""

    def __init__(self) -> None:
        """Start with no known reminders."""
        self._began: dict[tuple[str, str, int, datetime], datetime] = {}

    def new(self, reminders: Sequence[Reminder], now: datetime) -> list[Reminder]:
        """Return the new reminders, each only once."""
        new = [reminder for reminder in reminders if reminder.key not in self._began]
        self._began |= {reminder.key: now for reminder in new}
        return new

    def loud(self, now: datetime) -> set[tuple[str, str, int, datetime]]:
        """Return the keys of the reminders that are new since a moment ago."""
        return {key for key, began in self._began.items() if now - began < LOUD_FOR}


def live(watch: Watch, screen: LiveScreen, clock: Callable[[], datetime], *, quiet: bool) -> None:
    """Show the board on a screen until the user presses q."""
    bell = Bell()
    while True:
        watch.poll()
        now = clock()
        rings = bell.new(watch.reminders(now), now)
        lines = watch.board(now, loud=bell.loud(now))
        if watch.fault:
            # Before the first read it is unknown whether incidents are open.
            known = lines if watch.incidents else []
            lines = [Line(_fault(watch.fault), (-1,), "error"), *known]
        lines = reminders_whole(lines, console.columns())
        screen.draw([(line.text, line.style) for line in fit(lines, screen.height)])
        if rings and not quiet:
            screen.ring()
        if "q" in screen.wait(EVERY).casefold():
            return


def follow(
    watch: Watch,
    clock: Callable[[], datetime],
    *,
    quiet: bool,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Print the board once, then new entries and reminders as they come, until interrupted."""
    now = clock()
    _print_once(watch, now)
    bell = Bell()
    seen = {entry.event for incident in watch.incidents for entry in incident.entries}
    fault = None
    _ring(bell.new(watch.reminders(now), now), quiet=quiet)
    while True:
        sleep(EVERY)
        watch.poll()
        now = clock()
        for incident in watch.incidents:
            for entry in newest(incident, ENTRIES):
                if entry.event not in seen:
                    line = f"{incident.id}  {entry_line(incident, entry)}"
                    console.out(line, indent=len(incident.id) + 2)
            seen.update(entry.event for entry in incident.entries)
        begun = bell.new(watch.reminders(now), now)
        for reminder in begun:
            console.out(
                f"{reminder.incident}  ! {reminder_line(reminder)}",
                "warning",
                indent=len(reminder.incident) + 2,
            )
        if watch.fault != fault:
            fault = watch.fault
            said = _fault(fault) if fault else "The record can be read again."
            console.out(said, "error", indent=2)
        _ring(begun, quiet=quiet)
        sys.stdout.flush()


def _fault(message: str) -> str:
    return f"The record cannot be read: {one_line(message[:200])}"


def _ring(begun: Sequence[Reminder], *, quiet: bool) -> None:
    if begun and not quiet:
        sys.stdout.write("\a")
    sys.stdout.flush()
