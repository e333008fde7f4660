"""The questions of a drill's plan, and what a valid answer to each is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

from incidentctl.app.drill.entries import Mode, private_half, valid
from incidentctl.app.workspace.people import find
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.common.fields import parse_name, parse_zone
from incidentctl.domain.common.lookup import nearest
from incidentctl.domain.common.text import clean, count, one_line
from incidentctl.domain.common.times import parse_local_time, zone
from incidentctl.domain.drill import documents as ask
from incidentctl.domain.drill.parse import parse_inject, parse_target
from incidentctl.domain.drill.plan import LEAD_DAYS, aware, outside
from incidentctl.domain.drill.secrets import free_answers, name_answers, tells
from incidentctl.domain.lint.rules import drills as rules
from incidentctl.errors import UsageError

TRUST = (
    "An unplanned drill is hard to do well: it causes stress, and it can damage trust. Send the "
    "note beforehand: people must know that it is safe to fail."
)
REAL = (
    "Something is really going to break. People under stress learn less, others are disturbed, "
    "and another team may get a real incident: a simulated drill teaches as much."
)


class Question(NamedTuple):
    """A question of the plan: the key of its answer, its option, its text."""

    key: str
    option: str
    words: str


#: Stands for a day to come in the words of a question.
_DAY = "{day}"
#: So far ahead it is: long enough to send a plan.
_AHEAD = timedelta(days=14)

_WHAT = Question("what", "--what", ask.WHAT)
_WHEN = Question("at", "--at", f"{ask.WHEN} ({_DAY}T10:30)")
_HOW = Question("how", "--how", ask.HOW)
_WHY = Question("why", "--why", ask.WHY)
_CAUSES = Question("saboteur", "--saboteur", ask.CAUSES)
#: In the order of the reference.
PLANNED = (
    _WHAT,
    Question("team", "--team", f"{ask.RESPONDS} (one team)"),
    _WHEN,
    _HOW,
    _WHY,
    _CAUSES,
)
PRIVATE = (
    _WHAT,
    Question("team", "--team", ask.TEAM),
    Question("commander", "--commander", ask.COMMANDER),
    Question("mitigator", "--mitigator", ask.MITIGATOR),
    _WHEN,
    _HOW,
    Question("private_why", "--private-why", f"{ask.WHY} (private: may name the team)"),
    _CAUSES,
)
PUBLIC = (
    Question("from", "--from", f"{ask.WINDOW} From (public; {_DAY}T09:00)"),
    Question("to", "--to", f"To (public; {_DAY}T15:00)"),
    Question("why", "--why", f"{ask.WHY} (public: does not name the team)"),
)


def _parse_drill_name(text: str) -> str:
    if text.casefold().endswith(".private"):
        raise ValueError("names that end in .private are for private halves")
    return parse_name(text)


_MOMENTS = ("at", "from", "to")
_PEOPLE = ("commander", "mitigator", "saboteur", "readers")
_NAMES = (*_PEOPLE, "team", "services", "distribute_to")
#: So many names of the catalog fit into a hint.
_FEW = 8


def _parse_recipient(text: str) -> str:
    if re.match(r"\d+\s*[a-z]+\s*:", text):
        raise ValueError(f"{text[:40]!r} is an inject, and nobody to send to")
    return text if outside(text) else parse_name(text)


_READ: dict[str, Callable[[str], object]] = {
    "name": _parse_drill_name,
    "timezone": parse_zone,
    **dict.fromkeys(_MOMENTS, parse_local_time),
    "injects": parse_inject,
    "targets": parse_target,
    **dict.fromkeys(_NAMES, parse_name),
    "distribute_to": _parse_recipient,
}


def questions(mode: Mode) -> tuple[Question, ...]:
    """Return the required questions, in the order of the reference."""
    return PLANNED if mode == "planned" else (*PRIVATE, *PUBLIC)


def words_of(workspace: Workspace, question: Question) -> str:
    """Return the text of a question, with a day to come as an example."""
    return question.words.replace(_DAY, (workspace.today() + _AHEAD).isoformat())


def check(key: str, answer: str, known: Workspace | None) -> str:
    """Return a valid answer; UsageError says what is wrong with it.

    Names are looked up in the catalog, if it is complete and has any of the kind; people are named
    as everywhere.
    """
    answer = answer.strip()
    if not answer:
        raise UsageError("This question needs an answer.")
    if key in _MOMENTS:  # also as times are told elsewhere: `2026-12-10 10:30`
        answer = re.sub(r"^(\d{4}-\d\d-\d\d) +(?=\d)", r"\1T", answer)
    if known and key in (*_PEOPLE, "distribute_to") and answer not in known.catalog.teams:
        if member := find(answer, known.basics):
            return member.handle
        if key in _PEOPLE and known.catalog.members():
            return _known(key, answer, known.catalog)
    if key == "team" and len(re.split(r"[\s,;]+", answer)) > 1:
        raise UsageError(
            f"{one_line(answer)!r} is not one team: a drill has one that responds.",
            hint="Write its name alone.",
            echo=answer,
        )
    try:
        _READ.get(key, str)(answer)
    except ValueError as error:
        raise UsageError(f"{clean(str(error))}.", echo=answer) from None
    if known is None or key not in _NAMES or (key == "distribute_to" and outside(answer)):
        return answer
    return _known(key, answer, known.catalog)


def _known(key: str, answer: str, catalog: Catalog) -> str:
    """Return a name, given in any case, as the catalog spells it."""
    what, known = rules.known_names(catalog)[key]
    found = {name.casefold(): name for name in known}.get(answer.casefold())
    if found is None and known:
        few = f"A {what} is one of: {', '.join(sorted(known))}."
        missing = f"Write the {what} into the catalog first."
        hint = nearest(answer, known, otherwise=few if len(known) <= _FEW else missing)
        raise UsageError(f"There is no {what} {answer!r}.", hint=hint, echo=answer)
    return found or answer


def must_agree(key: str, answer: str, answers: Mapping[str, Any], catalog: Catalog) -> None:
    """Refuse an answer that contradicts the ones before, or says in public what is secret."""
    if key not in ("from", "to", "why"):
        return
    name = answers.get("timezone") or catalog.settings.timezone
    told = {**answers, key: answer}

    def at(which: str) -> datetime | None:
        return aware(parse_local_time(told[which]), name) if told.get(which) else None

    begins, ends, moment = at("from"), at("to"), at("at")
    if begins and ends and ends <= begins:
        raise UsageError("The window must end after it begins.", echo=answer)
    if moment and ((begins and moment < begins) or (ends and moment > ends)):
        raise UnfitTimesError(
            f"The window must contain the time of the drill, {told['at']}.", echo=answer
        )
    if key == "why" and told.get("private_why"):
        half = valid("private_half", private_half({**told, "injects": (), "targets": ()}))[
            "private_half"
        ]
        for secret, words in chain(free_answers(half), name_answers(catalog, half)):
            if quoted := tells(answer, words):
                raise UsageError(
                    f"That tells `{secret}` of the private half: {quoted!r}.",
                    hint="Leave it out: everybody can read this.",
                    echo=answer,
                )


def _day_and_lead(workspace: Workspace, answers: Mapping[str, Any]) -> tuple[date, int] | None:
    """Return the day of the drill, and in how many days it is; None where no time is given."""
    begins = answers.get("from") or answers.get("at")
    if not begins:
        return None
    name = answers.get("timezone") or workspace.catalog.settings.timezone
    day = aware(parse_local_time(begins), name).date()
    return day, (day - workspace.now().astimezone(zone(name)).date()).days


def when_to_send(workspace: Workspace, answers: Mapping[str, Any]) -> str:
    """Return when to send the plan or the note: a week ahead, or now where that is too late."""
    found = _day_and_lead(workspace, answers)
    return "now" if found and 0 <= found[1] < LEAD_DAYS else "a week ahead"


def soon(workspace: Workspace, answers: Mapping[str, Any]) -> str | None:
    """Say that the day is past, or too near to send the plan a week ahead; None if it is not."""
    found = _day_and_lead(workspace, answers)
    if found is None:
        return None
    day, days = found
    if days < 0:
        return f"{day} is past."
    if days < LEAD_DAYS:
        left = "today" if days == 0 else f"in {count(days, 'day')}"
        return f"{day} is {left}: a plan goes out at least {LEAD_DAYS} days ahead."
    return None


class UnfitTimesError(UsageError):
    """The moment and the window contradict each other; the other answers are valid."""


def known(workspace: Workspace) -> Workspace | None:
    """Return where to look up names; None where parts of the catalog could not be read."""
    return None if workspace.catalog_problems else workspace


def check_all(answers: dict[str, Any], known: Workspace | None) -> None:
    """Check the answers, and replace each by its valid form."""
    for key, answer in answers.items():
        if isinstance(answer, str):
            answers[key] = check(key, answer, known)
        elif isinstance(answer, tuple):
            answers[key] = tuple(check(key, each, known) for each in answer)


def must_fit(mode: Mode, answers: Mapping[str, Any]) -> None:
    """Refuse answers that a planned drill has no place for."""
    only = {
        "commander": "--commander", "mitigator": "--mitigator", "private_why": "--private-why",
        "from": "--from", "to": "--to", "readers": "--reader",
    }  # fmt: skip
    superfluous = [option for key, option in only.items() if answers[key]]
    if mode == "planned" and superfluous:
        raise UsageError(
            f"A planned drill has no {', '.join(superfluous)}.",
            hint="Use `--mode unplanned`, or leave it out.",
        )
