"""The process use cases: advice, what answers, as it was, and the built-in runbooks of a tier."""

from __future__ import annotations

import pytest

from incidentctl.app.process.process import advise, scaffold, show
from incidentctl.app.workspace.last_commit import catalog_at
from incidentctl.domain.process.resolution import TIERS, missing
from incidentctl.errors import InvalidDataError
from incidentctl.files.catalog.loader import load


@pytest.fixture
def root(tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("organisation: Acme\n")
    (tmp_path / "product_areas").mkdir()
    (tmp_path / "product_areas/login.yaml").write_text("name: login\nowner: core\n")
    return tmp_path


def catalog_of(root):
    catalog, problems = load(root)
    assert problems == []
    return catalog


@pytest.mark.parametrize(
    ("tier", "count"),
    [("single", 1), ("critical-split", 2), ("per-severity", 5), ("per-severity-and-area", 10)],
)
def test_writes_a_tier_whole_and_once(root, tier, count):
    done = scaffold(root, catalog_of(root), tier=tier)
    assert len(done.written) == count + 1  # and severities.yaml
    catalog = catalog_of(root)
    assert len(catalog.runbooks) == count
    assert missing(catalog, tier) == []
    again = scaffold(root, catalog, tier=tier)
    assert again.written == ()
    assert set(again.kept) == set(done.written)


def test_the_tiers_grow_into_one_another_without_ambiguity(root):
    for tier in TIERS:
        scaffold(root, catalog_of(root), tier=tier.name)
        catalog = catalog_of(root)
        assert missing(catalog, tier.name) == []
        assert not any(row.answer.rivals for row in show(catalog))


def test_a_runbook_of_an_area_is_shown_whatever_the_tier(root):
    scaffold(root, catalog_of(root), tier="critical-split")
    assert {row.answer.product_area for row in show(catalog_of(root))} == {None}
    (root / "runbooks/silence.yaml").write_text(
        "name: silence\napplies_to: {product_areas: [login], severities: [SEV1]}\n"
        "steps: [{id: a, title: Act}]\n"
    )
    found = [row for row in show(catalog_of(root)) if row.answer.product_area]
    assert [(row.severity, row.answer.runbook.name) for row in found] == [("SEV1", "silence")]


def test_the_tier_in_force_is_the_default(root):
    (root / "incidentctl.yaml").write_text("tier: critical-split\n")
    assert scaffold(root, catalog_of(root)).tier == "critical-split"


def test_keeps_what_the_team_wrote_wherever_it_stands(root):
    (root / "runbooks").mkdir()
    text = "[{name: Critical, applies_to: {critical: true}, steps: [{id: a, title: Act}]}]\n"
    (root / "runbooks/all.yaml").write_text(text)
    done = scaffold(root, catalog_of(root), tier="critical-split")
    assert done.kept == ("runbooks/all.yaml",)
    assert "runbooks/non-critical.yaml" in done.written
    assert (root / "runbooks/all.yaml").read_text() == text


def test_writes_nothing_beside_an_equal_of_another_name(root):
    (root / "runbooks").mkdir()
    text = "{name: outage, applies_to: {severities: [SEV1]}, steps: [{id: a, title: Act}]}\n"
    (root / "runbooks/outage.yaml").write_text(text)
    done = scaffold(root, catalog_of(root), tier="per-severity")
    assert done.answered == (("sev1", "outage"),)
    assert not (root / "runbooks/sev1.yaml").exists()
    assert not any(row.answer.rivals for row in show(catalog_of(root)))


def test_does_not_write_what_could_never_apply(root):
    scaffold(root, catalog_of(root), tier="per-severity")
    done = scaffold(root, catalog_of(root), tier="critical-split")
    assert done.overruled == ("critical", "non-critical")
    assert done.written == ()
    done = scaffold(root, catalog_of(root), tier="single")
    assert (done.overruled, done.written) == (("incident",), ())


def test_tells_which_of_the_teams_runbooks_can_never_apply_any_more(root):
    scaffold(root, catalog_of(root), tier="single")
    done = scaffold(root, catalog_of(root), tier="critical-split")
    assert done.superseded == ("incident",)
    assert scaffold(root, catalog_of(root), tier="critical-split").superseded == ()


def test_an_own_scale_gets_runbooks_of_its_own_names(root):
    (root / "severities.yaml").write_text(
        "severities: [{name: P1, critical: true}, {name: P2}, {name: P3}]\n"
    )
    done = scaffold(root, catalog_of(root), tier="per-severity")
    assert done.written == ("runbooks/p1.yaml", "runbooks/p2.yaml", "runbooks/p3.yaml")
    assert done.kept == ("severities.yaml",)


def test_advice_tells_configured_from_recommended(root):
    advice = advise(catalog_of(root))
    assert advice.configured_tier is None
    assert advice.note == "The team has no runbooks: the built-in ones of single are used."
    (root / "incidentctl.yaml").write_text("tier: per-severity\nexpected_services: 7\n")
    advice = advise(catalog_of(root))
    assert (advice.recommendation.tier, advice.configured_tier) == (
        "critical-split",
        "per-severity",
    )
    assert "more process" in advice.note
    (root / "incidentctl.yaml").write_text("tier: single\nexpected_services: 7\n")
    assert "less process" in advise(catalog_of(root)).note
    (root / "incidentctl.yaml").write_text("expected_services: 4\n")
    scaffold(root, catalog_of(root), tier="per-severity")
    note = advise(catalog_of(root)).note
    assert note.startswith("The runbooks are those of per-severity. This is more process")


def test_show_tells_areas_at_the_highest_tier_only(root):
    scaffold(root, catalog_of(root), tier="per-severity")
    assert {row.answer.product_area for row in show(catalog_of(root))} == {None}
    (root / "incidentctl.yaml").write_text("tier: per-severity-and-area\n")
    rows = show(catalog_of(root))
    assert len(rows) == 10
    assert [row.answer.own for row in rows] == [True] * 5 + [False] * 5


def test_the_catalog_as_it_was(root, git):
    git(root, "init", "-q")
    git(root, "commit", "-q", "--allow-empty", "-m", "empty")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    scaffold(root, catalog_of(root), tier="single")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "two")
    catalog, problems, commit = catalog_at(root, "HEAD~1")
    assert (catalog.runbooks, problems) == ({}, [])
    assert commit == git(root, "rev-parse", "HEAD~1").strip()
    assert list(catalog_at(root, "HEAD")[0].runbooks) == ["incident"]
    with pytest.raises(InvalidDataError, match="There was no"):
        catalog_at(root, "HEAD~2")
