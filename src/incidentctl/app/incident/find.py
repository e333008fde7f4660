"""Which incident is meant: by a part of its id, else the only one; and what is known of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import NamedTuple

from incidentctl.app.incident.order import in_order
from incidentctl.app.record.looked import NotLookedError, ensure_looked, none_here, out_of_touch
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.text import did_you_mean, one_line
from incidentctl.domain.incident.head import Head, fold, titled
from incidentctl.domain.incident.ids import is_group_id, is_incident_id, last_part, named
from incidentctl.domain.incident.state import CANCELLED, CLOSED, RESOLVED, Incident
from incidentctl.errors import EnvironmentFailedError, NotFoundError, RefusedError, UsageError

#: A user who names no incident probably means one that ended within this time.
_MOMENT_AGO = timedelta(hours=2)
#: One that was declared within this time is named by the first word of a text, open or not.
_OF_LATE = timedelta(days=7)


class SeveralError(UsageError):
    """More than one incident matches; a terminal may ask which."""

    def __init__(self, candidates: Sequence[str], message: str, hint: str) -> None:
        """Take the ids that match."""
        super().__init__(message, hint=hint)
        self.candidates = tuple(candidates)


def find_incident(workspace: Workspace, part: str | None, *, ended: bool = False) -> str:
    """Return the id of the incident meant: by a part of it, else the only open (or resolved) one.

    If a part matches several, the only open one counts (or the only ended one, with `ended`).
    If none matches, it syncs for a few seconds: somebody else may have declared it.
    """
    try:
        return _find(workspace, part, ended=ended)
    except (NotFoundError, NotLookedError):
        workspace.sharing.catch_up()
        return _find(workspace, part, ended=ended)  # or says why it could not look
    except EnvironmentFailedError:
        found = _find_unread(workspace, part, ended=ended)
        if found is not None:
            return found
        with contextlib.suppress(EnvironmentFailedError):
            workspace.notes += workspace.record.repair(deep=True)
        workspace.sharing.catch_up()  # a partial clone fetches what it lacks
        return _find(workspace, part, ended=ended)


class Where(NamedTuple):
    """Among which incidents a word may be the end of an id, besides the open ones."""

    ended: bool = False
    """Also the resolved and cancelled ones."""
    alone: bool = False
    """A word that stands alone may name any, and one that looks like an id names one."""
    any: bool = False
    """Every incident of the record."""


OPEN_ONES = Where()


def is_incident(workspace: Workspace, word: str, where: Where, *, alone: bool) -> bool:
    """Say whether a word, the last part of an id by its looks, names an incident.

    A word `alone` is the whole text of a command. The record has so many ids that a word at the
    begin of a longer text may be the end of an old one by chance: there one that is over counts
    if it was declared within a week, and after that as `where` says, unless it is closed.
    """
    word = word.strip().casefold()
    if where.any and word.isdigit():
        return False  # an entry
    end = f"-{word}"
    try:
        if where.any or (where.alone and alone):
            looks = where.alone and not word.isalpha() and not word.isdigit()
            return looks or any(ident.endswith(end) for ident in workspace.record.ids())
        return bool(_nameable(workspace, where, lambda ident: ident.endswith(end)))
    except EnvironmentFailedError:
        return False


def is_part_of_one(workspace: Workspace, word: str, where: Where) -> bool:
    """Say whether a word is in the last part of the id of just one incident, as `is_incident`.

    That of an incident that an alert declared has eight letters, which nobody types.
    """
    word = word.strip().casefold()
    try:
        found = _nameable(workspace, where, lambda ident: word in ident.rpartition("-")[2])
    except EnvironmentFailedError:
        return False
    return len(found) == 1


def _nameable(workspace: Workspace, where: Where, fits: Callable[[str], bool]) -> list[str]:
    """Return the fitting ids that the begin of a text may name."""
    record, since = workspace.record, workspace.now() - _OF_LATE
    heads = record.heads() if where.ended else record.open_heads()
    found = {head.id for head in heads if head.status != CLOSED and fits(head.id)}
    declared = {ident: named(ident)[1] for ident in record.ids() if fits(ident)}
    return sorted(found.union(each for each, at in declared.items() if at and at >= since))


def ended_by(workspace: Workspace, who: Actor) -> str | None:
    """Return the incident that a person ended or wrote to last, if it is over since a moment ago.

    None if they have done something in an open incident since.
    """
    record, since = workspace.record, workspace.now() - _MOMENT_AGO
    recent = {
        head.id: head.open
        for head in record.heads()
        if head.open or (head.ended and head.ended >= since)
    }
    if all(recent.values()):
        return None
    own = (
        (max((each.id for each in events if each.by == who.handle), default=""), ident)
        for ident, events, _ in record.many_events(recent)
    )
    newest, ident = max(own, default=("", ""))
    return ident if newest and not recent[ident] else None


def ensure_nameable(workspace: Workspace, own: str, other: str) -> None:
    """Refuse to name a restricted incident in one that everybody reads."""
    record = workspace.record
    if record.is_restricted(other) and not record.is_restricted(own):
        raise RefusedError(
            f"{other} is restricted, and {own} is not: everybody could read about it.",
            hint=f"Relate them the other way round: `incidentctl relate {own} -i {other}`.",
        )


def _find_unread(workspace: Workspace, part: str | None, *, ended: bool) -> str | None:
    """Return the incident meant while the record cannot be read, if there is only one."""
    record = workspace.record
    if part:
        folded = part.strip().casefold()
        if is_incident_id(folded):
            return folded
        known = filter(is_incident_id, record.last_ids())
        fits = [ident for ident in known if folded in ident]
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
        # A cancelled incident needs no closing: it is meant only if none is resolved.
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
        ensure_looked(workspace)
        declare = 'Declare one with `incidentctl declare "what is broken"`, or name one with -i.'
        if why := workspace.why_local:
            declare = f"{why} {declare}"
        over_now = None if ended else _just_ended(workspace)
        raise NotFoundError(
            none_here(workspace, f"No incident is {word}.") + out_of_touch(workspace),
            hint=f"{over_now} {declare}" if over_now else declare,
        )
    raise several(workspace, heads, f"{len(heads)} incidents are {word}")


def several(workspace: Workspace, heads: Sequence[Head], message: str) -> SeveralError:
    """Return the refusal that lists the incidents that may be meant."""
    if heads[0].open:
        heads = in_order(workspace, heads, newest=True)
    restricted = workspace.record.restricted_ids()
    return SeveralError(
        [head.id for head in heads],
        f"{message}:\n" + "\n".join(_line(head, restricted) for head in heads[:20]),
        "Name one: the last three letters of its id right after the command, or `-i` and any "
        "part of it.",
    )


def _just_ended(workspace: Workspace) -> str | None:
    """Return what ended a moment ago, perhaps by a colleague, and how to continue with it."""
    since = workspace.now() - _MOMENT_AGO
    over = [head for head in workspace.record.heads() if head.ended and head.ended >= since]
    if not over:
        return None
    ident = max(over, key=lambda head: (head.ended or since, head.id)).id
    from incidentctl.render.incident.brief import ends

    state, text = list(ends(load(workspace, ident)))[-1]
    part = last_part(ident)
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
        ensure_looked(workspace)
        near = did_you_mean(folded, workspace.record.ids())
        raise NotFoundError(
            none_here(workspace, f"No incident has {one_line(part)!r} in its id.")
            + out_of_touch(workspace),
            hint=f"Did you mean {near!r}?"
            if near
            else "`incidentctl list --all` shows all incidents.",
        )
    heads = [head for head in workspace.record.open_heads() if head.id in found]
    opened = [head.id for head in in_order(workspace, heads, newest=True)]
    over = [ident for ident in reversed(found) if ident not in opened]
    meant, rest = (over, opened) if ended else (opened, over)
    if len(meant) == 1:
        return meant[0]
    candidates = [*meant, *rest]
    raise SeveralError(
        candidates,
        f"{one_line(part)!r} matches {len(found)} incidents:\n"
        + "\n".join(f"  {ident}" for ident in candidates[:20]),
        "Give more of the id.",
    )


def _line(head: Head, restricted: Collection[str]) -> str:
    title = one_line(titled(head, restricted=head.id in restricted))
    return f"  {head.id}  {one_line(head.severity or '-')}  {title}"


def load(workspace: Workspace, ident: str) -> Incident:
    """Return an incident as the record has it now."""
    events, problems = workspace.record.events(ident)
    if is_group_id(ident):
        from incidentctl.domain.alerts.heartbeat import as_incident

        return as_incident(ident, events)
    return fold(ident, events, problems=problems, now=workspace.now())
