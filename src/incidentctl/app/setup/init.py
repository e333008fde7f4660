"""`init`: a team's repository that lints clean, from a few answers; nothing is overwritten."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

from incidentctl.app.process.process import runbook_files, scale_text
from incidentctl.app.setup import starter
from incidentctl.app.setup.answers import Area, Founder, person
from incidentctl.domain.catalog.model import Member, OnCall, ProductArea, Service, Team
from incidentctl.domain.catalog.settings import TierName
from incidentctl.domain.catalog.severity import BUILT_IN
from incidentctl.domain.common.times import zone
from incidentctl.domain.process import built_in
from incidentctl.domain.process.resolution import TIERS, Recommendation, recommend
from incidentctl.files.layout import MARKER, SCHEMAS, read_one

DEFAULT_TEAM = "responders"
DEFAULT_AREA = "product"


class Request(NamedTuple):
    """The checked input of `init`."""

    organisation: str | None = None
    team: str | None = None
    """None: the default name, or no team if the repository is already set up."""
    services: tuple[str, ...] = ()
    areas: tuple[Area, ...] = ()
    tier: TierName | None = None
    timezone: str | None = None
    """None: UTC."""
    expected_services: int | None = None
    remote: str | None = None


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


def initialise(
    root: Path,
    request: Request,
    founder: Founder,
    *,
    now: datetime,
    schemas: Mapping[str, str],
    environment: Mapping[str, str] | None = None,
) -> Initialised:
    """Write the repository into `root`, all at the end: an interruption writes nothing.

    The rota starts with the organisation's week of `now`. `schemas` are the JSON Schemas by file
    name. With the `environment` of this program, `root` becomes a git repository if it is in none.
    """
    from incidentctl.files.writer import write_new

    notes: list[str] = []
    files = {f"{SCHEMAS}/{name}": text for name, text in schemas.items()}
    files |= _surroundings(root, request, notes)
    files["severities.yaml"] = scale_text(BUILT_IN, schemas=bool(schemas))
    if os.path.lexists(root / MARKER) and request.team is None and not request.services:
        notes.append(
            "This repository is already set up: `incidentctl process scaffold` writes runbooks."
        )
    else:
        today = now.astimezone(zone(request.timezone or "UTC")).date()
        files |= catalog_files(request, founder, today=today, schemas=bool(schemas))
    root.mkdir(parents=True, exist_ok=True)
    outcome = write_new(root, files)
    if environment is not None and not in_repository(root):
        from incidentctl.git.create import create_repository

        create_repository(root, environment)
    if ".gitignore" in outcome.kept:
        text = (read_one(root, ".gitignore").data or b"").decode(errors="replace")
        if lines := starter.lacking(text):
            notes.append(f"Add to your .gitignore: {' and '.join(lines)}.")
    team = request.team or DEFAULT_TEAM
    if not founder.email and f"teams/{team}.yaml" in outcome.written:
        notes.append(_unknown(founder, team))
    return Initialised(outcome.written, outcome.kept, tuple(notes))


def _unknown(founder: Founder, team: str) -> str:
    """Return what to do if git does not know the user's name or address."""
    if founder.name is None:
        return (
            f"Git does not know who you are: {founder.handle} leads the team {team} and is on "
            "call. "
            f"Put people into teams/{team}.yaml, and run `git config user.name` and "
            "`git config user.email` with yours."
        )
    return (
        f"Git does not know your e-mail address: set it with `git config user.email`, and write it "
        f"into teams/{team}.yaml, so that commands know you as {founder.handle}."
    )


def _repository(folder: Path) -> Path | None:
    """Return the root of the git repository that a folder is in, or None."""
    here = folder.absolute()
    return next((up for up in (here, *here.parents) if (up / ".git").exists()), None)


def in_repository(folder: Path) -> bool:
    """Return whether a folder is in a git repository."""
    return _repository(folder) is not None


def _surroundings(root: Path, request: Request, notes: list[str]) -> dict[str, str]:
    of = f" of {request.organisation}" if request.organisation else ""
    files = {".gitignore": starter.GITIGNORE, "README.md": starter.README.format(of=of)}
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


def recommended(request: Request) -> Recommendation:
    """Return the process recommended for the number of services."""
    return recommend(len(request.services), expected=request.expected_services)


def effective_tier(request: Request) -> TierName:
    """Return the tier of the runbooks: the requested or the recommended one."""
    return request.tier or recommended(request).tier


def catalog_files(
    request: Request, founder: Founder, *, today: date, schemas: bool
) -> dict[str, str]:
    """Return the catalog's files by path; the one that marks the root is last."""
    from incidentctl.files.yaml.dump import to_yaml

    def write(kind: str, value: object, comment: str | None = None) -> str:
        up = "" if kind == "settings" else "../"
        schema = f"{up}{SCHEMAS}/{kind}.json" if schemas else None
        return to_yaml(value, schema=schema, comment=comment)

    tier = effective_tier(request)
    areas = _areas(request, tier)
    team = _team(request.team or DEFAULT_TEAM, founder, today)
    reached = {service for area in areas for service in area.services}
    files = {f"teams/{team.name}.yaml": write("team", team)}
    for name in request.services:
        service = Service(name=name, owner=team.name)
        if areas and name not in reached:
            service = replace(service, customer_facing=False)
        files[f"services/{name}.yaml"] = write("service", service)
    for area in areas:
        value = ProductArea(name=area.name, owner=team.name, services=area.services)
        files[f"product_areas/{area.name}.yaml"] = write("product_area", value, _AREA_COMMENT)
    runbooks = built_in.runbooks(tier, areas=[area.name for area in areas])
    files |= runbook_files(list(runbooks), schemas=schemas)
    files[MARKER] = write("settings", _settings(request), _SETTINGS_COMMENT)
    return files


_SETTINGS_COMMENT = """This file marks the root. Without `tier` it is as recommended for the
number of services; without `record: {remote: origin}` the record stays in this clone."""
_AREA_COMMENT = """What customers see. Say in their words what they can do here, and what powers it:
functionalities: [{name: Log in with a password, words: [sign in], services: [auth-api]}]"""


def _areas(request: Request, tier: TierName) -> list[Area]:
    """Return the product areas with their services; above the single process at least one."""
    areas = list(request.areas)
    if not areas and tier != "single":
        areas = [Area(DEFAULT_AREA)]
    named = {service for area in areas for service in area.services}
    left = tuple(service for service in request.services if service not in named)
    return [area if area.services else Area(area.name, left or request.services) for area in areas]


def _team(name: str, founder: Founder, today: date) -> Team:
    monday = today - timedelta(days=today.weekday())
    return Team(
        name=name,
        lead=founder.handle,
        members=(Member(handle=founder.handle, name=founder.name, email=founder.email),),
        on_call=OnCall(
            rota=(founder.handle,),
            shift=timedelta(weeks=1),
            starts=datetime.combine(monday, time(9)),
        ),
        contacts={"email": founder.email} if founder.email else {"person": founder.handle},
    )


def _settings(request: Request) -> dict[str, object]:
    expected = request.expected_services
    if request.tier and expected is None:
        # More process than the count asks for is warned of, until the expected count says why.
        index = [tier.name for tier in TIERS].index(request.tier)
        least = (TIERS[index - 1].most or 0) + 1 if index else 0
        expected = least if least > len(request.services) else None
    stated: dict[str, object] = {
        "organisation": request.organisation,
        "timezone": request.timezone or "UTC",
        "tier": request.tier,
        "expected_services": expected,
        "record": {"remote": request.remote} if request.remote else None,
    }
    return {key: value for key, value in stated.items() if value is not None}
