"""Send the announcements of an incident, and list what came of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from incidentctl.app.actions.announced import of_incident, with_text
from incidentctl.app.actions.prepare import prepare
from incidentctl.app.actions.run import Ran, run_patiently
from incidentctl.app.actions.trust import untrusted
from incidentctl.app.incident.find import load
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.actions.announce import PUBLIC, Announced, would_tell
from incidentctl.domain.actions.announce import due as due_of
from incidentctl.domain.actions.reach import reach
from incidentctl.domain.actions.run import AlreadySentError, Target
from incidentctl.domain.common.lookup import nearest
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import iso
from incidentctl.domain.incident.state import FAILED, UNKNOWN, ActionRun, Incident
from incidentctl.domain.incident.unsent import state_now
from incidentctl.errors import IncidentctlError, NotFoundError, RefusedError


class NotSent(NamedTuple):
    """An announcement that could not even be tried, and why."""

    target: Target
    why: IncidentctlError


class Goes(NamedTuple):
    """Where a public update goes: `customers, by http to example.com`."""

    places: tuple[str, ...]
    held: str | None
    """Why nothing is sent there, and what to do; None if it is sent."""

    @property
    def is_sent(self) -> bool:
        """Say whether it is sent anywhere."""
        return bool(self.places) and not self.held

    @property
    def sentence(self) -> str:
        """Say where it is sent, or why it is not."""
        if not self.places:
            return (
                "It is sent nowhere: no announcement of public updates in announce.yaml applies "
                "to it."
            )
        where = "; ".join(self.places)
        if not self.held:
            return f"It is sent: {where}."
        elsewhere = "A receiver in another clone, where that is trusted, sends it."
        return f"NOT SENT from here: {where}. {self.held} {elsewhere}"


class Row(NamedTuple):
    """An announcement of an incident: what it is about, where it goes, what came of it."""

    announcement: str
    event: str
    uses: str
    to: str
    said: str
    """What it would say now; "" once it went out, because the record does not have that text."""
    due: bool
    run: ActionRun | None
    request: str | None
    """The exact request, with secrets masked; None where it is not due, or not trusted."""
    problem: str | None
    """Why it would not be sent."""


def send(
    workspace: Workspace,
    ident: str,
    *,
    who: Actor,
    update: str | None = None,
    on_recorded: Callable[[str], None] = lambda _: None,
) -> list[Ran | NotSent]:
    """Send what is due for an incident, or only about one public update; each outcome is recorded.

    `update` is the id of its event.
    """
    incident, now = load(workspace, ident), workspace.now()
    found = [
        each
        for each in due_of(of_incident(workspace, incident, now), now)
        if update is None or (each.happened.event, each.happened.of) == (PUBLIC, update)
    ]
    return _sent(workspace, incident, found, who, on_recorded)


def retry(
    workspace: Workspace,
    ident: str,
    name: str | None = None,
    *,
    who: Actor,
    on_recorded: Callable[[str], None] = lambda _: None,
) -> list[Ran | NotSent]:
    """Send again what failed or perhaps arrived, with the same key; only one announcement by name.

    NotFoundError for a name that no announcement of the incident has; RefusedError where nothing
    of what can be told now has failed.
    """
    incident, now = load(workspace, ident), workspace.now()
    every = of_incident(workspace, incident, now)
    if name is not None:
        named = [each for each in every if each.announcement.name == name]
        if not named:
            raise _no_such(every, name)
        every = named
    found = [each for each in every if each.run and state_now(each.run, now) in (FAILED, UNKNOWN)]
    if not found:
        raise RefusedError(
            f"Nothing of announcement {one_line(name)!r} has failed."
            if name
            else f"No announcement of {incident.id} has failed.",
            hint="`incidentctl announce list` shows what came of each.",
        )
    return _sent(workspace, incident, found, who, on_recorded)


def _no_such(every: Sequence[Announced], name: str) -> NotFoundError:
    names = {each.announcement.name for each in every}
    return NotFoundError(
        f"No announcement {one_line(name)!r} applies to this incident now.",
        hint=nearest(name, names, otherwise="`incidentctl announce list` shows which do."),
    )


def _sent(
    workspace: Workspace,
    incident: Incident,
    found: Iterable[Announced],
    who: Actor,
    on_recorded: Callable[[str], None],
) -> list[Ran | NotSent]:
    ended: list[Ran | NotSent] = []
    for each in found:
        try:
            target = with_text(workspace, incident, each)
            ended.append(
                run_patiently(
                    workspace, incident.id, target, who=who, on_recorded=on_recorded, again=True
                )
            )
        except IncidentctlError as refusal:
            ended.append(NotSent(each.target, refusal))
    return ended


def goes_to(workspace: Workspace, incident: Incident) -> Goes:
    """Return where a public update would go now."""
    restricted = workspace.record.is_restricted(incident.id)
    found = would_tell(workspace.catalog.announcements, incident, PUBLIC, restricted=restricted)
    places = [f"{name}, by {action.uses} to {_place(action.with_)}" for name, action in found]
    return Goes(tuple(places), untrusted(workspace) if places else None)


def rows(workspace: Workspace, ident: str) -> list[Row]:
    """Return the announcements of an incident, due or sent; nothing is sent."""
    incident, now = load(workspace, ident), workspace.now()
    every = of_incident(workspace, incident, now)
    to_send = {each.target.key for each in due_of(every, now)}
    return [_row(workspace, incident, each, due=each.target.key in to_send) for each in every]


def _row(workspace: Workspace, incident: Incident, each: Announced, *, due: bool) -> Row:
    request = problem = None
    said = ""
    try:
        target = with_text(workspace, incident, each)
        said = target.said or "" if each.run is None or each.run.state == FAILED else ""
        if due:
            request = prepare(workspace, incident, target, again=True).shown
    except IncidentctlError as refusal:
        problem = f"{refusal.message} {refusal.hint or ''}".strip()
    return Row(
        each.announcement.name,
        each.happened.event,
        each.action.uses,
        _place(each.action.with_),
        said,
        due,
        each.run,
        request,
        problem,
    )


def _place(settings: Any) -> str:
    place = reach(settings)
    return one_line(place.host or place.program or "?")


def row_as_json(row: Row) -> dict[str, Any]:
    """Return an announcement as plain values."""
    run = row.run
    return {
        "announcement": row.announcement,
        "event": row.event,
        "uses": row.uses,
        "to": row.to,
        "text": row.said,
        "state": run.state if run else "not-sent",
        "due": row.due,
        "at": iso(run.at) if run else None,
        "link": run.link if run else None,
        "reason": run.reason if run else None,
        "request": row.request,
        "problem": row.problem,
    }


def again(done: Iterable[Ran | NotSent]) -> str | None:
    """Return the command that sends what was not sent: `retry` what was tried, `send` the rest."""
    failed = [
        each
        for each in done
        if (not each.done if isinstance(each, Ran) else not isinstance(each.why, AlreadySentError))
    ]
    if not failed:
        return None
    return "retry" if any(isinstance(each, Ran) for each in failed) else "send"


def came_of_it(done: Iterable[Ran | NotSent]) -> Iterator[tuple[str, str]]:
    """Yield what came of each announcement, as a sentence and its style."""
    for each in done:
        name = each.target.name
        if isinstance(each, NotSent) and isinstance(each.why, AlreadySentError):
            yield f"Not sent again: {each.why.message}", "ok"
        elif isinstance(each, NotSent):
            hint = each.why.hint if isinstance(each.why.hint, str) else ""
            yield f"NOT SENT: {name}: {each.why.message} {hint}".strip(), "error"
        elif each.done:
            link = f": {each.outcome.link}" if each.outcome.link else ""
            yield f"Sent: {name} to {each.prepared.to}{link}", "ok"
        else:
            word = "PERHAPS SENT" if each.outcome.state == "unknown" else "NOT SENT"
            yield f"{word}: {name} to {each.prepared.to}: {each.outcome.reason}", "error"
