"""The questions of `incidentctl drill new` on a terminal, in the order of the reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from incidentctl.app.drill import draft
from incidentctl.app.drill import new as drill_new
from incidentctl.app.drill import questions as drill_questions
from incidentctl.app.drill.entries import Mode
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.hints import worded
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.prompts import ask_choice, ask_confirm, ask_text
from incidentctl.domain.drill.parse import TARGETS
from incidentctl.errors import UsageError

_MODES = [
    ("planned", "planned: all teams know the time and the content (recommended)"),
    ("unplanned", "unplanned: a few people know, the others only the time range"),
]


def new(workspace: Workspace, mode: Mode | None, answers: dict[str, Any]) -> drill_new.Written:
    """Ask for missing answers, by key, and write the plan."""
    known = drill_questions.known(workspace)
    drill_questions.check_all(answers, known)
    mode = mode or answers.get("mode") or _ask_mode()
    answers["mode"] = mode
    warn(mode, answers)
    drill_questions.must_fit(mode, answers)
    if answers["name"] is None:
        secret = " (public: it must give nothing away)" if mode == "unplanned" else ""
        words = f"What is the drill called?{secret}"
        answers["name"] = _until_fits("name", words)
    drill_new.must_be_new(workspace, mode, answers["name"])
    _ask_missing(workspace, mode, answers, known)
    _ask_more(mode, answers, workspace.catalog.settings.timezone, known)
    while True:
        try:
            return drill_new.write(workspace, mode, answers)
        except drill_questions.UnfitTimesError as refusal:  # ask again, and lose no answer
            _say(refusal)
            answers |= dict.fromkeys(("at", "from", "to"))
            _ask_missing(workspace, mode, answers)


def continue_draft(workspace: Workspace, answers: dict[str, Any]) -> None:
    """Offer the answers that were kept; what the options say counts."""
    kept = draft.recall(workspace)
    if kept is None:
        return
    name = kept.get("name")
    if answers["name"] not in (None, name):
        return
    if not ask_confirm(f"Continue with the answers kept for {name or 'a drill'}?", default=True):
        draft.drop(workspace)
        return
    for key, value in kept.items():
        if answers.get(key) in (None, (), ""):
            answers[key] = value


def warn(mode: Mode | None, answers: Mapping[str, Any]) -> None:
    """Warn of what an unplanned drill, or one with real damage, can do to people."""
    if mode == "unplanned":
        console.say(drill_questions.TRUST, "warning")
    if answers["simulated"] is False:
        console.say(drill_questions.REAL, "warning")


def _ask_mode() -> Mode:
    chosen = ask_choice("Who should know about it?", _MODES, "planned", searched=False)
    return "unplanned" if chosen == "unplanned" else "planned"


def _ask_missing(
    workspace: Workspace,
    mode: Mode,
    answers: dict[str, Any],
    known: Workspace | None = None,
) -> None:
    """Ask for each answer that is missing, and check it at once, also against those before."""
    for question in drill_questions.questions(mode):
        while answers.get(question.key) is None:
            answer = _until_fits(question.key, drill_questions.words_of(workspace, question), known)
            try:
                drill_questions.must_agree(question.key, answer, answers, workspace.catalog)
            except drill_questions.UnfitTimesError as refusal:  # any of the three may be wrong
                _say(refusal)
                answers |= dict.fromkeys(("at", "from", "to"))
                _ask_missing(workspace, mode, answers, known)
                return
            except UsageError as refusal:
                _say(refusal)
                continue
            answers[question.key] = answer
            begins = "at" if mode == "planned" else "from"
            if question.key == begins and (near := drill_questions.soon(workspace, answers)):
                console.say(near, "warning")
        if question.key == "how" and answers["simulated"] is None:
            real = ask_confirm("Does that really break something? (no: it is only played)")
            answers["simulated"] = not real
            warn(None, answers)


def _ask_more(
    mode: Mode, answers: dict[str, Any], usual_zone: str, known: Workspace | None
) -> None:
    """Ask once for the optional answers that no option gave; Enter skips."""
    public = "public; " if mode == "unplanned" else ""
    if not answers["environment"]:
        answers["environment"] = _optional(
            "environment",
            f"Where does it take place? ({public}such as staging; Enter to leave it out)",
        )
    if not answers["timezone"]:
        answers["timezone"] = _optional(
            "timezone", f"In which time zone are its times? (Enter for {usual_zone})"
        )
    if not answers["services"]:
        answers["services"] = _names(
            "services", "Which services may it affect? (a, b, ...; Enter for none)", known
        )
    if not answers["distribute_to"]:
        answers["distribute_to"] = _names("distribute_to", _WHO_GETS_IT[mode], known)
    if not answers["injects"]:
        answers["injects"] = _injects()
    if not answers["targets"]:
        answers["targets"] = tuple(_targets())


_WHO_GETS_IT = {
    "planned": "Who gets it besides all teams? (a, b, ...; Enter for nobody)",
    "unplanned": "Who gets the announcement? (public; a, b, ...; Enter for all teams)",
}


def _say(refusal: UsageError) -> None:
    console.say(refusal.message, "error")
    if hint := worded(refusal.hint):
        console.say(hint)


def _names(key: str, words: str, known: Workspace | None) -> tuple[str, ...]:
    """Ask for names separated by commas; Enter for none."""
    while True:
        typed = (part.strip() for part in ask_text(words).split(","))
        try:
            return tuple(drill_questions.check(key, each, known) for each in typed if each)
        except UsageError as refusal:
            _say(refusal)


def _injects() -> tuple[str, ...]:
    """Ask for one inject after the other, until Enter."""
    found: list[str] = []
    while True:
        which = "Another inject?" if found else "An inject?"
        inject = _optional("injects", f"{which} (5m: Support has 30 tickets; Enter for none)")
        if inject is None:
            return tuple(found)
        found.append(inject)


def _targets() -> Iterator[str]:
    """Ask for the targets of the response."""
    for name, words in TARGETS.items():
        asked = f"How long may it take {words}? (5m; Enter for no target)"
        while within := ask_text(asked).strip():
            try:
                yield drill_questions.check("targets", f"{name}: {within}", None)
                break
            except UsageError as refusal:
                _say(refusal)


def _optional(key: str, words: str) -> str | None:
    """Ask until the answer is valid, or is Enter."""
    while answer := ask_text(words).strip():
        try:
            return drill_questions.check(key, answer, None)
        except UsageError as refusal:
            _say(refusal)
    return None


def _until_fits(key: str, words: str, known: Workspace | None = None) -> str:
    while True:
        try:
            return drill_questions.check(key, ask_text(words), known)
        except UsageError as refusal:
            _say(refusal)
