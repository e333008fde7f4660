"""One person's work on an incident: acknowledge what was decided, then commit it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from incidentctl.app.incident.find import load
from incidentctl.app.workspace.people import Actor, find, nearly
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import show
from incidentctl.domain.incident.facts import (
    HandoverOffered,
    IndividualAssigned,
    RoleAssigned,
    TaskAdded,
    TaskAssigned,
    UpdatePosted,
)
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import EnvironmentFailedError, NotFoundError, UsageError
from incidentctl.git.author import Author
from incidentctl.record.write.flush import Flushed
from incidentctl.record.write.outbox import Action

if TYPE_CHECKING:  # few commands name a time
    from incidentctl.domain.common.told_times import ToldTime

#: Facts that give a person something to do.
_GIVEN = (RoleAssigned, HandoverOffered, IndividualAssigned, TaskAdded, TaskAssigned)


class NearlyKnownError(NotFoundError):
    """The acting person is in no team, and the name is nearly that of a member."""

    def __init__(self, handle: str, near: str) -> None:
        """Take the name as typed, and the member's handle."""
        super().__init__(
            f"There is no person {one_line(handle)!r}.",
            hint=f"Did you mean {near!r}? For somebody else give a full name or an e-mail address.",
        )
        self.near = near


class Recorded(NamedTuple):
    """What a command recorded. `commit` is None while it is only acknowledged."""

    incident: str
    events: tuple[str, ...]
    commit: str | None
    notes: tuple[str, ...] = ()
    """Notes for the user about the recording."""

    @property
    def recorded(self) -> Recorded:
        """Itself: for use cases that return nothing else."""
        return self


class Response:
    """One person's work on one incident: each `record` is one acknowledged action."""

    def __init__(
        self,
        workspace: Workspace,
        ident: str,
        who: Actor,
        *,
        at: datetime | None = None,
        on_recorded: Callable[[str], None],
    ) -> None:
        """Take who acts on which incident; `on_recorded` gets a line once an action is safe."""
        self.workspace = workspace
        self.ident = ident
        self.who = who
        self.at = at
        self.on_recorded = on_recorded

    @cached_property
    def incident(self) -> Incident:
        """The incident when it was first read, or read again after `record`."""
        try:
            return load(self.workspace, self.ident)
        except EnvironmentFailedError:
            return fold(self.ident, [])  # this action must not be lost

    @property
    def people(self) -> dict[str, str | None]:
        """The name of everybody in the catalog, by handle."""
        return {handle: p.name for handle, p in self.workspace.basics.by_handle.items()}

    def meant(self, person: str) -> str:
        """Return the handle of a member named by handle, e-mail or full name; others as typed."""
        member = find(person, self.workspace.basics)
        return member.handle if member else person

    @property
    def roles(self) -> dict[str, bool]:
        """For every role of the catalog: whether several people may hold it."""
        return {role.name: role.many for role in self.workspace.catalog.roles}

    @property
    def teams(self) -> list[str]:
        """The names of the teams in the catalog."""
        return list(self.workspace.catalog.teams)

    def hidden_from(self, person: str) -> bool:
        """Return whether a person cannot see the incident: restricted, and only in this clone."""
        record = self.workspace.record
        if person == self.who.handle or not record.is_restricted(self.ident):
            return False
        return not record.knows_restricted_remote()

    def look_again(self) -> Incident:
        """Return the incident as the record has it now."""
        vars(self).pop("incident", None)
        return self.incident

    def record(self, facts: Sequence[Any], summary: str) -> Recorded:
        """Acknowledge the facts as one action, then commit; `summary` is reported once it is safe.

        EnvironmentFailedError if not even the fallback could store them: nothing is recorded.
        """
        at, early = self.at, None
        if at is not None:
            from incidentctl.domain.incident.decide.lifecycle import early_note, timely

            kinds = [type(fact) for fact in facts]
            at = timely(self.incident, kinds, at)
            early = early_note(self.incident, kinds, at)
        if any(isinstance(fact, UpdatePosted) for fact in facts):
            from incidentctl.domain.incident.decide.updates import announce

            when = at or self.workspace.now()
            facts = [announce(self.incident, fact, when) for fact in facts]
        recorded = record_action(
            self.workspace,
            self.ident,
            facts,
            self.who,
            summary,
            at=at,
            on_recorded=self.on_recorded,
        )
        # Read again only on demand: most commands end here.
        vars(self).pop("incident", None)
        told = [f"{one_line(each)} is in no team of the catalog." for each in self.strangers(facts)]
        notes = (*([early] if early else []), *recorded.notes, *told)
        return recorded._replace(notes=notes)

    def strangers(self, facts: Sequence[Any]) -> list[str]:
        """Return who is given something to do and is in no team; none if the catalog has nobody."""
        named = [fact.person for fact in facts if isinstance(fact, _GIVEN) and fact.person]
        known = self.people
        return [each for each in dict.fromkeys(named) if known and each not in known]


def acknowledge(
    workspace: Workspace,
    ident: str,
    facts: Sequence[Any],
    who: Actor,
    *,
    at: datetime | None = None,
    group: str | None = None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write facts to disk as one action; return their event ids and notes for the user.

    `group` is the id of the first event of the same command, if it made some before.
    """
    events = workspace.stamp(facts, ident, who, at=at, group=group)
    author = Author(who.author_name, who.author_email)
    # The commit's subject names kinds only: a redaction could not reach text there.
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
    on_recorded: Callable[[str], None],
) -> Recorded:
    """Acknowledge, report that at once, then commit what can be committed."""
    if not facts:
        return Recorded(ident, (), None)
    ids, notes = acknowledge(workspace, ident, facts, who, at=at)
    on_recorded(f"{ident}: {summary}")
    flushed = workspace.flush()
    late = not_committed(flushed)
    return Recorded(ident, ids, flushed.commit, (*notes, *flushed.notes, *late))


def not_committed(flushed: Flushed) -> tuple[str, ...]:
    """Return why an action is not committed yet; empty when it is."""
    if flushed.commit is not None:
        return ()
    why = flushed.reason or "another command is committing"
    return (f"Safe on disk, not yet committed: {why}. The next command commits it.",)


def parse_moment(workspace: Workspace, who: Actor, text: str | None) -> ToldTime | None:
    """Parse a moment that a person typed, in their zone; UsageError if it is invalid."""
    if text is None:
        return None
    from incidentctl.domain.common.told_times import parse_told

    try:
        return parse_told(text, now=workspace.now(), local=workspace.speaker_zone(who))
    except ValueError as error:
        raise UsageError(f"{error}.") from None


def ensure_meant(workspace: Workspace, ident: str, who: Actor) -> None:
    """Refuse an actor whose name is nearly a member's; whoever takes part already is known."""
    near = nearly(who, workspace.basics)
    if near is None or who.handle in load(workspace, ident).people:
        return
    raise NearlyKnownError(who.handle, near)


def echo(workspace: Workspace, who: Actor, told: ToldTime) -> str:
    """Return a typed time as it was understood, in the zone of the person."""
    return show(told.moment, workspace.speaker_zone(who))
