"""The catalog that `init` writes: a whole one, or what is added to one that exists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from incidentctl.app.process.process import runbook_files
from incidentctl.app.setup.init_input import Founder, Group
from incidentctl.domain.catalog.model import Catalog, ProductArea, Service
from incidentctl.domain.catalog.settings import TierName
from incidentctl.domain.catalog.team import Member, OnCall, Team
from incidentctl.domain.common.text import count
from incidentctl.domain.process import built_in
from incidentctl.domain.process.resolution import TIERS, Recommendation, recommend, tier_in_force
from incidentctl.errors import UsageError
from incidentctl.files.layout import MARKER, SCHEMAS

DEFAULT_TEAM = "responders"
DEFAULT_AREA = "product"


class Request(NamedTuple):
    """The checked input of `init`."""

    organisation: str | None = None
    teams: tuple[Group, ...] = ()
    """The first one owns the services that no other names; none: the default team, or the only
    one of the catalog."""
    services: tuple[str, ...] = ()
    areas: tuple[Group, ...] = ()
    tier: TierName | None = None
    timezone: str | None = None
    """None: UTC."""
    expected_services: int | None = None
    remote: str | None = None
    issue_form: bool = False
    """An issue form for the forge, and the workflow that declares from it."""
    page: bool = False
    """The workflow that builds the status page and publishes it."""

    @property
    def for_forge(self) -> bool:
        """Whether it asks for files of the forge, which a repository may get at any time."""
        return self.issue_form or self.page

    @property
    def adds(self) -> bool:
        """Whether something of the catalog is asked for."""
        return bool(self.teams or self.services or self.areas)

    @property
    def sets(self) -> bool:
        """Whether a setting is asked for."""
        stated = (self.organisation, self.tier, self.timezone, self.expected_services, self.remote)
        return any(value is not None for value in stated)


def recommended(request: Request) -> Recommendation:
    """Return the process recommended for the number of services."""
    return recommend(len(request.services), expected=request.expected_services)


def effective_tier(request: Request) -> TierName:
    """Return the tier of the runbooks: the requested or the recommended one."""
    return request.tier or recommended(request).tier


class Written(NamedTuple):
    """The files of a catalog by path, and what is to be known of them, a sentence each."""

    files: dict[str, str]
    notes: tuple[str, ...] = ()


def with_defaults(request: Request) -> Request:
    """Return what a new catalog has at least: a team, and above the single process an area."""
    areas = request.areas
    if not areas and effective_tier(request) != "single":
        areas = (Group(DEFAULT_AREA, request.services),)
    return request._replace(teams=request.teams or (Group(DEFAULT_TEAM),), areas=areas)


def new_catalog(request: Request, founder: Founder, *, today: date, schemas: bool) -> Written:
    """Return the teams, services and product areas of a new catalog."""
    judged = bool(request.areas)
    return _entries(request, founder, Catalog(), today=today, schemas=schemas, judged=judged)


def added(
    request: Request, founder: Founder, catalog: Catalog, *, today: date, schemas: bool
) -> Written:
    """Return what is asked for, for a catalog that exists; UsageError if an owner is not clear."""
    named = request.teams
    if not named:
        unclear = [*request.services]
        unclear += [a.name for a in request.areas if not catalog.services.keys() & {*a.services}]
        teams = list(catalog.teams) or [DEFAULT_TEAM]
        if unclear and len(teams) > 1:
            raise UsageError(
                f"Which team owns {', '.join(unclear)}? The catalog has {', '.join(teams)}.",
                hint="Name it with --team.",
            )
        request = request._replace(teams=(Group(teams[0]),))
    grown = {name: Service(name=name, owner="") for name in request.services}
    tier = tier_in_force(replace(catalog, services={**grown, **catalog.services}))
    written = _entries(
        request, founder, catalog, today=today, schemas=schemas, judged=tier != "single"
    )
    if not named and catalog.teams:
        del written.files[_place(catalog, "team", request.teams[0].name)]  # nobody asked for it
    if tier == "per-severity-and-area" and catalog.runbooks:
        names = [area.name for area in request.areas]
        own = built_in.runbooks(tier, scale=catalog.scale, areas=names)
        runbooks = [each for each in own if each.applies_to.product_areas]
        written.files.update(runbook_files(runbooks, schemas=schemas))
    return written


def _entries(
    request: Request,
    founder: Founder,
    catalog: Catalog,
    *,
    today: date,
    schemas: bool,
    judged: bool,
) -> Written:
    """Return teams, services and areas; `judged`: lint asks whether an area reaches a service."""
    notes = []
    files = {}
    first, *others = request.teams
    owner = {service: team.name for team in request.teams for service in team.services}
    for service in catalog.services.values():
        if owner.get(service.name, service.owner) != service.owner:
            path = _place(catalog, "service", service.name)
            notes.append(f"{service.name} still belongs to {service.owner}: change it in {path}.")
        owner[service.name] = service.owner
    for team in request.teams:
        path = _place(catalog, "team", team.name)
        files[path] = _yaml("team", _team(team.name, founder, today), schemas=schemas)
    if new := [team.name for team in others if team.name not in catalog.teams]:
        notes.append(
            f"{founder.handle} is also on call for {', '.join(new)}, until you write the people "
            "of each team into its file in teams/."
        )
    reached = {name for area in catalog.product_areas.values() for name in area.all_services}
    reached |= {name for area in request.areas for name in area.services}
    hidden = []
    for name in request.services:
        service = Service(name=name, owner=owner.get(name, first.name))
        if judged and name not in reached:
            service = replace(service, customer_facing=False)
            hidden.append(name)
        files[_place(catalog, "service", name)] = _yaml("service", service, schemas=schemas)
    if hidden and request.areas:
        notes.append(
            f"No product area names {', '.join(hidden)}: {count(len(hidden), 'service')} "
            "written as not met by customers. Add those that they meet to an area."
        )
    for area in request.areas:
        of = _most_of(owner.get(name, first.name) for name in area.services) or first.name
        value = ProductArea(name=area.name, owner=of, services=area.services)
        path = _place(catalog, "product_area", area.name)
        files[path] = _yaml("product_area", value, _AREA_COMMENT, schemas=schemas)
    return Written(files, tuple(notes))


def _most_of(owners: Iterable[str]) -> str | None:
    """Return the team that owns the most, of several the first; None without any."""
    return next((team for team, _ in Counter(owners).most_common(1)), None)


_FOLDERS = {"team": "teams", "service": "services", "product_area": "product_areas"}


def _place(catalog: Catalog, kind: str, name: str) -> str:
    """Return the file of an entry: where the catalog has it, in any case, else its own."""
    entries = (each for each in catalog.of_kind(kind) if each.name.casefold() == name.casefold())
    return next((each.source.path for each in entries), f"{_FOLDERS[kind]}/{name}.yaml")


def _yaml(kind: str, value: object, comment: str | None = None, *, schemas: bool) -> str:
    from incidentctl.files.yaml.dump import to_yaml

    up = "" if kind == "settings" else "../"
    schema = f"{up}{SCHEMAS}/{kind}.json" if schemas else None
    return to_yaml(value, schema=schema, comment=comment)


_SETTINGS_COMMENT = """This file marks the root. Without `tier` it is as recommended for the
number of services; without `record: {remote: origin}` the record stays in this clone."""
_AREA_COMMENT = """What customers see. Say in their words what they can do here, and what powers it:
functionalities: [{name: Log in with a password, words: [sign in], services: [auth-api]}]"""


def _team(name: str, founder: Founder, today: date) -> Team:
    monday = today - timedelta(days=today.weekday() or 7)  # on a Monday it is not nine yet, perhaps
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


def completed(
    request: Request, catalog: Catalog, *, schemas: bool, exclude: Sequence[str] = ()
) -> dict[str, str]:
    """Return the runbooks of the tier, if there are none, and last the file that marks the root.

    `exclude` are files of others in the folders of the catalog.
    """
    files = {}
    if not catalog.runbooks:
        areas = dict.fromkeys([*catalog.product_areas, *(area.name for area in request.areas)])
        runbooks = built_in.runbooks(effective_tier(request), scale=catalog.scale, areas=areas)
        files = runbook_files(list(runbooks), schemas=schemas)
    stated = _settings(request) | ({"exclude": list(exclude)} if exclude else {})
    settings = _yaml("settings", stated, _SETTINGS_COMMENT, schemas=schemas)
    return files | {MARKER: settings}


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


def unwritten(request: Request) -> Iterable[str]:
    """Say which settings were asked for that are not written, as the file exists."""
    settings = {key: value for key, value in _settings(request).items() if key != "timezone"}
    if request.timezone:
        settings["timezone"] = request.timezone
    if settings:
        yield f"{MARKER} was left alone: write {' and '.join(_lines(settings))} there."
    if request.tier:
        yield f"`incidentctl process scaffold --tier {request.tier}` writes its runbooks."


def _lines(settings: dict[str, object]) -> Sequence[str]:
    def worded(value: object) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {each}" for key, each in value.items()) + "}"
        return str(value)

    return [f"`{key}: {worded(value)}`" for key, value in settings.items()]
