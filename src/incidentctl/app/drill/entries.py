"""The entries of a plan, in one file or two, from the valid answers to its questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from incidentctl.domain.drill.parse import parse_inject, targets_of
from incidentctl.errors import UsageError

Mode = Literal["planned", "unplanned"]

_BOTH = ("name", "simulated", "environment", "timezone", "distribute_to")
_PLAN = ("what", "team", "at", "how", "saboteur", "services", "injects", "targets")


def entries_of(mode: Mode, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries of a plan by their kind."""
    from incidentctl.files.yaml.dump import plain

    answers = {
        **answers,
        "injects": [plain(parse_inject(text)) for text in answers.get("injects") or ()],
        "targets": plain(targets_of(answers.get("targets") or ())),
    }
    if mode == "planned":
        return valid("drill", {"mode": mode, **_some(answers, (*_BOTH, *_PLAN, "why"))})
    public = {"mode": mode, **_some(answers, (*_BOTH, "why"))}
    public["window"] = _some(answers, ("from", "to"))
    return valid("unplanned_drill", public) | valid("private_half", private_half(answers))


def private_half(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the raw private half of an unplanned drill."""
    private = _some(answers, (*_PLAN, "commander", "mitigator", "readers"))
    if "private_why" in answers:
        private["why"] = answers["private_why"]
    return private


def _some(answers: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    empty: tuple[object, ...] = (None, (), [], {})
    return {key: answers[key] for key in keys if answers.get(key) not in empty}


def valid(kind: str, raw: dict[str, Any]) -> dict[str, Any]:
    """Return an entry by its kind; UsageError if its model refuses it."""
    from incidentctl.files.yaml.validate import validate

    value, faults, _ = validate(kind, raw)
    if faults:
        raise UsageError(faults[0].message, hint=faults[0].hint)
    return {kind: value}
