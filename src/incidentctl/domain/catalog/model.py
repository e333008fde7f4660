"""The catalog: who owns what. Services, product areas, and their look-ups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, ClassVar, Literal, NamedTuple

from incidentctl.domain.catalog.alert_rules import AlertSettings
from incidentctl.domain.catalog.announcement import Announcement
from incidentctl.domain.catalog.maintenance import PlannedMaintenance
from incidentctl.domain.catalog.roles import STANDARD, Role
from incidentctl.domain.catalog.runbook import Runbook
from incidentctl.domain.catalog.settings import Settings
from incidentctl.domain.catalog.severity import BUILT_IN, Scale, Severity
from incidentctl.domain.catalog.team import Member, Team
from incidentctl.domain.common.fields import CONFIG, Day, Flag, Importance, Name, Text, Url
from incidentctl.domain.common.frozen import frozen

ServiceType = Literal[
    "service", "website", "library", "job", "database", "cache", "queue", "storage", "search",
    "load-balancer", "proxy", "cdn", "dns", "function", "third-party",
]  # fmt: skip
Lifecycle = Literal["experimental", "production", "deprecated", "retired"]

#: In doubt the higher: the severity of an incident until somebody says.
DEFAULT_SEVERITY = "SEV2"
#: Types that customers do not meet themselves.
_BEHIND = frozenset(
    {"database", "load-balancer", "queue", "cache", "storage", "job", "dns", "cdn", "third-party"}
)


@frozen
class Link:
    """An address worth knowing."""

    __pydantic_config__: ClassVar = CONFIG

    title: Text
    """What is there."""
    url: Url
    """Where it is."""


_OTHER_NAMES = "`identifiers` holds what other systems call it, `tags` words to find it by."


@frozen
class Service:
    """Something that runs in production, including databases and third-party services."""

    __pydantic_config__: ClassVar = CONFIG
    # Keys of other catalogs, and what they are called here; for the loader's hints.
    ELSEWHERE: ClassVar = {
        **dict.fromkeys(
            ("tier", "criticality", "priority"), "Write `importance`, from 1 (highest) to 5."
        ),
        **dict.fromkeys(("alias", "aliases", "label", "labels"), _OTHER_NAMES),
        **dict.fromkeys(("team", "group", "maintainer", "maintainers"), "Write `owner`, one team."),
        **dict.fromkeys(("dependencies", "requires"), "Write `depends_on`, a list of services."),
        **dict.fromkeys(
            ("url", "repo", "repository", "docs", "dashboard", "runbook"),
            "Write it into `links`, each with title and url.",
        ),
        **dict.fromkeys(("status", "stage"), "Write `lifecycle`, such as production."),
        "kind": "Write `type`, such as database.",
        "id": _OTHER_NAMES,
    }

    name: Name
    """What the catalog calls the service."""
    owner: Name
    """The one team that owns it."""
    title: Text | None = None
    """What people call it."""
    description: Text | None = None
    """What it does."""
    type: ServiceType = "service"
    """What sort of thing it is."""
    lifecycle: Lifecycle = "production"
    """Only services in production count for the process tier."""
    importance: Importance | None = None
    """From 1 (highest) to 5, for the impact matrix."""
    customer_facing: Flag | None = None
    """Whether customers use it directly; absent: true, except for database, load-balancer, queue,
    cache, storage, job, dns, cdn and third-party."""
    reviewed: Day | None = None
    """When somebody last checked this entry."""
    depends_on: tuple[Name, ...] = ()
    """The services it needs."""
    identifiers: dict[str, Text] = field(default_factory=dict)
    """What other systems call it, such as `pagerduty: PABC123`."""
    links: tuple[Link, ...] = ()
    """Dashboards, documents, source."""
    tags: tuple[Text, ...] = ()
    """Words to find it by."""

    @property
    def faces_customers(self) -> bool:
        """Whether customers meet it, stated or by its type."""
        if self.customer_facing is None:
            return self.type not in _BEHIND
        return self.customer_facing

    @property
    def counts(self) -> bool:
        """Whether it counts for the process tier."""
        return self.lifecycle == "production"


@frozen
class Functionality:
    """Something that a customer can do."""

    __pydantic_config__: ClassVar = CONFIG

    name: Text
    """What the customer does."""
    words: tuple[Text, ...] = ()
    """Other words for it that people use."""
    services: tuple[Name, ...] = ()
    """The services that power it."""


@frozen
class ProductArea:
    """What customers see: functionalities, the services behind them, one accountable team."""

    __pydantic_config__: ClassVar = CONFIG

    name: Name
    """What the catalog calls the area."""
    title: Text | None = None
    """What people call it."""
    owner: Name
    """The one team that owns the area, and knows at once that it is theirs."""
    description: Text | None = None
    """What the area covers."""
    functionalities: tuple[Functionality, ...] = ()
    """What a customer can do here."""
    services: tuple[Name, ...] = ()
    """Services that power the area besides those of its functionalities."""

    @property
    def all_services(self) -> tuple[str, ...]:
        """Every service that powers the area, each once, in the order written."""
        named = [s for f in self.functionalities for s in f.services]
        return tuple(dict.fromkeys([*named, *self.services]))


class Source(NamedTuple):
    """Where an entry is written: a file, the document in it, and its place in a list, from 0.

    `item` is None if the document is one mapping; `inside` is where the entry begins in the
    mapping, such as ("roles", 2).
    """

    path: str
    document: int = 0
    item: int | None = None
    inside: tuple[str | int, ...] = ()


class CatalogEntry(NamedTuple):
    """One thing that the team wrote: its kind, its name, its value, and where."""

    kind: str
    name: str
    value: Any
    source: Source


class Unread(NamedTuple):
    """A file with faults: what it may define, beside what could be read of it."""

    kind: str
    path: str
    names: frozenset[str] | None
    """The names that stand in it; None where it could not be read at all."""


@frozen
class Catalog:
    """Everything the team wrote, with the built-in scale and roles where the team has no own.

    Of two entries with one name the first counts; `entries` keeps both, for the rules.
    """

    settings: Settings = field(default_factory=Settings)
    scale: Scale = BUILT_IN
    roles: tuple[Role, ...] = STANDARD
    teams: Mapping[str, Team] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    product_areas: Mapping[str, ProductArea] = field(default_factory=dict)
    runbooks: Mapping[str, Runbook] = field(default_factory=dict)
    announcements: Mapping[str, Announcement] = field(default_factory=dict)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    maintenance: Mapping[str, PlannedMaintenance] = field(default_factory=dict)
    # As domain.drill has them, which is not imported here: few commands need it, all would pay.
    drills: Mapping[str, Any] = field(default_factory=dict)
    private_halves: Mapping[str, Any] = field(default_factory=dict)
    entries: tuple[CatalogEntry, ...] = ()
    unread: tuple[Unread, ...] = ()
    """The files with faults: what a rule misses may stand in one of them."""
    commented: tuple[str, ...] = ()
    """The files with comments for lint."""
    own_secrets: tuple[tuple[Source, tuple[str | int, ...], str], ...] = ()
    """What seems secret below keys that begin with `x-`: its place, and what it seems to be."""

    def of_kind(self, kind: str) -> Iterable[CatalogEntry]:
        """Yield the entries of one kind: team, service, product_area, runbook, severity, ..."""
        return (entry for entry in self.entries if entry.kind == kind)

    def role(self, name: str) -> Role | None:
        """Return the role of a name, or None."""
        return next((role for role in self.roles if role.name == name), None)

    def default_severity(self) -> Severity:
        """Return the severity of an incident that nobody has judged yet."""
        scale = self.scale
        return (
            scale.get(self.settings.default_severity or DEFAULT_SEVERITY)
            or next((s for s in scale.severities if s.critical), None)
            or next(iter(scale.severities), None)
            or BUILT_IN.severities[1]
        )

    def members(self) -> dict[str, tuple[Team, Member]]:
        """Return every member by handle with the first team that has them."""
        found: dict[str, tuple[Team, Member]] = {}
        for team in self.teams.values():
            for member in team.members:
                found.setdefault(member.handle, (team, member))
        return found

    def areas_of(self, service: str) -> list[ProductArea]:
        """Return the product areas that a service powers, in the order of the catalog."""
        return [a for a in self.product_areas.values() if service in a.all_services]

    def production_services(self) -> list[Service]:
        """Return the services that count for the process tier."""
        return [service for service in self.services.values() if service.counts]
