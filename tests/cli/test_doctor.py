"""Every check of `doctor`, each on a set-up that is really broken so."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests import program
from tests.sending import plant, trusted

from incidentctl.app.doctor import record as doctor_record
from incidentctl.app.doctor import remote as doctor_remote
from incidentctl.app.doctor.doctor import EXTRAS
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.facts import Noted
from incidentctl.domain.incident.ids import ulid
from incidentctl.git.author import Author
from incidentctl.record.restricted.undecided import Undecided
from incidentctl.record.write.outbox import Action

ROOT = Path(__file__).parents[2]
NEEDS_PROC = pytest.mark.skipif(not Path("/proc/locks").exists(), reason="no /proc/locks here")
NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


class Told:
    """What `doctor --json` said: the checks, by name."""

    def __init__(self, code, printed):
        self.code = code
        self.checks = printed["checks"]

    def find(self, name, words=""):
        """Return state, message and hint of the one check of a name that has some words."""
        named = [check for check in self.checks if check["name"] == name]
        fits = [c for c in named if words in f"{c['message']} {c['hint']}"]
        assert len(fits) == 1, (words, named)
        return fits[0]

    def state(self, name, words=""):
        return self.find(name, words)["state"]

    def has(self, name, words=""):
        return any(c["name"] == name and words in c["message"] for c in self.checks)


@pytest.fixture
def doctor(run):
    def call(*before):
        result = run(*before, "doctor", "--json")
        assert result.code in (0, 1), result.err
        done = Told(result.code, result.json)
        assert result.code == int(any(c["state"] == "bad" for c in done.checks))
        return done

    return call


@pytest.fixture
def remote(team, git, tmp_path):
    """A bare remote with the team's own branch, named in the settings."""
    path = tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(path))
    git(team, "remote", "add", "origin", str(path))
    git(team, "push", "-q", "origin", "main")
    settings = (team / "incidentctl.yaml").read_text()
    line = next(line for line in settings.splitlines() if line.startswith("record:"))
    (team / "incidentctl.yaml").write_text(settings.replace(line, "record: {remote: origin}"))
    return path


