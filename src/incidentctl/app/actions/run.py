"""Make an attempt of an action: record that it starts, perform it, record what came of it."""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.app.actions.prepare import Prepared, prepare
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import Recorded, record_action
from incidentctl.app.workspace import places
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.connect.actions import registry
from incidentctl.domain.actions.request import Outcome
from incidentctl.domain.actions.run import Target, ensure_not_sent, retry_in, runs_of
from incidentctl.domain.catalog.action_settings import SlackSettings, uses_of
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import iso
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide import notes
from incidentctl.domain.incident.decide.steps import LINKED
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import EnvironmentFailedError, Hint, RefusedError
from incidentctl.record.write.lock import Lock

#: What the link is called that an action makes, by its `uses`, where its step has no word for it.
_LABELS = {
    "github": "ticket", "jira": "ticket", "shortcut": "ticket", "pagerduty": "page",
}  # fmt: skip
#: So many locks exclude two processes of a clone from sending the same: one for some actions each.
_LOCKS = 16
#: A person waits for another attempt if it comes within so many seconds.
_PATIENCE = 12.0
#: The remote is asked for a claim for at most so many seconds.
_MAX_ASKING = 5.0
#: What runs unasked goes out without a claim once the remote has been away for so long.
_WITHOUT_CLAIM = timedelta(seconds=30)
#: What is made twice if two clones make it: that waits for the remote, or for a person.
_TICKETS = frozenset({"github", "jira", "shortcut"})
#: The place of the locks, beside those of the record.
_FOLDER = "incidentctl"


class NotNowError(RefusedError):
    """Another clone sends it, or that cannot be known now: it is tried again later."""


class Ran(NamedTuple):
    """What came of a run."""

    target: Target
    prepared: Prepared
    outcome: Outcome
    recorded: Recorded
    retry_at: datetime | None
    """When it is to be tried again; None if it is done, or not to be."""
    attempts: int

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.outcome.state == "done"


def run(
    workspace: Workspace,
    ident: str,
    target: Target,
    *,
    who: Actor,
    on_recorded: Callable[[str], None] = lambda _: None,
    again: bool = False,
    unasked: bool = False,
) -> Ran:
    """Make one attempt: it is on disk before anything is sent, and its outcome after that.

    NotNowError while another clone sends it, or, `unasked`, while that cannot be known and it can
    wait. Whoever is stopped in between leaves a start without an outcome, shown as unknown.
    """
    prepared = prepare(workspace, load(workspace, ident), target, again=again)
    planned, environment = prepared.planned, workspace.environment
    if missing := [name for name in planned.secrets if not environment.get(name, "").strip()]:
        raise RefusedError(
            f"Nothing is sent: {', '.join(missing)} is not set in the environment.",
            hint="Set it, or do the step by hand and mark it as done.",
        )

    def record(stated: list[Any], summary: str) -> Recorded:
        return record_action(workspace, ident, stated, who, summary, on_recorded=on_recorded)

    with _lock(workspace, planned.key):
        incident = load(workspace, ident)  # another process may have sent it a moment ago
        ensure_not_sent(incident, target, workspace.now(), again=again)
        attempts = 1 + sum(
            each.attempts for each in runs_of(incident, target) if each.key == planned.key
        )
        unclaimed = not _is_claimed(workspace, incident, prepared, attempts, unasked=unasked)
        started = facts.ActionStarted(
            planned.key,
            target.action.uses,
            prepared.to,
            target.step,
            target.announcement,
            prepared.whom,
            unclaimed,
        )
        record([started], f"sending {target.name} to {prepared.to}")
        try:
            outcome = registry.perform(planned, environment)
        except BaseException:
            broken = Outcome("unknown", "It was broken off")
            record(*_came_of_it(incident, prepared, broken, None))
            raise
        retry_at = _retry_at(workspace, outcome, attempts)
        recorded = record(*_came_of_it(incident, prepared, outcome, retry_at))
    return Ran(target, prepared, outcome, recorded, retry_at, attempts)


