"""What every respond command does: find the incident, decide, acknowledge, commit."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.places import NO_TEAM
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.text import did_you_mean, one_line
from incidentctl.domain.common.times import parse_moment
from incidentctl.domain.incident.head import Head, fold
from incidentctl.domain.incident.ids import is_incident_id
from incidentctl.domain.incident.state import CANCELLED, RESOLVED, Incident
from incidentctl.errors import EnvironmentFailedError, NotFoundError, RefusedError, UsageError
from incidentctl.git.author import Author
from incidentctl.record.write.flush import Flushed
from incidentctl.record.write.outbox import Action

#: What ended within this time is probably what somebody means who names no incident.
_MOMENT_AGO = timedelta(hours=2)


class SeveralError(UsageError):
    """More than one incident fits; a terminal may ask which."""

    def __init__(self, candidates: Sequence[str], message: str, hint: str) -> None:
        """Take the ids that fit."""
        super().__init__(message, hint=hint)
        self.candidates = tuple(candidates)


class Recorded(NamedTuple):
    """What a command recorded. `commit` is None while it is only acknowledged."""

    incident: str
    events: tuple[str, ...]
    commit: str | None
    notes: tuple[str, ...] = ()
    """What to tell about the way it was recorded."""

    @property
    def recorded(self) -> Recorded:
        """Itself: for a use case of which nothing else comes."""
        return self


def find_incident(workspace: Workspace, part: str | None, *, ended: bool = False) -> str:
    """Return the one incident meant: by a part of its id, else the only open (or resolved) one.

    Of several that a part fits it is the only one that is open (or over, with `ended`).
    Where there is none the remote is asked, for a few seconds: somebody else may have declared it.
    """
    try:
        return _find(workspace, part, ended=ended)
    except NotFoundError:
        if not workspace.sharing.catch_up():
            raise
        return _find(workspace, part, ended=ended)
    except EnvironmentFailedError:
        found = _find_unread(workspace, part, ended=ended)
        if found is not None:
            return found
        with contextlib.suppress(EnvironmentFailedError):
            workspace.notes += workspace.record.repair(deep=True)
        workspace.sharing.catch_up()  # a partial clone gets what it lacks
        return _find(workspace, part, ended=ended)


def ensure_nameable(workspace: Workspace, own: str, other: str) -> None:
    """Refuse to name a restricted incident in one that everybody reads."""
    record = workspace.record
    if record.is_restricted(other) and not record.is_restricted(own):
        raise RefusedError(
            f"{other} is restricted, and {own} is not: everybody would read of it.",
            hint=f"Relate them the other way round: `incidentctl relate {own} -i {other}`.",
        )


def _find_unread(workspace: Workspace, part: str | None, *, ended: bool) -> str | None:
    """Return the one incident that can be meant though the record cannot be read now, if any."""
    record = workspace.record
    if part:
        folded = part.strip().casefold()
        if is_incident_id(folded):
            return folded
        fits = [ident for ident in record.last_ids() if folded in ident]
    else:
        try:
            fits = [] if ended else [head.id for head in record.own_open_heads()]
        except EnvironmentFailedError:
            fits = []
    return fits[0] if len(fits) == 1 else None


def _find(workspace: Workspace, part: str | None, *, ended: bool) -> str:
    if part:
        return _by_part(workspace, part, ended=ended)
    if ended:
        over = workspace.record.heads()
        # What was cancelled needs no closing, so it is meant only where nothing is resolved.
        heads = [head for head in over if head.status == RESOLVED] or [
            head for head in over if head.status == CANCELLED
        ]
        word = heads[0].status if heads else RESOLVED
    else:
        heads = workspace.record.open_heads()
        word = "open"
    if len(heads) == 1:
        return heads[0].id
    if not heads:
        workspace.record.ensure_read()
        declare = 'Declare one with `incidentctl declare "what is broken"`, or name one with -i.'
        if workspace.is_local:
            declare = f"{NO_TEAM} {declare}"
        over_now = None if ended else _just_ended(workspace)
        raise NotFoundError(
            f"No incident is {word}.", hint=f"{over_now} {declare}" if over_now else declare
        )
    raise several(heads, f"{len(heads)} incidents are {word}")


def several(heads: Sequence[Head], message: str) -> SeveralError:
    """Return the refusal that names the incidents which may be meant."""
    return SeveralError(
        [head.id for head in heads],
        f"{message}:\n" + "\n".join(_line(head) for head in heads[:20]),
        "say which with -i and any part of its id, or set INCIDENTCTL_INCIDENT",
    )


def _just_ended(workspace: Workspace) -> str | None:
    """Say what ended a moment ago, perhaps by a colleague, and how to go on with it."""
    since = workspace.now() - _MOMENT_AGO
    over = [head for head in workspace.record.heads() if head.ended and head.ended >= since]
    if not over:
        return None
    ident = max(over, key=lambda head: (head.ended or since, head.id)).id
    from incidentctl.render.incident.brief import ends

    state, text = list(ends(load(workspace, ident)))[-1]
    part = ident.rsplit("-", 1)[-1]
    return (
        f"{ident} was {state} {one_line(text)[:200]}: `incidentctl log -i {part} ...` or "
        f'`incidentctl reopen -i {part} "why"`.'
    )


def _by_part(workspace: Workspace, part: str, *, ended: bool) -> str:
    folded = part.strip().casefold()
    found = workspace.record.find(folded)
    if folded in found:
        return folded
    if len(found) == 1:
        return found[0]
    if not found:
        workspace.record.ensure_read()
        near = did_you_mean(folded, workspace.record.ids())
        raise NotFoundError(
            f"No incident has {one_line(part)!r} in its id.",
            hint=f"Did you mean {near!r}?"
            if near
            else "`incidentctl list --all` shows all incidents.",
        )
    opened = [head.id for head in workspace.record.open_heads() if head.id in found]
    over = [ident for ident in reversed(found) if ident not in opened]
    meant, rest = (over, opened) if ended else (opened, over)
    if len(meant) == 1:
        return meant[0]
    candidates = [*meant, *rest]
    raise SeveralError(
        candidates,
        f"{one_line(part)!r} fits {len(found)} incidents:\n"
        + "\n".join(f"  {ident}" for ident in candidates[:20]),
        "say more of the id",
    )


def _line(head: Head) -> str:
    return f"  {head.id}  {head.severity or '-'}  {one_line(head.title)}"


def load(workspace: Workspace, ident: str) -> Incident:
    """Return an incident as the record has it now."""
    events, problems = workspace.record.events(ident)
    return fold(ident, events, problems=problems)


class Response:
    """One person's work on one incident: each `record` is one acknowledged action."""

    def __init__(
        self,
        workspace: Workspace,
        ident: str,
        who: Actor,
        *,
        at: datetime | None = None,
        tell: Callable[[str], None],
    ) -> None:
        """Take who acts on which incident; `tell` gets a line as soon as an action is safe."""
        self.workspace = workspace
        self.ident = ident
        self.who = who
        self.at = at
        self.tell = tell

    @cached_property
    def incident(self) -> Incident:
        """The incident as it was when it was first looked at, or looked at after `record`."""
        try:
            return load(self.workspace, self.ident)
        except EnvironmentFailedError:
            return fold(self.ident, [])  # what is said now is kept all the same

    @property
    def people(self) -> dict[str, str | None]:
        """The name of everybody in the catalog by handle; empty when it names nobody."""
        return {handle: p.name for handle, p in self.workspace.basics.by_handle.items()}

    @property
    def roles(self) -> dict[str, bool]:
        """Of every role of the catalog: whether several people may hold it."""
        return {role.name: role.many for role in self.workspace.catalog.roles}

    @property
    def teams(self) -> list[str]:
        """The names of the teams of the catalog; empty when there are none."""
        return list(self.workspace.catalog.teams)

    def hidden_from(self, person: str) -> bool:
        """Say whether somebody else cannot see the incident: restricted, and in no other clone."""
        if person == self.who.handle or self.workspace.basics.usable_restricted_remote:
            return False
        return self.workspace.record.is_restricted(self.ident)

    def look_again(self) -> Incident:
        """Return the incident as the record has it now."""
        vars(self).pop("incident", None)
        return self.incident

    def record(self, facts: Sequence[Any], summary: str) -> Recorded:
        """Acknowledge the facts as one action, then commit; `summary` is told when it is safe.

        EnvironmentFailedError when not even the fallback could take them: then nothing is recorded.
        """
        at = self.at
        if at is not None:
            from incidentctl.domain.incident.decide.lifecycle import timely

            at = timely(self.incident, map(type, facts), at)
        recorded = record_action(
            self.workspace, self.ident, facts, self.who, summary, at=at, tell=self.tell
        )
        # Read anew only by who looks at it again: most commands end here.
        vars(self).pop("incident", None)
        return recorded


