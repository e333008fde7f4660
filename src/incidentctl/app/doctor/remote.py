"""The checks of the remote: they ask it, and never send or fetch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

from incidentctl.app.doctor.setup import CheckedPart, Setup
from incidentctl.domain.common.text import count
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.doctor.checks import STALE, Check, State, refusal_hint
from incidentctl.domain.doctor.ci import GITLAB, runs_on
from incidentctl.files.doctor.ci import pipelines
from incidentctl.git.repository import head_commit
from incidentctl.record import health
from incidentctl.record.sync import status
from incidentctl.record.sync.answer import BEHIND, OFFLINE, OK, REFUSED, UNANSWERED, RemoteAnswer
from incidentctl.record.sync.remote import Remote
from incidentctl.record.sync.restricted_remote import SharedPlace, share_address
from incidentctl.record.sync.sent import unsynced

#: What sends and fetches now.
_SYNC = "Run `incidentctl sync`."
#: How long each of the two questions may take, in seconds.
_LIMIT = 5.0


def remote(setup: Setup) -> Iterator[Check]:
    """Whether each part of the record is, or could be, shared with its remote."""
    if setup.remote is None:
        if setup.is_local:
            message = "the record is only in your own folder on this machine"
            hint = "Work in the team's repository; `incidentctl adopt` moves the incidents there."
        elif hidden := setup.workspace.hides_remote:
            message = f"no remote is known: {hidden}"
            hint = "Run `incidentctl catalog lint`."
        else:
            message = "no remote is set: the record is only in this clone"
            hint = "Write `record: {remote: origin}` into incidentctl.yaml."
        yield Check("remote", "warn", message, hint)
    yield from _same(setup)
    for part in setup.parts:
        if part.remote is not None:
            yield from _one(setup, part, part.remote)


def _same(setup: Setup) -> Iterator[Check]:
    """Whether the remote for restricted incidents is also the shared one."""
    ours, restricted = setup.remote, setup.restricted_remote
    if ours is None or restricted is None:
        return
    place, git = setup.place, setup.git
    if ours == restricted or (
        place is not None
        and git is not None
        and share_address(git, ours, restricted, folder=place.work_tree or place.common_dir)
    ):
        where = "is the remote itself" if ours == restricted else f"has the address of {ours}"
        yield Check(
            "remote", "bad", f"restricted_remote {restricted} {where}: everybody could read "
            "restricted incidents",
            "Name another remote in incidentctl.yaml, or remove `restricted_remote`.",
        )  # fmt: skip


def _one(setup: Setup, part: CheckedPart, name: str) -> Iterator[Check]:
    if setup.git is None or setup.place is None:
        yield Check("remote", "warn", f"{name} cannot be asked without git")
        return
    shared = (
        SharedPlace(setup.remote, setup.branch) if part.is_restricted and setup.remote else None
    )
    if part.is_restricted and setup.record and setup.record.excluded():
        yield Check(
            "remote", "ok", f"restricted incidents are not for this clone: git has no remote "
            f"called {name} here",
            f"Whoever may read them adds it: `git remote add {name} URL`.",
        )  # fmt: skip
        return
    where = setup.place.work_tree
    asked = Remote(setup.git, name, part.branch, folder=where, must_differ_from=shared)
    fault = asked.fault()
    if fault:
        hint = "Correct `record:` in incidentctl.yaml, or the remotes of this clone."
        yield Check("remote", "bad", fault, hint)
        return
    answer, heads = asked.heads(until=time.monotonic() + _LIMIT)
    if answer.state != OK:
        yield _unreachable(answer)
    else:
        yield from _branch(part, name, heads)
        yield from _push(setup, part, asked, heads)
    if wrong := asked.unproven(until=time.monotonic() + _LIMIT) if answer.state == OK else None:
        hint = "Nothing is lost. Restricted incidents stay in this clone until it is another place."
        yield Check("remote", "bad", wrong.reason or wrong.state, hint)
    theirs = heads.get(part.branch) if answer.state == OK else None
    yield from _exchange(setup, part, name, in_step=theirs is not None and theirs == part.log_tip)


def _unreachable(answer: RemoteAnswer) -> Check:
    offline = answer.state == OFFLINE
    hint = (
        "Nothing is lost. It is sent once the remote answers."
        if offline
        else "Try `git ls-remote` with it; git may prompt there for what it cannot ask here."
    )
    return Check("remote", "warn" if offline else "bad", f"{answer.reason} ({answer.state})", hint)


def _branch(part: CheckedPart, name: str, heads: dict[str, str]) -> Iterator[Check]:
    if part.branch in heads:
        yield Check("remote", "ok", f"{name} answers, and has {part.branch}")
    elif not heads:
        yield Check(
            "remote", "bad", f"{name} is empty, so the record is not sent: a forge would make "
            "it the default branch",
            "Push your main branch first.",
        )  # fmt: skip
    elif part.log_tip:
        yield Check("remote", "warn", f"{name} answers, but has no {part.branch} yet", _SYNC)
    else:
        yield Check("remote", "ok", f"{name} answers; the first event creates {part.branch} there")


def _push(setup: Setup, part: CheckedPart, asked: Remote, heads: dict[str, str]) -> Iterator[Check]:
    """Try a push that sends nothing: of the record, else of the branch that is there."""
    own = setup.place and head_commit(setup.place, setup.workspace.environment)
    commit = part.log_tip or part.tracking or own
    if not heads or setup.missing.objects or commit is None:
        return
    answer = asked.push(commit, until=time.monotonic() + _LIMIT, dry=True)
    if answer.state in (OK, BEHIND):
        yield Check(
            "push", "ok", f"a dry run of the push to {part.remote} succeeds; only a real push "
            "runs its rules and hooks",
        )  # fmt: skip
    elif answer.state == OFFLINE:
        yield Check("push", "warn", f"{answer.reason}: it is unknown whether you may push")
    else:
        yield Check(
            "push", "bad", f"a dry run of the push fails: {answer.reason}",
            "Ask for write access, or correct the address that `git remote -v` shows.",
        )  # fmt: skip


def _exchange(setup: Setup, part: CheckedPart, name: str, *, in_step: bool) -> Iterator[Check]:
    left = unsynced((*part.boxes, part.folder / "sent"))
    last = status.read(part.folder)
    now = setup.workspace.now()
    sent = not left.events
    if left.events:
        ago = f", the oldest for {_ago(left.since, now)}" if left.since else ""
        old = left.since is not None and now - left.since > STALE
        yield Check(
            "sync", "bad" if old else "warn",
            f"{count(left.events, 'event')} not yet on {name}{ago}", _SYNC,
        )  # fmt: skip
    if last is None:
        if not (in_step and sent) and part.log_tip:
            yield Check("sync", "warn", f"never synced with {name}", _SYNC)
        return
    for note in last.notes:
        yield Check("sync", "warn", note, f"See who pushed it with `git log {name}/{part.branch}`.")
    when = f"the last sync, {_ago(last.at, now)} ago,"
    if last.state == REFUSED:
        hint = refusal_hint(last.reason, part.branch)
        yield Check("sync", "bad", f"{when} was refused: {last.reason}", hint)
    elif last.state != OK:
        state: State = "warn" if last.state in (OFFLINE, BEHIND, UNANSWERED) else "bad"
        yield Check("sync", state, f"{when} ended {last.state}: {last.reason}", _SYNC)
    elif in_step and sent:
        yield Check("sync", "ok", f"up to date with {name}; {when} succeeded")
    elif now - last.at > STALE:
        yield Check("sync", "warn", f"{when} succeeded, but is old", _SYNC)
    else:
        yield Check("sync", "ok", f"{when} succeeded")


def _ago(moment: datetime | None, now: datetime) -> str:
    return rough_duration(max(now - moment, now - now)) if moment else "unknown"


def ci(setup: Setup) -> Iterator[Check]:
    """Whether a push of the record would start CI that is meant for the team's own branches.

    GitHub, GitLab and Forgejo read the file from the pushed commit. The record's commits have none,
    so it runs only if somebody put one on the branch.
    """
    top = setup.place.work_tree if setup.place else None
    if top is None or setup.git is None or not setup.workspace.checked_out:
        return
    found, unread = pipelines(top)
    for what in unread:
        hint = "Check whether it runs on every branch."
        yield Check("ci", "warn", what, hint)
    meant = [
        each.path for each in found if runs_on(each.path, each.document, each.text, setup.branch)
    ]
    if not meant:
        return
    tips = [tip for tip in (setup.mirror, setup.tracking) if tip]
    carried = {name for tip in tips for name in health.foreign_files(setup.git, tip)}
    for path in meant:
        there = path.partition("/")[0] in carried
        state: State = "warn" if there else "ok"
        message = (
            f"{path} is on {setup.branch}, too, and runs there"
            if there
            else f"{path} is for every branch; forges read it from the pushed branch, and "
            f"{setup.branch} does not have it"
        )
        yield Check("ci", state, message, _leave_out(path, setup.branch, sure=there))


def _leave_out(path: str, branch: str, *, sure: bool) -> str:
    gitlab = f"[{{if: $CI_COMMIT_BRANCH == '{branch}', when: never}}, {{when: always}}]"
    github = f"on: {{push: {{branches-ignore: [{branch}]}}}}"
    lines = f"workflow: {{rules: {gitlab}}}" if path == GITLAB else github
    return f"Exclude the branch: `{lines}`." if sure else f"To be sure, write `{lines}`."