def run_patiently(
    workspace: Workspace,
    ident: str,
    target: Target,
    *,
    who: Actor,
    on_recorded: Callable[[str], None] = lambda _: None,
    again: bool = False,
) -> Ran:
    """Make attempts as long as the next one comes soon: for somebody who waits for it."""
    while True:
        ran = run(workspace, ident, target, who=who, on_recorded=on_recorded, again=again)
        left = (ran.retry_at - workspace.now()).total_seconds() if ran.retry_at else None
        if left is None or left > _PATIENCE:
            return ran
        time.sleep(max(left, 0.0))
        again = True


def _is_claimed(
    workspace: Workspace, incident: Incident, prepared: Prepared, turn: int, *, unasked: bool
) -> bool:
    """Claim an attempt on the remote; False if it is made without, as the remote is away.

    Without a remote a clone is alone. A person who asks for it is not kept waiting; what runs
    unasked waits: a ticket for the remote or a person, a page for half a minute.
    """
    claimed = workspace.record.claim(incident.id, prepared.planned.key, turn, limit=_MAX_ASKING)
    if claimed is None or claimed.state == "held":
        return True
    title = one_line(prepared.target.title)
    if claimed.state == "taken":
        raise NotNowError(f"Another clone is sending {title!r} now.", hint=Hint("wait-for-sending"))
    settings = prepared.planned.settings
    opens = isinstance(settings, SlackSettings) and settings.channel is None
    waits = uses_of(settings) in _TICKETS or opens
    if unasked and (waits or workspace.now() - claimed.since < _WITHOUT_CLAIM):
        raise NotNowError(
            f"{title!r} waits for the remote: {claimed.reason or 'it cannot be reached'}."
        )
    return False


# --- what came of it ----------------------------------------------------------------------------


def _retry_at(workspace: Workspace, outcome: Outcome, attempts: int) -> datetime | None:
    if outcome.state == "done" or not outcome.may_retry:
        return None
    chance = random.random()  # noqa: S311 (it only spreads who tries at once)
    seconds = retry_in(attempts, asked=outcome.retry_after, chance=chance)
    return None if seconds is None else workspace.now() + timedelta(seconds=seconds)


def _came_of_it(
    incident: Incident, prepared: Prepared, outcome: Outcome, retry_at: datetime | None
) -> tuple[list[Any], str]:
    """Return the facts of an outcome, and their summary.

    With them come the address of what was made, and what a program printed.
    """
    target, key = prepared.target, prepared.planned.key
    found: list[Any]
    said = notes.log(incident, outcome.output, command=prepared.to) if outcome.output else []
    if outcome.state == "done":
        link = outcome.link
        found = [facts.ActionDone(key, target.step, target.announcement, link, outcome.ident)]
        label = LINKED.get(target.step or "") or _LABELS.get(target.action.uses)
        if link and label and all(known.url != link for known in incident.links):
            found += notes.link(incident, label, link)
        return [*found, *said], f"{target.name} sent to {prepared.to}"
    unknown = outcome.state == "unknown"
    failed = facts.ActionFailed(
        key,
        outcome.reason.rstrip("."),
        target.step,
        target.announcement,
        unknown=unknown,
        retry_at=iso(retry_at) if retry_at else None,
    )
    return [failed, *said], f"{target.name} {'perhaps' if unknown else 'not'} sent to {prepared.to}"


def _lock(workspace: Workspace, key: str) -> Lock:
    """Hold the lock of an action in this clone; RefusedError while another process sends it."""
    place = workspace.repository()
    folder = place.common_dir / _FOLDER if place else places.state_folder(workspace.environment)
    lock = Lock(Path(folder) / f"action-{zlib.crc32(key.encode()) % _LOCKS}.lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if lock.take(wait=_PATIENCE):
            return lock
    except OSError as error:
        raise EnvironmentFailedError(f"Could not lock {folder}: {error.strerror}.") from error
    raise RefusedError("Another command is sending now.", hint="Try again in a moment.")
