"""`retro --invite`: the hour of a retrospective as an invitation, for any calendar."""

from __future__ import annotations

from collections.abc import Callable

from incidentctl.app.incident.find import load
from incidentctl.app.learn.retro import refusal
from incidentctl.app.workspace.people import find
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.calendar import CalendarEntry, Guest
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.told_times import from_file
from incidentctl.domain.learn.retrospective import MEETING_LASTS, QUESTIONS, FrontMatter
from incidentctl.errors import Hint, RefusedError


def invitation(
    workspace: Workspace, path: str, *, worded: Callable[[str | Hint], str]
) -> tuple[bytes, tuple[str, ...]]:
    """Return the invitation to a retrospective, and the participants without an e-mail address.

    Time and participants are those of the file at `path`. `worded` returns a hint in words.
    Refuses a file that cannot be read, or that names no time.
    """
    from incidentctl.git.worktree import changed_at
    from incidentctl.render.calendar import render_calendar

    front = _front(workspace, path)
    if front.meeting is None:
        raise RefusedError(
            f"{path} does not say when the meeting is.",
            hint="Write it at the head of the file: `meeting: 2026-11-25T10:00`.",
        )
    root = workspace.team_root()
    begins = from_file(front.meeting, workspace.zone)
    guests, others = _guests(workspace, front)
    who = workspace.actor(None)
    host = Guest(who.author_name, who.author_email) if "@" in who.author_email else None
    about = front.incident or path
    entry = CalendarEntry(
        f"retrospective/{about}",
        f"Retrospective: {_title(workspace, front) or about}",
        _text(path, front, others),
        begins,
        begins + MEETING_LASTS,
        busy=True,
        changed=changed_at(root, workspace.environment, "retros", [path])[path],
        guests=guests,
        organizer=host,
    )
    organisation = workspace.basics.organisation
    made = render_calendar([entry], name="Retrospective", organisation=organisation, worded=worded)
    return made, others


def _front(workspace: Workspace, path: str) -> FrontMatter:
    from incidentctl.files.layout import read_one
    from incidentctl.files.learn.retros import read_front

    content = read_one(workspace.team_root(), path)
    if content.data is None:
        raise refusal([content.problem] if content.problem else [], path)
    front, problems = read_front(content.data, path)
    if problems:
        raise refusal(problems, path)
    return front or FrontMatter()


def _title(workspace: Workspace, front: FrontMatter) -> str | None:
    if front.incident is None or workspace.record.is_restricted(front.incident):
        return None
    return load(workspace, front.incident).title


def _guests(workspace: Workspace, front: FrontMatter) -> tuple[tuple[Guest, ...], tuple[str, ...]]:
    """Return the participants whose address is known, each once, and the others as written."""
    guests: dict[str, Guest] = {}
    others = []
    for written in front.participants:
        person = find(written, workspace.basics)
        email = (person.email if person else None) or one_line(written).strip()
        if "@" in email and not any(letter.isspace() for letter in email):
            name = (person.name or person.handle) if person else email
            guests.setdefault(email.casefold(), Guest(name, email))
        else:
            others.append(one_line(written))
    return tuple(guests.values()), tuple(others)


def _text(path: str, front: FrontMatter, others: tuple[str, ...]) -> str:
    lines = [f"{front.incident}, {path}" if front.incident else path, ""]
    lines += [f"{number}. {question}" for number, question in enumerate(QUESTIONS, 1)]
    if others:
        lines += ["", f"Also takes part: {', '.join(others)}"]
    return "\n".join(lines)
