"""What the keys of the walk do: each move is facts to record and the place to go on at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide import notes, roles, steps, updates
from incidentctl.domain.incident.due import unassigned
from incidentctl.domain.incident.state import DONE, OPEN, Incident, Step
from incidentctl.errors import Hint

#: Places that no step can have as its id.
END = ":end"
ROLE = ":role:"
#: Before a step's id: the next open one after it, found when it is shown, since what was recorded
#: meanwhile may have ticked it. With no id the first open one.
AFTER = ":after:"


class Choice(NamedTuple):
    """A key, what it does, and what it asks for; without `optional` an empty answer is none."""

    key: str
    label: str
    asks: str | None = None
    optional: bool = False


class Screen(NamedTuple):
    """What to show: a step, a role to assign, or what is left at the end. Texts are cleaned."""

    kind: str
    """step, role or end."""
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
    """That an action is not run."""
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


class Move(NamedTuple):
    """A key that was pressed: on which screen of which incident, with which text.

    `people` are the catalog's handles with their names, `teams` its teams; empty: nobody is known.
    """

    incident: Incident
    shown: Screen
    said: str
    people: Mapping[str, str | None]
    teams: Collection[str]
    by: str | None = None
    """Who pressed it: only the commander gives command away."""


def find_step(incident: Incident, ident: str) -> Step | None:
    """Return the step of an id, or None."""
    return next((step for step in incident.steps if step.id == ident), None)


def _is_url(text: str) -> bool:
    return text.casefold().startswith(("http://", "https://")) and len(text.split()) == 1


def _done(move: Move) -> MoveResult:
    following = AFTER + move.shown.at
    if move.shown.state == DONE and not move.said:
        return MoveResult(following)
    link = move.said if _is_url(move.said) else None
    note = None if link else move.said or None
    stated = steps.done(move.incident, move.shown.at, note=note, link=link)
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
    repeats = step is not None and step.every and isinstance(fact, facts.UpdatePosted)
    ticked = step is not None and step.id in getattr(fact, "ticks", ())
    return AFTER + move.shown.at if repeats or ticked else move.shown.at


def _update(move: Move) -> MoveResult:
    stated = updates.post(move.incident, move.said)
    return MoveResult(_after(move, stated[-1]), tuple(stated), "update")


_WHOM = "Say whom, too: `a mitigator bob`, `a team core`."


def _assign(move: Move) -> MoveResult:
    role, _, person = move.said.partition(" ")
    role, person = role.casefold(), person.strip()
    if not person:
        return MoveResult(move.shown.at, message=_WHOM, refused=True)
    if role == "team":
        stated = roles.assign_team(move.incident, person, known=move.teams)
    elif role == "individual":
        stated = roles.assign_individual(move.incident, person, known=move.people)
    else:
        stated = roles.assign(move.incident, role, person, by=move.by, known=move.people)
    return MoveResult(_after(move, stated[-1]), tuple(stated), f"{role} assigned")


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
    return MoveResult(move.shown.at, left=True, hint=Hint("walk-again"))


def _help(move: Move) -> MoveResult:
    lines = [f"{c.key}  {c.label}" + (f" [{c.asks}]" if c.asks else "") for c in move.shown.choices]
    return MoveResult(move.shown.at, message="\n".join(lines))


def _next_role(incident: Incident, role: str) -> str:
    missing = unassigned(incident)
    later = missing[missing.index(role) + 1 :] if role in missing else ()
    return ROLE + later[0] if later else AFTER


def _role_given(move: Move) -> MoveResult:
    role = move.shown.at.removeprefix(ROLE)
    stated = roles.assign(move.incident, role, move.said, known=move.people)
    return MoveResult(_next_role(move.incident, role), tuple(stated), f"{role} assigned")


def _roles_kept(move: Move) -> MoveResult:
    stated = tuple(roles.keep(move.incident))
    return MoveResult(AFTER, stated, "the commander holds all roles")


def _not_now(move: Move) -> MoveResult:
    return MoveResult(_next_role(move.incident, move.shown.at.removeprefix(ROLE)))


Handler = Callable[[Move], MoveResult]
ON_ROLE: dict[str, Handler] = {"k": _roles_kept, "a": _role_given, "s": _not_now}
ON_STEP: dict[str, Handler] = {
    "d": _done,
    "s": _skip,
    "n": _note,
    "a": _assign,
    "g": _go,
    "u": _update,
    "b": _back,
    "l": _leave,
    "?": _help,
}
