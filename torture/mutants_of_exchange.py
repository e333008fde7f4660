"""What may be wrong with exchanging."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from incidentctl.domain.incident.event_json import decode
from incidentctl.git import refs
from incidentctl.record.store import compare, incident_events, purge_marks, stored_event
from incidentctl.record.store.ref_names import LOG_REF
from incidentctl.record.sync import background, exchange, merge, reconcile, remote, sent
from incidentctl.record.sync.answer import BEHIND
from incidentctl.record.write import batch, flush, outbox
from torture.mutants import mutant, replace

#: So long an exchange goes on after it has looked for the last time, in seconds.
_SLOW = 0.5


@mutant("together", "refuse", "network")
def forget_sent_before_the_remote_has_it() -> None:
    forget = sent.forget

    def all_of_it(git: Any, folder_: Path, commit: str) -> Any:
        found = forget(git, folder_, commit)
        for action in found[1]:
            action.path.unlink(missing_ok=True)
        return found[0], []

    replace(sent, "forget", all_of_it)


@mutant("lost", "network", "refuse", "kill")
def sent_not_put_back() -> None:
    replace(exchange.Exchange, "_forget", lambda self, theirs: bool(
        sent.forget(self._git, self._state, theirs)[1]))  # fmt: skip
    drain = flush.Flush._drain

    def without(self: Any) -> bool:
        self._sent, kept = None, self._sent
        try:
            return drain(self)
        finally:
            self._sent = kept

    def forget(self: Any, done: Sequence[Any]) -> None:
        for action in done:
            outbox.move(action.path, self._boxes[0].with_name("sent"))

    replace(flush.Flush, "_drain", without)
    replace(flush.Flush, "_forget", forget)


@mutant("together", "kill", "reset")  # else what is not shared comes back from sent/
def take_theirs_instead_of_the_union() -> None:
    def theirs_wins(part: Any, _author: Any, ours: Any, theirs: str, *_: Any, **__: Any) -> str:
        arguments = [word for parent in (ours, theirs) if parent for word in ("-p", parent)]
        env = ("-c", "user.name=m", "-c", "user.email=m@x")
        done = part.git.run(*env, "commit-tree", "-m", "Merge", *arguments, f"{theirs}^{{tree}}")
        return str(done.out.decode().strip())

    replace(reconcile, "merge", theirs_wins)


@mutant("remote", "kill")
def follow_though_the_remote_lost_events() -> None:
    replace(compare.Difference, "follows", property(lambda self: not self.left_out))


@mutant("remote", "mirror")
def carry_foreign_paths() -> None:
    unchanged = compare.compare

    def carrying(git: Any, ours: Any, theirs: str, **more: Any) -> Any:
        found = unchanged(git, ours, theirs, **more)
        listed = git.run("ls-tree", theirs, "--", *found.left_out).out.decode().splitlines()
        foreign = {line.partition("\t")[2]: line.split()[2] for line in listed}
        carried = {path: oid for path, oid in foreign.items() if path in found.left_out}
        return found._replace(left_out=(), markers=found.markers | carried)

    replace(reconcile, "compare", carrying)


@mutant("remote", "kill")
def no_check_of_names() -> None:
    def unchecked(_: str, data: bytes) -> Any:
        return stored_event.Stored(decode(data), data)

    for place in (compare, batch, incident_events):
        replace(place, "check", unchecked)


@mutant("redact", "together")
def redaction_not_applied_in_a_merge() -> None:
    replace(merge, "redacted", lambda _: {})


@mutant("redact", "together")
def redaction_not_applied_in_a_flush() -> None:
    replace(batch, "redacted", lambda _: {})


@mutant("cache")
def a_commit_for_rendering_alone() -> None:
    rounds = exchange.Exchange._rounds

    def rendered(self: Any, until: float) -> Any:
        log_tip = refs.read(self._git, LOG_REF)
        if log_tip:
            env = ("-c", "user.name=m", "-c", "user.email=m@x")
            run = self._git.run
            done = run(*env, "commit-tree", "-m", "log.md", "-p", log_tip, f"{log_tip}^{{tree}}")
            run("update-ref", LOG_REF, done.out.decode().strip(), log_tip)
        return rounds(self, until)

    replace(exchange.Exchange, "_rounds", rendered)


@mutant("together")
def merge_upon_a_refused_merge() -> None:
    run, push = exchange.Exchange.run, remote.Remote.push
    current: list[Any] = []

    def remembered(self: Any, **given: Any) -> Any:
        current[:] = [self]
        return run(self, **given)

    def taken(self: Any, commit: str, **given: Any) -> Any:
        answer = push(self, commit, **given)
        if answer.state == BEHIND:
            current[0]._take(commit)
        return answer

    replace(exchange.Exchange, "run", remembered)
    replace(remote.Remote, "push", taken)


@mutant("together", "kill", "reset")
def push_by_force() -> None:
    run = remote.Remote._run

    def forced(self: Any, *words: str, **given: Any) -> Any:
        return run(self, *[f"+{w}" if ":refs/heads/" in w and "push" in words and w[0] != "+"
                           else w for w in words], **given)  # fmt: skip

    replace(remote.Remote, "_run", forced)


@mutant("share")
def no_stamp_for_who_exchanges() -> None:
    start = background.Background.start

    def silent(self: Any, *given: Any) -> None:
        was, before = self._stamp.exists(), background._started[-1:]
        start(self, *given)
        if not was and background._started[-1:] == before:
            self._stamp.unlink(missing_ok=True)

    replace(background.Background, "start", silent)


@mutant("share")
def stamp_not_looked_at_after_unlocking() -> None:
    def once(self: Any, work: Any, descriptor: Any) -> None:
        lock = self.lock(descriptor)
        if descriptor is not None or lock.take():
            with lock:
                self._drain(work)
                time.sleep(_SLOW)  # so that somebody asks just then in few histories

    replace(background.Background, "work", once)


@mutant("hostile")
def a_purge_that_changes_events_is_followed() -> None:
    def silent(git: Any, ours: Any, theirs: str, **more: Any) -> Any:
        return compare.compare(git, ours, theirs, **more)._replace(disputed=(), kept={})

    replace(reconcile, "compare", silent)


@mutant("hostile")
def a_mark_that_stops_each_exchange() -> None:
    def unguarded(data: bytes | None) -> Any:
        content = json.loads((data or b"{}").decode())
        return frozenset(filter(purge_marks._OBJECT.match, map(str, content["replaces"])))

    replace(purge_marks, "read", unguarded)


@mutant("kill", "crash")
def hooks_run() -> None:
    from incidentctl.git import run

    words = [w.replace("core.hooksPath=/dev/null", "core.abbrev=12") for w in run._ARGUMENTS]
    replace(run, "_ARGUMENTS", tuple(words))
