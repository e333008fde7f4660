"""`drill new`: the answers to the reference's questions become a plan, in one file or two."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any, Literal, NamedTuple

from incidentctl.app.setup import starter
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.model import Catalog, CatalogEntry, Source
from incidentctl.domain.common.fields import parse_name, parse_zone
from incidentctl.domain.common.lookup import nearest
from incidentctl.domain.common.text import clean, count
from incidentctl.domain.common.times import parse_local_time, zone
from incidentctl.domain.drill import documents as ask
from incidentctl.domain.drill.parse import parse_inject, parse_target, targets_of
from incidentctl.domain.drill.plan import LEAD_DAYS, aware, outside
from incidentctl.domain.drill.secrets import free_answers, name_answers, tells
from incidentctl.domain.lint.rule import Finding
from incidentctl.domain.lint.rules import clock_changes
from incidentctl.domain.lint.rules import drills as rules
from incidentctl.errors import RefusedError, UsageError
from incidentctl.files.layout import SCHEMAS

Mode = Literal["planned", "unplanned"]
IGNORED = "drills/*.private.yaml"
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
PLANNED = (_WHAT, Question("team", "--team", ask.RESPONDS), _WHEN, _HOW, _WHY, _CAUSES)
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
_NAMES = ("team", "commander", "mitigator", "saboteur", "services", "distribute_to", "readers")


def _parse_recipient(text: str) -> str:
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


def check(key: str, answer: str, catalog: Catalog | None) -> str:
    """Return a valid answer; UsageError says what is wrong with it.

    Names are looked up in the catalog, if it is complete and has any of the kind.
    """
    answer = answer.strip()
    if not answer:
        raise UsageError("This question needs an answer.")
    if key in _MOMENTS:  # also as times are told elsewhere: `2026-12-10 10:30`
        answer = re.sub(r"^(\d{4}-\d\d-\d\d) +(?=\d)", r"\1T", answer)
    try:
        _READ.get(key, str)(answer)
    except ValueError as error:
        raise UsageError(f"{clean(str(error))}.", echo=answer) from None
    if catalog is None or key not in _NAMES or (key == "distribute_to" and outside(answer)):
        return answer
    return _known(key, answer, catalog)


def _known(key: str, answer: str, catalog: Catalog) -> str:
    """Return a name, given in any case, as the catalog spells it."""
    what, known = rules.known_names(catalog)[key]
    found = {name.casefold(): name for name in known}.get(answer.casefold())
    if found is None and known:
        hint = nearest(answer, known, otherwise=f"Write the {what} into the catalog first.")
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
            f"The window must hold the moment of the drill, {told['at']}.", echo=answer
        )
    if key == "why" and told.get("private_why"):
        half = _valid("private_half", _private({**told, "injects": (), "targets": ()}))[
            "private_half"
        ]
        for secret, words in chain(free_answers(half), name_answers(catalog, half)):
            if quoted := tells(answer, words):
                raise UsageError(
                    f"That tells `{secret}` of the private half: {quoted!r}.",
                    hint="Say it without: everybody reads it.",
                    echo=answer,
                )


def soon(workspace: Workspace, answers: Mapping[str, Any]) -> str | None:
    """Say that the day is past, or too near to send the plan a week ahead; None if it is not."""
    begins = answers.get("from") or answers.get("at")
    if not begins:
        return None
    name = answers.get("timezone") or workspace.catalog.settings.timezone
    day = aware(parse_local_time(begins), name).date()
    days = (day - workspace.now().astimezone(zone(name)).date()).days
    if days < 0:
        return f"{day} is past."
    if days < LEAD_DAYS:
        left = "today" if days == 0 else f"in {count(days, 'day')}"
        return f"{day} is {left}: a plan goes out at least {LEAD_DAYS} days ahead."
    return None


class UnfitTimesError(UsageError):
    """The moment and the window contradict each other; the other answers are valid."""


class Written(NamedTuple):
    """The drill, the written files, and notes for the author."""

    name: str
    mode: Mode
    paths: tuple[str, ...]
    notes: tuple[str, ...]


def new(workspace: Workspace, mode: Mode, answers: dict[str, Any]) -> Written:
    """Write the plan of a drill from unchecked answers, by key.

    UsageError for missing, superfluous or invalid answers; RefusedError for a taken name.
    """
    check_all(answers, known(workspace))
    must_fit(mode, answers)
    lacking = [each.option for each in questions(mode) if answers[each.key] is None]
    if lacking or answers["name"] is None:
        named = [] if answers["name"] else ["a name"]
        raise UsageError(f"A {mode} drill needs {', '.join([*named, *lacking])}.")
    must_be_new(workspace, mode, answers["name"])
    return write(workspace, mode, answers)


def known(workspace: Workspace) -> Catalog | None:
    """Return the catalog to look up names; None where parts of it could not be read."""
    return None if workspace.catalog_problems else workspace.catalog


def check_all(answers: dict[str, Any], known: Catalog | None) -> None:
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


def must_be_new(workspace: Workspace, mode: Mode, name: str) -> None:
    """Refuse a taken name, and a private half that git would commit."""
    root = workspace.team_root()
    _must_be_free(root, workspace.catalog, name)
    if mode == "unplanned":
        _must_be_ignored(root, workspace.environment, name)


def _must_be_free(root: Path, catalog: Catalog, name: str) -> None:
    """Refuse the name of a drill or file that exists: nothing is overwritten."""
    taken = next((each for each in catalog.drills if each.casefold() == name.casefold()), None)
    files = [path for path in _paths(name) if os.path.lexists(root / path)]
    if taken or files:
        what = f"There is already a drill {taken}." if taken else f"{files[0]} already exists."
        raise RefusedError(what, hint="Choose another name, or change the file yourself.")


def _must_be_ignored(root: Path, environment: Mapping[str, str], name: str) -> None:
    """Refuse if git would commit the private half."""
    from incidentctl.files.layout import read_one
    from incidentctl.git.worktree import ignored

    _, private = _paths(name)
    found = ignored(root, environment, private)
    if found is None:  # no repository yet: only .gitignore itself can say
        text = (read_one(root, ".gitignore").data or b"").decode(errors="replace")
        found = IGNORED not in starter.lacking(text)
    if not found:
        raise RefusedError(
            f"Git does not ignore {private}: the next commit would publish the secret.",
            hint=f"Add this line to .gitignore: {IGNORED}.",
        )


def write(workspace: Workspace, mode: Mode, answers: Mapping[str, Any]) -> Written:
    """Write the plan of a drill from its valid answers; UnfitTimesError if its times conflict."""
    from incidentctl.files.writer import write_new
    from incidentctl.files.yaml.dump import to_yaml

    root, catalog = workspace.team_root(), workspace.catalog
    values = _values(mode, {**answers, "readers": _readers(workspace, mode, answers)})
    name = answers["name"]
    found = list(_findings(catalog, name, values))
    for finding in found:
        if finding.code in ("IC118", "IC119", "IC222"):
            raise UnfitTimesError(finding.message, hint=finding.hint_text)
    files = {}
    for kind, value in values.items():
        public, private = _paths(name)
        schema = f"{SCHEMAS}/{'private_half' if kind == 'private_half' else 'drill'}.json"
        has = (root / schema).is_file()
        path = private if kind == "private_half" else public
        files[path] = to_yaml(value, schema=f"../{schema}" if has else None)
    _must_be_free(root, catalog, name)
    outcome = write_new(root, files)
    if outcome.kept:
        raise RefusedError(f"{outcome.kept[0]} already exists. It was not changed.")
    notes = dict.fromkeys(f"{each.message} {each.hint_text or ''}".strip() for each in found)
    near = soon(workspace, answers)
    return Written(name, mode, outcome.written, (*([near] if near else []), *notes))


def _readers(workspace: Workspace, mode: Mode, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the readers of the private half; its author is one, whoever seals it later."""
    who = workspace.actor(None).handle
    team = workspace.catalog.teams.get(answers["team"])
    usual = dict.fromkeys(each for each in (team and team.lead, answers["saboteur"]) if each)
    by_default = mode == "planned" or answers["readers"] or who in usual
    if by_default or who not in workspace.catalog.members():
        return tuple(answers["readers"] or ())
    return (*usual, who)


