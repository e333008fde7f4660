"""What the keys of the walk do: each move is facts to record and the place to go on at."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.checklist import ASSIGN_TASKS
from incidentctl.domain.incident.decide import (
    handover,
    lifecycle,
    notes,
    roles,
    steps,
    tasks,
    updates,
)
from incidentctl.domain.incident.due import MAX_ROLES, other_roles, unassigned
from incidentctl.domain.incident.ids import last_part
from incidentctl.domain.incident.state import DONE, OPEN, Incident, Step, is_alert
from incidentctl.errors import Hint, RefusedError

#: Places that no step can have as its id.
END = ":end"
ROLES = ":roles"
#: Before a step's id: the next open one after it, found when it is shown, since what was recorded
#: meanwhile may have ticked it. With no id the first open one.
AFTER = ":after:"


class Choice(NamedTuple):
    """A key, what it does, and what it asks for; without `optional` an empty answer is none."""

    key: str
    label: str
    asks: str | None = None
    optional: bool = False
    of: str | None = None
    """Which names answer it: person, team, severity, affected, role (and a person), or task
    (numbers and a person)."""
    role: str | None = None
    """Which role it gives to somebody."""


class Screen(NamedTuple):
    """What to show: a step, the roles to assign, or what is left at the end. Texts are cleaned."""

    kind: str
    """step, roles or end."""
    at: str
    title: str
    number: int = 0
    of: int = 0
    """Of a step: which of how many."""
    purpose: str | None = None
    role: str | None = None
    holders: tuple[str, ...] = ()
    every: str | None = None
    state: str = OPEN
    notice: str | None = None
    """What the action of the step sends or did, or that it is not run."""
    marked: str | None = None
    """Who did or skipped the step, and when."""
    lines: tuple[str | Hint, ...] = ()
    choices: tuple[Choice, ...] = ()
    default: str | None = None
    """The key that Enter stands for; None when Enter does nothing."""


class MoveResult(NamedTuple):
    """What a choice does: facts to record, and where the walk goes on."""

    next: str
    facts: tuple[Any, ...] = ()
    summary: str = ""
    left: bool = False
    needs: str | None = None
    message: str | None = None
    hint: str | Hint | None = None
    refused: bool = False
    """Whether nothing was done with what was typed."""
    severity: str | None = None
    """The severity that was said: the process follows from it and the catalog."""
    affects: tuple[str, ...] = ()
    """What was said to be affected: the process follows from it and the catalog."""
    escalates: str | None = None
    """The team to bring in; empty for the next one, which the catalog names."""
    publishes: str | None = None
    """A public update: recorded only once somebody has seen where it goes."""


class Move(NamedTuple):
    """A key that was pressed: on which screen of which incident, with which text.

    `people` are the catalog's handles with their names, `teams` its teams; empty: nobody is known.
    `roles` are its roles, and whether several may hold each.
    """

    incident: Incident
    shown: Screen
    key: str
    said: str
    people: Mapping[str, str | None]
    teams: Collection[str]
    roles: Mapping[str, bool]
    by: str | None = None
    """Who pressed it: only the commander gives command away."""
    name: str | None = None
    overtaken: bool = False
    """Whether somebody else did the step while this was typed."""


def find_step(incident: Incident, ident: str) -> Step | None:
    """Return the step of an id, or None."""
    return next((step for step in incident.steps if step.id == ident), None)


def _done(move: Move) -> MoveResult:
    following = AFTER + move.shown.at
    if move.shown.state == DONE and not move.said:
        return MoveResult(following, message=f"This step was {move.shown.marked}.")
    if move.shown.state == DONE and move.overtaken:
        raise RefusedError(f"Step {move.shown.at} was {move.shown.marked}.", hint=Hint("walk-add"))
    stated = steps.done(move.incident, move.shown.at, note=move.said or None)
    return MoveResult(following, tuple(stated), f"step {move.shown.at} done")


def _skip(move: Move) -> MoveResult:
    stated = steps.skip(move.incident, move.shown.at, reason=move.said)
    following = AFTER + move.shown.at
    return MoveResult(following, tuple(stated), f"step {move.shown.at} skipped")


def _note(move: Move) -> MoveResult:
    return MoveResult(move.shown.at, tuple(notes.log(move.incident, move.said)), "log")


def _after(move: Move, fact: Any) -> str:
    """Where to go on after a fact that may tick the step shown by itself."""
    step = find_step(move.incident, move.shown.at)
    ticked = step is not None and step.id in getattr(fact, "ticks", ())
    return AFTER + move.shown.at if ticked else move.shown.at


def _update(move: Move) -> MoveResult:
    stated = updates.post(move.incident, move.said)
    return MoveResult(_after(move, stated[-1]), tuple(stated), "update")


def _publish(move: Move) -> MoveResult:
    updates.post(move.incident, move.said, public=True)  # what the rules refuse is not shown
    return MoveResult(move.shown.at, publishes=move.said)


_WHOM = "Say whom, too: `a mitigator bob`, `a team core`."


def _assign(move: Move) -> MoveResult:
    role, _, person = move.said.partition(" ")
    role, person = role.casefold(), person.strip()
    if not person:
        return MoveResult(move.shown.at, message=_WHOM, refused=True)
    stated: list[Any]
    if role == "team":
        stated = roles.assign_team(move.incident, person, known=move.teams)
        person = stated[-1].team
    elif role == "individual":
        stated = roles.assign_individual(move.incident, person, known=move.people)
        person = stated[-1].person
    else:
        stated = roles.assign(
            move.incident, role, person, by=move.by, known=move.people, roles=move.roles
        )
        role, person = stated[-1].role, stated[-1].person
    return MoveResult(_after(move, stated[-1]), tuple(stated), f"{role} assigned to {person}")


def _go(move: Move) -> MoveResult:
    for step in move.incident.steps:
        if move.said in (str(step.number), step.id):
            return MoveResult(step.id)
    message = (
        f"No step is called {one_line(move.said)!r}; they are 1 to {len(move.incident.steps)}."
    )
    return MoveResult(move.shown.at, message=message, refused=True)


def _back(move: Move) -> MoveResult:
    number = move.shown.number or len(move.incident.steps) + 1
    before = [step.id for step in move.incident.steps if step.number < number]
    return MoveResult(before[-1] if before else move.shown.at)


def _leave(move: Move) -> MoveResult:
    again = Hint("walk-again", {"incident": last_part(move.incident.id)})
    return MoveResult(move.shown.at, left=True, hint=again if move.incident.open else None)


def _help(move: Move) -> MoveResult:
    lines = [f"{c.key}  {c.label}" + (f" [{c.asks}]" if c.asks else "") for c in move.shown.choices]
    return MoveResult(move.shown.at, message="\n".join((*lines, _WORDS)))


_WORDS = "Words that are no key are offered as a note, so nothing typed or pasted is lost."


def given_tasks(incident: Incident) -> tuple[str, ...]:
    """Return a line for each task that is not done: its number, and who has it."""
    return tuple(
        f"{task.number}  {one_line(task.title)}: {one_line(task.person or 'nobody yet')}"
        + (f" ({one_line(task.role)})" if task.role and not task.person else "")
        for task in incident.tasks
        if task.done is None
    )


def _own(move: Move) -> MoveResult:
    """Assign what the step shown asks for: the tasks, or a team."""
    if move.shown.at != ASSIGN_TASKS:
        team = tuple(roles.assign_team(move.incident, move.said, known=move.teams))
        return MoveResult(_after(move, team[-1]), team, f"team assigned to {team[-1].team}")
    found = _NUMBERS.match(move.said)
    if found is None:
        return MoveResult(move.shown.at, message=_WHICH_TASKS, refused=True)
    stated = tuple(tasks.assign(move.incident, found[1], found[2], known=move.people))
    given = {fact.task for fact in stated}
    left = [task for task in tasks.unassigned(move.incident) if task.id not in given]
    following = move.shown.at if left else AFTER + move.shown.at
    return MoveResult(following, stated, f"tasks assigned to {stated[-1].person}")


_NUMBERS = re.compile(r"((?:\d+[\s,]*)+)\s+(\D.*)", re.DOTALL)
_WHICH_TASKS = "Say which tasks, and whom: `1,2 bob`."


def _individual(move: Move) -> MoveResult:
    stated = tuple(roles.assign_individual(move.incident, move.said, known=move.people))
    return MoveResult(
        _after(move, stated[-1]), stated, f"individual assigned to {stated[-1].person}"
    )


def _severity(move: Move) -> MoveResult:
    return MoveResult(move.shown.at, severity=move.said)


def _affects(move: Move) -> MoveResult:
    words = tuple(filter(None, map(str.strip, move.said.split(","))))
    return MoveResult(move.shown.at, affects=words)


def _accept(move: Move) -> MoveResult:
    by = move.by or ""
    stated = handover.accept(move.incident, by=by, name=move.name)
    return MoveResult(move.shown.at, tuple(stated), f"{by} is the commander")


def _take(move: Move) -> MoveResult:
    by = move.by or ""
    stated = handover.take(move.incident, move.said, by=by, name=move.name)
    return MoveResult(move.shown.at, tuple(stated), f"{by} is the commander")


def _escalate(move: Move) -> MoveResult:
    handover.may_escalate(move.incident)
    return MoveResult(move.shown.at, escalates=move.said)


def _hand_over(move: Move) -> MoveResult:
    by = move.by or move.incident.commander
    stated = tuple(handover.offer(move.incident, move.said, by=by, known=move.people))
    return MoveResult(
        move.shown.at,
        stated,
        f"command offered to {stated[-1].person}",
        message=f"You are in command until {one_line(stated[-1].person)} accepts.",
    )


def _resolve(move: Move) -> MoveResult:
    return MoveResult(END, tuple(lifecycle.resolve(move.incident, move.said or None)), "resolved")


def _role_given(move: Move) -> MoveResult:
    role = next(each.role for each in move.shown.choices if each.key == move.key) or ""
    stated = roles.assign(
        move.incident, role, move.said, by=move.by, known=move.people, roles=move.roles
    )
    missing = [name for name in unassigned(move.incident) if name != role]
    return MoveResult(
        ROLES if missing else AFTER, tuple(stated), f"{role} assigned to {stated[-1].person}"
    )


def _roles_kept(move: Move) -> MoveResult:
    stated = tuple(roles.keep(move.incident))
    commander = one_line(move.incident.commander)
    held = [f"{', '.join(move.incident.holders(role))} stays {role}"
            for role in other_roles(move.incident) if move.incident.assigned(role)]  # fmt: skip
    message = f"{commander} holds the rest; {one_line('; '.join(held))}." if held else None
    return MoveResult(AFTER, stated, "the commander keeps the other roles", message=message)


def _not_now(move: Move) -> MoveResult:
    if is_alert(move.incident.commander):
        return MoveResult(AFTER)  # whoever takes command is asked for the roles
    return MoveResult(AFTER, tuple(roles.defer(move.incident)), "roles are assigned later")


Handler = Callable[[Move], MoveResult]
ON_ROLES: dict[str, Handler] = {
    **{str(number): _role_given for number in range(1, MAX_ROLES + 1)},
    "k": _roles_kept,
    "s": _not_now,
}
ON_STEP: dict[str, Handler] = {
    "d": _done,
    "s": _skip,
    "n": _note,
    "a": _assign,
    "g": _go,
    "u": _update,
    "p": _publish,
    "b": _back,
    "r": lambda _: MoveResult(ROLES),
    "t": _own,
    "i": _individual,
    "y": _accept,
    "h": _hand_over,
    "c": _take,
    "x": _escalate,
    "v": _severity,
    "w": _affects,
    "e": _resolve,
    "l": _leave,
    "?": _help,
}
