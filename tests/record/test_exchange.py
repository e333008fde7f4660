from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests.record.kit import (
    AUTHOR,
    INCIDENT,
    OTHER,
    Clone,
    action,
    event,
    make_clone,
    now,
    shown_in,
)
from tests.record.purging import in_history, purge
from tests.record.sharing import (
    BRANCH,
    LOG_REF,
    SHORT,
    clone_of,
    commit_on,
    exchange,
    opened,
    say,
    shared,
    tip,
)

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import encode
from incidentctl.errors import EnvironmentFailedError
from incidentctl.record.store import paths
from incidentctl.record.store.crash_points import EXCHANGE_POINTS
from incidentctl.record.sync import exchange as exchange_module
from incidentctl.record.sync import reconcile
from incidentctl.record.sync.status import Exchanged


def ids(clone: Clone, incident: str = INCIDENT) -> list[str]:
    return [each.id for each in opened(clone).events(incident)[0]]


def log_md(clone: Clone, ref: str = LOG_REF, incident: str = INCIDENT) -> str:
    return clone.git("show", f"{ref}:{paths.log_path(incident)}")


@pytest.mark.both_formats
def test_events_go_out_and_come_in(remote: Clone, ann: Clone, bob: Clone) -> None:
    known = say(ann, facts.Declared("Login is down"))
    assert opened(ann).unsynced().events == 1
    done = shared(ann)
    assert (done.sent, done.events) == (1, 0)
    assert opened(ann).unsynced() == (0, None)
    assert tip(remote, BRANCH) == tip(ann, LOG_REF) == tip(ann, BRANCH)

    done = shared(bob)
    assert (done.sent, done.events, done.received) == (0, 1, {INCIDENT})
    assert ids(bob) == known
    assert tip(bob, LOG_REF) == tip(ann, LOG_REF) == tip(bob, BRANCH)
    assert shown_in(bob.path) == log_md(ann)
    known += say(bob, facts.Noted("from bob"))
    shared(bob)
    assert shared(ann).events == 1
    assert ids(ann) == known
    assert opened(ann).exchange_status().state == "ok"


@pytest.mark.both_formats
def test_what_both_wrote_meanwhile_is_merged_with_both_as_parents(
    remote: Clone, ann: Clone, bob: Clone
) -> None:
    say(ann, facts.Declared("Login is down"))
    shared(ann)
    shared(bob)
    say(ann, facts.Noted("ann"))
    say(bob, facts.Noted("bob"))
    say(bob, facts.Declared("Search is slow"), incident=OTHER)
    printed = {tip(ann, LOG_REF), tip(bob, LOG_REF)}
    shared(ann)
    done = shared(bob)
    assert (done.sent, done.events) == (2, 1)
    assert set(bob.git("rev-parse", f"{LOG_REF}^1", f"{LOG_REF}^2").split()) == printed
    shared(ann)
    assert tip(ann, LOG_REF) == tip(bob, LOG_REF) == tip(remote, BRANCH)
    assert len(ids(ann)) == 3
    assert ids(ann) == ids(bob)
    assert len(ids(ann, OTHER)) == 1
    lines = log_md(ann).splitlines()
    assert [line.split()[1] for line in lines[1:]] == ids(ann)


def test_idle_exchanges_push_nothing(remote: Clone, ann: Clone, bob: Clone) -> None:
    say(ann, facts.Declared("x"))
    say(bob, facts.Declared("y"), incident=OTHER)
    for clone in (ann, bob, ann):
        shared(clone)
    before = tip(remote, BRANCH)
    for _ in range(3):
        for clone in (ann, bob):
            assert shared(clone).events == 0
    assert tip(remote, BRANCH) == tip(ann, LOG_REF) == tip(bob, LOG_REF) == before


