"""What every command does around its use case: open the workspace, and report."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from incidentctl.app.workspace.workspace import Workspace, open_workspace
from incidentctl.cli.terminal import console
from incidentctl.domain.common.text import count, one_line
from incidentctl.errors import EnvironmentFailedError, Problem

if TYPE_CHECKING:  # slow, and commands about the team's files do not need it
    from incidentctl.app.incident.find import SeveralError
    from incidentctl.domain.incident.state import Incident
    from incidentctl.domain.lint.rule import Played

_WORKSPACE = "incidentctl.workspace"
#: What others did is told to be missing once the last good sync is older than this.
_OLD = timedelta(minutes=5)
#: Reading so many logs takes a second.
_SLOW = 300
#: After so many more the number on the screen changes.
_EACH = 100


def workspace_of(ctx: typer.Context, *, must: bool = True) -> Workspace:
    """Return the workspace of this command, of `-C` if given."""
    if _WORKSPACE not in ctx.meta:
        ctx.meta[_WORKSPACE] = open_workspace(ctx.obj, must=must)
    workspace: Workspace = ctx.meta[_WORKSPACE]
    return workspace


def open_catalog(ctx: typer.Context, *, team: bool = False) -> Workspace:
    """Open the workspace, and warn if the catalog is not, or only in part, the team's.

    NotFoundError if it must be the `team`'s, in checked-out files, and is not.
    """
    workspace = workspace_of(ctx)
    if team:
        workspace.team_root()
    elif workspace.root is None:
        console.say("No team repository here: this is the built-in catalog.", "warning")
    elif not workspace.checked_out:
        console.say(
            "There is no incidentctl.yaml in this folder: this is the catalog of HEAD.", "warning"
        )
    warn_of_faults(workspace.catalog_problems)
    for path in workspace.earlier_teams:
        console.say(f"{one_line(path)}: the version of the last commit is used.", "warning")
    for name, meant in workspace.misnamed():
        console.say(f"{one_line(name)} is not read. Did you mean {meant!r}?", "warning")
    return workspace


def practice(workspace: Workspace) -> list[Played] | None:
    """Return the drills of the last year, the oldest first; None, and say so, if not known."""
    from incidentctl.app.learn.of_record import YEAR, played

    try:
        found = played(workspace, YEAR)
    except EnvironmentFailedError as error:
        console.say(f"Which drills were played is not known: {error.message}", "warning")
        return None
    return sorted(found, key=lambda each: (each.day, each.incident or ""))


def warn_of_faults(problems: Sequence[Problem]) -> None:
    """Warn if parts of the catalog could not be read."""
    if problems:
        console.say(
            f"{count(len(problems), 'fault')} in the catalog: unreadable parts are left out. "
            "See `incidentctl catalog lint`.",
            "warning",
        )


def ask_which(workspace: Workspace, several: SeveralError) -> str:
    """Ask on a terminal which incident is meant; else refuse."""
    if not console.is_terminal():
        raise several
    from incidentctl.cli.terminal.prompts import ask_choice

    heads = {head.id: head for head in workspace.record.heads()}
    restricted = workspace.record.restricted_ids()
    choices = []
    for ident in several.candidates:
        head = heads.get(ident)
        mark = "restricted: " if ident in restricted else ""
        said = f"  {head.severity or '-'}  {mark}{head.title}" if head else ""
        choices.append((ident, f"{ident}{said}"))
    return ask_choice("Which incident?", choices, several.candidates[0])


def show_reading_progress(done: int, left: int) -> None:
    """Show on a terminal how far the reading of many logs is: what was read is cached."""
    if left < _SLOW:
        return
    if not console.is_terminal() or os.environ.get("TERM") == "dumb":
        if done == 0:
            console.say(f"Reading the logs of {left} incidents, once.")
    elif done == left:
        console.progress("")
    elif done % _EACH == 0:
        console.progress(f"Reading the logs of {left} incidents, once: {done}")


def warn_if_local(workspace: Workspace) -> None:
    """Warn if the record is the user's own, and say why."""
    if why := workspace.why_local:
        console.say(why, "warning")


