"""All rules of `catalog lint` by code, and how they are run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from incidentctl.domain.catalog.entries import settings_source, settings_unread
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.learn.retrospective import Retrospective
from incidentctl.domain.lint.rule import Around, Finding, Late, Played, Rule, Unseen
from incidentctl.domain.lint.rule_text import RuleText
from incidentctl.domain.lint.rules import (
    age_keys,
    alerts,
    announcements,
    clock_changes,
    comments,
    dependencies,
    drills,
    excludes,
    maintenance,
    names,
    on_call,
    owners,
    page,
    practice,
    references,
    retrospectives,
    reviewed,
    runbooks,
    secrets,
    teams,
    tiers,
    unseen,
)


def unknown_code(catalog: Catalog) -> Iterable[Finding]:
    """Find levels in the settings for codes that no rule has.

    What the strict reading of files refuses (IC0…) is no rule: its level cannot be set.
    """
    where = settings_source(catalog)
    for code in catalog.settings.lint:
        if code in RULES:
            continue
        hint = "See the codes in docs/reference/lint-rules.md."
        if code.startswith("IC0"):
            hint = "The level of what cannot be read (IC0…) is fixed; correct the file."
        elif code.upper() in RULES:
            hint = f"Did you mean {code.upper()!r}?"
        yield Finding(
            "IC112",
            f"`lint` sets a level for {code!r}, which is not a rule.",
            where,
            ("lint", code),
            hint,
        )


_LINT = Rule(
    RuleText(
        "IC112",
        "error",
        "A level for an unknown rule",
        "A mistyped code changes nothing, and the team believes that it does.",
        "Correct the code, or remove it.",
    ),
    unknown_code,
)

_SUBJECTS = (
    owners,
    names,
    references,
    teams,
    on_call,
    runbooks,
    announcements,
    alerts,
    secrets,
    age_keys,
    clock_changes,
    dependencies,
    tiers,
    reviewed,
    drills,
    maintenance,
    page,
    excludes,
    retrospectives,
    practice,
    unseen,
    comments,
)

#: Every rule by its code, in the order of the codes.
RULES: dict[str, Rule] = {
    rule.text.code: rule
    for rule in sorted(
        [_LINT, *(rule for subject in _SUBJECTS for rule in subject.RULES)],
        key=lambda rule: rule.text.code,
    )
}


def run(
    catalog: Catalog,
    *,
    today: date,
    tracked: frozenset[str] = frozenset(),
    young: bool | None = None,
    reviews: tuple[Retrospective, ...] = (),
    played: tuple[Played, ...] | None = (),
    late: tuple[Late, ...] = (),
    misnamed: tuple[tuple[str, str], ...] = (),
    not_read: tuple[str, ...] = (),
    unseen: tuple[Unseen, ...] = (),
    idle_excludes: tuple[int, ...] = (),
) -> list[Finding]:
    """Return what every rule finds that the settings do not switch off.

    What is missing because a file has faults is left out: the faults are told, by the loader.

    `tracked` are the files of drills/ that git tracks, `young` says whether the repository is in
    its first days; absent where there is no git to ask. `reviews` are the retrospectives, `played`
    the drills of the record, `late` its incidents without a retrospective in time, `misnamed` what
    is not read because its name is nearly right, with the right name, `not_read` what else looks
    like ours and nothing reads, `unseen` what could not be looked at, and `idle_excludes` which of
    the settings' exclusions fit no file.
    """
    around = Around(
        today, tracked, young, reviews, played, late, misnamed, not_read, unseen, idle_excludes
    )
    levels = catalog.settings.lint
    # Which warnings the team wants is not known where nothing of its settings could be read.
    unknown = settings_unread(catalog)
    return [
        finding
        for code, rule in RULES.items()
        if levels.get(code) != "off" and (rule.text.level == "error" or not unknown)
        for finding in rule.run(catalog, around)
        if finding.absent is None or not finding.absent.may_be_in(catalog.unread)
    ]