@pytest.mark.both_formats
def test_two_unrelated_records_become_one(remote: Clone, ann: Clone, bob: Clone) -> None:
    first = say(ann, facts.Declared("a"))
    second = say(bob, facts.Declared("b"), incident=OTHER)
    shared(ann)
    shared(bob)
    shared(ann)
    assert ids(ann) == first == ids(bob)
    assert ids(ann, OTHER) == second
    roots = ann.git("rev-list", "--max-parents=0", LOG_REF).split()
    assert len(roots) == 2


@pytest.mark.both_formats
@pytest.mark.parametrize("how", ["reset", "deleted", "other root"])
def test_what_a_remote_loses_comes_back_from_any_clone(
    remote: Clone, ann: Clone, bob: Clone, how: str
) -> None:
    known = say(ann, facts.Declared("a"))
    shared(ann)
    first = tip(remote, BRANCH)
    known += say(ann, facts.Noted("1"))
    shared(ann)
    shared(bob)
    if how == "reset":
        remote.git("update-ref", BRANCH, first)
    elif how == "deleted":
        remote.git("update-ref", "-d", BRANCH)
    else:
        tree = remote.git("rev-parse", f"{first}^{{tree}}").strip()
        root = remote.git("commit-tree", "-m", "new root", tree).strip()
        remote.git("update-ref", BRANCH, root)
    known += say(bob, facts.Noted("2"))
    printed = tip(bob, LOG_REF)
    shared(bob)
    assert ids(bob) == known
    remote.git("merge-base", "--is-ancestor", printed, BRANCH)
    shared(ann)
    assert ids(ann) == known


@pytest.mark.both_formats
def test_a_fetched_tip_that_was_never_merged_survives_a_reset_of_the_remote(
    remote: Clone, ann: Clone, bob: Clone
) -> None:
    say(ann, facts.Declared("a"))
    shared(ann)
    first = tip(remote, BRANCH)
    shared(bob)
    theirs = say(bob, facts.Noted("bob"))
    shared(bob)
    ann.git("fetch", "-q")
    assert theirs[0] in ids(ann)  # seen once
    remote.git("update-ref", BRANCH, first)
    say(ann, facts.Noted("ann"))
    shared(ann)
    assert theirs[0] in ids(ann)
    assert theirs[0] in ann.logged_ids()


@pytest.mark.both_formats
def test_foreign_files_on_the_branch_are_carried_nowhere_and_told(
    remote: Clone, ann: Clone, bob: Clone
) -> None:
    say(ann, facts.Declared("a"))
    shared(ann)
    commit_on(remote, BRANCH, {"secret.env": "TOKEN=1", "incidents/2026/11/notes.txt": "x"})
    say(ann, facts.Noted("b"))
    done = shared(ann)
    assert "secret.env" in done.notes[0] or "notes.txt" in done.notes[0]
    assert "2 file(s)" in done.notes[0]
    listed = remote.git("ls-tree", "-r", "--name-only", BRANCH)
    assert "secret.env" not in listed
    assert "notes.txt" not in listed
    assert shared(bob).notes == ()
    assert tip(bob, LOG_REF) == tip(ann, LOG_REF)


def test_a_fresh_clone_of_a_branch_with_foreign_files_starts_without_them(
    remote: Clone, ann: Clone
) -> None:
    known = say(ann, facts.Declared("a"))
    shared(ann)
    commit_on(remote, BRANCH, {"secret.env": "TOKEN=1"})
    late = clone_of(remote, "late")
    shared(late)
    assert ids(late) == known
    assert late.git("ls-tree", "--name-only", LOG_REF).split() == ["incidents"]
    shared(ann)
    assert tip(ann, LOG_REF) == tip(late, LOG_REF) == tip(remote, BRANCH)


