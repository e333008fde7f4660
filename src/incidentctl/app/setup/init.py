"""`init`: a team's repository that lints clean, from a few answers; nothing is overwritten."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from incidentctl.app.process.process import scale_text
from incidentctl.app.setup import issue_form, page_workflow, starter
from incidentctl.app.setup.catalog import (
    Request,
    Written,
    added,
    completed,
    new_catalog,
    unwritten,
    with_defaults,
)
from incidentctl.app.setup.foreign import foreign
from incidentctl.app.setup.init_input import Founder, person
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.catalog.severity import BUILT_IN
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import zone
from incidentctl.errors import RefusedError
from incidentctl.files.catalog.loader import load
from incidentctl.files.layout import MARKER, SCHEMAS, read_one


class Initialised(NamedTuple):
    """What `init` did."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    notes: tuple[str, ...]
    """What the user should know or do, a sentence each."""


def founder_at(folder: Path, environment: Mapping[str, str]) -> Founder:
    """Return the user who runs this, from git's identity for a folder, else the system's user."""
    from incidentctl.git.create import identity_at

    name, email = identity_at(folder, environment)
    return person(name, email, environment.get("USER") or environment.get("LOGNAME") or "")


def remotes_at(folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Return the remotes of the git repository that a folder is in; empty outside of one."""
    from incidentctl.git.create import remotes_at as remotes

    return remotes(folder, environment)


def services_at(root: Path) -> list[str] | None:
    """Return the services of the catalog in a folder; None where there is no catalog."""
    if not root.is_dir():
        return None
    catalog, _ = load(root)
    return list(catalog.services) if catalog.entries or os.path.lexists(root / MARKER) else None


def initialise(
    root: Path,
    request: Request,
    founder: Founder,
    *,
    now: datetime,
    environment: Mapping[str, str] | None = None,
) -> Initialised:
    """Write the repository into `root`, all at the end: an interruption writes nothing.

    Where a catalog exists only what is asked for is added.

    The rota starts with the organisation's week of `now`. With the `environment` of this program,
    `root` becomes a git repository if it is in none.
    """
    from incidentctl.app.catalog.schema import kinds, one_schema
    from incidentctl.files.writer import write_new

    catalog = load(root)[0] if root.is_dir() else Catalog()
    marked = os.path.lexists(root / MARKER)
    notes: list[str] = []
    files: dict[str, str] = {}
    today = now.astimezone(zone(request.timezone or "UTC")).date()
    if not (marked and (request.adds or request.for_forge)):
        files |= {f"{SCHEMAS}/{kind}.json": one_schema(kind) for kind in kinds()}
        files |= _surroundings(root, request, notes)
        if not any(catalog.of_kind("severity")):
            files["severities.yaml"] = scale_text(BUILT_IN, schemas=True)
    linked = not (marked and request.adds) or (root / SCHEMAS).is_dir()
    if not marked and not catalog.entries:
        request = with_defaults(request)
        written = new_catalog(request, founder, today=today, schemas=linked)
    elif request.adds:
        written = added(request, founder, catalog, today=today, schemas=linked)
    else:
        written = Written({})
    files |= written.files
    notes += written.notes
    grown = request._replace(
        services=tuple({**catalog.services, **dict.fromkeys(request.services)})
    )
    if not marked:
        others = foreign(root)
        files |= completed(grown, catalog, schemas=linked, exclude=others)
        if others:
            names = ", ".join(map(one_line, others))
            notes.append(f"Not of the catalog, so `exclude` in {MARKER} names them: {names}.")
    elif request.sets:
        notes += unwritten(grown)
    elif not (request.adds or request.for_forge):
        notes.append(
            "This repository is already set up: `incidentctl process scaffold` writes runbooks."
        )
    if request.for_forge:
        files |= _for_forge(root, request, catalog, environment or {}, notes)
    root.mkdir(parents=True, exist_ok=True)
    outcome = write_new(root, files)
    if environment is not None and not in_repository(root):
        from incidentctl.git.create import create_repository

        create_repository(root, environment)
    if ".gitignore" in outcome.kept:
        text = (read_one(root, ".gitignore").data or b"").decode(errors="replace")
        if lines := starter.lacking(text):
            notes.append(f"Add to your .gitignore: {' and '.join(lines)}.")
    teams = [path for path in outcome.written if path.startswith("teams/")]
    if not founder.email and teams:
        notes.append(_unknown(founder, teams[0]))
    return Initialised(outcome.written, outcome.kept, tuple(notes))


def _unknown(founder: Founder, path: str) -> str:
    """Return what to do if git does not know the user's name or address."""
    if founder.name is None:
        return (
            f"Git does not know who you are: {founder.handle} leads the team {Path(path).stem} "
            f"and is on call. Put people into {path}, and run `git config user.name` and "
            "`git config user.email` with yours."
        )
    return (
        f"Git does not know your e-mail address: set it with `git config user.email`, and write it "
        f"into {path}, so that commands know you as {founder.handle}."
    )


def _repository(folder: Path) -> Path | None:
    """Return the root of the git repository that a folder is in, or None."""
    here = folder.absolute()
    return next((up for up in (here, *here.parents) if (up / ".git").exists()), None)


def in_repository(folder: Path) -> bool:
    """Return whether a folder is in a git repository."""
    return _repository(folder) is not None


def _for_forge(
    root: Path,
    request: Request,
    catalog: Catalog,
    environment: Mapping[str, str],
    notes: list[str],
) -> dict[str, str]:
    """Return the files of the forge that are asked for.

    RefusedError in a folder inside of a repository: no forge reads them there.
    """
    repository = _repository(root)
    if repository not in (None, root.absolute()):
        raise RefusedError(
            f"A forge reads these files only at the top of the repository, which is {repository}.",
            hint="Give the catalog a repository of its own.",
        )
    remote = catalog.settings.record.remote or request.remote
    if remote is None:
        notes.append(
            "The workflow runs on a machine that is thrown away, and the record has no remote: "
            f"write `record: {{remote: origin}}` into {MARKER}."
        )
    files = issue_form.files(catalog.scale.severities) if request.issue_form else {}
    if request.page:
        has_gitlab_file = os.path.lexists(root / page_workflow.GITLAB_MAIN)
        url = _url(root, remote or "origin", environment)
        forge = page_workflow.forge_of(url, has_gitlab_file=has_gitlab_file)
        files |= page_workflow.files(forge)
        notes += page_workflow.what_to_do(forge, kept=has_gitlab_file)
    return files


def _url(root: Path, remote: str, environment: Mapping[str, str]) -> str | None:
    from incidentctl.git.create import remote_url

    return remote_url(root, environment, remote) if root.is_dir() else None


def _surroundings(root: Path, request: Request, notes: list[str]) -> dict[str, str]:
    word = next(iter((*(area.name for area in request.areas), *request.services)), "login")
    of = f" of {request.organisation}" if request.organisation else ""
    files = {".gitignore": starter.GITIGNORE, "README.md": starter.README.format(of=of, word=word)}
    repository = _repository(root)
    if repository is None or repository == root.absolute():
        files[".github/workflows/incidentctl.yml"] = starter.WORKFLOW
        files[".pre-commit-config.yaml"] = starter.PRE_COMMIT
    else:
        notes.append(
            f"No CI workflow and no pre-commit configuration were written: they belong in "
            f"{repository}. Have them run `incidentctl catalog lint` here."
        )
    return files
