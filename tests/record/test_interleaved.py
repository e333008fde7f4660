"""Two processes in one clone: what one does between two reads of the other changes no result."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.record.kit import INCIDENT, OTHER, Clone, action, fold_head
from tests.record.sharing import (
    BRANCH,
    LOG_REF,
    Team,
    exchange,
    first_clone_of,
    opened,
    say,
    shared,
    tip,
)

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.head import Head
from incidentctl.record.sync import exchange as exchange_module
from incidentctl.record.sync.lookout import Lookout
from incidentctl.record.write import kept, outbox

SECRET = "hunter2 is the password"
_BEFORE = "from pathlib import Path\nfrom tests.record.kit import *\n"


def once(deed: Callable[[], object]) -> Callable[[], None]:
    """Return what does something the first time it is called."""
    left = [deed]

    def do() -> None:
        if left:
            left.pop()()

    return do


def ended(clone: Clone, title: str, incident: str = INCIDENT) -> str:
    """Declare and resolve an incident; return the id of its declaration."""
    record = clone.record()
    done = action(facts.Declared(title), facts.Resolved("over"), incident=incident)
    record.acknowledge(done)
    assert record.flush().commit
    return done.events[0].id


def title_of(head: Head) -> str:
    return head.title


def files_with(state: Path, text: str) -> list[str]:
    """The files of a clone's state, beside its git objects, that hold a text."""
    every = [path for path in state.rglob("*") if path.is_file()]
    assert every
    return [path.name for path in every if text.encode() in path.read_bytes()]


