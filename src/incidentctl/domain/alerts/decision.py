"""What to do with an alert, and the default where no rule decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, NamedTuple

from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.classify import classify
from incidentctl.domain.catalog.model import Catalog


class Decision(NamedTuple):
    """What is to become of an alert, and why."""

    rule: str | None
    """The name of the rule that says so; None where none fits."""
    mode: Literal["inbox", "declare", "ignore", "heartbeat"]
    affects: str | None = None
    severity: str | None = None
    after: timedelta = timedelta()
    """It is declared once it has fired for so long."""
    group: tuple[tuple[str, str], ...] = ()
    """What alerts of one incident have in common, names and values."""
    window: timedelta = timedelta(minutes=30)
    """A new group joins the open incident if that had an alert within so long."""
    restricted: bool = False
    resolve: bool = False
    """Whether the end of all its alerts resolves an incident that nobody commands."""
    every: timedelta | None = None
    """How often a heartbeat comes."""
    reasons: tuple[str, ...] = ()


def by_default(catalog: Catalog, alert: Alert) -> Decision:
    """Return what becomes of an alert without any rule: it waits in the inbox."""
    means = classify(catalog, alert)
    return Decision(
        None, "inbox", means.affects, means.severity, group=(("group", alert.group),),
        reasons=means.reasons,
    )  # fmt: skip