def _paths(name: str) -> tuple[str, str]:
    return f"drills/{name}.yaml", f"drills/{name}.private.yaml"


_BOTH = ("name", "simulated", "environment", "timezone", "distribute_to")
_PLAN = ("what", "team", "at", "how", "saboteur", "services", "injects", "targets")


def _values(mode: Mode, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries by their kind."""
    from incidentctl.files.yaml.dump import plain

    answers = {
        **answers,
        "injects": [plain(parse_inject(text)) for text in answers.get("injects") or ()],
        "targets": plain(targets_of(answers.get("targets") or ())),
    }
    if mode == "planned":
        return _valid("drill", {"mode": mode, **_some(answers, (*_BOTH, *_PLAN, "why"))})
    public = {"mode": mode, **_some(answers, (*_BOTH, "why"))}
    public["window"] = _some(answers, ("from", "to"))
    return _valid("unplanned_drill", public) | _valid("private_half", _private(answers))


def _private(answers: Mapping[str, Any]) -> dict[str, Any]:
    private = _some(answers, (*_PLAN, "commander", "mitigator", "readers"))
    if "private_why" in answers:
        private["why"] = answers["private_why"]
    return private


def _some(answers: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    empty: tuple[object, ...] = (None, (), [], {})
    return {key: answers[key] for key in keys if answers.get(key) not in empty}


def _valid(kind: str, raw: dict[str, Any]) -> dict[str, Any]:
    from incidentctl.files.yaml.validate import validate

    value, faults, _ = validate(kind, raw)
    if faults:
        raise UsageError(faults[0].message, hint=faults[0].hint)
    return {kind: value}


def _findings(catalog: Catalog, name: str, values: Mapping[str, Any]) -> Iterable[Finding]:
    """Return what lint will report about this plan."""
    private = values.get("private_half")
    public = values.get("drill") or values["unplanned_drill"]
    path, beside = _paths(name)
    entries = [CatalogEntry("drill", name, public, Source(path))]
    if private is not None:
        entries.append(CatalogEntry("private_half", name, private, Source(beside)))
    alone = replace(
        catalog,
        drills={name: public},
        private_halves={name: private} if private is not None else {},
        entries=tuple(entries),
    )
    for rule in (
        rules.window_backwards,
        rules.moment_outside,
        rules.unknown_names,
        rules.public_tells,
        clock_changes.not_one_moment,
    ):
        yield from rule(alone)
