"""Rules about references: what is named must exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

from incidentctl.domain.catalog.alert_rules import AlertSettings
from incidentctl.domain.catalog.entries import label, matrix_source, renamed, settings_source
from incidentctl.domain.catalog.model import Catalog, CatalogEntry
from incidentctl.domain.lint.rule import Absent, Finding, Guess, Loc, Rule
from incidentctl.domain.lint.rule_text import RuleText


class _Kind:
    """A kind of entry that others name, and what is said of a name that nothing has."""

    def __init__(self, catalog: Catalog, what: str, known: Collection[str]) -> None:
        self.catalog, self.what, self.known = catalog, what, known
        self.kind = what.replace(" ", "_")

    @cached_property
    def _renamed(self) -> dict[str, str]:
        return renamed(self.catalog, self.kind)

    def hint(self, name: str) -> str | Guess:
        otherwise = f"Write the {self.what}, or remove the name."
        return self._renamed.get(name) or Guess(name, self.known, otherwise)


def _missing(
    code: str, entry: CatalogEntry, names: Iterable[str], loc: Loc, kind: _Kind
) -> Iterable[Finding]:
    """Find the names of a list that are not known."""
    for number, name in enumerate(names):
        if name not in kind.known:
            yield Finding(
                code,
                f"There is no {kind.what} {name!r}, which {label(entry)} names.",
                entry.source,
                (*loc, number),
                kind.hint(name),
                Absent((kind.kind,), name),
            )


def unknown_service(catalog: Catalog) -> Iterable[Finding]:
    """Find names of services, in dependencies and product areas, that do not exist."""
    kind = _Kind(catalog, "service", catalog.services)
    for entry in catalog.of_kind("service"):
        if entry.value.depends_on:
            yield from _missing("IC106", entry, entry.value.depends_on, ("depends_on",), kind)
    for entry in catalog.of_kind("product_area"):
        yield from _missing("IC106", entry, entry.value.services, ("services",), kind)
        for number, functionality in enumerate(entry.value.functionalities):
            place = ("functionalities", number, "services")
            yield from _missing("IC106", entry, functionality.services, place, kind)


def unknown_team(catalog: Catalog) -> Iterable[Finding]:
    """Find on-call rotas that escalate to a team that does not exist."""
    kind = _Kind(catalog, "team", catalog.teams)
    for entry in catalog.of_kind("team"):
        rota = entry.value.on_call
        if rota is not None and rota.escalate_to and rota.escalate_to not in catalog.teams:
            yield Finding(
                "IC107",
                f"The team {entry.name} escalates to {rota.escalate_to!r}, which is not a team.",
                entry.source,
                ("on_call", "escalate_to"),
                kind.hint(rota.escalate_to),
                Absent(("team",), rota.escalate_to),
            )


def unknown_severity(catalog: Catalog) -> Iterable[Finding]:
    """Find severities that are named anywhere, and that the scale does not have."""
    known = {severity.name: severity for severity in catalog.scale.severities}
    where = matrix_source(catalog)
    kind = _Kind(catalog, "severity", known)
    scale = f"The scale has {', '.join(known)}."
    for entry in (*catalog.of_kind("runbook"), *catalog.of_kind("announcement")):
        place = ("applies_to", "severities")
        for found in _missing("IC108", entry, entry.value.applies_to.severities, place, kind):
            name = entry.value.applies_to.severities[int(found.loc[-1])]
            yield found._replace(hint=Guess(name, known, scale))
    for entry in catalog.of_kind("alerts"):
        for loc, name in _named_by_alerts(entry.value):
            if name not in known:
                message = f"There is no severity {name!r}, which alerts.yaml names."
                hint, absent = Guess(name, known, scale), Absent(("severity",), name)
                yield Finding("IC108", message, entry.source, loc, hint, absent)
    matrix = catalog.scale.matrix
    for importance, row in (matrix.importance if matrix else {}).items():
        for number, name in enumerate(row):
            if name not in known:
                yield Finding(
                    "IC108",
                    f"The matrix names {name!r}, which is not a severity.",
                    where,
                    ("importance", importance, number),
                    Guess(name, known, scale),
                    Absent(("severity",), name),
                )
    default = catalog.settings.default_severity
    if default is not None and default not in known:
        yield Finding(
            "IC108",
            f"The default severity {default!r} is not a severity.",
            settings_source(catalog),
            ("default_severity",),
            Guess(default, known, scale),
            Absent(("severity",), default),
        )


def _named_by_alerts(settings: AlertSettings) -> Iterable[tuple[Loc, str]]:
    for word, severity in settings.severities.items():
        yield ("severities", word), severity
    for number, rule in enumerate(settings.rules):
        if rule.severity is not None:
            yield ("rules", number, "severity"), rule.severity


def unknown_area(catalog: Catalog) -> Iterable[Finding]:
    """Find product areas that runbooks, announcements or maintenance name and nobody wrote."""
    kind = _Kind(catalog, "product area", catalog.product_areas)
    for entry in (*catalog.of_kind("runbook"), *catalog.of_kind("announcement")):
        place = ("applies_to", "product_areas")
        names = entry.value.applies_to.product_areas
        yield from _missing("IC109", entry, names, place, kind)
    for entry in catalog.of_kind("maintenance"):
        yield from _missing("IC109", entry, entry.value.areas, ("areas",), kind)


def unknown_role(catalog: Catalog) -> Iterable[Finding]:
    """Find steps and tasks for a role that does not exist."""
    known = {role.name: role for role in catalog.roles}
    roles = f"Roles are {', '.join(known)}."
    for entry in catalog.of_kind("runbook"):
        for part in ("steps", "tasks"):
            for number, item in enumerate(getattr(entry.value, part)):
                if item.role is not None and item.role not in known:
                    yield Finding(
                        "IC110",
                        f"{item.title!r} is for the role {item.role!r}, which does not exist.",
                        entry.source,
                        (part, number, "role"),
                        Guess(item.role, known, roles),
                        Absent(("role",), item.role),
                    )


def matrix_shape(catalog: Catalog) -> Iterable[Finding]:
    """Find rows of the matrix that do not fit its conditions, and importances out of range."""
    matrix = catalog.scale.matrix
    if matrix is None:
        return
    where = matrix_source(catalog)
    for importance, row in matrix.importance.items():
        place = ("importance", importance)
        if not 1 <= importance <= 5:
            message = f"The matrix has a row for the importance {importance}."
            hint = "Importance goes from 1, the highest, to 5."
        elif len(row) != len(matrix.conditions):
            message = (
                f"The matrix has {len(row)} of {len(matrix.conditions)} severities "
                f"for the importance {importance}."
            )
            hint = f"Write one for each condition: {', '.join(matrix.conditions)}."
        else:
            continue
        yield Finding("IC113", message, where, place, hint)


def one_remote(catalog: Catalog) -> Iterable[Finding]:
    """Find restricted incidents that would go to the remote that everybody reads."""
    record = catalog.settings.record
    if record.remote is not None and record.remote == record.restricted_remote:
        yield Finding(
            "IC125",
            f"`restricted_remote` is {record.restricted_remote!r}, "
            "which is also the remote of the record.",
            settings_source(catalog),
            ("record", "restricted_remote"),
            "Name another remote, or leave it out: then they stay in the clone.",
        )


def _text(code: str, title: str, reason: str, fix: str) -> RuleText:
    return RuleText(code, "error", title, reason, fix)


_EXISTING = "Correct the name, or write what it names."

RULES = (
    Rule(
        _text(
            "IC106",
            "Unknown service",
            "A dependency or product area that names nothing hides what an outage takes down.",
            _EXISTING,
        ),
        unknown_service,
    ),
    Rule(
        _text(
            "IC107",
            "Escalation to an unknown team",
            "When the person on call does not answer, the next team must exist.",
            _EXISTING,
        ),
        unknown_team,
    ),
    Rule(
        _text(
            "IC108",
            "Unknown severity",
            "A runbook, an announcement, a rule for alerts, a matrix or a default for a severity "
            "outside the scale is never used.",
            _EXISTING,
        ),
        unknown_severity,
    ),
    Rule(
        _text(
            "IC109",
            "Unknown product area",
            "A runbook or announcement for an unknown product area is never used, and "
            "maintenance there is shown to nobody.",
            _EXISTING,
        ),
        unknown_area,
    ),
    Rule(
        _text(
            "IC110",
            "Unknown role",
            "A step or task for a role that nobody can hold is done by nobody.",
            "Use a standard role, or define the role in roles.yaml.",
        ),
        unknown_role,
    ),
    Rule(
        _text(
            "IC113",
            "A matrix row that does not fit",
            "Somebody who is unsure answers two questions; every pair of answers needs a severity.",
            "Give each importance from 1 to 5 one severity per condition.",
        ),
        matrix_shape,
    ),
    Rule(
        _text(
            "IC125",
            "One remote for restricted and other incidents",
            "Everybody who can read the shared record could also read restricted incidents.",
            "Name a remote that fewer people can read, or leave `restricted_remote` out.",
        ),
        one_remote,
    ),
)
