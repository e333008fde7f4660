"""Which files hold drills, and what each may hold."""

import pytest

from incidentctl.domain.drill.plan import PlannedDrill, PrivateHalf, PublicHalf, drill_of
from incidentctl.files.catalog.loader import load
from incidentctl.files.layout import kind_of, yaml_files
from incidentctl.render.catalog.yaml_examples import EXAMPLES

PUBLIC, PLANNED = EXAMPLES["drill"].split("---\n")
PRIVATE = EXAMPLES["private_half"]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("timezone: Europe/Berlin\n")
    (tmp_path / "drills" / "2026").mkdir(parents=True)
    return tmp_path


def write(root, path, text):
    (root / "drills" / path).write_text(text)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("drills/a.yaml", "drill"),
        ("drills/2026/a.yml", "drill"),
        ("drills/a.private.yaml", "private_half"),
        ("drills/2026/a.private.yml", "private_half"),
        ("drills/a.private.yaml.age", None),
        ("drills/.a.yaml", None),
        ("services/a.private.yaml", "service"),
    ],
)
def test_the_name_says_which_half_it_is(path, kind):
    assert kind_of(path) == kind


def test_a_file_for_each_half(root):
    write(root, "all.yaml", EXAMPLES["drill"])
    write(root, "2026/q1-unplanned.private.yaml", PRIVATE)
    write(root, "q1-unplanned.private.yaml.age", "sealed")
    catalog, problems = load(root)
    assert problems == []
    assert isinstance(catalog.drills["q1-unplanned"], PublicHalf)
    assert isinstance(catalog.drills["q2-login"], PlannedDrill)
    assert isinstance(catalog.private_halves["q1-unplanned"], PrivateHalf)
    assert drill_of(catalog, "q1-unplanned").plan.saboteur == "carol"
    assert drill_of(catalog, "q2-login").zone == "Europe/Berlin"
    assert drill_of(catalog, "q3") is None
    assert len(yaml_files(root)) == 3


def test_a_secret_in_the_public_half_is_an_error_and_is_not_read(root):
    write(root, "a.yaml", PUBLIC + "what: User login\nsaboteur: carol\n")
    catalog, problems = load(root)
    assert [(p.code, p.line) for p in problems] == [("IC010", 8), ("IC010", 9)]
    assert all("belongs into `<name>.private.yaml`" in (p.hint or "") for p in problems)
    assert drill_of(catalog, "q1-unplanned").plan is None


def test_a_mode_that_is_not_understood_leaves_the_drill_out(root):
    write(root, "a.yaml", PLANNED + "mode: unplaned\n")
    catalog, problems = load(root)
    assert [p.code for p in problems] == ["IC013"]
    assert "Did you mean 'unplanned'?" in (problems[0].hint or "")
    assert not catalog.drills


def test_a_planned_drill_has_no_commander_to_be(root):
    write(root, "a.yaml", PLANNED + "commander: bob\n")
    catalog, problems = load(root)
    assert [p.code for p in problems] == ["IC010"]
    assert "two files" in (problems[0].hint or "")
    assert "q2-login" in catalog.drills


def test_a_zone_that_does_not_exist(root):
    write(root, "a.yaml", PUBLIC.replace("America/New_York", "Mars/Olympus"))
    catalog, problems = load(root)
    (problem,) = problems
    assert (problem.code, problem.path, problem.line) == ("IC014", "drills/a.yaml", 4)
    assert problem.message == (
        "`timezone`: 'Mars/Olympus' is not a time zone: use an IANA name such as Europe/Berlin."
    )
    assert catalog.drills["q1-unplanned"].timezone is None


def test_half_a_plan_is_none(root):
    write(root, "a.yaml", PLANNED.replace("saboteur: carol\n", ""))
    write(root, "b.private.yaml", PRIVATE.replace("at: 2026-03-29T10:30\n", "at: soon\n"))
    catalog, problems = load(root)
    assert [(p.code, p.path) for p in problems] == [
        ("IC011", "drills/a.yaml"),
        ("IC014", "drills/b.private.yaml"),
    ]
    assert not catalog.drills
    assert not catalog.private_halves


@pytest.mark.parametrize("text", [f"---\n{PRIVATE}---\n{PRIVATE}", "- a\n"])
def test_a_private_half_is_one_mapping(root, text):
    write(root, "b.private.yaml", text)
    assert [p.code for p in load(root)[1]] == ["IC012"]
