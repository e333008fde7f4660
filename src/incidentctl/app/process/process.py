"""Use cases of the process: recommend, show (also as of a commit), scaffold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from incidentctl.app.workspace.last_commit import catalog_at
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.model import Catalog, CatalogEntry, Source
from incidentctl.domain.catalog.runbook import Runbook
from incidentctl.domain.catalog.settings import TierName
from incidentctl.domain.catalog.severity import Scale
from incidentctl.domain.process import built_in
from incidentctl.domain.process.resolution import (
    TIERS,
    AreaRunbook,
    Case,
    Recommendation,
    Resolver,
    cases,
    distinguished,
    missing,
    recommend_for,
    resolve,
    tier_in_force,
)
from incidentctl.errors import Problem
from incidentctl.files.layout import SCHEMAS


class Advice(NamedTuple):
    """The recommended process, the configured one, and what the runbooks lack."""

    recommendation: Recommendation
    configured_tier: TierName | None
    missing: list[str]
    note: str | None
    """Set if the process differs from the recommended one, or is the built-in one."""


def advise(catalog: Catalog) -> Advice:
    """Compare the recommended process with the configured one and the runbooks."""
    found = recommend_for(catalog)
    return Advice(
        found, catalog.settings.tier, missing(catalog, found.tier), _note(catalog, found.tier)
    )


def _note(catalog: Catalog, recommended: TierName) -> str | None:
    """Say what differs from the recommended tier: the configured one, or what the runbooks are."""
    configured = catalog.settings.tier
    if not configured and not catalog.runbooks:
        return f"The team has no runbooks: the built-in ones of {recommended} are used."
    used = configured or distinguished(catalog) or recommended
    order = [tier.name for tier in TIERS]
    beyond = order.index(used) - order.index(recommended)
    if beyond == 0 or (beyond < 0 and not configured):  # what the runbooks lack is listed
        return None
    what = (
        f"incidentctl.yaml sets {configured}, which takes precedence."
        if configured
        else f"The runbooks are those of {used}."
    )
    if beyond > 0:
        what += " This is more process than the number of services needs, and may confuse people."
    else:
        what += " This is less process than the number of services needs."
    return what


class Row(NamedTuple):
    """The runbook of one case."""

    severity: str
    answer: AreaRunbook


class Shown(NamedTuple):
    """The runbook of each case of a catalog, its tier, and its faults."""

    tier: TierName
    rows: list[Row]
    problems: list[Problem]
    commit: str | None
    """The id of the commit shown; None for the current files."""


def shown(workspace: Workspace, revision: str | None) -> Shown:
    """Return the process now, or as of a revision."""
    catalog, problems, commit = workspace.catalog, workspace.catalog_problems, None
    if revision is not None:
        root = workspace.team_root(checked_out=False)
        catalog, problems, commit = catalog_at(root, revision)
    return Shown(tier_in_force(catalog), show(catalog), problems, commit)


def show(catalog: Catalog) -> list[Row]:
    """Return the runbook of each severity, and of a product area where that has another one."""
    tier = tier_in_force(catalog)
    told = cases(catalog, tier)
    named = {area for book in catalog.runbooks.values() for area in book.applies_to.product_areas}
    of_areas = [
        Case(severity.name, (area,))
        for area in catalog.product_areas
        if area in named
        for severity in catalog.scale.severities
    ]
    resolver = Resolver(catalog, tier=tier)
    rows = [Row(case.severity, one) for case in told for one in resolver.resolve(case).answers]
    elsewhere = {row.severity: row.answer.runbook for row in rows if not row.answer.product_area}
    return rows + [
        Row(case.severity, one)
        for case in of_areas
        if case not in told
        for one in resolver.resolve(case).answers
        if one.runbook != elsewhere[case.severity]
    ]


class Scaffolded(NamedTuple):
    """What was done with the built-in runbooks of a tier."""

    tier: TierName
    written: tuple[str, ...]
    kept: tuple[str, ...]
    """Files that existed."""
    answered: tuple[tuple[str, str], ...]
    """Built-in runbooks that were not needed, each with the team's own that applies instead."""
    overruled: tuple[str, ...]
    """Built-in runbooks that were not written: the team's more specific ones always answer."""
    superseded: tuple[str, ...]
    """The team's runbooks that no incident can get any more, by what was written."""


def scaffold(root: Path, catalog: Catalog, *, tier: TierName | None = None) -> Scaffolded:
    """Write the built-in runbooks of a tier (default: the current one), and a missing scale.

    Nothing is overwritten. A runbook is not written if an equally specific one exists, because
    that would be ambiguous, nor if it could never apply.
    """
    from incidentctl.files.writer import write_new

    tier = tier or tier_in_force(catalog)
    runbooks = built_in.runbooks(tier, scale=catalog.scale, areas=catalog.product_areas)
    have = {entry.name.casefold(): entry.source.path for entry in catalog.of_kind("runbook")}
    answered, kept, wanted = [], [], []
    for runbook in runbooks:
        if path := have.get(runbook.name.casefold()):
            kept.append(path)
        elif other := _equal(catalog, runbook):
            answered.append((runbook.name, other))
        else:
            wanted.append(runbook)
    never = _never_apply(catalog, wanted)
    overruled = tuple(runbook.name for runbook in wanted if runbook.name in never)
    wanted = [runbook for runbook in wanted if runbook.name not in never]
    schemas = (root / SCHEMAS).is_dir()
    files = runbook_files(wanted, schemas=schemas)
    outcome = write_new(
        root, {"severities.yaml": scale_text(catalog.scale, schemas=schemas)} | files
    )
    return Scaffolded(
        tier,
        outcome.written,
        tuple(dict.fromkeys([*outcome.kept, *kept])),
        tuple(answered),
        overruled,
        tuple(sorted(_never_apply(catalog, wanted) - _never_apply(catalog, []))),
    )


def _never_apply(catalog: Catalog, more: list[Runbook]) -> set[str]:
    """Return which runbooks could never apply, in a catalog that has `more` of them."""
    from incidentctl.domain.lint.rules.runbooks import never_apply

    entries = (CatalogEntry("runbook", each.name, each, Source("")) for each in more)
    return set(never_apply(replace(catalog, entries=(*catalog.entries, *entries))))


def _equal(catalog: Catalog, runbook: Runbook) -> str | None:
    """Return the team's runbook that would make a new one ambiguous, or None."""
    applies = runbook.applies_to
    together = replace(catalog, runbooks={**catalog.runbooks, runbook.name: runbook})
    for severity in applies.severities or [s.name for s in catalog.scale.severities]:
        answer = resolve(together, Case(severity, applies.product_areas)).answers[0]
        names = {answer.runbook.name if answer.runbook else "", *answer.rivals}
        if answer.rivals and runbook.name in names:
            return min(names - {runbook.name})
    return None


def runbook_files(runbooks: list[Runbook], *, schemas: bool) -> dict[str, str]:
    """Return the YAML of runbooks by path, with a link to the JSON Schema if there is one."""
    from incidentctl.files.yaml.dump import to_yaml

    schema = f"../{SCHEMAS}/runbook.json" if schemas else None
    return {f"runbooks/{r.name}.yaml": to_yaml(r, schema=schema) for r in runbooks}


def scale_text(scale: Scale, *, schemas: bool) -> str:
    """Return the text of severities.yaml."""
    from incidentctl.files.yaml.dump import to_yaml

    return to_yaml(
        scale,
        schema=f"{SCHEMAS}/severities.json" if schemas else None,
        comment="The scale, worst first. The matrix is asked when somebody is unsure.",
    )