@pytest.fixture
def shared(run, remote):
    """An incident that the remote has, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CI", "true")  # it is sent before the command ends, not in the background
        ident = declare(run)
    synced = run("sync")
    assert synced.code == 0, synced.err
    return ident


def declare(run):
    result = run("declare", "login is down", "--no-input", "-s", "SEV2")
    assert result.code == 0, result.err
    return result.out.strip()


def wait_for_the_background(run):
    """An exchange that a command has started ends before the test goes on."""
    run("sync")


def tree(folder):
    """Every file with its bytes and time, but for caches, which may be written."""
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and "incidentctl/cache" not in str(path)
    }


# --- all of it -----------------------------------------------------------------------------------


def test_a_set_up_that_is_well(doctor, shared):
    result = doctor()
    assert result.code == 0
    assert {check["state"] for check in result.checks} == {"ok"}
    assert set(result.checks[0]) == {"name", "state", "message", "hint"}
    assert "up to date with origin" in result.find("sync")["message"]
    assert result.find("record")["message"] == "1 incident, 1 open"


def test_people_read_a_line_each(run, opened):
    result = run("doctor")
    assert result.code == 0
    lines = result.out.splitlines()
    assert all(line.split()[0] in ("ok", "warn", "bad") for line in lines)
    (warned,) = [line for line in lines if line.startswith("warn")]
    assert warned.startswith("warn  remote     no remote is set")
    assert "  - Write `record: {remote: origin}`" in warned
    assert result.err == "0 bad, 1 warning.\n"


def test_settings_that_cannot_be_read_may_name_a_remote(doctor, team):
    with (team / "incidentctl.yaml").open("a") as file:
        file.write("broken: [\n")
    assert doctor().find("remote")["message"].startswith("no remote is known: incidentctl.yaml:")


def test_it_changes_nothing(run, shared, team, remote, tmp_path, git):
    run("log", "one more")
    wait_for_the_background(run)
    lock = team / ".git/refs/incidentctl/log.lock"
    lock.touch()
    os.utime(lock, (1, 1))
    before = tree(tmp_path), tree(Path(os.environ["HOME"]))
    assert run("doctor").code == 0
    assert (tree(tmp_path), tree(Path(os.environ["HOME"]))) == before


def test_it_makes_no_folder_where_there_was_none(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command("doctor").code == 0
    assert not Path(os.environ["XDG_STATE_HOME"]).exists()


# --- git, repository, identity -------------------------------------------------------------------


def with_path(folder, path, *arguments, **options):
    environment = {**os.environ, "PATH": path}
    done = program.run(*arguments, "doctor", "--json", cwd=folder, env=environment, **options)
    assert done.returncode in (0, 1), done.stderr
    return Told(done.returncode, json.loads(done.stdout))


@pytest.mark.parametrize("inside", [True, False], ids=["in the team's repository", "anywhere"])
def test_without_git(tmp_path, team, opened, inside):
    folder = team if inside else tmp_path
    result = with_path(folder, str(tmp_path / "empty"))
    assert result.code == 1
    assert result.state("git", "Install git") == "bad"
    assert result.has("record")


def test_a_git_that_is_too_old(tmp_path, team):
    old = tmp_path / "bin"
    old.mkdir()
    real = shutil.which("git")
    script = '#!/bin/sh\nfor a; do [ "$a" = --version ] && echo git version 2.20.1 && exit\ndone\n'
    (old / "git").write_text(f'{script}exec {real} "$@"\n')
    (old / "git").chmod(0o755)
    result = with_path(team, f"{old}:{os.environ['PATH']}")
    assert result.state("git", "git 2.20.1 is too old") == "bad"


def test_outside_of_any_repository(doctor, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = doctor()
    assert result.code == 0
    assert result.state("repository", "incidentctl use") == "warn"
    assert result.state("remote", "in your own folder on this machine") == "warn"
    assert result.state("record", "nothing is recorded") == "ok"
    assert not result.has("catalog")


def test_the_local_record_is_counted(doctor, run, tmp_path, team, monkeypatch):
    monkeypatch.chdir(tmp_path)
    declare(run)
    assert "1 incident in the local record" in doctor().find("record")["message"]
    monkeypatch.chdir(team)
    assert doctor().state("record", "incidentctl adopt") == "warn"
    assert run("adopt").code == 0
    assert not doctor().has("record", "local record")


def test_a_folder_that_is_no_team_s(doctor, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "nowhere"):
        result = doctor("-C", str(tmp_path / folder))
        assert result.state("repository", "named by -C is not in a team repository") == "bad"


def test_which_repository_and_why(doctor, team, tmp_path, monkeypatch):
    assert doctor().find("repository")["message"] == f"{team}, found from this folder upward"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INCIDENTCTL_REPO", str(team))
    assert "named by INCIDENTCTL_REPO" in doctor().find("repository")["message"]


def test_a_marker_without_git(doctor, team):
    shutil.rmtree(team / ".git")
    assert doctor().state("repository", f"git init {team}") == "bad"


def test_a_git_file_that_leads_nowhere(doctor, team):
    shutil.rmtree(team / ".git")
    (team / ".git").write_text("gitdir: /nowhere\n")
    assert doctor().state("repository", "not a git repository") == "bad"


def test_refs_in_a_reftable(doctor, team):
    (team / ".git/reftable").mkdir()
    assert doctor().state("repository", "git refs migrate") == "warn"


@NEEDS_ROOT
def test_a_repository_that_git_refuses(doctor, team, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    for path in (team, team / ".git"):
        os.chown(path, 12345, 12345)
    assert doctor().state("repository", "safe.directory") == "bad"


@NEEDS_ROOT
def test_a_git_directory_that_cannot_be_read(doctor, team, monkeypatch):
    doctor()  # what is imported late may lie where another user cannot read
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        shutil.copytree(team, base / "team")
        base.chmod(0o755)
        (base / "team/.git").chmod(0o700)
        for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
            monkeypatch.setenv(name, f"{base}/home")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        monkeypatch.chdir(base / "team")
        os.seteuid(12345)
        try:
            result = doctor()
        finally:
            os.seteuid(0)
            monkeypatch.chdir(team)
    assert result.state("repository", "cannot be read: Permission denied") == "bad"


def test_git_does_not_know_who_you_are(doctor, team, git, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git(team, "config", "--unset", "user.email")
    result = doctor()
    assert "recorded as tester@" in result.find("identity")["message"]
    assert result.state("identity", "git config --global user.email") == "warn"


def test_an_e_mail_that_no_team_lists(doctor, team, git):
    git(team, "config", "user.email", "nobody@nowhere.example")
    assert doctor().state("identity", "no team lists nobody@nowhere.example") == "warn"


# --- the record in this clone --------------------------------------------------------------------


def test_what_is_not_yet_committed(doctor, run, opened, monkeypatch):
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", "/nowhere")
    assert run("log", "no git").code == 0
    monkeypatch.setenv("PATH", path)
    assert doctor().state("outbox", "1 command recorded, not yet committed") == "warn"
    assert run("log", "git is back").code == 0
    assert doctor().state("outbox") == "ok"


@pytest.fixture
def kept(run, team):
    """A note that only the outbox in the user's own folder took."""
    ident = declare(run)
    (team / ".git/incidentctl").rename(team / ".git/aside")
    (team / ".git/incidentctl").write_text("in the way")
    assert run("log", "kept elsewhere", "-i", ident).code == 0
    (team / ".git/incidentctl").unlink()
    (team / ".git/aside").rename(team / ".git/incidentctl")
    return ident


