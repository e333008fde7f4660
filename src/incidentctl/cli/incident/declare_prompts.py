"""What `declare` asks on a terminal, once the incident is safe; Enter answers each question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from incidentctl.app.incident.classify import (
    IMPORTANCE,
    find_severity,
    known_importance,
    scale_step,
    unknown_severity,
)
from incidentctl.app.incident.declare import Request
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.terminal.console import say
from incidentctl.cli.terminal.prompts import ask_choice, ask_text
from incidentctl.domain.catalog.affected import resolve_affected, suggest_affected
from incidentctl.domain.catalog.model import Catalog

_UNSURE = "unsure"
_LATER = "later"
_UNSURE_HOW = "unknown"
_UNKNOWN = "-"
_NONE = ("", _UNKNOWN)


def ask(
    workspace: Workspace, request: Request, keep: Callable[[Request], Request]
) -> Iterator[Request]:
    """Ask for what the options did not say; yield after each answer what is left to record.

    `keep` records what a request says, and returns the rest: each answer is safe at once.
    """
    catalog: Catalog = workspace.catalog
    affects, severity = request.affects, request.severity
    if severity and find_severity(catalog, severity) is None:
        say(f"note: {unknown_severity(catalog, severity)}", "warning")
        request, severity = request._replace(severity=None), None
    request = keep(request)
    yield request
    if not affects and (catalog.services or catalog.product_areas):
        affects = _ask_affects(catalog, request.title)
        request = keep(request._replace(affects=affects))
        yield request
    if not severity:
        severity = _ask_severity(catalog, affects, request.suggested)
        yield keep(request._replace(severity=severity))


def _ask_affects(catalog: Catalog, title: str) -> tuple[str, ...]:
    guess = suggest_affected(catalog, title)[:3]
    while True:
        enter = "services or areas: a, b, ...; Enter if unknown"
        if guess:
            enter = f"Enter for {' and '.join(guess)}, {_UNKNOWN} if unknown"
        answer = ask_text(f"What is affected? ({enter})", optional=True)
        if not answer:
            return tuple(guess)
        words = tuple(word.strip() for word in answer.split(",") if word.strip() not in _NONE)
        unknown = resolve_affected(catalog, words).unknown
        if not unknown:
            return words
        for sentence in unknown:
            say(sentence, "warning")


def _ask_severity(catalog: Catalog, affects: Sequence[str], suggested: str | None) -> str | None:
    default = scale_step(catalog, suggested).name
    choices = [(_LATER, f"{default} for now, say later")]
    choices += [(s.name, f"{s.name}  {s.title or ''}") for s in catalog.scale.severities]
    if catalog.scale.matrix:
        choices.append((_UNSURE, "unsure: two questions"))
    answer = ask_choice("How bad is it?", choices, _LATER)
    if answer == _LATER:
        return None
    if answer != _UNSURE:
        return answer
    return _ask_matrix(catalog, affects)


def _ask_matrix(catalog: Catalog, affects: Sequence[str]) -> str | None:
    """Ask for importance and condition of the affected part; when in doubt, higher."""
    matrix = catalog.scale.matrix
    if matrix is None:
        return None
    importance = known_importance(catalog, affects)
    if importance is None:
        answer = ask_choice(
            "How important is what is affected?",
            [(_UNSURE_HOW, _UNSURE_HOW), *((n, f"{n}  {of}") for n, of in IMPORTANCE.items())],
            _UNSURE_HOW,
        )
        importance = int(answer) if answer.isdecimal() else None
    conditions = [(condition, condition) for condition in matrix.conditions]
    condition = ask_choice("How badly?", conditions, matrix.conditions[0])
    suggested = matrix.suggest(importance, condition)
    if suggested:
        say(f"That is {suggested}.")
    return suggested
