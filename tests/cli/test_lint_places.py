"""Which files `catalog lint` checks, where it says they are, and what it says it did not check."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

TEAM = "name: core\nmembers: [{handle: alice}]\ncontacts: {channel: x}\n"
ROTA = "on_call: {rota: [alice], shift: 1w, starts: 2026-01-05T09:00}\n"
FAULT = "services/x.yaml: error IC101"


@pytest.fixture
def repository(tmp_path, git, monkeypatch):
    """A small catalog with a fault that is silenced on its line; committed."""
    root = tmp_path / "r"
    for name, text in {
        "incidentctl.yaml": "organisation: Acme\n",
        "teams/core.yaml": TEAM + ROTA,
        "services/x.yaml": "name: x\nowner: gone # incidentctl: ignore[IC101]\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(tmp_path, "init", "-q", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Our catalog")
    monkeypatch.chdir(root)
    return root


def test_a_bare_clone_says_of_a_commit_what_a_work_tree_says(command, repository, git, tmp_path):
    bare = tmp_path / "b.git"
    git(tmp_path, "clone", "-q", "--bare", str(repository), str(bare))
    here, there = command("catalog", "lint"), command("-C", str(bare), "catalog", "lint")
    assert (
        (here.code, here.out) == (there.code, there.out) == (0, "3 files checked, no problems.\n")
    )
    assert "the files of HEAD were checked, and none of those here" in " ".join(there.err.split())
    assert command("-C", str(bare), "catalog", "lint", "--json").json["root"] is None
    (repository / "services" / "x.yaml").write_text("name: x\nowner: gone\n")
    (repository / "retros").mkdir()
    (repository / "retros" / "one.md").write_text("---\nactions: [\n---\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Two faults")
    git(repository, "push", "-q", str(bare), "HEAD")
    here, there = command("catalog", "lint"), command("-C", str(bare), "catalog", "lint")
    assert (here.code, here.out) == (there.code, there.out)
    assert "services/x.yaml:2:8: error IC101" in there.out


def test_on_the_branch_of_the_record_nothing_is_green(command, repository, git):
    command("declare", "x", "--no-input")
    git(repository, "checkout", "-q", "incident-log")
    refused = command("catalog", "lint")
    assert (refused.code, refused.out) == (3, "")
    assert f"HEAD of {repository} has no incidentctl.yaml" in refused.err
    assert "no incidentctl.yaml" in command("doctor").out


def test_the_default_repository_is_named(command, repository, tmp_path, monkeypatch):
    assert command("use", str(repository)).code == 0
    monkeypatch.chdir(tmp_path)
    found = command("catalog", "lint")
    assert found.out == "3 files checked, no problems.\n"
    assert f"Checked: {repository}, your default repository" in found.err


@pytest.mark.parametrize("name", ["incidentctl.yml", "Incidentctl.yaml"])
def test_a_marker_of_nearly_its_name_is_told_and_no_other_repository_checked(
    command, repository, tmp_path, monkeypatch, name
):
    command("use", str(repository))
    other = tmp_path / "other"
    (other / "deeper").mkdir(parents=True)
    (other / name).write_text("organisation: B\n")
    monkeypatch.chdir(other / "deeper")
    for arguments in (["catalog", "lint"], ["list"], ["-C", str(other), "catalog", "lint"]):
        refused = command(*arguments)
        assert (refused.code, refused.out) == (3, ""), arguments
        assert f"{other / name} is not read" in refused.err
    assert command("declare", "x", "--no-input").code == 0


def test_paths_are_those_from_where_one_stands(command, tmp_path, repository, monkeypatch):
    (repository / "services" / "x.yaml").write_text("name: x\nowner: gone\n")
    end = "x.yaml:2:8: error IC101"
    for folder, arguments, begin in (
        (repository, [], "services/"),
        (repository / "services", [], ""),
        (repository / "teams", [], "../services/"),
        (tmp_path, ["-C", "r"], "r/services/"),
        (Path("/"), ["-C", str(repository)], f"{str(repository)[1:]}/services/"),
    ):
        monkeypatch.chdir(folder)
        assert f"\n{begin}{end}" in "\n" + command(*arguments, "catalog", "lint").out
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert f"{repository}/services/{end}" in command("-C", "../r", "catalog", "lint").out
    found = command("-C", "../r", "catalog", "lint", "--json").json
    assert (found["root"], found["problems"][0]["path"]) == (str(repository), "services/x.yaml")


def test_a_shallow_clone_is_not_green_where_a_whole_one_is_red(
    command, repository, git, tmp_path, monkeypatch
):
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2020-01-01T00:00:00Z")
    git(repository, "commit", "-q", "--amend", "-m", "Long ago")
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    git(repository, "commit", "-q", "--allow-empty", "-m", "Today")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "c")
    whole = command("catalog", "lint", "--strict")
    assert (whole.code, "IC212" in whole.out) == (1, True)
    for _ in range(2):  # the second time there might be a cache
        shallow = command("-C", str(tmp_path / "c"), "catalog", "lint", "--strict")
        assert shallow.code == 1
        assert "IC230 This clone is shallow: it has only the last commits. So IC212" in shallow.out
    with (tmp_path / "c" / "incidentctl.yaml").open("a") as settings:
        settings.write("lint: {IC212: off, IC213: off, IC214: off, IC223: off}\n")
    assert command("-C", str(tmp_path / "c"), "catalog", "lint", "--strict").code == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a folder away needs root")
def test_where_git_refuses_lint_says_what_it_could_not_check(command, repository):
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("")
    subprocess.run(["chown", "-R", "65534", str(repository)], check=True)
    found = command("catalog", "lint", "--strict")
    assert found.code == 1
    assert "IC230 Git could not look at the repository: fatal: detected dubious" in found.out


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("severity.yaml", "severities.yaml"),
        ("Severities.yaml", "severities.yaml"),
        ("severties.yml", "severities.yaml"),
        ("role.yaml", "roles.yaml"),
        ("incidentctl.yml", "incidentctl.yaml"),
        ("services/deep/x.YAML", "services/deep/x.yaml"),
        ("teams/x.Yml", "teams/x.yaml"),
        ("service/x.yaml", "services"),
    ],
)
def test_what_is_not_read_because_of_its_name_is_told(command, repository, name, meant):
    assert command("catalog", "lint", "--strict").code == 0
    file = repository / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("name: y\n")
    found = command("catalog", "lint", "--strict")
    assert (found.code, found.out.count("IC215")) == (1, 1)
    assert f"Did you mean {meant!r}?" in found.out


@pytest.mark.parametrize(
    "name", ["compose.yaml", "values.yml", "role.md", "charts/x.yaml", "r.yaml"]
)
def test_names_of_other_things_are_not_told(command, repository, name):
    file = repository / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("name: y\n")
    assert command("catalog", "lint", "--strict").code == 0


def test_files_of_others_are_excluded_and_counted(command, repository):
    for name in ("web/Chart.yaml", "web/templates/d.yaml", "compose.yml", "y.yaml"):
        file = repository / "services" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{{ .Values }}: [\n" if name != "y.yaml" else "name: y\nowner: core\n")
    assert command("catalog", "lint").code == 1
    settings = repository / "incidentctl.yaml"
    settings.write_text("organisation: Acme\nexclude: [services/web/, '*/compose.yml']\n")
    assert command("catalog", "lint").out == "4 files checked, 3 excluded, no problems.\n"
    assert command("catalog", "lint").out == "4 files checked, 3 excluded, no problems.\n"
    assert command("catalog", "lint", "--json").json["excluded"] == 3
    settings.write_text("organisation: Acme\nexclude: [services]\n")
    assert command("catalog", "list", "--json").json["services"] == []


def test_the_settings_and_private_halves_are_never_excluded(command, repository, git):
    (repository / "incidentctl.yaml").write_text("organisation: Acme\nexclude: ['*']\n")
    (repository / "drills").mkdir()
    (repository / "drills" / "q1.private.yaml").write_text("what: x\n")
    git(repository, "add", "-f", "-A")
    found = command("catalog", "lint")
    assert found.code == 1
    assert "IC122" in found.out
    assert "2 files checked, 2 excluded" in found.out


def test_comments_of_no_use_are_told(command, repository):
    assert command("catalog", "lint", "--strict").out == "3 files checked, no problems.\n"
    (repository / "services" / "x.yaml").write_text(
        "name: x # incidentctl: ignore[IC001] # incidentctl: ignore[ic998]\n"
        "owner: core # incidentctl: ignore[IC101, IC212] # incidentctl: ignor[IC101]\n"
    )
    found = command("catalog", "lint", "--json").json["problems"]
    assert [(each["code"], each["line"], each["column"]) for each in found] == [
        ("IC231", 1, 9),
        ("IC231", 1, 38),
        ("IC302", 2, 13),
        ("IC231", 2, 49),
    ]
    assert command("catalog", "lint", "--strict").code == 1
    faulty = repository / "services" / "y.yaml"
    faulty.write_text("name: y # incidentctl: ignore[IC101]\nowner: [\n")
    assert command("catalog", "lint").out.count("y.yaml") == 1
    faulty.unlink()
    with (repository / "incidentctl.yaml").open("a") as settings:
        settings.write("lint: {IC231: off, IC302: error}\n")
    assert command("catalog", "lint").out.count("IC302") == 1
    assert command("catalog", "lint").code == 1
