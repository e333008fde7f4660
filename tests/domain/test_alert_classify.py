"""What an alert hits and how bad it is, by the catalog and the scale alone."""

from __future__ import annotations

import pytest

from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.classify import classify
from incidentctl.domain.catalog.model import Catalog, Functionality, ProductArea, Service
from incidentctl.domain.catalog.severity import Scale, Severity

CATALOG = Catalog(
    services={
        "checkout": Service(name="checkout", owner="pay", identifiers={"pagerduty": "PF9KMXH"}),
        "api": Service(name="api", title="Public API", owner="core"),
    },
    product_areas={
        "shop": ProductArea(
            name="shop", owner="pay", services=("checkout",),
            functionalities=(Functionality(name="pay", words=("payment",)),),
        )
    },
)  # fmt: skip


def means(severity: str | None = None, catalog: Catalog = CATALOG, **labels: str) -> tuple:
    alert = Alert("test", "k", "k", "firing", "It broke", severity=severity, labels=labels)
    return classify(catalog, alert)[:2]


@pytest.mark.parametrize(
    ("labels", "affects"),
    [
        ({"service": "checkout"}, "checkout"),
        ({"service": "Checkout"}, "Checkout"),
        ({"app": "Public API"}, "Public API"),
        ({"job": "node", "service": "api"}, "api"),  # the plainest label first
        ({"pagerduty_service": "PF9KMXH", "service": "Shop front"}, "checkout"),
        ({"product_area": "shop"}, "shop"),
        ({"component": "payment"}, "payment"),
        ({"service": "unknown-thing", "instance": "checkout"}, None),
        ({"service": ""}, None),
        ({}, None),
    ],
)
def test_a_label_or_an_identifier_names_what_is_hit(labels: dict[str, str], affects: str) -> None:
    assert means(**labels)[0] == affects


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("critical", "SEV1"), ("page", "SEV1"), ("P1", "SEV1"), ("s1", "SEV1"), ("SEV-2", "SEV2"),
        ("sev3", "SEV3"), ("high", "SEV2"), ("warning", "SEV3"), ("low", "SEV4"), ("info", "SEV5"),
        ("p9", "SEV5"), ("blue", None), (None, None),
    ],
)  # fmt: skip
def test_a_senders_word_is_a_step_of_the_scale(word: str | None, severity: str | None) -> None:
    assert means(word)[1] == severity


def test_a_shorter_scale_ends_with_its_last_step() -> None:
    scale = Scale(severities=(Severity(name="big", critical=True), Severity(name="small")))
    short = Catalog(scale=scale)
    assert [means(word, short)[1] for word in ("BIG", "critical", "warning", "info")] == [
        "big", "big", "small", "small",
    ]  # fmt: skip


def test_the_reasons_say_which_label_and_which_word() -> None:
    alert = Alert("t", "k", "k", "firing", "x", severity="page", labels={"service": "checkout"})
    assert classify(CATALOG, alert).reasons == (
        "label service=checkout names checkout",
        "its severity 'page' is level 1, here SEV1",
    )
