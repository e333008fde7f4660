"""Read a payload of alerts, and say what each one means in the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from incidentctl.app.receiver import hooks
from incidentctl.app.receiver.hooks import Hook
from incidentctl.connect.alerts import registry
from incidentctl.connect.alerts.payload import MAX_BODY, decode
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.decision import Decision
from incidentctl.domain.alerts.declaration import heading
from incidentctl.domain.alerts.rules import decide
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.common.lookup import nearest
from incidentctl.domain.common.text import clean
from incidentctl.domain.common.times import iso
from incidentctl.errors import InvalidDataError, NotFoundError, UsageError


class Explained(NamedTuple):
    """An alert, and what it means in the catalog."""

    alert: Alert
    means: Decision


def read_payload(where: str, stdin: BinaryIO) -> bytes:
    """Return the bytes of a file, or of stdin for `-`; NotFoundError if it cannot be read.

    Of a file that is too large only a part is read, which `parse` refuses.
    """
    if where == "-":
        return stdin.read(MAX_BODY + 1)
    try:
        with Path(where).open("rb") as stream:
            return stream.read(MAX_BODY + 1)
    except OSError as error:
        raise NotFoundError(f"{where} cannot be read: {error.strerror}.") from None


def hook_of(catalog: Catalog, source: str) -> Hook:
    """Return a source of alerts.yaml, or of a format's name; UsageError if there is none."""
    hook = hooks.find(catalog, source, {})
    if hook is None:
        known = (*catalog.alerts.sources, *registry.FORMATS)
        raise UsageError(
            f"There is no source {clean(source)!r} in alerts.yaml.",
            hint=nearest(source, known, otherwise="Add it below `sources` in alerts.yaml."),
        )
    return hook


def parse(data: bytes, form: str | None = None, hook: Hook | None = None) -> list[Alert]:
    """Return the alerts of a payload, with a hook as if that had taken it.

    InvalidDataError if it has no known format; UsageError if the named format is none.
    """
    if hook is not None:
        if form is not None:
            raise UsageError("Name the source or the format, not both: a source has its format.")
        return hooks.read(hook, {}, data)
    if form is not None and form not in registry.FORMATS:
        known = ", ".join(sorted(registry.FORMATS))
        raise UsageError(
            f"There is no format {clean(form)!r}.",
            hint=f"One of: {known}. A source of alerts.yaml is named with `--source`.",
        )
    return registry.read(decode(data), form)


def firing(data: bytes, hook: Hook | None = None) -> list[Alert]:
    """Return the alerts of a payload of which at least one fires, as `parse`.

    InvalidDataError if none does.
    """
    alerts = parse(data, hook=hook)
    if heading(alerts) is None:
        raise InvalidDataError(
            "No alert in the payload is firing.", hint="See `incidentctl alert parse`."
        )
    return alerts


def explain(catalog: Catalog, alerts: Sequence[Alert]) -> list[Explained]:
    """Return each alert with what the rules make of it: what it hits, how bad it is, and why."""
    return [Explained(alert, decide(catalog, alert)) for alert in alerts]


def decision_as_json(means: Decision) -> dict[str, Any]:
    """Return what the rules make of an alert as plain values; spans in seconds."""
    return means._asdict() | {
        "after": int(means.after.total_seconds()),
        "window": int(means.window.total_seconds()),
        "every": int(means.every.total_seconds()) if means.every else None,
        "group": dict(means.group),
        "reasons": list(means.reasons),
    }


def as_json(alert: Alert) -> dict[str, Any]:
    """Return an alert as plain values."""
    return alert._asdict() | {
        "labels": dict(alert.labels),
        "links": dict(alert.links),
        "started": iso(alert.started) if alert.started else None,
        "ended": iso(alert.ended) if alert.ended else None,
    }