def test_what_git_s_folder_did_not_take(doctor, run, kept):
    result = doctor()
    assert result.state("outbox", ".git was not writable") == "warn"
    assert result.state("outbox", "not yet committed") == "warn"
    assert run("log", "comes home").code == 0
    assert doctor().state("outbox") == "ok"


def test_what_is_kept_of_a_repository_that_was_moved(doctor, run, kept, team, git, monkeypatch):
    moved = team.with_name("mo ved")
    team.rename(moved)
    monkeypatch.chdir(moved)
    result = doctor()
    check = result.find("outbox", "before it was moved")
    assert check["state"] == "warn"
    assert f"1 command of {kept} (of this record) in " in check["message"]
    assert "`incidentctl adopt`" in check["hint"]
    assert run("adopt", "--json").json["incidents"] == {kept: 1}
    assert run("adopt").code == 3  # once
    assert [c["state"] for c in doctor().checks if c["name"] == "outbox"] == ["ok"]
    texts = [entry["text"] for entry in run("show", "--json").json["timeline"]]
    assert any("kept elsewhere" in text for text in texts)


def test_what_another_repository_keeps_is_taken_only_by_name(doctor, run, kept, git, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(ROOT / "examples/startup", other)
    git(other, "init", "-q")
    at = ("-C", str(other))
    assert doctor(*at).state("outbox", f"`incidentctl adopt {kept}`") == "warn"
    assert run(*at, "adopt").code == 3
    assert run(*at, "adopt", kept, "--json").json["incidents"] == {kept: 1}
    assert doctor(*at).state("outbox") == "ok"


def test_files_that_are_damaged(doctor, team, opened):
    for folder in ("outbox", "sent"):
        (team / ".git/incidentctl" / folder).mkdir(exist_ok=True)
        name = f"{ulid(1, 1)}~{opened}"
        (team / ".git/incidentctl" / folder / name).write_text("{")
    result = doctor()
    assert result.state("outbox", f"outbox/{ulid(1, 1)}") == "bad"
    assert result.state("outbox", f"sent/{ulid(1, 1)}") == "bad"


def test_a_ref_that_a_power_cut_tore(doctor, run, team, opened):
    (team / ".git/refs/incidentctl/log").write_bytes(b"\0" * 41)
    assert doctor().state("record", "points to a missing commit") == "bad"
    assert run("log", "repairs it").code == 0
    result = doctor()
    assert not result.has("record", "points to a missing commit")
    assert result.state("outbox", "damaged-log-ref-") == "warn"


@pytest.mark.parametrize("which", [("log",), ("log", "branch")], ids="+".join)
def test_a_ref_that_somebody_deleted(doctor, run, team, opened, git, which):
    refs = {"log": "refs/incidentctl/log", "branch": "refs/heads/incident-log"}
    for name in which:
        git(team, "update-ref", "-d", refs[name])
    assert doctor().state("record", "refs/incidentctl/log was deleted") == "bad"
    assert run("log", "restores it").code == 0
    assert not doctor().has("record", "was deleted")


def test_the_branch_is_behind(doctor, run, team, opened, git):
    git(team, "worktree", "add", "-q", str(team.with_name("reading")), "incident-log")
    run("log", "one more")
    assert doctor().state("branch", "is checked out, so it was not moved") == "warn"


def test_the_branch_is_the_team_s_own(doctor, run, team, opened, git):
    git(team, "branch", "-f", "incident-log", "main")
    assert doctor().state("branch", "holds files that are not of the record") == "bad"


def test_the_view_is_tracked(doctor, run, team, opened, git):
    assert not doctor().has("view")
    git(team, "add", "-f", "incidents")
    assert doctor().state("view", "git rm -r --cached incidents") == "warn"


def test_the_view_is_not_ignored(doctor, team, opened):
    (team / "incidents/.gitignore").unlink()
    (team / ".gitignore").write_text("")
    assert doctor().state("view", "git does not ignore incidents/") == "warn"


def test_a_partial_clone(shared, remote, tmp_path, git, doctor, monkeypatch, team):
    git(remote, "config", "uploadpack.allowFilter", "true")
    git(team, "add", "-A")
    git(team, "commit", "-q", "-m", "The remote")
    git(team, "push", "-q", "origin", "main")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{remote}", str(clone))
    monkeypatch.chdir(clone)
    check = doctor().find("clone")
    assert check["state"] == "bad"
    assert not doctor().has("record", "incident")  # reading it would fetch, one by one
    command = check["hint"].partition("`")[2].partition("`")[0]
    subprocess.run(["sh", "-c", command], check=True, capture_output=True, cwd=clone)
    result = doctor()
    assert result.state("clone") == "ok"
    assert result.find("record")["message"] == "1 incident, 1 open"


def test_a_shallow_clone(shared, remote, tmp_path, git, doctor, monkeypatch, team):
    clone = tmp_path / "clone"
    git(team, "commit", "-q", "-am", "The remote")
    git(team, "push", "-q", "origin", "main")
    options = ("--depth=1", "--no-single-branch")
    git(tmp_path, "clone", "-q", *options, f"file://{remote}", str(clone))
    monkeypatch.chdir(clone)
    assert doctor().state("clone", "a shallow clone") == "ok"


# --- locks and clock -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["refs/incidentctl/log.lock", "refs/heads/incident-log.lock"])
def test_a_lock_that_a_killed_git_left(doctor, team, opened, name):
    lock = team / ".git" / name
    lock.touch()
    assert not doctor().has("locks")
    os.utime(lock, (time.time() - 120, time.time() - 120))
    assert doctor().state("locks", name) == "warn"
    assert lock.exists()


def test_the_lock_of_the_index_is_no_matter(doctor, team, opened):
    (team / ".git/index.lock").touch()
    os.utime(team / ".git/index.lock", (1, 1))
    assert not doctor().has("locks")


HOLD = """
import fcntl, os, subprocess, sys
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(file, fcntl.LOCK_EX)
null = subprocess.DEVNULL
child = subprocess.Popen(["sleep", "60"], pass_fds=[file], stdout=null, stderr=null)
print(child.pid, flush=True)
"""


@NEEDS_PROC
@pytest.mark.parametrize("name", ["sync.lock", "lock"])
def test_a_lock_that_somebody_holds_for_long(doctor, team, opened, name, monkeypatch):
    lock = team / ".git/incidentctl" / name
    taker = subprocess.run(
        [sys.executable, "-c", HOLD, str(lock)], check=True, capture_output=True, text=True
    )
    holder = int(taker.stdout)  # it has inherited the lock, and who took it is gone
    try:
        assert not doctor().has("locks")
        what = doctor_record._LOCKS[name][0]
        monkeypatch.setitem(doctor_record._LOCKS, name, (what, -1.0))
        check = doctor().find("locks")
        assert check["state"] == "warn"
        assert f"process {holder} has run for" in check["message"]
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(holder, 9)
    assert not doctor().has("locks")


@pytest.mark.parametrize(
    ("ahead", "state"),
    [(timedelta(minutes=3), "ok"), (timedelta(minutes=20), "warn"), (timedelta(days=3), "bad")],
)
@pytest.mark.parametrize("committed", [True, False])
def test_an_event_of_the_future(doctor, team, opened, ahead, state, committed):
    record = open_workspace(str(team)).record
    moment = datetime.now(UTC) + ahead
    event = Event(ulid(int(moment.timestamp() * 1000), 7), moment, moment, "bob", Noted("hi"))
    record.acknowledge(Action(opened, (event,), Author("Bob", "bob@example.org"), "log"))
    if committed:
        record.flush()
    assert doctor().state("clock") == state


# --- the remote ----------------------------------------------------------------------------------


def test_no_remote(doctor, opened):
    assert doctor().state("remote", "only in this clone") == "warn"


def test_a_remote_that_git_does_not_know(doctor, remote, team, git):
    git(team, "remote", "remove", "origin")
    assert doctor().state("remote", "git remote add origin URL") == "bad"


def test_a_remote_that_is_none(doctor, shared, team, git):
    git(team, "remote", "set-url", "origin", "/nowhere")
    result = doctor()
    assert result.state("remote", "(misconfigured)") == "bad"
    assert not result.has("push")


def test_a_remote_that_is_down(doctor, shared, team, git):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    git(team, "remote", "set-url", "origin", f"git://127.0.0.1:{port}/x")
    result = doctor()
    assert result.code == 0
    assert result.state("remote", "(offline)") == "warn"


def test_a_remote_that_never_answers(doctor, shared, team, git, monkeypatch):
    monkeypatch.setattr(doctor_remote, "_LIMIT", 0.5)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        git(team, "remote", "set-url", "origin", f"git://127.0.0.1:{mute.getsockname()[1]}/x")
        begun = time.monotonic()
        assert doctor().state("remote", "did not answer in time (offline)") == "warn"
        assert time.monotonic() - begun < 5


def test_a_remote_without_a_branch(doctor, remote, git):
    git(remote, "update-ref", "-d", "refs/heads/main")
    assert doctor().state("remote", "Push your main branch first.") == "bad"


def test_a_remote_without_the_record(doctor, run, remote, git):
    result = doctor()
    assert result.state("remote", "the first event creates incident-log there") == "ok"
    assert result.state("push") == "ok"
    declare(run)
    wait_for_the_background(run)
    git(remote, "update-ref", "-d", "refs/heads/incident-log")
    assert doctor().state("remote", "has no incident-log yet") == "warn"


def test_events_that_the_remote_lacks(doctor, run, shared, team, git):
    git(team, "remote", "set-url", "origin", "/nowhere")
    run("log", "not sent")
    assert run("sync").code == 6
    result = doctor()
    assert result.state("sync", "1 event not yet on origin, the oldest for") == "warn"
    assert result.state("sync", "ended misconfigured") == "bad"


def test_an_exchange_of_long_ago(doctor, run, shared, team, git):
    """Another clone has pushed since; and where both are up to date the age is no matter."""
    status = team / ".git/incidentctl/exchange.json"
    entry = json.loads(status.read_text())
    old = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    status.write_text(json.dumps(entry | {"at": old}))
    assert doctor().state("sync") == "ok"
    git(team, "remote", "set-url", "origin", "git://127.0.0.1:1/x")
    assert doctor().state("sync", "succeeded, but is old") == "warn"


def test_no_right_to_push(doctor, shared, team, git):
    git(team, "remote", "set-url", "--push", "origin", "/nowhere")
    result = doctor()
    assert result.state("remote", "answers") == "ok"
    assert result.state("push", "a dry run of the push fails") == "bad"


def test_a_branch_that_is_protected(doctor, run, shared, team, remote):
    hook = remote / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'error: GH006: Protected branch update failed' >&2\nexit 1\n")
    hook.chmod(0o755)
    run("log", "refused")
    synced = run("sync")
    assert (synced.code, "Nothing is lost. On the forge, let" in synced.err) == (6, True)
    result = doctor()
    check = result.find("sync", "was refused")
    assert check["state"] == "bad"
    assert "no pull request, no review, no signed commits" in check["hint"]
    assert "forbid only force-push and deletion" in check["hint"]
    assert result.state("push", "only a real push runs its rules and hooks") == "ok"


def test_a_branch_with_other_files_on_the_remote(doctor, run, shared, team, remote, git, tmp_path):
    (team / ".github/workflows").mkdir(parents=True)
    (team / ".github/workflows/tests.yml").write_text("on: push\njobs: {}\n")
    result = doctor()
    assert (
        result.state("ci", "To be sure, write `on: {push: {branches-ignore: [incident-log") == "ok"
    )

    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", "-b", "incident-log", str(remote), str(other))
    shutil.copytree(team / ".github", other / ".github")
    git(other, "add", "-A")
    git(other, "commit", "-q", "-m", "CI for all")
    git(other, "push", "-q", "origin", "incident-log")
    git(team, "fetch", "-q", "origin")
    result = doctor()
    assert result.state("ci", "tests.yml is on incident-log, too") == "warn"
    strays = "origin/incident-log holds files that are not of the record"
    assert result.state("branch", strays) == "warn"


def test_ci_files_that_leave_the_branch_out(doctor, team, opened):
    (team / ".github/workflows").mkdir(parents=True)
    path = team / ".github/workflows/tests.yml"
    path.write_text("on:\n  push:\n    branches: [main]\njobs: {}\n")
    assert not doctor().has("ci")
    (team / ".gitlab-ci.yml").write_text("test: {script: [make]}\n")
    assert doctor().state("ci", "workflow: {rules:") == "ok"
    (team / ".gitlab-ci.yml").write_text("workflow: {rules: [{when: never}]}\n")
    assert not doctor().has("ci")


# --- the rest ------------------------------------------------------------------------------------


def test_errors_in_the_catalog(doctor, team):
    (team / "services/broken.yaml").write_text("name: broken\nowner: nobody\n")
    check = doctor().find("catalog")
    assert check["state"] == "bad"
    assert "1 error" in check["message"]


def test_an_extra_that_nothing_here_needs_is_no_warning(doctor, monkeypatch):
    for module in ("pyrage", "jmespath", "apprise"):
        monkeypatch.setitem(sys.modules, module, None)
    found = doctor()
    check = found.find("extras", "seal")
    assert (check["state"], check["hint"]) == ("ok", None)
    assert check["message"] == (
        "extra seal is not installed; it is only for `drill seal` and `drill unseal`"
    )
    assert {found.state("extras", f"extra {name}") for name in ("alerts", "notify")} == {"ok"}


def test_an_extra_that_the_team_needs_is_told_with_a_recipe_that_works_today(
    doctor, team, monkeypatch
):
    for module in ("jmespath", "apprise"):
        monkeypatch.setitem(sys.modules, module, None)
    rule = "rules: [{name: all, match: {service: ~check.*}}]\n"
    (team / "alerts.yaml").write_text(rule)
    action = 'action: {uses: notify, with: {url: "mailto://mail.example?to=a@mail.example"}}'
    (team / "runbooks" / "chat.yaml").write_text(
        f"name: chat\nsteps: [{{id: tell, title: Tell, {action}}}]\n"
    )
    found = doctor()
    for name in ("alerts", "notify"):
        check = found.find("extras", f"extra {name}")
        assert check["state"] == "warn"
        assert f"`pip install '.[{name}]'`" in check["hint"]


def test_every_extra_is_looked_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(EXTRAS) == set(project["optional-dependencies"]) - {"dev"}


def test_names_from_outside_act_on_nothing(run, team, opened):
    (team / ".github/workflows").mkdir(parents=True)
    (team / ".github/workflows/a\x1b[2J\nbad x.yml").write_text("on: push\njobs: {}\n")
    box = Path(os.environ["XDG_STATE_HOME"]) / "incidentctl/outbox-\x1b]0;x"
    box.mkdir(parents=True)
    (box / f"{ulid(1, 1)}~inc-\x1b[31m").write_text("x")
    result = run("doctor")
    for shown in ("a\\u{1b}[2J ⏎ bad x.yml", "outbox-\\u{1b}]0;x", "inc-\\u{1b}[31m"):
        assert shown in result.out
    assert "\x1b" not in result.out
    assert all(line.split()[0] in ("ok", "warn", "bad") for line in result.out.splitlines())
    assert not any(line.startswith("bad x") for line in result.out.splitlines())


# --- restricted incidents ------------------------------------------------------------------------


def declare_restricted(run):
    result = run("declare", "who reads the payroll", "--restricted", "--no-input", "-s", "SEV2")
    assert result.code == 0, result.err
    return result.out.strip()


@pytest.fixture
def security(team, git, tmp_path, shared):
    """A second remote, for restricted incidents."""
    path = tmp_path / "security.git"
    git(tmp_path, "clone", "-q", "--bare", str(team), str(path))
    git(path, "update-ref", "-d", "refs/heads/incident-log")
    git(team, "remote", "add", "security", str(path))
    settings = (team / "incidentctl.yaml").read_text()
    both = settings.replace("remote: origin", "remote: origin, restricted_remote: security")
    (team / "incidentctl.yaml").write_text(both)
    return path


def test_what_the_restricted_part_did_not_take(doctor, run, team, monkeypatch):
    restricted = team / ".git/incidentctl/restricted"
    restricted.parent.mkdir(exist_ok=True)
    restricted.write_text("in the way")
    ident = declare_restricted(run)
    result = doctor()
    assert result.state("outbox", "of restricted incidents recorded, not yet committed") == "warn"
    assert result.state("outbox", ".git/incidentctl/restricted was not writable") == "warn"
    assert not result.has("outbox", "everything recorded")

    moved = team.with_name("moved")
    team.rename(moved)
    monkeypatch.chdir(moved)
    assert doctor().state("outbox", f"`incidentctl adopt {ident}`") == "warn"
    restricted = moved / ".git/incidentctl/restricted"
    restricted.unlink()
    assert run("adopt", ident).code == 0
    assert doctor().state("outbox") == "ok"


@pytest.mark.parametrize("where", ["git directory", "state"])
def test_what_nobody_knows_a_place_for(doctor, run, opened, team, monkeypatch, where):
    """While git could not tell whether its incident is restricted."""
    if where == "state":
        restricted = team / ".git/incidentctl/restricted"
        shutil.rmtree(restricted, ignore_errors=True)
        restricted.write_text("in the way")
    else:
        shutil.rmtree(team / ".git/incidentctl")
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", "/nowhere")
    ident = "inc-20261128-1200-abc"
    moment = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
    event = Event(ulid(int(moment.timestamp() * 1000), 7), moment, moment, "a", Noted("x"))
    unsure = Undecided(
        team / ".git/incidentctl",
        Path(os.environ["XDG_STATE_HOME"]) / "incidentctl",
        team / ".git",
    )
    done = unsure.acknowledge(Action(ident, (event,), Author("A", "a@x"), "noted"))
    assert ("state" in str(done.path)) is (where == "state")
    monkeypatch.setenv("PATH", path)
    result = doctor()
    found = result.find("outbox", f"1 command in {done.path.parent}: it is unknown whether")
    assert found["state"] == "warn"
    assert f"restricted, run `incidentctl adopt {ident}`." in json.dumps(found)
    assert not result.has("outbox", "everything recorded")
    assert not result.has("outbox", "of another repository")
    done.path.write_text("torn")
    assert doctor().state(
        "outbox", f"damaged, or from a newer incidentctl, and left there: {done.path}"
    )
    if where == "state":
        moved = team.with_name("moved")
        team.rename(moved)
        monkeypatch.chdir(moved)
        assert doctor().state("outbox", f"1 command of {ident} in {done.path.parent}") == "warn"


def test_each_remote_is_told_of_what_it_lacks(doctor, run, security, team, git, monkeypatch):
    monkeypatch.setenv("CI", "true")  # so that all is exchanged before a command ends
    declare_restricted(run)
    result = doctor()
    assert result.code == 0
    assert result.state("remote", "origin answers") == "ok"
    assert result.state("remote", "security answers, and has incident-log") == "ok"
    assert result.state("push", "push to security succeeds") == "ok"
    assert result.state("sync", "up to date with security") == "ok"

    git(team, "remote", "set-url", "security", "git://127.0.0.1:1/x")
    run("log", "asked the lawyers", "-i", declare_restricted(run))
    result = doctor()
    assert result.state("remote", "security") == "warn"
    assert result.state("sync", "not yet on security") == "warn"
    assert not result.has("sync", "not yet on origin")
    assert result.state("sync", "up to date with origin") == "ok"


def test_a_restricted_remote_that_git_does_not_know(doctor, run, security, team, git):
    git(team, "remote", "remove", "security")
    assert doctor().state("remote", "restricted incidents are not for this clone") == "ok"
    declare_restricted(run)
    result = doctor()
    assert result.state("remote", "git remote add security URL") == "bad"
    assert not result.has("remote", "not for this clone")


def test_one_remote_for_both(doctor, security, team, git, remote):
    git(team, "remote", "set-url", "security", f"../{remote.name}/")
    check = doctor().find("remote", "has the address of origin")
    assert check["state"] == "bad"
    git(team, "config", f"url.file://{remote.parent}/.insteadOf", "short:")
    git(team, "remote", "set-url", "security", f"short:{remote.name}")
    assert doctor().state("remote", "has the address of origin") == "bad"
    settings = (team / "incidentctl.yaml").read_text()
    same = settings.replace("restricted_remote: security", "restricted_remote: origin")
    (team / "incidentctl.yaml").write_text(same)
    result = doctor()
    assert result.state("remote", "restricted_remote origin is the remote itself") == "bad"
    assert result.state("catalog", "1 error") == "bad"


def test_what_actions_need_is_told_before_an_incident(doctor, run, team, monkeypatch):
    assert not doctor().has("actions")
    plant(team, "https://target.example", monkeypatch)
    runbook = team / "runbooks" / "sev1.yaml"
    runbook.write_text(
        runbook.read_text() + "    action: {uses: command, with: {run: [no-such-program]}}\n"
    )
    monkeypatch.delenv("GH_TOKEN")
    found = doctor()
    untrusted = found.find("actions", "not trusted")
    assert untrusted["state"] == "warn"
    assert "`incidentctl trust`" in untrusted["hint"]
    assert found.state("actions", "GH_TOKEN is not set in the environment") == "warn"
    assert found.has("actions", "not sent is runbook sev1, step create-ticket")
    assert found.has("actions", "no-such-program is no program that can be run on this machine")
    trusted(run)
    assert doctor().state("actions", "4 actions trusted") == "ok"