def acknowledge(
    workspace: Workspace,
    ident: str,
    facts: Sequence[Any],
    who: Actor,
    *,
    at: datetime | None = None,
    group: str | None = None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Put facts on disk as one action; return their event ids and what to tell about it.

    `group` is the id of the first event that the same command made before, if it did.
    """
    events = workspace.stamp(facts, ident, who, at=at, group=group)
    author = Author(who.author_name, who.author_email)
    # The commit's subject names kinds and no text that somebody wrote: a redaction could not reach
    # it there.
    kinds = ", ".join(dict.fromkeys(event.kind for event in events))
    done = workspace.record.acknowledge(Action(ident, events, author, f"{ident}: {kinds}"))
    return tuple(event.id for event in events), (done.note,) if done.note else ()


def record_action(
    workspace: Workspace,
    ident: str,
    facts: Sequence[Any],
    who: Actor,
    summary: str,
    *,
    at: datetime | None = None,
    tell: Callable[[str], None],
) -> Recorded:
    """Acknowledge, tell it at once, then commit what can be committed."""
    if not facts:
        return Recorded(ident, (), None)
    ids, notes = acknowledge(workspace, ident, facts, who, at=at)
    tell(f"{ident}: {summary}")
    flushed = workspace.flush()
    late = not_committed(flushed)
    return Recorded(ident, ids, flushed.commit, (*notes, *flushed.notes, *late))


def not_committed(flushed: Flushed) -> tuple[str, ...]:
    """Say why an action is not committed yet; nothing when it is."""
    if flushed.commit is not None:
        return ()
    why = flushed.reason or "another command is committing"
    return (f"Safe on disk, not yet committed: {why}. The next command commits it.",)


def moment(workspace: Workspace, who: Actor, told: str | None) -> datetime | None:
    """Read a moment that somebody tells, in their zone; UsageError when it is none."""
    if told is None:
        return None
    try:
        return parse_moment(told, now=workspace.now(), local=workspace.speaker_zone(who))
    except ValueError as error:
        raise UsageError(f"{error}.") from None
