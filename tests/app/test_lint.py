from datetime import date

import pytest

from incidentctl.app.lint import lint
from incidentctl.files.loader import load


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
    assert [code for code, _ in levels(check(f"name: edge {comment}\n"))] == left
    elsewhere = check(f"name: edge\ntitle: Edge {comment}\n")
    assert [code for code, _ in levels(elsewhere)] == ["IC201", "IC203"]


def test_what_cannot_be_read_is_not_silenced(check):
    report = check("name: edge\nnmae: x # incidentctl: ignore[IC010]\n")
    assert ("IC010", "error") in levels(report)


def test_a_secret_is_never_repeated(check):
    secret = "ghp" + "_" + "a1" * 18
    report = check(f"name: edge\nmembers: [{{handle: bob}}]\ncontacts: {{chat: {secret}}}\n")
    assert levels(report) == [("IC116", "error")]
    assert secret not in repr(report)
