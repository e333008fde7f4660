"""Use cases of the process: recommend, show (also as it was at a commit), scaffold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from incidentctl.app.workspace.last_commit import catalog_at
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.model import Catalog
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
    missing,
    recommend_for,
    resolve,
    tier_in_force,
)
from incidentctl.errors import Problem
from incidentctl.files.layout import SCHEMAS


class Advice(NamedTuple):
    """What a catalog needs, what it has configured, and what its runbooks lack."""

    recommendation: Recommendation
    configured_tier: TierName | None
    missing: list[str]
    note: str | None
    """Said where the configured tier is another one than the recommended."""


def advise(catalog: Catalog) -> Advice:
    """Say how much process a catalog asks for, against what is configured and written."""
    found = recommend_for(catalog)
    configured = catalog.settings.tier
    note = None
    if configured and configured != found.tier:
        order = [tier.name for tier in TIERS]
        note = f"incidentctl.yaml configures {configured}, and that rules. "
        if order.index(configured) > order.index(found.tier):
            note += (
                "It is more process than the count asks for, and may confuse more than it helps."
            )
        else:
            note += "It is less process than the count asks for."
    return Advice(found, configured, missing(catalog, found.tier), note)


class Row(NamedTuple):
    """What answers one case."""

    severity: str
    answer: AreaRunbook


class Shown(NamedTuple):
    """What answers each case of a catalog, its tier, and what could not be read of it."""

    tier: TierName
    rows: list[Row]
    problems: list[Problem]
    commit: str | None
    """The id of the commit that it is of; None for the files as they are."""


def shown(workspace: Workspace, revision: str | None) -> Shown:
    """Show the process now, or as it was at a revision."""
    catalog, problems, commit = workspace.catalog, workspace.catalog_problems, None
    if revision is not None:
        root = workspace.team_root(checked_out=False)
        catalog, problems, commit = catalog_at(root, revision)
    return Shown(tier_in_force(catalog), show(catalog), problems, commit)


def show(catalog: Catalog) -> list[Row]:
    """Say what answers each severity, and each in each product area at the highest tier."""
    tier = tier_in_force(catalog)
    resolver = Resolver(catalog, tier=tier)
    return [
        Row(case.severity, answer)
        for case in cases(catalog, tier)
        for answer in resolver.resolve(case).answers
    ]


class Scaffolded(NamedTuple):
    """What became of the built-in runbooks of a tier."""

    tier: TierName
    written: tuple[str, ...]
    kept: tuple[str, ...]
    """Files that existed."""
    answered: tuple[tuple[str, str], ...]
    """Built-in runbooks that were not needed, each with the team's own that answers instead."""


def scaffold(root: Path, catalog: Catalog, *, tier: TierName | None = None) -> Scaffolded:
    """Write the built-in runbooks of a tier (absent: the one in force), and a missing scale.

    Nothing is overwritten, and nothing is written beside a runbook that answers the same as
    specifically, since two equals would be ambiguous.
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
    )


def _equal(catalog: Catalog, runbook: Runbook) -> str | None:
    """Return the team's runbook beside which a new one would be ambiguous, or None."""
    applies = runbook.applies_to
    together = replace(catalog, runbooks={**catalog.runbooks, runbook.name: runbook})
    for severity in applies.severities or [s.name for s in catalog.scale.severities]:
        answer = resolve(together, Case(severity, applies.product_areas)).answers[0]
        names = {answer.runbook.name if answer.runbook else "", *answer.rivals}
        if answer.rivals and runbook.name in names:
            return min(names - {runbook.name})
    return None


def runbook_files(runbooks: list[Runbook], *, schemas: bool) -> dict[str, str]:
    """Return the YAML of runbooks by path, naming the JSON Schema if there is one."""
    from incidentctl.files.yaml.dump import to_yaml

    schema = f"../{SCHEMAS}/runbook.json" if schemas else None
    return {f"runbooks/{r.name}.yaml": to_yaml(r, schema=schema) for r in runbooks}


def scale_text(scale: Scale, *, schemas: bool) -> str:
    """Return severities.yaml."""
    from incidentctl.files.yaml.dump import to_yaml

    return to_yaml(
        scale,
        schema=f"{SCHEMAS}/severities.json" if schemas else None,
        comment="The scale, worst first. The matrix is asked when somebody is unsure.",
    )
