"""The cache of `catalog lint`: with it and without it the same bytes, after any change."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import program

from incidentctl.app.learn import of_record
from incidentctl.app.lint import lint as rules
from incidentctl.app.lint.cached import checked
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.errors import EnvironmentFailedError

FILES = {
    "incidentctl.yaml": "organisation: Acme\n",
    "teams/core.yaml": "name: core\n",
    "services/api.yaml": "name: api\nowner: core\n",
    "services/deep/web.yaml": "name: web\nowner: cor\n",
    "retros/one.md": "---\nincident: x\n---\n",
}


def git(root: Path, *arguments: str, day: str | None = None) -> None:
    more = {"GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day} if day else {}
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    command = ["git", "-C", str(root), *who, *arguments]
    subprocess.run(command, check=True, env=os.environ | more, capture_output=True)


def make(root: Path, *, day: str | None = None) -> Path:
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Catalog", day=day)
    time.sleep(0.03)  # what changed just now is not kept
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make(tmp_path / "team")


def cached(root: Path) -> Path:
    return root / ".git" / "incidentctl" / "cache" / "lint.json"


def look(root: Path, today: date | None = None) -> tuple[object, bool]:
    """Return what is found, and whether it came from the cache."""
    opened: list[str] = []
    workspace = open_workspace(str(root))
    if today:
        workspace.now = lambda: datetime.combine(today, datetime.min.time(), UTC)
    real = rules.lint
    try:
        rules.lint = lambda *given, **named: opened.append("rules") or real(*given, **named)
        report = checked(workspace)
    finally:
        rules.lint = real
    return report, not opened


def same(root: Path) -> bool:
    """Compare with what is found without the cache; say whether the cache was used."""
    report, hit = look(root)
    cached(root).unlink(missing_ok=True)
    fresh, again = look(root)
    assert report == fresh
    assert not again
    return hit


def test_what_did_not_change_is_not_checked_again(root: Path) -> None:
    assert not look(root)[1]
    assert look(root)[1]
    assert same(root)
    assert stat.S_IMODE(cached(root).stat().st_mode) == 0o600


NOT_READ = ("services/b.YAML", "severity.yaml", "maintenance/a.yaml", "templates/a.md.j2")


@pytest.mark.parametrize(
    "change",
    ["edit", "rename", "delete", "add", "retro", "folder", "mode", "stray", *NOT_READ],
)
def test_a_change_is_seen(root: Path, change: str) -> None:
    look(root)
    api = root / "services/api.yaml"
    if change == "edit":  # the same size and time of writing: only the time of the change tells
        old = api.stat()
        api.write_text("name: api\nowner: cora\n"[: old.st_size - 2] + "x\n")
        os.utime(api, ns=(old.st_atime_ns, old.st_mtime_ns))
        assert (api.stat().st_size, api.stat().st_mtime_ns) == (old.st_size, old.st_mtime_ns)
    elif change == "rename":
        api.rename(root / "services/b.yaml")
    elif change == "delete":
        api.unlink()
    elif change == "add":
        (root / "teams/edge.yml").write_text("name: edge\n")
    elif change == "retro":
        (root / "retros/two.md").write_text("---\nnonsense: x\n---\n")
    elif change == "folder":
        (root / "retros/three.md").mkdir()
    elif change in NOT_READ:
        (root / change).parent.mkdir(exist_ok=True)
        (root / change).write_text("name: a\n")
    elif change == "stray":
        (root / "service").mkdir()
        (root / "service/api.yaml").write_text("name: api\n")
    else:
        api.chmod(0)
    time.sleep(0.03)
    assert not same(root)


def test_what_changed_just_now_is_not_kept(root: Path) -> None:
    (root / "services/api.yaml").write_text("name: api\nowner: nobody\n")
    os.utime(root / "services/api.yaml")
    moment = time.monotonic()
    look(root)
    if time.monotonic() - moment < 0.02:
        assert not cached(root).exists()


@pytest.mark.parametrize("name", ["services/link.yaml", "services/folder", "runbooks"])
def test_nothing_is_kept_with_a_link(root: Path, name: str) -> None:
    (root / name).symlink_to(root / "teams")
    time.sleep(0.03)
    look(root)
    assert not cached(root).exists()


def test_no_private_half_is_kept(root: Path) -> None:
    (root / "drills").mkdir()
    (root / "drills/x.private.yaml").write_text("answer: the secret\n")
    time.sleep(0.03)
    look(root)
    assert not cached(root).exists()


def test_what_git_tracks_is_seen(root: Path) -> None:
    (root / "drills").mkdir()
    half = root / "drills/x.private.yaml"
    half.write_text("answer: x\n")
    git(root, "add", "-f", "drills")
    half.unlink()
    time.sleep(0.03)
    look(root)
    assert look(root)[1]
    git(root, "rm", "-q", "--cached", "drills/x.private.yaml")
    time.sleep(0.03)
    assert not same(root)


def test_another_day_and_another_history_are_seen(tmp_path: Path) -> None:
    root = make(tmp_path / "old", day="2020-01-01T00:00:00Z")
    old, _ = look(root)
    assert look(root) == (old, True)
    git(root, "checkout", "-q", "--orphan", "new")
    git(root, "commit", "-qm", "New")
    time.sleep(0.03)
    new, hit = look(root)
    assert not hit
    assert new != old


def test_a_record_that_cannot_be_read_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_workspace: object) -> None:
        raise EnvironmentFailedError("The disk is gone.")

    root = make(tmp_path / "old", day="2020-01-01T00:00:00Z")
    monkeypatch.setattr(of_record, "played", fail)
    report, _ = look(root)
    assert "The disk is gone. So IC212, IC213, IC214, IC223 could not be checked." in [
        problem.message for problem in report.problems
    ]
    assert not cached(root).exists()


def test_another_day_is_another_result(root: Path) -> None:
    look(root, date(2030, 1, 1))
    assert look(root, date(2030, 1, 1))[1]
    assert not look(root, date(2030, 1, 2))[1]


def test_a_damaged_cache_is_not_used(root: Path) -> None:
    look(root)
    cached(root).write_bytes(cached(root).read_bytes()[:-1] + b"x")
    assert not same(root)


_TEXTS = ("name: api\nowner: core\n", "name: api\nowner: corx\n", "name: [\n", "")
_EDIT = st.tuples(
    st.sampled_from(("write", "touch", "stealth", "rename", "delete", "chmod", "link", "nothing")),
    st.sampled_from(("services/api.yaml", "services/new.yaml", "teams/core.yaml", "retros/one.md")),
    st.sampled_from(_TEXTS),
)


def edit(root: Path, kind: str, path: str, text: str) -> None:
    file = root / path
    if kind == "write":
        file.write_text(text)
    elif not file.is_file() or kind == "nothing":
        return
    elif kind == "touch":
        file.touch()
    elif kind == "stealth":
        old = file.stat()
        file.write_text(text[: old.st_size].ljust(old.st_size))
        os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))
    elif kind == "rename":
        file.rename(file.with_name(f"moved{file.suffix}"))
    elif kind == "delete":
        file.unlink()
    elif kind == "chmod":
        file.chmod(0o600)
    else:
        file.unlink()
        file.symlink_to(root / "services/deep/web.yaml")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=st.lists(_EDIT, min_size=1, max_size=6), data=st.data())
def test_with_and_without_the_cache_the_same_is_found(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    root = make(tmp_path_factory.mktemp("edits"))
    look(root)
    for kind, path, text in edits:
        edit(root, kind, path, text)
        if data.draw(st.booleans()):
            time.sleep(0.03)
        report, _ = look(root)
        kept = cached(root).read_bytes() if cached(root).exists() else None
        cached(root).unlink(missing_ok=True)
        assert look(root)[0] == report
        if kept is not None:
            cached(root).write_bytes(kept)


def test_the_bytes_and_the_exit_code_are_the_same(root: Path) -> None:
    for more in ((), ("--strict",), ("--json",)):
        runs = [program.run("catalog", "lint", *more, cwd=root, text=False) for _ in range(2)]
        assert runs[0].stdout == runs[1].stdout
        assert runs[0].returncode == runs[1].returncode == 1