@pytest.mark.both_formats
def test_a_deleted_and_an_edited_event_are_put_back(remote: Clone, ann: Clone, bob: Clone) -> None:
    known = say(ann, facts.Declared("a"), facts.Noted("b"))
    shared(ann)
    shared(bob)
    folder = f"{Path(paths.log_path(INCIDENT)).parent}/events"
    path = f"{folder}/{known[0]}-declared.json"
    other = f"{folder}/{known[1]}-noted.json"
    text = ann.git("show", f"{LOG_REF}:{other}")
    commit_on(remote, BRANCH, {path: None, other: text.replace('"b"', '"aaaa"')})
    done = shared(ann)
    shared(bob)
    assert ids(ann) == ids(bob) == known
    assert "changed on the remote" in done.notes[0]
    stood = {clone.git("show", f"{LOG_REF}:{other}") for clone in (ann, bob)}
    assert len(stood) == 1


def test_a_team_s_own_branch_is_never_pushed_to(remote: Clone, ann: Clone) -> None:
    ann.git("push", "-q", "origin", "main:incident-log")
    before = tip(remote, BRANCH)
    say(ann, facts.Declared("a"))
    done = exchange(ann)
    assert done.state == "misconfigured"
    assert "Name another" in str(done.reason)
    assert tip(remote, BRANCH) == before
    assert opened(ann).unsynced().events == 1


def test_a_remote_without_any_branch_is_not_given_the_record_as_its_first(tmp_path: Path) -> None:
    empty = make_clone(tmp_path / "empty.git", "--bare")
    clone = make_clone(tmp_path / "clone")
    clone.git("remote", "add", "origin", str(empty.path))
    say(clone, facts.Declared("a"))
    done = exchange(clone)
    assert done.state == "misconfigured"
    assert "origin has no branch yet" in str(done.reason)
    clone.git("push", "-q", "origin", "main")
    shared(clone)


def test_a_protected_branch_is_told_and_blocks_nobody(
    remote: Clone, ann: Clone, bob: Clone
) -> None:
    say(bob, facts.Declared("a"))
    shared(bob)
    hook = remote.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'GH006: Protected branch update failed' >&2\nexit 1\n")
    hook.chmod(0o755)
    own = say(ann, facts.Declared("b"), incident=OTHER)
    done = exchange(ann)
    assert done.state == "refused"
    assert "pre-receive hook declined) GH006: Protected branch update" in str(done.reason)
    assert len(ids(ann)) == 1  # what others wrote is here all the same
    own += say(ann, facts.Noted("c"), incident=OTHER)
    before = ann.git("rev-list", "--count", LOG_REF)
    assert exchange(ann).state == "refused"
    assert ann.git("rev-list", "--count", LOG_REF) == before  # no merge for each try
    hook.unlink()
    assert shared(ann).sent == 2
    assert ids(ann, OTHER) == own


@pytest.mark.parametrize(
    ("url", "state", "why"),
    [
        (None, "misconfigured", "git has no remote called origin"),
        ("/nowhere/at/all", "misconfigured", "does not appear to be a git repository"),
        ("ext::sh -c 'touch pwned'", "misconfigured", "not allowed"),
        ("ssh://-oProxyCommand=touch pwned/x", "misconfigured", "strange hostname"),
        ("http://127.0.0.1:1/x.git", "offline", "Failed to connect"),
        ("git://127.0.0.1:1/x.git", "offline", "Connection refused"),
        ("http://ann:secret@127.0.0.1:1/x.git", "offline", "127.0.0.1"),
    ],
)
def test_a_remote_that_cannot_work_is_told_apart_and_loses_nothing(
    ann: Clone, url: str | None, state: str, why: str, tmp_path: Path
) -> None:
    say(ann, facts.Declared("a"))
    ann.git("remote", "remove", "origin")
    if url is not None:
        ann.git("config", "remote.origin.url", url)
    done = exchange(ann)
    assert done.state == state, done.reason
    assert why in str(done.reason)
    assert "secret" not in str(done.reason)
    assert opened(ann).unsynced().events == 1
    assert not list(tmp_path.rglob("pwned"))
    assert opened(ann).exchange_status().state == state


