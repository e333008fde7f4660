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
from incidentctl.domain.incident.checklist import ASSIGN_ROLES, ASSIGN_TASKS, PUBLISHING
from incidentctl.domain.incident.due import other_roles, unassigned
from incidentctl.domain.incident.state import CLOSED, DONE, OPEN, SKIPPED, Incident, Step, is_alert
from incidentctl.domain.incident.walk.moves import (
    AFTER,
    END,
    ON_ROLES,
    ON_STEP,
    ROLES,
    Choice,
    Move,
    MoveResult,
    Screen,
    find_step,
    given_tasks,
)
from incidentctl.errors import Hint, IncidentctlError

__all__ = ["AFTER", "Choice", "MoveResult", "Screen", "choose", "read_line", "screen"]

_NOBODY: Mapping[str, str | None] = {}
_ROLES = {role.name: role.many for role in STANDARD}
NOT_SENT = "NOT SENT: do it by hand"

_NOTE = Choice("n", "note something", "note")
_ASSIGN = Choice("a", "assign a role or a team", "ROLE PERSON", of="role")
_GO = Choice("g", "go to another step", "number or id of the step")
_UPDATE = Choice("u", "post an internal update", "update")
_BACK = Choice("b", "back one step")
_ACCEPT = Choice("y", "accept command")
_HAND_OVER = Choice("h", "hand command over", "PERSON", of="person")
_TAKE = Choice("c", "command: take it", "why, such as no answer")
_ESCALATE = Choice("x", "escalate to a team", "TEAM", optional=True, of="team")
_SEVERITY = Choice("v", "say how bad it is", "SEVERITY", of="severity")
_AFFECTED = Choice("w", "say what is affected", "SERVICE or product area", of="affected")
_RESOLVE = Choice("e", "resolve: it is over", "how it ended", optional=True)
_LEAVE = Choice("l", "leave; others can go on")
_HELP = Choice("?", "help")
_ON_STEP = (
    Choice("d", "done", "note or link", optional=True),
    Choice("s", "skip", "reason", optional=True),
)
#: What a step asks for, as a choice of its own.
_OWN = {
    ASSIGN_ROLES: Choice("r", "roles: assign them"),
    ASSIGN_TASKS: Choice("t", "tasks: assign them", "NUMBERS PERSON, such as 1,2 bob", of="task"),
    "assign-team": Choice("t", "team: assign one", "TEAM", of="team"),
    "assign-individual": Choice("i", "individual: assign one", "PERSON", of="person"),
    **dict.fromkeys(PUBLISHING, Choice("p", "post a public update", "what customers read")),
}
#: Words that people type for a key.
_WORDS = {
    "q": "l", "quit": "l", "exit": "l", "update": "u", "accept": "y", "resolve": "e",
    "handover": "h", "help": "?", "escalate": "x", "take-command": "c",
}  # fmt: skip


def screen(incident: Incident, at: str | None = None, *, by: str | None = None) -> Screen:
    """Return what to show at a place to the person who walks, `by`.

    None, or a place that is gone, is where the walk begins.
    """
    if not incident.open:
        return _end_screen(incident, by)
    nobody = is_alert(incident.commander)
    asks = nobody or (bool(unassigned(incident)) and (at == ROLES or not incident.roles_deferred))
    if asks and at in (None, ROLES):
        return _roles_screen(incident, by)
    if at == END:
        return _end_screen(incident, by)
    if at and at.startswith(AFTER):
        step = _first_open(incident, at.removeprefix(AFTER))
    else:
        step = find_step(incident, at or "") or _first_open(incident)
    return _step_screen(incident, step, by) if step else _end_screen(incident, by)


def _first_open(incident: Incident, after: str = "") -> Step | None:
    """The next open step after one, else the first open one, else None."""
    steps = [step for step in incident.steps if step.state == OPEN and step.id != after]
    start = find_step(incident, after)
    later = [step for step in steps if start and step.number > start.number]
    return next(iter(later or steps), None)


def _everywhere(incident: Incident, by: str | None) -> tuple[Choice, ...]:
    unsaid = (
        *(() if incident.confirmed else (_SEVERITY,)),
        *(() if incident.services or incident.product_areas else (_AFFECTED,)),
    )
    command = _of_command(incident, by)
    return (_NOTE, _ASSIGN, _UPDATE, *unsaid, *command, _ESCALATE, _GO, _BACK, _LEAVE, _HELP)


def _of_command(incident: Incident, by: str | None) -> tuple[Choice, ...]:
    """Accept command, hand it over, or take it: what this person can do now."""
    offer = incident.offer
    if offer is not None and by is not None and offer.person.casefold() == by.casefold():
        return (_ACCEPT._replace(label=f"accept command from {one_line(offer.by)}"),)
    if by is not None and is_alert(incident.commander):
        return (_ACCEPT,)
    return (_HAND_OVER,) if by is None or by == incident.commander else (_TAKE,)