def say_left_out(workspace: Workspace) -> None:
    """Say that restricted incidents are not for this clone, where that is so."""
    from incidentctl.app.record.looked import left_out

    if note := left_out(workspace):
        console.say(f"note: {note}", "dim")


def restriction(workspace: Workspace) -> str:
    """Return where a restricted incident is stored, and who can read it."""
    if remote := workspace.basics.usable_restricted_remote:
        if not workspace.record.knows_restricted_remote():
            return (
                f"only in this clone until git knows {remote}: git remote add {remote} URL; "
                "anyone who can read this clone can read it"
            )
        return f"shared only through {remote}; anyone who can read this clone can read it"
    return "kept in this clone, never sent; anyone who can read this clone can read it"


def warn_bad_settings(workspace: Workspace) -> None:
    """Warn if the settings cannot be read, and say what is used instead."""
    if workspace.basics.problems and workspace.unread:
        console.say(workspace.unread, "warning")


def report_sync_state(workspace: Workspace) -> None:
    """Warn of unsent events, with age and reason, and start a sync in the background.

    It also warns outside of a team repository, and refreshes the view in this work tree.
    """
    warn_bad_settings(workspace)
    warn_unreadable(workspace)
    workspace.record.refresh_stale()
    report_unclaimed(workspace)
    warn_if_local(workspace)
    shares = workspace.record.shares()
    if not shares:
        return
    workspace.sharing.refresh()
    for remote, left, last in shares:
        failed = last is not None and last.state != "ok"
        why = f" ({last.state}: {one_line(last.reason or '')})" if last and failed else ""
        if left.events:
            from incidentctl.domain.common.times import rough_duration

            # An event from a fast clock may be in the future.
            age = max(workspace.now() - left.since, timedelta()) if left.since else None
            since = "" if age is None else f", the oldest for {rough_duration(age)}"
            number = "1 event is" if left.events == 1 else f"{left.events} events are"
            console.say(f"{number} not yet on {remote}{since}{why}", "warning")
        elif failed:
            console.say(f"The last sync with {remote} failed{why}", "warning")
    warn_old_reading(workspace)


def warn_old_reading(workspace: Workspace) -> None:
    """Warn if what others did may be missing, because this clone last read it some time ago."""
    for remote, last in workspace.record.exchanges():
        if last is None or last.well is None:
            continue
        age = workspace.now() - last.well
        if age > _OLD:
            from incidentctl.domain.common.times import rough_duration

            console.say(
                f"What others did in the last {rough_duration(age)} may be missing: "
                f"that long ago the record was last read from {remote}. "
                "`incidentctl sync` reads it now.",
                "warning",
            )


def confirm_recorded(line: str) -> None:
    """Print on stderr that something is safe: the acknowledgement."""
    console.say(f"recorded {one_line(line[:200])}", "ok")


def report_notes(workspace: Workspace, notes: Iterable[str] = ()) -> None:
    """Print the notes of the workspace and of a result."""
    for note in (*workspace.notes, *notes):
        console.say(f"note: {note}", "warning")
    report_unclaimed(workspace)


def warn_of_gaps(incident: Incident) -> None:
    """Print what is wrong with the record of an incident, such as that only a part can be read."""
    for problem in incident.problems:
        console.say(f"problem: {one_line(problem.message)}", "warning")


def warn_unreadable(workspace: Workspace) -> None:
    """Warn if this account cannot read waiting events, perhaps of another account."""
    if hidden := workspace.record.unread():
        console.say(f"{one_line(hidden)} (`incidentctl doctor` says what to do)", "warning")


def report_unclaimed(workspace: Workspace) -> None:
    """Print which events in the user's own state may belong to this repository."""
    from incidentctl.app.record.unclaimed import unclaimed

    for line in unclaimed(workspace):
        console.say(f"note: {line}", "warning")
