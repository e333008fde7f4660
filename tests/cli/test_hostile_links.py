"""A repository brings links along: nothing waits for what they lead to, and nothing goes there."""

from __future__ import annotations

import os
import signal
import stat

import pytest

from incidentctl.git import safe_read
from incidentctl.git.atomic import create, replace

FILES = [
    "incidents/.gitignore", ".gitignore", "retros/x.md", "templates/retrospective.md.j2",
    ".gitlab-ci.yml", ".github/workflows/x.yml", ".pre-commit-config.yaml", "drills/q.private.yaml",
    "drills/q.private.yaml.age", "teams/x.yaml", "severities.yaml", "incidentctl.yaml",
]  # fmt: skip
FOLDERS = ["retros", "templates", "incidents", ".github/workflows", "services"]
COMMANDS = [
    ["catalog", "lint"], ["list"], ["declare", "down", "--no-input"], ["log", "hello"], ["show"],
    ["report"], ["doctor"], ["drill", "list"], ["drill", "check"], ["actions"],
    ["init", ".", "--no-input"], ["drill", "unseal", "q"], ["drill", "seal", "q"],
    ["process", "show"], ["schema", "--write", "out"], ["resolve"], ["retro"], ["close"],
]  # fmt: skip
DRILL = """
name: q
mode: unplanned
window: {from: 2099-06-29T09:00, to: 2099-06-29T15:00}
why: To practise
"""


@pytest.fixture(autouse=True)
def _ends():
    def stop(*_):
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(100)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def put(path, target):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


@pytest.fixture
def outside(tmp_path):
    """A file of the user's that no command may touch."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "precious").write_text("mine")
    return folder


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("target", ["/dev/zero", "precious"])
def test_a_link_out_of_the_repository_is_neither_read_nor_written(
    run, team, outside, path, target, monkeypatch
):
    monkeypatch.setenv("INCIDENTCTL_REPO", str(team))
    (team / "drills").mkdir(exist_ok=True)
    (team / "drills/q.yaml").write_text(DRILL)
    put(team / path, target if target[0] == "/" else outside / target)
    for words in COMMANDS:
        done = run(*words)
        assert done.code in range(7), (words, done.err)
        assert "mine" not in done.out + done.err
    assert (outside / "precious").read_text() == "mine"
    assert [each.name for each in outside.iterdir()] == ["precious"]
    assert (team / path).is_symlink()


LATER = ["alerts.yaml", "announce.yaml", "maintenance/x.yaml", "templates/page.html.j2"]


@pytest.mark.parametrize("path", LATER)
@pytest.mark.parametrize("target", ["/dev/zero", "precious"])
def test_a_link_in_place_of_what_came_later_is_not_read(run, team, outside, path, target):
    put(team / path, target if target[0] == "/" else outside / target)
    for words in (
        ["alert", "inbox"], ["announce", "list"], ["trust", "--show"], ["report", "--uptime"],
        ["page", "build", "--out", "site"], ["catalog", "list", "maintenance"], ["declare", "x"],
    ):  # fmt: skip
        done = run(*words)
        assert done.code in range(7), (words, done.err)
        assert "mine" not in done.out + done.err
    assert (outside / "precious").read_text() == "mine"
    assert (team / path).is_symlink()


@pytest.mark.parametrize("path", FOLDERS)
def test_a_folder_that_is_a_link_out_is_neither_read_nor_written(run, team, outside, path):
    (outside / "x.md").write_text("---\nincident: mine\n---\n")
    if (team / path).is_dir():
        (team / path).rename(team / "moved")
    put(team / path, outside)
    for words in COMMANDS:
        done = run(*words)
        assert done.code in range(7), (words, done.err)
    assert sorted(each.name for each in outside.iterdir()) == ["precious", "x.md"]


def test_the_folder_of_the_retrospectives_is_told_to_be_a_link(run, team, outside):
    put(team / "retros", outside)
    lint = run("catalog", "lint")
    assert "retros is a link that leaves the repository" in lint.out
    assert lint.code == 1


def test_links_inside_of_the_repository_serve(run, team):
    (team / "elsewhere").mkdir()
    (team / "elsewhere/new.yaml").write_text("name: new\nowner: orders\n")
    put(team / "services/new.yaml", "../elsewhere/new.yaml")
    (team / "elsewhere/r.md").write_text(
        "---\nactions: [{id: a-1, title: t, owner: orders, due: 2026-01-01}]\n---\n"
    )
    put(team / "retros", "elsewhere")
    assert run("catalog", "who", "new", "--json").json["matches"][0]["owner"] == "orders"
    assert "a-1" in run("actions").out


def test_the_view_writes_no_ignore_file_through_a_link(run, team, opened, outside):
    (log,) = (team / "incidents").rglob("log.md")
    (team / "incidents/.gitignore").unlink()
    put(log.parent / ".gitignore", outside / "precious")
    assert run("log", "y").code == 0
    assert (outside / "precious").read_text() == "mine"


def test_schemas_are_not_written_through_links(run, team, outside):
    put(team / "out/service.json", outside / "precious")
    assert run("schema", "--write", "out").code == 0
    assert (outside / "precious").read_text() == "mine"
    assert not (team / "out/service.json").is_symlink()
    put(team / "away", outside)
    refused = run("schema", "--write", "away")
    assert (refused.code, len(list(outside.iterdir()))) == (5, 1)


def test_a_report_is_not_written_through_a_link(run, team, outside):
    put(team / "away", outside)
    assert run("report", "--html", "away/x.html").code == 5
    put(team / "page.html", outside / "precious")
    assert run("report", "--html", "page.html").code == 5
    put(team / "gone.html", outside / "nothing")
    assert run("report", "--html", "gone.html").code == 5
    assert [each.name for each in outside.iterdir()] == ["precious"]


@pytest.mark.parametrize("target", ["/dev/zero", "precious", "nothing"])
def test_a_ci_file_that_cannot_be_read_is_told(run, team, outside, target):
    put(team / ".gitlab-ci.yml", target if target[0] == "/" else outside / target)
    assert ".gitlab-ci.yml is a link that leaves the repository" in run("doctor").out


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "large", "link out"])
def test_only_a_regular_file_of_bounded_size_is_read(tmp_path, kind):
    root = tmp_path / "root"
    root.mkdir()
    path = root / "x"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "large":
        path.write_bytes(b"x" * 101)
    else:
        path.symlink_to("/dev/zero" if kind == "device" else "/etc/hostname")
    with pytest.raises(safe_read.NotReadError):
        safe_read.read(str(path), inside=str(root), limit=100)


def test_a_file_is_put_in_place_whole_with_its_mode_from_the_first_byte(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "umask", os.umask)
    modes = []
    real = os.fsync

    def look(handle):
        found = os.fstat(handle).st_mode
        modes.extend([stat.S_IMODE(found)] if stat.S_ISREG(found) else [])  # no folder
        real(handle)

    monkeypatch.setattr(os, "fsync", look)
    target = tmp_path / "q.private.yaml"
    assert create(target, b"one", mode=0o600)
    assert not create(target, b"two")
    assert target.read_bytes() == b"one"
    replace(target, b"three", mode=0o600)
    assert modes[0] == modes[-1] == stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["q.private.yaml"]


def test_nothing_is_created_over_a_link_to_nowhere(tmp_path):
    (tmp_path / "x").symlink_to(tmp_path / "nowhere")
    assert not create(tmp_path / "x", b"data")
    assert [each.name for each in tmp_path.iterdir()] == ["x"]
