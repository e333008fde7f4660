"""Growth and excess are told, with and without `tier` in the settings."""

import pytest

from incidentctl.domain.catalog.model import Catalog, Service
from incidentctl.domain.catalog.runbook import AppliesTo, Runbook
from incidentctl.domain.catalog.settings import Settings
from incidentctl.domain.lint.rules import tiers
from incidentctl.domain.process import built_in


def told(count, tier, *runbooks):
    catalog = Catalog(
        settings=Settings(tier=tier),
        services={f"s{n}": Service(name=f"s{n}", owner="core") for n in range(count)},
        runbooks={runbook.name: runbook for runbook in runbooks},
    )
    rules = (tiers.more_process, tiers.less_process)
    return [(each.code, each.message) for rule in rules for each in rule(catalog)]


def test_six_services_outgrow_the_single_runbook():
    ((code, message),) = told(6, None, built_in.SINGLE)
    assert code == "IC301"
    assert message == (
        "The runbooks are those of single, and critical-split is recommended for 6 services in "
        "production or expected: that is less process than recommended."
    )


def test_five_runbooks_are_too_many_for_four_services():
    ((code, message),) = told(4, None, *built_in.runbooks("per-severity"))
    assert code == "IC209"
    assert (
        "The runbooks are those of per-severity, and single is recommended for 4 services"
        in message
    )


@pytest.mark.parametrize("tier", [None, "single"])
def test_the_single_runbook_is_right_for_five_services(tier):
    assert told(5, tier, built_in.SINGLE) == []


@pytest.mark.parametrize("count", [0, 4, 6, 31, 101])
def test_without_runbooks_the_built_in_ones_fit(count):
    assert told(count, None) == []


def test_a_configured_tier_rules():
    ((code, message),) = told(6, "single", built_in.SINGLE)
    assert (code, message[:19]) == ("IC301", "The tier is single,")
    assert told(6, "critical-split", built_in.SINGLE) == []


def test_one_runbook_for_all_severities_by_name_is_one_process():
    every = AppliesTo(severities=tuple(f"SEV{number}" for number in range(1, 6)))
    assert told(4, None, Runbook(name="all", applies_to=every, steps=built_in.SINGLE.steps)) == []