def killed(script: str, at: str) -> None:
    """Run a piece of Python that is killed at a crash point."""
    environment = os.environ | {"INCIDENTCTL_CRASH_AT": at}
    done = subprocess.run(
        [sys.executable, "-c", f"{_BEFORE}{script}"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode < 0, done.stderr


# --- what waits, and the branch ------------------------------------------------------------------


def cancelled_head(incident: str, events: Sequence[Event]) -> Head:
    head = fold_head(incident, events)
    over = any(isinstance(event.fact, facts.Cancelled) for event in events)
    return head._replace(status="cancelled", open=False) if over else head


def test_what_is_cancelled_while_a_list_is_read_is_noted(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone.declare()
    reader, other = (clone.record(fold_head=cancelled_head) for _ in range(2))
    other.acknowledge(action(facts.Cancelled("a duplicate", None)))
    index = reader.part.store.index

    def slow() -> Any:
        found = index()
        other.flush()
        return found

    monkeypatch.setattr(reader.part.store, "index", slow)
    assert [head.id for head in reader.noted_heads()] == [INCIDENT]


def test_a_fetch_of_the_user_during_an_exchange_hides_nothing(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = team.ann, team.bob
    ann.declare()
    shared(ann, bob)
    say(bob, facts.Noted("one"))
    shared(bob)
    advance = exchange_module.advance

    def more() -> None:
        say(bob, facts.Noted("two"))
        shared(bob)
        ann.git("fetch", "-q", "origin")  # as an editor does

    meanwhile = once(more)

    def slow(*arguments: Any) -> None:
        advance(*arguments)
        meanwhile()

    monkeypatch.setattr(exchange_module, "advance", slow)
    exchange(ann)
    texts = [e.fact.text for e in opened(ann).events(INCIDENT)[0] if e.kind == "noted"]
    assert texts == ["one", "two"]


# --- what is kept until a later look -------------------------------------------------------------


def test_what_waited_for_hours_is_kept_from_its_commit_on(clone: Clone) -> None:
    clone.declare()
    record = clone.record()
    waits = record.acknowledge(action(facts.Noted("waited for two hours"))).path
    old = time.time() - 2 * 3600
    os.utime(waits, (old, old))
    clone.record().flush()
    clone.record().maintain()
    assert waits.name in {path.name for path in (clone.git_dir / "incidentctl/kept").iterdir()}


def test_a_file_that_a_repair_has_moved_is_no_failure_of_an_exchange(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = team.ann
    ann.declare()
    shared(ann)
    before = tip(ann, LOG_REF)
    say(ann, facts.Noted("x"))
    for ref in (LOG_REF, BRANCH):
        ann.git("update-ref", ref, before)
    move, state = outbox.move, ann.git_dir / "incidentctl"
    repaired = once(lambda: kept.to_outbox(state, state / "outbox"))

    def slow(path: Path, folder: Path) -> None:
        if folder.name == "outbox":
            repaired()
        move(path, folder)

    monkeypatch.setattr(outbox, "move", slow)
    assert exchange(ann).state == "ok"


def test_a_move_of_the_remote_is_told_although_nobody_looked_just_then(team: Team) -> None:
    ann, bob = team.ann, team.bob
    bob.declare()
    shared(bob)
    look = Lookout([opened(ann).remote()])
    asked = once(look._ask)

    class Slow(threading.Event):
        def is_set(self) -> bool:
            found = super().is_set()
            asked()
            return found

    look._moved = Slow()
    assert [look.moved() for _ in range(3)] == [False, True, False]


# --- redacted texts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "at", ["flush.imported", "flush.verified", "flush.forgetting", "flush.forgotten"]
)
def test_a_redaction_that_is_killed_leaves_no_text_beside_the_branch(clone: Clone, at: str) -> None:
    first = ended(clone, SECRET)
    clone.record().past(title_of)
    killed(
        f"r = open_record(Path({str(clone.git_dir)!r}), Path({str(clone.fallback)!r}))\n"
        f"r.acknowledge(action(facts.Redacted({first!r}, 'secret')))\nr.flush()\n",
        at,
    )
    clone.record().flush()
    assert clone.record().past(title_of).lines == ("[redacted]",)
    assert files_with(clone.git_dir / "incidentctl", SECRET) == []


def test_a_received_redaction_that_is_killed_leaves_no_text_beside_the_branch(team: Team) -> None:
    ann, bob = team.ann, team.bob
    first = ended(ann, SECRET)
    shared(ann, bob)
    opened(ann).past(title_of)
    say(bob, facts.Redacted(first, "secret"))
    shared(bob)
    killed(
        f"r = open_record(Path({str(ann.git_dir)!r}), Path({str(ann.fallback)!r}), "
        f"remote='origin', work_tree=Path({str(ann.path)!r}))\nr.exchange(AUTHOR, limit=30)\n",
        "exchange.taken",
    )
    shared(ann)
    assert opened(ann).past(title_of).lines == ("[redacted]",)
    assert files_with(ann.git_dir / "incidentctl", SECRET) == []


def test_a_text_is_blanked_although_an_exchange_moves_its_file(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = team.ann
    record = opened(ann)
    declared = action(facts.Declared(SECRET))
    record.acknowledge(declared)
    record.flush()
    rewrite, state = outbox.rewrite, ann.git_dir / "incidentctl"

    def slow(pending: Any, forms: Any) -> None:
        if pending.path.exists() and pending.path.parent.name == "sent":
            kept.keep(pending.path, state)
        rewrite(pending, forms)

    monkeypatch.setattr(outbox, "rewrite", slow)
    say(ann, facts.Redacted(declared.events[0].id, "secret"))
    assert files_with(state, SECRET) == []


def test_a_redaction_while_past_incidents_are_read_is_not_undone(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ended(clone, SECRET)
    clone.record().past(title_of)
    ended(clone, "another", OTHER)
    reader = clone.record()
    many = reader.many_events

    def slow(incidents: Any) -> Iterator[Any]:
        yield from list(many(incidents))
        say(clone, facts.Redacted(first, "secret"))

    monkeypatch.setattr(reader, "many_events", slow)
    reader.past(title_of)
    assert sorted(clone.record().past(title_of).lines) == ["[redacted]", "another"]


def test_a_past_incident_that_was_open_for_a_while_is_shown_as_it_is(clone: Clone) -> None:
    ended(clone, "one")
    clone.record().past(title_of)
    say(clone, facts.Reopened("again"))
    say(clone, facts.Resolved("over again"))
    reader = clone.record()
    [shown] = reader.past_heads(reader.past(title_of), [0])
    assert shown == clone.record().heads()[0]
    assert clone.record().past(title_of).head(0) == shown


# --- claims --------------------------------------------------------------------------------------


def test_two_clones_of_one_host_name_and_path_do_not_both_hold_a_claim(remote: Clone) -> None:
    """As in two containers."""
    one, two = (first_clone_of(remote, name) for name in ("a", "b"))
    path, states = remote.path.parent / "mount", []
    for each in (one, two):
        each.path.rename(path)
        there = Clone(path, path / ".git", remote.path.parent / "fallback")
        record = opened(there)
        record.acknowledge(action(facts.Declared("x")))
        claimed = record.claim("page", 1, limit=20)
        states.append(claimed and claimed.state)
        path.rename(each.path)
    assert states == ["held", "taken"]
