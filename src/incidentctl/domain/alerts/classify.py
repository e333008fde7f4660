"""What an alert means in this catalog, where no rule says so: what is affected, and how badly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.catalog.affected import resolve_affected
from incidentctl.domain.catalog.model import Catalog

#: Labels that name a service, whatever else there is.
SERVICE_LABELS = ("service", "service_name")
#: Labels that name what is hit, as common exporters and rules write them, the plainest first.
_NAMING = (
    *SERVICE_LABELS, "app", "application", "app_kubernetes_io_name", "component",
    "deployment", "workload", "job", "container", "product_area", "area", "entity",
)  # fmt: skip
#: Which step of the scale a sender's word means, from 1, the worst.
_WORDS = {
    "critical": 1, "page": 1, "emergency": 1, "fatal": 1, "disaster": 1, "urgent": 1,
    "error": 2, "high": 2, "major": 2,
    "warning": 3, "warn": 3, "medium": 3, "moderate": 3, "average": 3,
    "minor": 4, "low": 4,
    "info": 5, "information": 5, "notice": 5, "none": 5,
}  # fmt: skip
_STEP = re.compile(r"(?:sev|s|p|severity|priority)[ _-]?([1-9])\Z")


class Classified(NamedTuple):
    """What an alert hits, a service or product area by name; its severity; and why, for people."""

    affects: str | None
    severity: str | None
    reasons: tuple[str, ...]


def classify(catalog: Catalog, alert: Alert) -> Classified:
    """Return what an alert hits and how bad it is, as far as catalog and scale can tell."""
    affects, why = affected_by(catalog, alert.labels)
    severity, how_bad = _severity(catalog, alert)
    return Classified(affects, severity, (why, how_bad))


def affected_by(catalog: Catalog, labels: Mapping[str, str]) -> tuple[str | None, str]:
    """Return the service or product area that labels name, and why; None where they name none."""
    values = {value: label for label, value in labels.items() if value}
    for service in catalog.services.values():
        for system, known in service.identifiers.items():
            if known in values:
                where = f"label {values[known]}={known}"
                return service.name, f"{where} is the {system} identifier of {service.name}"
    for label in _NAMING:
        value = labels.get(label)
        if value:
            found = resolve_affected(catalog, [value])
            name = next(iter((*found.services, *found.product_areas)), None)
            if not found.unknown and name:
                return value, f"label {label}={value} names {name}"
    return None, "no label names a service, a product area or an identifier of the catalog"


def _severity(catalog: Catalog, alert: Alert) -> tuple[str | None, str]:
    word, scale = alert.severity, catalog.scale.severities
    if word is None:
        return None, "it has no severity"
    if (own := catalog.alerts.word(word)) is not None:
        return own, f"its severity {word!r} is {own} in alerts.yaml"
    folded = word.strip().casefold()
    for severity in scale:
        if severity.name.casefold() == folded:
            return severity.name, f"its severity is {severity.name}"
    stepped = _STEP.match(folded)
    step = int(stepped[1]) if stepped else _WORDS.get(folded)
    if step is None:
        return None, f"its severity {word!r} is unknown"
    name = scale[min(step, len(scale)) - 1].name
    return name, f"its severity {word!r} is level {step}, here {name}"
