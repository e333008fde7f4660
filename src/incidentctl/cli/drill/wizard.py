"""The questions of `incidentctl drill new` on a terminal, in the order of the reference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from incidentctl.app.drill import new as drill_new
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.prompts import ask_choice, ask_text
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.drill.parse import TARGETS
from incidentctl.errors import UsageError

_MODES = [
    ("planned", "planned: all of engineering knows the time and the content (recommended)"),
    ("unplanned", "unplanned: a few people know, the others only the time range"),
]


def ask_mode() -> drill_new.Mode:
    """Ask who shall know."""
    chosen = ask_choice("Who shall know about it?", _MODES, "planned")
    return "unplanned" if chosen == "unplanned" else "planned"


def ask_name() -> str:
    """Ask for the name, which is public."""
    return _until_fits("name", "What is the drill called? (public: it must not tell)", None)


def ask_missing(mode: drill_new.Mode, answers: dict[str, Any], known: Catalog | None) -> None:
    """Ask what the options did not say, and put it into `answers`; names that are `known`."""
    for question in drill_new.questions(mode):
        if answers.get(question.key) is None:
            answers[question.key] = _until_fits(question.key, question.words, known)


def ask_more(
    mode: drill_new.Mode, answers: dict[str, Any], catalog: Catalog, known: Catalog | None
) -> None:
    """Ask once what a plan can be without, where the options did not say it; Enter skips."""
    public = "public; " if mode == "unplanned" else ""
    if not answers["environment"]:
        answers["environment"] = _optional(
            "environment", f"Where does it play? ({public}staging; Enter to leave it out)"
        )
    if not answers["timezone"]:
        usual = catalog.settings.timezone
        answers["timezone"] = _optional(
            "timezone", f"In which time zone are its times? (Enter for {usual})"
        )
    if not answers["services"]:
        answers["services"] = _names(
            "services", "Which services may it reach? (a, b, ...; Enter for none)", known
        )
    if not answers["distribute_to"]:
        answers["distribute_to"] = _names("distribute_to", _WHO_GETS_IT[mode], known)
    if not answers["injects"]:
        answers["injects"] = _injects()
    if not answers["targets"]:
        answers["targets"] = tuple(_targets())


def write(root: Path, catalog: Catalog, mode: drill_new.Mode, answers: Any) -> drill_new.Written:
    """Write the plan; times that do not fit are asked again, so that no answer is lost."""
    while True:
        try:
            return drill_new.write(root, catalog, mode, answers)
        except drill_new.UnfitTimesError as refusal:
            _say(refusal)
            answers |= dict.fromkeys(("at", "from", "to"))
            ask_missing(mode, answers, None)


_WHO_GETS_IT = {
    "planned": "Who gets it beside engineering? (a, b, ...; Enter for nobody)",
    "unplanned": "Who is told of it? (public; a, b, ...; Enter for all of engineering)",
}


def _say(refusal: UsageError) -> None:
    console.say(refusal.message, "error")
    if refusal.hint:
        console.say(refusal.hint)


def _names(key: str, words: str, known: Catalog | None) -> tuple[str, ...]:
    """Ask for names with commas between; Enter for none."""
    while True:
        typed = (part.strip() for part in ask_text(words).split(","))
        try:
            return tuple(drill_new.check(key, each, known) for each in typed if each)
        except UsageError as refusal:
            _say(refusal)


def _injects() -> tuple[str, ...]:
    """Ask for one surprise after the other, until Enter."""
    found: list[str] = []
    while True:
        which = "Another surprise?" if found else "A surprise to tell?"
        told = _optional("injects", f"{which} (5m: Support has 30 tickets; Enter for none)")
        if told is None:
            return tuple(found)
        found.append(told)


def _targets() -> Iterator[str]:
    """Ask how fast the response is hoped to be."""
    for name, words in TARGETS.items():
        asked = f"How long may it take {words}? (5m; Enter for no target)"
        while within := ask_text(asked).strip():
            try:
                yield drill_new.check("targets", f"{name}: {within}", None)
                break
            except UsageError as refusal:
                _say(refusal)


def _optional(key: str, words: str) -> str | None:
    """Ask until the answer fits, or is Enter."""
    while answer := ask_text(words).strip():
        try:
            return drill_new.check(key, answer, None)
        except UsageError as refusal:
            _say(refusal)
    return None


def _until_fits(key: str, words: str, known: Catalog | None) -> str:
    while True:
        try:
            return drill_new.check(key, ask_text(words), known)
        except UsageError as refusal:
            _say(refusal)


def check_all(answers: dict[str, Any], known: Catalog | None) -> None:
    """Check what the options said, before anything is asked."""
    for key, answer in answers.items():
        if isinstance(answer, str):
            answers[key] = drill_new.check(key, answer, known)
        elif isinstance(answer, tuple):
            answers[key] = tuple(drill_new.check(key, each, known) for each in answer)


def refuse_private(answers: dict[str, Any]) -> None:
    """Refuse answers that a planned drill does not have, before they get lost."""
    only = {
        "commander": "--commander", "mitigator": "--mitigator", "private_why": "--private-why",
        "from": "--from", "to": "--to", "readers": "--reader",
    }  # fmt: skip
    told = [option for key, option in only.items() if answers[key]]
    if told:
        raise UsageError(
            f"A planned drill has no {', '.join(told)}.",
            hint="Use `--mode unplanned`, or leave it out.",
        )