def _roles_screen(incident: Incident, by: str | None) -> Screen:
    """Ask who takes the other roles; while nobody commands, first whether this person does."""
    titles = {role.name: role.title for role in STANDARD}
    lines: list[str | Hint] = []
    choices = []
    nobody = is_alert(incident.commander)
    asked = other_roles(incident) if unassigned(incident) else ()
    for number, name in enumerate(asked, 1):
        title = titles.get(name) or one_line(name).capitalize()
        if duties := incident.answers_for(name):
            lines.append(f"{title}: {one_line('. '.join(duties))}.")
        held = incident.assigned(name)
        who = ", ".join(map(one_line, incident.holders(name))) if held else "nobody yet"
        ask = f"who takes the role {title}"
        choices.append(Choice(str(number), f"{title}: {who}", ask, of="person", role=name))
    title = "Who takes which role?"
    default: str | None
    if nobody:
        title = "Nobody commands yet: an alert declared it."
        choices[:0] = _of_command(incident, by)
        default = choices[0].key
    else:
        mine = by == incident.commander
        who = "I hold" if mine else f"{one_line(incident.commander)} holds"
        everyone = not any(map(incident.assigned, asked))
        choices.append(Choice("k", f"{who} all" if everyone else f"{who} the rest"))
        default = "k" if mine else None  # nobody decides for the commander by accident
    update = (_UPDATE,) if incident.next_update is not None else ()  # it may become late here
    return Screen(
        "roles",
        ROLES,
        title,
        lines=tuple(lines),
        choices=(*choices, Choice("s", "not now"), *update, _NOTE, _LEAVE, _HELP),
        default=default,
    )


def _step_screen(incident: Incident, step: Step, by: str | None) -> Screen:
    own = (_OWN[step.id],) if step.id in _OWN else ()
    if step.id == ASSIGN_ROLES and not unassigned(incident):
        own = ()
    if step.id == ASSIGN_TASKS and not incident.tasks:
        own = ()
    return Screen(
        "step",
        step.id,
        one_line(step.title),
        step.number,
        len(incident.steps),
        one_line(step.purpose) if step.purpose else None,
        one_line(step.role),
        _holders(incident, step.role),
        format_duration(step.every) if step.every else None,
        step.state,
        NOT_SENT if step.action else None,
        marked=_marked(incident, step),
        lines=given_tasks(incident) if step.id == ASSIGN_TASKS else (),
        choices=(*own, *_ON_STEP, *_everywhere(incident, by)),
    )


def _holders(incident: Incident, role: str) -> tuple[str, ...]:
    if is_alert(incident.commander) and not incident.assigned(role):
        return ("nobody yet",)
    return tuple(map(one_line, incident.holders(role)))


def _marked(incident: Incident, step: Step) -> str | None:
    """Say who did or skipped a step, and when."""
    if step.mark is None or step.state not in (DONE, SKIPPED):
        return None
    return f"{step.state} by {one_line(step.mark.by)} at {incident.time(step.mark.at)}"


def _end_screen(incident: Incident, by: str | None) -> Screen:
    if not incident.open:
        note = () if incident.status == CLOSED else (_NOTE,)
        title = f"The incident is {incident.status}."
        return Screen("end", END, title, choices=(*note, _LEAVE, _HELP))
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
    choices = (_RESOLVE, *_everywhere(incident, by))
    return Screen("end", END, title, lines=tuple(lines), choices=choices, default="l")


def read_line(shown: Screen, line: str) -> tuple[str, str] | None:
    """Return the key and the text of what somebody typed at a menu; None where it is no key.

    A word such as `done` or `quit` is a key, too. A short word that no choice has comes back as a
    key, which `choose` refuses; anything longer is words, for whoever shows the menu to offer as a
    note. What follows a key that asks for nothing makes all of it words.
    """
    words = line.strip()
    key, _, text = words.partition(" ")
    folded, text = key.casefold(), text.strip()
    for choice in shown.choices:
        if folded == choice.key and (choice.asks or not text):
            return choice.key, text
        word = choice.label.split()[0].strip(":;,").casefold()
        if words.casefold() == word and (choice.key.isdigit() or word[0] == choice.key):
            return choice.key, ""
    meant = _WORDS.get(words.casefold())
    if any(choice.key == meant for choice in shown.choices):
        return meant or "", ""
    return (words, "") if len(words) < 3 else None


def choose(
    incident: Incident,
    shown: Screen,
    key: str,
    text: str | None = None,
    *,
    people: Mapping[str, str | None] = _NOBODY,
    teams: Collection[str] = (),
    roles: Mapping[str, bool] = _ROLES,
    by: str | None = None,
    name: str | None = None,
    overtaken: bool = False,
) -> MoveResult:
    """Return what a key does on a screen; it raises nothing and loses no text.

    `people` and `teams` are those of the catalog; empty: it knows nobody, and takes anybody.
    `roles` are its roles, and whether several may hold each. `by` pressed it, whose name is
    `name`: only the commander gives command away. `overtaken` says that somebody else did the step
    meanwhile: it is not done twice. An unknown key, or what the rules refuse,
    changes nothing and gives a message.
    """
    key = key.strip().casefold() or shown.default or ""
    choice = next((c for c in shown.choices if c.key == key), None)
    if choice is None:
        known = " ".join(c.key for c in shown.choices)
        message = f"{one_line(key)!r} is not one of: {known}" if key else None
        if message and text and text.strip():
            message += f"\nYou had typed: {one_line(text.strip())}"
        return MoveResult(shown.at, message=message, refused=bool(key))
    said = (text or "").strip()
    if choice.asks and not said and (text is None or not choice.optional):
        return MoveResult(shown.at, needs=choice.asks)
    if len(said) > MAX_TEXT:
        message = f"At most {MAX_TEXT} characters fit here."
        return MoveResult(shown.at, message=message, hint=Hint("log-all"), refused=True)
    moves = ON_ROLES if shown.kind == "roles" and key in ON_ROLES else ON_STEP
    try:
        move = Move(incident, shown, key, said, people, teams, roles, by, name, overtaken)
        return moves[key](move)
    except IncidentctlError as refusal:
        parts = filter(None, (refusal.message, said and f"You had typed: {said}"))
        message = "\n".join(map(one_line, parts))
        return MoveResult(shown.at, message=message, hint=refusal.hint, refused=True)
