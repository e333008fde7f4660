from collections import Counter
from datetime import date

import pytest
from tests.steps import steps

from incidentctl.app.lint.lint import lint
from incidentctl.files.catalog.loader import load


@pytest.fixture
def check(tmp_path):
    def call(team, settings="organisation: Acme\n"):
        (tmp_path / "teams").mkdir(exist_ok=True)
        (tmp_path / "incidentctl.yaml").write_text(settings)
        (tmp_path / "teams" / "edge.yaml").write_text(team)
        catalog, problems = load(tmp_path)
        return lint(tmp_path, catalog, problems=problems, today=date(2026, 11, 24))

    return call


def levels(report):
    return [(problem.code, problem.severity) for problem in report.problems]


def told(report):
    """The codes, without those of comments that are of no use."""
    return [code for code, _ in levels(report) if code not in ("IC231", "IC302")]


def test_the_settings_choose_the_level(check):
    report = check("name: edge\n", "lint: {IC201: error, IC203: info}\n")
    assert levels(report) == [("IC201", "error"), ("IC203", "info")]
    assert (report.errors, report.warnings) == (1, 0)
    assert check("name: edge\n", "lint: {IC201: off, IC203: off}\n").problems == ()


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("# incidentctl: ignore[IC201]", ["IC203"]),
        ("# incidentctl: ignore[IC201, IC203]", []),
        ("# incidentctl: ignore[IC999]", ["IC201", "IC203"]),
        ("# ignore[IC201]", ["IC201", "IC203"]),
    ],
)
def test_a_comment_silences_its_line(check, comment, left):
    assert told(check(f"name: edge {comment}\n")) == left
    elsewhere = check(f"name: edge\ntitle: Edge {comment}\n")
    assert told(elsewhere) == ["IC201", "IC203"]


def test_what_cannot_be_read_is_not_silenced(check):
    report = check("name: edge\nnmae: x # incidentctl: ignore[IC010]\n")
    assert ("IC010", "error") in levels(report)


def test_a_secret_is_never_repeated(check):
    secret = "ghp" + "_" + "a1" * 18
    report = check(f"name: edge\nmembers: [{{handle: bob}}]\ncontacts: {{chat: {secret}}}\n")
    assert levels(report) == [("IC116", "error")]
    assert secret not in repr(report)


def test_a_file_of_thousands_of_findings_is_told_in_proportion_and_in_part(tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("tier: single\n")
    (tmp_path / "services").mkdir()

    def found(count):
        (tmp_path / "services/s.yaml").write_text(
            "".join(f"- {{name: s{n}, owner: nobody{n}}}\n" for n in range(count))
        )
        catalog, problems = load(tmp_path)
        return lint(tmp_path, catalog, problems=problems, today=date(2026, 3, 29))

    found(3)
    small, large = (steps(lambda n=n: found(n)) for n in (300, 600))
    assert large < 2.3 * small
    codes = Counter(problem.code for problem in found(300).problems)
    assert (codes["IC101"], codes["IC015"]) == (100, 1)
    (more,) = [problem for problem in found(300).problems if problem.code == "IC015"]
    assert "200 more faults" in more.message
    assert more.severity == "error"


def test_what_a_line_silences_does_not_count_among_those_that_are_told(tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("tier: single\n")
    (tmp_path / "services").mkdir()
    silenced = "  # incidentctl: ignore[IC101]"
    lines = [f"- {{name: s{n}, owner: nobody}}{silenced if n < 150 else ''}" for n in range(160)]
    (tmp_path / "services/s.yaml").write_text("\n".join(lines) + "\n")
    catalog, problems = load(tmp_path)
    report = lint(tmp_path, catalog, problems=problems, today=date(2026, 3, 29))
    assert [p.code for p in report.problems].count("IC101") == 10
    assert "IC015" not in {p.code for p in report.problems}