def test_a_git_that_is_ended_is_told_as_that(ann: Clone, tmp_path: Path) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\nkill -9 $PPID\n")
    ssh.chmod(0o755)
    ann.git("config", "core.sshCommand", str(ssh))
    ann.git("config", "remote.origin.url", "git@forge.example:team/x.git")
    say(ann, facts.Declared("a"))
    done = exchange(ann, retries=SHORT)
    assert done.state == "behind"
    assert done.reason == "git was ended by signal 9 while it asked origin"


def test_a_remote_that_refuses_the_key(ann: Clone, tmp_path: Path) -> None:
    """The user's own ssh command is honoured; what it says is told."""
    ssh = tmp_path / "ssh"
    ssh.write_text(
        "#!/bin/sh\necho 'git@forge.example: Permission denied (publickey).' >&2\nexit 255\n"
    )
    ssh.chmod(0o755)
    ann.git("config", "core.sshCommand", str(ssh))
    ann.git("config", "remote.origin.url", "git@forge.example:team/x.git")
    say(ann, facts.Declared("a"))
    done = exchange(ann)
    assert done.state == "misconfigured"
    assert "Permission denied (publickey)" in str(done.reason)


def test_a_remote_that_wants_a_password_is_not_waited_for(ann: Clone) -> None:
    class Asks(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    say(ann, facts.Declared("a"))
    with HTTPServer(("127.0.0.1", 0), Asks) as server:
        worker = threading.Thread(target=server.serve_forever)
        worker.start()
        ann.git("config", "remote.origin.url", f"http://127.0.0.1:{server.server_port}/x.git")
        began = time.monotonic()
        done = exchange(ann)
        server.shutdown()
        worker.join()
    assert done.state == "misconfigured", done.reason
    assert "Authentication failed" in str(done.reason)
    assert time.monotonic() - began < 10


@pytest.mark.both_formats
def test_an_event_that_came_twice_is_one_and_the_unknown_is_kept(
    remote: Clone, ann: Clone, bob: Clone
) -> None:
    known = say(ann, facts.Declared("a"))
    shared(ann)
    folder = f"{Path(paths.log_path(INCIDENT)).parent}/events"
    late = event(facts.Noted("from the future"), at=now() + timedelta(days=30))
    strange = event(facts.Noted("x"))
    unknown = encode(strange).replace(b'"noted"', b'"teleported"')
    twin = event(facts.SummarySet("x"))._replace(id=known[0])
    commit_on(
        remote,
        BRANCH,
        {
            f"{folder}/{paths.event_name(late)}": encode(late).decode(),
            f"{folder}/{strange.id}-teleported.json": unknown.decode(),
            f"{folder}/{paths.event_name(twin)}": encode(twin).decode(),
        },
    )
    shared(ann)
    shared(bob)
    for clone in (ann, bob):
        found, problems = opened(clone).events(INCIDENT)
        assert [each.id for each in found].count(known[0]) == 1
        assert {strange.id, late.id} <= {each.id for each in found}
        messages = " ".join(problem.message for problem in problems)
        assert "its id is taken" in messages
        assert "48 hours ahead" in messages
    after = say(bob, facts.Noted("now"))
    assert after[0] < late.id  # a wrong clock does not pull the others along


@pytest.mark.parametrize("scheme", ["git", "http"])
def test_a_remote_that_never_answers_is_given_up(ann: Clone, black_hole: int, scheme: str) -> None:
    say(ann, facts.Declared("a"))
    ann.git("config", "remote.origin.url", f"{scheme}://127.0.0.1:{black_hole}/x.git")
    began = time.monotonic()
    done = exchange(ann, limit=2.0)
    assert time.monotonic() - began < 10  # the limit, and not for ever
    assert done.state == "offline"
    assert "did not answer" in str(done.reason)


def test_the_mirror_stays_with_a_log_that_git_could_not_move(
    monkeypatch: pytest.MonkeyPatch, remote: Clone, ann: Clone, bob: Clone
) -> None:
    """Whoever reads the mirror must not see a merge that the record never took."""
    known = say(ann, facts.Declared("a"))
    shared(ann)
    shared(bob)
    known += say(bob, facts.Noted("bob"))
    shared(bob)
    known += say(ann, facts.Noted("ann"))

    before = tip(ann, LOG_REF)
    lock = ann.git_dir / f"{LOG_REF}.lock"

    def hinder(name: str) -> None:
        if name == "exchange.pushed":
            lock.touch()

    monkeypatch.setattr(exchange_module, "point", hinder)
    exchange(ann, retries=SHORT)
    assert tip(ann, BRANCH) == tip(ann, LOG_REF) == before
    monkeypatch.undo()
    lock.unlink()
    say(ann, facts.Noted("next"))
    shared(ann)
    assert tip(ann, BRANCH) == tip(ann, LOG_REF)
    assert set(known) < set(ids(ann))
    assert opened(ann).mirror_note() is None


def test_a_log_that_somebody_moved_back_is_healed_from_what_was_not_yet_shared(
    ann: Clone,
) -> None:
    known = say(ann, facts.Declared("a"))
    first = tip(ann, LOG_REF)
    known += say(ann, facts.Noted("b"))
    ann.git("update-ref", LOG_REF, first)
    ann.git("update-ref", "-d", BRANCH)
    shared(ann)
    assert ids(ann) == known
    assert opened(ann).unsynced().events == 0


def test_what_comes_in_during_an_exchange_is_left_to_the_next(ann: Clone) -> None:
    say(ann, facts.Declared("a"))
    record = opened(ann)

    def flush() -> None:
        """Commit, and record something more at once, as a receiver does in a storm."""
        record.flush()
        record.acknowledge(action(facts.Noted("one more")))

    done = record.exchange(AUTHOR, limit=30, flush=flush)
    assert (done.state, done.sent) == ("ok", 1)
    assert record.pending() == 1
    assert record.exchange(AUTHOR, limit=30).sent == 1


@pytest.mark.both_formats
def test_a_stale_clone_does_not_bring_a_redacted_text_back(
    remote: Clone, ann: Clone, bob: Clone
) -> None:
    said = say(ann, facts.Declared("a"), facts.Noted("the password is hunter2"))
    shared(ann)
    shared(bob)
    say(ann, facts.Redacted(said[1]))
    say(bob, facts.Noted("meanwhile"))
    shared(ann)
    shared(bob)
    shared(ann)
    for clone in (ann, bob):
        assert "hunter2" not in clone.git("grep", "-h", "", LOG_REF)
        assert len(ids(clone)) == 4
        problems = opened(clone).events(INCIDENT)[1]
        assert problems == []
    assert tip(ann, LOG_REF) == tip(bob, LOG_REF)


def test_an_event_that_redacts_something_said_elsewhere_meanwhile(
    remote: Clone, ann: Clone, bob: Clone
) -> None:
    """The clone that had not the text when it was redacted never gets it."""
    say(ann, facts.Declared("a"))
    shared(ann)
    shared(bob)
    secret = say(bob, facts.Noted("hunter2"))
    say(ann, facts.Redacted(secret[0]))
    shared(bob)
    shared(ann)
    shared(bob)
    for clone in (ann, bob, remote):
        ref = LOG_REF if clone is not remote else BRANCH
        assert "hunter2" not in clone.git("grep", "-h", "", ref)


def test_events_that_are_no_events_are_carried_nowhere(remote: Clone, ann: Clone) -> None:
    say(ann, facts.Declared("a"))
    shared(ann)
    folder = f"{Path(paths.log_path(INCIDENT)).parent}/events"
    good = event(facts.Noted("by another program"))
    commit_on(
        remote,
        BRANCH,
        {
            f"{folder}/{paths.event_name(good)}": encode(good).decode(),
            f"{folder}/{event(facts.Noted('x')).id}-noted.json": "{torn",
            f"{folder}/{event(facts.Noted('x')).id}-declared.json": encode(good).decode(),
            f"{folder}/{event(facts.Noted('x')).id}-summary-set.json": "x" * 70_000,
        },
    )
    done = shared(ann)
    assert "3 file(s)" in done.notes[0]
    assert good.id in ids(ann)
    listed = remote.git("ls-tree", "-r", "--name-only", BRANCH)
    assert listed.count("/events/") == 2


@pytest.mark.parametrize("point", EXCHANGE_POINTS[:-1])
def test_dying_at_any_point_of_an_exchange_loses_nothing(
    remote: Clone, ann: Clone, bob: Clone, point: str
) -> None:
    known = say(ann, facts.Declared("a"))
    shared(ann)
    shared(bob)
    known += say(bob, facts.Noted("bob"))
    shared(bob)
    known += say(ann, facts.Noted("ann"))
    code = (
        "import sys; from pathlib import Path; from tests.record.kit import *;"
        f"open_record(Path({str(ann.git_dir)!r}), Path({str(ann.fallback)!r}), remote='origin')"
        ".exchange(AUTHOR, limit=30)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"INCIDENTCTL_CRASH_AT": point}, check=False, capture_output=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == -9, done.stderr
    assert set(known) <= set(ids(ann))
    shared(ann)
    shared(bob)
    assert sorted(ids(ann)) == sorted(ids(bob)) == sorted(known)
    assert sorted(ann.logged_ids()) == sorted(known)
    assert opened(ann).unsynced().events == 0


def test_eight_clones_at_once(remote: Clone) -> None:
    clones = [clone_of(remote, f"c{number}") for number in range(8)]
    known: list[str] = []
    for number, clone in enumerate(clones):
        known += say(clone, facts.Declared(f"{number}")) if number == 0 else []
        known += [ident for _ in range(3) for ident in say(clone, facts.Noted(f"{number}"))]
    printed = {tip(clone, LOG_REF) for clone in clones}
    ended: list[Exchanged] = []
    workers = [
        threading.Thread(target=lambda clone=clone: ended.append(exchange(clone)))
        for clone in clones
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for clone in clones:
        shared(clone)
    for clone in clones:
        assert sorted(ids(clone)) == sorted(known)
        assert tip(clone, LOG_REF) == tip(remote, BRANCH)
        assert log_md(clone) == log_md(clones[0])
    for commit in printed:
        remote.git("merge-base", "--is-ancestor", commit, BRANCH)


@pytest.mark.both_formats
def test_a_purged_text_is_in_no_commit_and_a_stale_clone_does_not_bring_it_back(
    remote: Clone, ann: Clone, bob: Clone
) -> None:
    said = say(ann, facts.Declared("a"), facts.Noted("the password is hunter2"))
    shared(ann)
    shared(bob)
    assert in_history(bob, "hunter2", LOG_REF)
    offline = say(bob, facts.Noted("offline"))
    say(ann, facts.Redacted(said[1]))
    root = purge(ann)
    assert tip(remote, BRANCH) == tip(ann, LOG_REF) == tip(ann, BRANCH) == root
    assert ann.git("rev-list", "--count", LOG_REF).strip() == "1"
    known = ids(ann)
    assert len(known) == 3

    done = shared(bob)
    assert any("purged" in note for note in done.notes)
    shared(ann)
    for clone in (ann, bob):
        assert sorted(ids(clone)) == sorted([*known, *offline])
        assert not in_history(clone, "hunter2", LOG_REF)
        assert not in_history(clone, "hunter2", BRANCH)
        kept = clone.git_dir / "incidentctl"
        texts = [path.read_bytes() for path in kept.rglob("*") if path.is_file()]
        assert not any(b"hunter2" in text for text in texts)
        before = clone.git("log", "-g", "--format=%H", BRANCH, check=False).split()
        assert not any(clone.git("grep", "hunter2", tip, check=False) for tip in before)
    assert not in_history(remote, "hunter2", BRANCH)
    assert tip(ann, LOG_REF) == tip(bob, LOG_REF) == tip(remote, BRANCH)
    before = tip(remote, BRANCH)
    for clone in (ann, bob):
        shared(clone)
    assert tip(remote, BRANCH) == before


def test_a_purge_waits_for_a_remote_that_is_up_to_date(ann: Clone) -> None:
    said = say(ann, facts.Declared("a"), facts.Noted("hunter2"))
    shared(ann)
    say(ann, facts.Redacted(said[1]))
    before = tip(ann, LOG_REF)
    ann.git("config", "remote.origin.url", "http://127.0.0.1:1/x.git")
    with pytest.raises(EnvironmentFailedError, match="has to work first"):
        purge(ann)
    assert tip(ann, LOG_REF) == before


def test_a_purge_that_the_remote_refuses_changes_nothing(remote: Clone, ann: Clone) -> None:
    said = say(ann, facts.Declared("a"), facts.Noted("hunter2"))
    say(ann, facts.Redacted(said[1]))
    shared(ann)
    before = tip(ann, LOG_REF)
    remote.git("config", "receive.denyNonFastForwards", "true")
    with pytest.raises(EnvironmentFailedError, match="refuses the push"):
        purge(ann)
    assert tip(ann, LOG_REF) == tip(remote, BRANCH) == before
    assert ids(ann)


@pytest.mark.both_formats
def test_a_remote_that_somebody_set_back_to_before_the_purge_is_purged_again(
    remote: Clone, ann: Clone, bob: Clone
) -> None:
    said = say(ann, facts.Declared("a"), facts.Noted("hunter2"))
    shared(ann)
    shared(bob)
    late = say(bob, facts.Noted("late"))
    say(ann, facts.Redacted(said[1]))
    purge(ann)
    bob.git("push", "-qf", "origin", f"{LOG_REF}:{BRANCH}")  # as `push --mirror` of a stale clone
    shared(ann)
    assert not in_history(remote, "hunter2", BRANCH)
    assert late[0] in ids(ann)
    shared(bob)
    assert tip(ann, LOG_REF) == tip(bob, LOG_REF) == tip(remote, BRANCH)
    assert not in_history(bob, "hunter2", LOG_REF)


def test_a_purge_without_a_remote(clone: Clone) -> None:
    record = clone.declare()
    secret = action(facts.Noted("hunter2"))
    record.acknowledge(secret)
    record.flush()
    record.acknowledge(action(facts.Redacted(secret.events[0].id)))
    record.flush()
    purge(clone, alone=True)
    assert len(clone.record().events(INCIDENT)[0]) == 3
    assert not in_history(clone, "hunter2", LOG_REF)
    assert tip(clone, BRANCH) == tip(clone, LOG_REF)
    record = clone.record()
    record.acknowledge(action(facts.Noted("after")))
    assert record.flush().commit == tip(clone, LOG_REF)
    assert clone.git("rev-list", "--count", LOG_REF).strip() == "2"


def test_a_remote_that_refuses_for_the_secret_takes_the_purged_root(
    remote: Clone, ann: Clone, bob: Clone
) -> None:
    """As a forge does that scans what is pushed: neither the text nor its redaction gets there."""
    say(bob, facts.Declared("b"), incident=OTHER)
    shared(bob)
    hook = remote.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\nwhile read old new ref; do\n"
        "for c in $(git rev-list $new --not --all); do\n"
        "git grep -q hunter2 $c && echo 'push blocked: secret' >&2 && exit 1\ndone\ndone\nexit 0\n"
    )
    hook.chmod(0o755)
    said = say(ann, facts.Declared("a"), facts.Noted("hunter2"))
    assert exchange(ann).state == "refused"
    say(ann, facts.Redacted(said[1]))
    assert exchange(ann).state == "refused"
    purge(ann)
    shared(ann)
    shared(bob)
    assert tip(ann, LOG_REF) == tip(bob, LOG_REF) == tip(remote, BRANCH)
    assert len(ids(bob)) == 3
    assert len(ids(ann, OTHER)) == 1
    assert not in_history(remote, "hunter2", BRANCH)


def test_a_branch_below_the_name_of_the_record_s_is_no_race(remote: Clone, ann: Clone) -> None:
    remote.git("branch", "incident-log/foo", "main")
    say(ann, facts.Declared("a"))
    began = time.monotonic()
    done = exchange(ann)
    assert done.state == "refused"
    assert "'refs/heads/incident-log/foo' exists" in str(done.reason)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("secret scanning: GH013 push declined", "secret scanning: GH013 push declined"),
        (
            "error: GH013: Rule violations\n\n- PROTECTED\n  ----\n  - No secrets\n\n(?) Learn how",
            "error: GH013: Rule violations - PROTECTED - No secrets",
        ),
        ("Checking: 100% (1/1), done.\none\ntwo\nthree\nfour", "two three four"),
        ("\x1b[2Jred \u202edrow", "\\u{1b}[2Jred \\u{202e}drow"),
        ("x" * 2000, "x" * 50),
    ],
)
def test_what_a_remote_says_of_its_refusal_is_told_on_one_line(
    remote: Clone, ann: Clone, said: str, told: str
) -> None:
    hook = remote.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{said}\nEND\nexit 1\n")
    hook.chmod(0o755)
    say(ann, facts.Declared("a"))
    reason = str(exchange(ann).reason)
    assert f"pre-receive hook declined) {told}" in reason
    assert "done." not in reason
    assert len(reason) < 350


