"""Write the plan of a drill from the answers to its questions, in one file or two."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.app.drill.entries import Mode, entries_of
from incidentctl.app.drill.questions import (
    UnfitTimesError,
    check_all,
    known,
    must_fit,
    questions,
    soon,
)
from incidentctl.app.setup import starter
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.model import Catalog, CatalogEntry, Source
from incidentctl.domain.drill.plan import usual_readers
from incidentctl.domain.lint.rule import Finding
from incidentctl.domain.lint.rules import clock_changes
from incidentctl.domain.lint.rules import drills as rules
from incidentctl.errors import RefusedError, UsageError
from incidentctl.files.layout import SCHEMAS

IGNORED = "drills/*.private.yaml"


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
    values = entries_of(mode, {**answers, "readers": _readers(workspace, mode, answers)})
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
    """Return the readers of the private half, which include its author."""
    who = workspace.actor(None).handle
    surprised = (answers["commander"], answers["mitigator"])
    usual = usual_readers(workspace.catalog, answers["team"], surprised, answers["saboteur"])
    by_default = mode == "planned" or answers["readers"] or who in usual
    if by_default or who not in workspace.catalog.members():
        return tuple(answers["readers"] or ())
    return (*usual, who)


def _paths(name: str) -> tuple[str, str]:
    return f"drills/{name}.yaml", f"drills/{name}.private.yaml"


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
