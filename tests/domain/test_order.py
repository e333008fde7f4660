"""What hurts most comes first: of incidents, and of what is due in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incidentctl.domain.incident.due import Due, by_urgency
from incidentctl.domain.incident.order import worst_first
from incidentctl.domain.incident.state import Incident

T = datetime(2026, 11, 24, 13, 1, tzinfo=UTC)


def incident(number, severity, *, critical=True, minute=0):
    return Incident(
        f"inc-20261124-1301-k7{number}", "incident", "Login", severity=severity,
        critical=critical, declared=T + timedelta(minutes=minute),
    )  # fmt: skip


def order(scale, *found):
    return "".join(each.id[-1] for each in worst_first(found, scale))


def test_critical_ones_come_first_then_the_scale_then_the_oldest():
    assert order(
        ["RED", "AMBER", "YELLOW"],
        incident(1, "YELLOW", critical=False),
        incident(2, "AMBER"),
        incident(3, "RED", minute=5),
        incident(4, "RED", minute=1),
        incident(5, None, critical=False),
        incident(6, "SEV1"),  # of an earlier scale
    ) == "432615"  # fmt: skip
    assert order([], incident(1, "SEV2"), incident(2, "SEV1")) == "21"


def test_of_a_severity_the_newest_may_come_first():
    found = [incident(1, "SEV2"), incident(2, "SEV1", minute=1), incident(3, "SEV1", minute=2)]
    assert "".join(each.id[-1] for each in worst_first(found, [], newest=True)) == "321"


def due(what, minutes):
    return Due(what, T - timedelta(minutes=minutes), max(0.0, minutes * 60), what)


def test_what_is_late_in_the_worst_incident_is_the_most_urgent():
    red = [due("roles", 9), due("update", 4), due("handover", -20)]
    amber = [due("update", 30), due("roles", -1), due("step", -2)]
    found = by_urgency([("red", red), ("amber", amber)])
    assert [(ident, each.what) for ident, each in found] == [
        ("red", "update"), ("red", "roles"), ("amber", "update"),
        ("red", "handover"), ("amber", "roles"), ("amber", "step"),
    ]  # fmt: skip
