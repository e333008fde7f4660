"""Marks of purges that anybody may write: none drops, forges or moves anything of a clone."""

from __future__ import annotations

import pytest
from tests.record.kit import AUTHOR, INCIDENT, Clone, event
from tests.record.purging import FOLDER, MARK, SECRET, Leak
from tests.record.sharing import (
    BRANCH,
    LOG_REF,
    clone_of,
    exchange,
    opened,
    say,
    shared,
    tip,
)
from tests.record.test_purge_across import commit_on, in_history, purge

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_ids import sealed
from incidentctl.domain.incident.event_json import encode
from incidentctl.domain.incident.ids import ulid
from incidentctl.record.record import Action
from incidentctl.record.store import purge_marks


@pytest.fixture
def team(remote: Clone, ann: Clone, bob: Clone) -> Leak:
    return Leak(remote, ann, bob)


@pytest.mark.both_formats
@pytest.mark.parametrize("protected", [False, True])
@pytest.mark.parametrize("names", ["its own root", "nothing", "a foreign root", "its own tip"])
def test_a_mark_that_replaces_no_chain_of_ours_is_no_purge(
    team: Leak, names: str, protected: bool
) -> None:
    if protected:
        team.remote.git("config", "receive.denyNonFastForwards", "true")
    named = {
        "its own root": [team.root], "nothing": [], "a foreign root": ["a" * len(team.root)],
        "its own tip": [tip(team.remote, BRANCH)],
    }[names]  # fmt: skip
    commit_on(team.remote, BRANCH, team.mark(*named))
    for n in range(2):
        for clone in (team.ann, team.bob):
            before = tip(team.remote, BRANCH)
            say(clone, facts.Noted(f"x{n}"))
            notes = shared(clone).notes
            assert not any("purged" in note for note in notes)
            team.remote.git("merge-base", "--is-ancestor", before, BRANCH)  # nothing was forced
    team.settle(team.ann, team.bob, clone_of(team.remote, "late"))
    assert team.root in team.ann.git("rev-list", LOG_REF)


@pytest.mark.parametrize("content", ["[" * 60_000, '{"a":' * 9_000, "", "null", '{"replaces": 1}',
                                     "[]", '{"replaces": ' + "9" * 5_000 + "}", "\0"])  # fmt: skip
def test_what_is_no_mark_is_left_out_and_told(team: Leak, content: str) -> None:
    commit_on(team.remote, BRANCH, {MARK: content})
    say(team.bob, facts.Noted("x"))
    assert any(MARK in note for note in shared(team.bob).notes)
    team.settle(team.ann, team.bob, clone_of(team.remote, "late"))
    assert not tip(team.remote, f"{BRANCH}:{MARK}")


def test_marks_beyond_number_are_refused(team: Leak, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge_marks, "MAX_MARKS", 20)
    good = tip(team.remote, BRANCH)
    paths = [f"purged/{ulid(1_800_000_000_000, n)}.json" for n in range(21)]
    commit_on(team.remote, BRANCH, {p: team.mark(path=p)[p] for p in paths})
    say(team.ann, facts.Noted("x"))
    done = exchange(team.ann)
    assert (done.state, "marks of purges" in str(done.reason)) == ("misconfigured", True)
    team.remote.git("update-ref", BRANCH, good)
    team.settle(team.ann, team.bob)


@pytest.mark.both_formats
def test_many_marks_cost_no_git_each(team: Leak) -> None:
    paths = [f"purged/{ulid(1_800_000_000_000, n)}.json" for n in range(500)]
    commit_on(team.remote, BRANCH, {p: team.mark("a" * len(team.root), path=p)[p] for p in paths})
    say(team.ann, facts.Noted("x"))
    shared(team.ann)
    say(team.bob, facts.Noted("y"))
    record = opened(team.bob)
    started = []
    start = record._store.git.start
    record._store.git.start = lambda *a, **k: started.append(a) or start(*a, **k)  # type: ignore[method-assign]
    done = record.exchange(AUTHOR, limit=60)
    assert done is not None
    assert done.state == "ok"
    assert len(started) < 60


@pytest.mark.both_formats
@pytest.mark.parametrize("form", ["blanked", "smaller", "larger", "torn", "gone"])
@pytest.mark.parametrize("names", [True, False])
def test_a_purge_that_changes_an_event_drops_nothing(team: Leak, form: str, names: bool) -> None:
    forged = {
        "blanked": team.whole.replace(SECRET, "[redacted]"),
        "smaller": team.whole.replace(SECRET, "a lie"),
        "larger": team.whole.replace(SECRET, "z" * 80), "torn": "{", "gone": "",
    }[form]  # fmt: skip
    team.begin({team.path: forged, **team.mark(*([team.root] if names else []))})
    late = clone_of(team.remote, "late")
    shared(late)
    say(team.ann, facts.Noted("x"))
    notes = shared(team.ann).notes
    disputed = form in ("blanked", "smaller", "larger")
    if disputed and names:
        assert any("is not followed" in note for note in notes)
    team.settle(team.ann, team.bob, late)
    if disputed:
        assert team.whole.strip() in in_all_history(team.ann)
    else:
        assert team.has_whole_event(team.ann)
    if form == "blanked":
        assert team.has_whole_event(late)