@pytest.mark.both_formats
def test_two_purges_at_once(remote: Clone, ann: Clone, bob: Clone) -> None:
    said = say(ann, facts.Declared("a"), facts.Noted("hunter2"), facts.Noted("swordfish"))
    shared(ann)
    shared(bob)
    say(ann, facts.Redacted(said[1]))
    say(bob, facts.Redacted(said[2]))
    purge(ann)
    purge(bob)
    shared(ann)
    for text in ("hunter2", "swordfish"):
        assert not any(in_history(clone, text, LOG_REF) for clone in (ann, bob))
        assert not in_history(remote, text, BRANCH)
    assert len(ids(ann)) == len(ids(bob)) == 5


@pytest.mark.both_formats
def test_very_many_events_are_taken_in_unread(
    remote: Clone, ann: Clone, bob: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on the first contact of a fresh clone, and after months."""
    monkeypatch.setattr(reconcile, "_MAX_READ", 3)
    known = say(ann, facts.Declared("a"), *(facts.Noted(str(n)) for n in range(5)))
    say(ann, facts.Declared("b"), incident=OTHER)
    shared(ann)
    assert shared(bob).events == 7
    assert ids(bob) == known
    own = say(bob, facts.Noted("bob"))
    known += say(ann, *(facts.Noted(str(n)) for n in range(5)))
    folder = f"{Path(paths.log_path(INCIDENT)).parent}/events"
    commit_on(remote, BRANCH, {f"{folder}/{event(facts.Noted('x')).id}-noted.json": "{torn"})
    shared(ann)
    shared(bob)
    shared(ann)
    for clone in (ann, bob):
        found, problems = opened(clone).events(INCIDENT)
        assert {*known, *own} == {each.id for each in found}
        assert len(problems) <= 1  # what is torn is told by who reads it
    assert log_md(ann) == log_md(bob)
    assert tip(ann, LOG_REF) == tip(bob, LOG_REF) == tip(remote, BRANCH)


@pytest.mark.both_formats
def test_a_branch_that_held_something_else_for_a_while_is_read_again(
    remote: Clone, ann: Clone, bob: Clone
) -> None:
    known = say(ann, facts.Declared("a"))
    shared(ann)
    shared(bob)
    was = tip(remote, BRANCH)
    readme = remote.git("commit-tree", "-m", "x", remote.git("mktree", data="").strip()).strip()
    remote.git("update-ref", BRANCH, readme)
    done = exchange(bob)
    assert (done.state, "holds no record" in str(done.reason)) == ("misconfigured", True)
    remote.git("update-ref", BRANCH, was)
    known += say(ann, facts.Noted("b"))
    shared(ann)
    shared(bob)
    assert ids(bob) == known
