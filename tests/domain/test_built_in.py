"""The built-in runbooks against the tables of the field, typed out here on their own."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from incidentctl.domain.catalog.model import Catalog, ProductArea
from incidentctl.domain.catalog.roles import STANDARD
from incidentctl.domain.catalog.runbook import AppliesTo
from incidentctl.domain.catalog.severity import Scale, Severity
from incidentctl.domain.common.role_names import COMMANDER, SINGLE
from incidentctl.domain.process import built_in
from incidentctl.domain.process.resolution import TIERS, Case, resolve

#: A span in words, which the settings of a team may contradict.
SPAN = re.compile(r"\b(\d+|one|two|five|ten|fifteen|thirty|sixty) (minute|hour)")

PLAIN = ["page-on-call", "open-channel", "create-ticket", "notify-internal", "assign-roles"]
CRITICAL = [
    "page-on-call",
    "open-channel",
    "status-page",
    "create-ticket",
    "notify-internal",
    "assign-roles",
    "assign-tasks",
    ("updates", 30),
]
SEV1 = [
    "open-channel",
    "create-ticket",
    "page-on-call",
    "notify-incidents-channel",
    "public-notification",
    "assign-team",
    "assign-tasks",
    ("updates", 15),
    "notify-executives",
]
SEV2 = [
    "open-channel",
    "create-ticket",
    "page-on-call",
    "notify-incidents-channel",
    "public-notification",
    "assign-team",
    "assign-tasks",
    ("updates", 15),
]
SEV3 = [
    "open-channel",
    "create-ticket",
    "page-on-call",
    "notify-incidents-channel",
    "assign-team",
]
SMALL = ["open-channel", "create-ticket", "assign-individual"]
BY_SEVERITY = {"SEV1": SEV1, "SEV2": SEV2, "SEV3": SEV3, "SEV4": SMALL, "SEV5": SMALL}
TABLE = {
    "single": dict.fromkeys(BY_SEVERITY, PLAIN),
    "critical-split": {
        "SEV1": CRITICAL,
        "SEV2": CRITICAL,
        "SEV3": PLAIN,
        "SEV4": PLAIN,
        "SEV5": PLAIN,
    },
    "per-severity": BY_SEVERITY,
    "per-severity-and-area": BY_SEVERITY,
}
AREAS = ("login", "checkout")


def catalog_of(tier):
    written = built_in.runbooks(tier, areas=AREAS)
    return Catalog(
        runbooks={runbook.name: runbook for runbook in written},
        product_areas={name: ProductArea(name=name, owner="core") for name in AREAS},
    )


@pytest.mark.parametrize("area", [None, "login", "checkout"])
@pytest.mark.parametrize(
    ("tier", "severity"), [(tier, severity) for tier in TABLE for severity in BY_SEVERITY]
)
def test_steps_order_and_intervals(tier, severity, area):
    case = Case(severity, (area,) if area else ())
    answer = resolve(catalog_of(tier), case, tier=tier).answers[0]
    assert answer.own
    assert not answer.rivals
    minutes = timedelta(minutes=1)
    steps = [
        (step.id, step.every // minutes) if step.every else step.id for step in answer.runbook.steps
    ]
    assert steps == TABLE[tier][severity]


@pytest.mark.parametrize(
    ("tier", "names"),
    [
        ("single", ["incident"]),
        ("critical-split", ["critical", "non-critical"]),
        ("per-severity", ["sev1", "sev2", "sev3", "sev4", "sev5"]),
        (
            "per-severity-and-area",
            [f"{area}sev{n}" for area in ("", "login-", "checkout-") for n in range(1, 6)],
        ),
    ],
)
def test_names(tier, names):
    assert [runbook.name for runbook in built_in.runbooks(tier, areas=AREAS)] == names


def test_an_areas_runbook_applies_to_the_severity_in_the_area_only():
    login = next(
        r for r in built_in.runbooks("per-severity-and-area", areas=AREAS) if r.name == "login-sev2"
    )
    assert login.applies_to == AppliesTo(severities=("SEV2",), product_areas=("login",))


def test_every_step_says_why_and_has_a_role_that_exists():
    roles = {role.name for role in STANDARD}
    for tier in TIERS:
        for runbook in built_in.runbooks(tier.name, areas=AREAS):
            assert all(step.purpose and step.role in roles for step in runbook.steps)
            assert all(task.role in roles for task in runbook.tasks)


def test_known_tasks_stand_where_a_step_assigns_them():
    for tier in TIERS:
        for runbook in built_in.runbooks(tier.name, areas=AREAS):
            asks = any(step.id == "assign-tasks" for step in runbook.steps)
            assert bool(runbook.tasks) == asks


def test_another_scale_is_read_by_the_place_of_its_severities():
    scale = Scale(
        severities=(
            Severity(name="P1", critical=True),
            Severity(name="P2"),
            Severity(name="P3"),
        )
    )
    found = {
        runbook.name: [step.id for step in runbook.steps]
        for runbook in built_in.runbooks("per-severity", scale=scale)
    }
    assert found["p1"][-1] == "notify-executives"
    assert found["p2"] == SEV3
    assert found["p3"] == SMALL


def test_the_longest_area_gives_a_name_that_may_be_one():
    found = built_in.runbooks("per-severity-and-area", areas=["a" * 63])
    assert max(len(runbook.name) for runbook in found) == 63


def test_the_fold_knows_which_standard_roles_have_one_holder():
    single = {role.name for role in STANDARD if not role.many}
    assert single == {COMMANDER, *SINGLE}


def test_no_text_of_a_step_names_a_span_that_settings_may_contradict():
    for tier in TIERS:
        for runbook in built_in.runbooks(tier.name):
            for step in runbook.steps:
                assert not SPAN.search(f"{step.title} {step.purpose}"), step.id