def in_all_history(clone: Clone) -> str:
    return clone.git("log", "-p", "--format=%H", LOG_REF)


@pytest.mark.both_formats
def test_a_purge_with_redactions_is_followed_by_all(team: Leak) -> None:
    say(team.bob, facts.Noted("only bob has this"))
    say(team.ann, facts.Redacted(team.secret))
    commit_on(team.remote, BRANCH, team.mark(path=f"purged/{ulid(5, 5)}.json"))
    shared(team.ann)
    purge(team.ann)
    team.settle(team.bob, team.ann, clone_of(team.remote, "late"))
    assert not in_history(team.bob, SECRET)
    assert "only bob has this" in in_all_history(team.ann)
    assert tip(team.bob, f"{LOG_REF}:purged/{ulid(5, 5)}.json")


@pytest.mark.both_formats
def test_a_mark_that_came_before_its_purge_is_followed_all_the_same(team: Leak) -> None:
    """Somebody has copied it onto the old chain."""
    old = tip(team.remote, BRANCH)
    say(team.ann, facts.Redacted(team.secret))
    purge(team.ann)
    new = tip(team.remote, BRANCH)
    listed = team.remote.git("ls-tree", "-r", "--name-only", BRANCH, "purged/").split()
    copied = {path: team.remote.git("show", f"{BRANCH}:{path}") for path in listed}
    team.remote.git("update-ref", BRANCH, old)
    commit_on(team.remote, BRANCH, copied)
    shared(team.bob)
    team.remote.git("update-ref", BRANCH, new)
    team.settle(team.bob, team.ann)
    assert not in_history(team.bob, SECRET)


@pytest.mark.both_formats
def test_no_mark_replaces_its_own_chain_where_clocks_were_wrong(clone: Clone) -> None:
    """Git leaves in what the other one has, too, where a commit is older than its parent."""
    tree = clone.git("mktree", data="").strip()

    def commit(day: int, *parents: str) -> str:
        data = "".join(f"parent {parent}\n" for parent in parents)
        who = f"A <a@example.org> {1_800_000_000 + day * 86400} +0000"
        text = f"tree {tree}\n{data}author {who}\ncommitter {who}\n\nx\n"
        return clone.git("hash-object", "-t", "commit", "-w", "--stdin", data=text).strip()

    root = commit(3)
    theirs = commit(3, root)
    ours = root
    for _ in range(12):
        ours = commit(1, ours)
    assert root in clone.git("rev-list", theirs, f"^{ours}").split(), "git sees through it"
    git = clone.record()._store.git
    named = {MARK: frozenset([root])}
    assert purge_marks.replacing(git, named, theirs, ours) == frozenset()
    assert purge_marks.replacing(git, named, theirs, commit(4)) == {MARK}


@pytest.mark.both_formats
def test_a_mark_that_was_deleted_comes_back(team: Leak) -> None:
    say(team.ann, facts.Redacted(team.secret))
    purge(team.ann)
    shared(team.bob)
    late = event(facts.Noted("x"))
    data = f"commit {BRANCH}\ncommitter U <u@x> 1 +0000\ndata 1\nx\nfrom {BRANCH}^0\nD purged\n"
    text = encode(late).decode()
    data += f"M 100644 inline {FOLDER}/{late.id}-noted.json\ndata {len(text)}\n{text}\n"
    team.remote.git("fast-import", "--quiet", data=data)
    team.settle(team.bob, team.ann)
    assert tip(team.remote, f"{BRANCH}:purged")


@pytest.mark.parametrize("text", ["aaa", "[redacted]"])
@pytest.mark.parametrize("how", ["commit", "root and mark"])
def test_an_event_that_somebody_forged_stands_nowhere(team: Leak, text: str, how: str) -> None:
    """Also where the forged one would sort first, and where only a fresh clone has it."""
    note = sealed(
        event(facts.Noted("the wrong cause"), after=team.secret)._replace(action=team.secret)
    )
    record = team.ann.record(remote="origin")
    record.acknowledge(Action(INCIDENT, (note,), AUTHOR, "noted"))
    record.flush()
    team.settle(team.ann, team.bob)
    path = f"{FOLDER}/{note.id}-noted.json"
    forged = encode(note._replace(fact=facts.Noted(text))).decode()
    files = {path: forged, **(team.mark(team.root) if "mark" in how else {})}
    if "root" in how:
        team.begin(files)
    else:
        commit_on(team.remote, BRANCH, files)
    late = clone_of(team.remote, "late")
    say(late, facts.Noted("late"))
    team.settle(late, team.ann, team.bob)
    for clone in (late, team.ann, team.bob):
        assert clone.git("show", f"{LOG_REF}:{path}") == encode(note).decode()
