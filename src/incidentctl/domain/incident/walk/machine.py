"""The walk of the runbook as a pure state machine, for whatever terminal shows it.

How to use it: `at = None`; then, again and again, `shown = screen(incident, at)`, show it, read a
key and perhaps a text, `outcome = choose(incident, shown, key, text)`. Record `outcome.facts` (if
any) as one action with `outcome.summary`, fold again, show `outcome.message` and `outcome.hint`
(if any), go on at `outcome.next`; stop when `outcome.left`. `text=None` means that nobody was
asked: if the choice wants a text, nothing happens and `outcome.needs` says what to ask for; then
call again with the answer, which may be empty only where the choice's `optional` is true. A
terminal that reads plain lines gives the rest of the line as text. An empty key is
`screen.default`, where there is one.
`at` is opaque to the terminal: a step's id, or a place that no step can have as its id.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from incidentctl.domain.catalog.roles import STANDARD
from incidentctl.domain.common.limits import MAX_TEXT
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import format_duration
from incidentctl.domain.incident.due import unassigned
from incidentctl.domain.incident.state import OPEN, Incident, Step
from incidentctl.domain.incident.walk.moves import (
    AFTER,
    END,
    ON_ROLE,
    ON_STEP,
    ROLE,
    Choice,
    Move,
    MoveResult,
    Screen,
    find_step,
)
from incidentctl.errors import Hint, IncidentctlError

__all__ = ["AFTER", "Choice", "MoveResult", "Screen", "choose", "screen"]

_NOBODY: Mapping[str, str | None] = {}
NOT_SENT = "NOT SENT: actions are not run yet, do it by hand"

_NOTE = Choice("n", "note something", "note")
_ASSIGN = Choice("a", "assign a role, team or individual", "ROLE PERSON")
_GO = Choice("g", "go to another step", "number or id of the step")
_UPDATE = Choice("u", "post a status update (internal)", "update")
_BACK = Choice("b", "back one step")
_LEAVE = Choice("l", "leave; anyone can continue")
_HELP = Choice("?", "help")
_EVERYWHERE = (_NOTE, _ASSIGN, _GO, _UPDATE, _BACK, _LEAVE, _HELP)
_STEP = (
    Choice("d", "done", "note or link", optional=True),
    Choice("s", "skip", "reason", optional=True),
    *_EVERYWHERE,
)
_ROLES = (
    Choice("k", "I hold all"),
    Choice("a", "assign it", "PERSON"),
    Choice("s", "not now"),
    _LEAVE,
    _HELP,
)


def screen(incident: Incident, at: str | None = None) -> Screen:
    """Return what to show at a place; None, or a place that is gone, is where the walk begins."""
    if not incident.open:
        return _end_screen(incident)
    if at is None and (roles := unassigned(incident)):
        at = ROLE + roles[0]
    if at and at.startswith(ROLE):
        return _role_screen(incident, at.removeprefix(ROLE))
    if at == END:
        return _end_screen(incident)
    if at and at.startswith(AFTER):
        step = _first_open(incident, at.removeprefix(AFTER))
    else:
        step = find_step(incident, at or "") or _first_open(incident)
    return _step_screen(incident, step) if step else _end_screen(incident)


def _first_open(incident: Incident, after: str = "") -> Step | None:
    """The next open step after one, else the first open one, else None."""
    steps = [step for step in incident.steps if step.state == OPEN and step.id != after]
    start = find_step(incident, after)
    later = [step for step in steps if start and step.number > start.number]
    return next(iter(later or steps), None)


def _role_screen(incident: Incident, role: str) -> Screen:
    about = next((r for r in STANDARD if r.name == role), None)
    return Screen(
        "role",
        ROLE + role,
        f"Who takes the role {about.title if about else one_line(role)}?",
        purpose=". ".join(about.responsibilities) if about else None,
        role=one_line(role),
        holders=tuple(map(one_line, incident.holders(role))),
        choices=_ROLES,
        default="k",
    )


def _step_screen(incident: Incident, step: Step) -> Screen:
    return Screen(
        "step",
        step.id,
        one_line(step.title),
        step.number,
        len(incident.steps),
        one_line(step.purpose) if step.purpose else None,
        one_line(step.role),
        tuple(map(one_line, incident.holders(step.role))),
        format_duration(step.every) if step.every else None,
        step.state,
        NOT_SENT if step.action else None,
        choices=_STEP,
    )


def _end_screen(incident: Incident) -> Screen:
    if not incident.open:
        return Screen("end", END, f"The incident is {incident.status}.", choices=(_LEAVE, _HELP))
    opened = [step for step in incident.steps if step.state == OPEN]
    lines: list[str | Hint] = [f"Open: step {s.number}, {one_line(s.title)}" for s in opened]
    tasks = sum(task.done is None for task in incident.tasks)
    if tasks:
        lines.append(Hint("open-tasks", {"number": tasks}))
    if incident.cadence:
        due = f", the next at {incident.time(incident.next_update)}" if incident.next_update else ""
        lines.append(f"Post an update every {format_duration(incident.cadence)}{due}.")
    lines.append(Hint("stop-drill" if incident.drill else "resolve"))
    title = "Some steps are open." if opened else "Every step is done or skipped."
    return Screen("end", END, title, lines=tuple(lines), choices=_EVERYWHERE, default="l")


def choose(
    incident: Incident,
    shown: Screen,
    key: str,
    text: str | None = None,
    *,
    people: Mapping[str, str | None] = _NOBODY,
    teams: Collection[str] = (),
    by: str | None = None,
) -> MoveResult:
    """Return what a key does on a screen; it raises nothing and loses no text.

    `people` and `teams` are those of the catalog; empty: it knows nobody, and takes anybody. `by`
    pressed it: only the commander gives command away. An unknown key, or what the rules refuse,
    changes nothing and gives a message.
    """
    key = key.strip().casefold() or shown.default or ""
    choice = next((c for c in shown.choices if c.key == key), None)
    if choice is None:
        known = " ".join(c.key for c in shown.choices)
        message = f"{one_line(key)!r} is none of: {known}" if key else None
        return MoveResult(shown.at, message=message, refused=bool(key))
    said = (text or "").strip()
    if choice.asks and not said and (text is None or not choice.optional):
        return MoveResult(shown.at, needs=choice.asks)
    if len(said) > MAX_TEXT:
        message = f"At most {MAX_TEXT} characters fit here."
        return MoveResult(shown.at, message=message, hint=Hint("log-all"), refused=True)
    moves = ON_ROLE if shown.kind == "role" and key in ON_ROLE else ON_STEP
    try:
        return moves[key](Move(incident, shown, said, people, teams, by))
    except IncidentctlError as refusal:
        parts = filter(None, (refusal.message, said and f"You had typed: {said}"))
        message = "\n".join(map(one_line, parts))
        return MoveResult(shown.at, message=message, hint=refusal.hint, refused=True)
