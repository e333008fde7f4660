"""What a person does to an incident in the room: each deed is the use case of a command."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from incidentctl.app.actions.announce import Goes, goes_to
from incidentctl.app.actions.publish import publish
from incidentctl.app.incident import (
    corrections,
    handover,
    hypotheses,
    lifecycle,
    notes,
    roles,
    steps,
    tasks,
    updates,
)
from incidentctl.app.incident.classify import Reclassified, reclassify
from incidentctl.app.incident.escalate import Escalated, escalate, how_to_reach
from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.app.incident.shared import find_shared
from incidentctl.app.learn.close import close
from incidentctl.app.page.shown import keeps_showing, on_page
from incidentctl.domain.common.text import count, one_line
from incidentctl.domain.common.times import parse_duration
from incidentctl.domain.incident.state import OPEN, Incident
from incidentctl.errors import RefusedError, UsageError

Form = Mapping[str, str]


class PreviewError(RefusedError):
    """Something goes outward: a person sees exactly what, and says so once more."""

    def __init__(self, text: str, goes: Goes, on_page: str) -> None:
        """Take what is sent, where it goes, and what the status page says then."""
        super().__init__("Nothing is sent until you have seen it.")
        self.text = text
        self.goes = goes
        self.on_page = on_page

    @property
    def seal(self) -> str:
        """What the second click carries: it stands for exactly what was shown."""
        shown = "\0".join((self.text, self.on_page, self.goes.sentence))
        return hashlib.sha256(shown.encode()).hexdigest()[:32]


class Deed(NamedTuple):
    """One deed: the same use case as a command, and what to say once it is recorded."""

    command: str
    """The words of the command line that do the same."""
    do: Callable[[Response, Form], Any]
    tell: Callable[[Response, Form, Any], list[str]] = lambda *_: []
    item: str = ""
    """The field that says which one: step, task, hypothesis, role."""
    form: str = ""
    """The form of another deed that this one is a button of."""
    at: bool = False
    """Whether it may have happened earlier: the field `at`."""
    for_all: bool = False
    """Whether also somebody proven, whom the catalog does not know, may do it."""


def _some(form: Form, name: str) -> str | None:
    return form.get(name, "").strip() or None


def _text(form: Form, name: str) -> str:
    return form.get(name, "").strip()


def _needed(form: Form, name: str, what: str) -> str:
    if said := _text(form, name):
        return said
    raise UsageError(f"This needs {what}.")


# --- words ---------------------------------------------------------------------------------------


def _note(response: Response, form: Form) -> Recorded:
    return notes.log(response, _text(form, "text"), pinned=bool(form.get("pin")))


def _update(response: Response, form: Form) -> updates.Posted:
    said = _text(form, "text")
    if form.get("no_change"):
        said = updates.no_change(said)
    if form.get("back"):
        raise UsageError("Nothing was sent. Change it, and post it again.")
    public = bool(form.get("public"))
    following = _some(form, "next")
    states = tuple(form.get("state", "").splitlines()) if public else ()
    headline = _some(form, "headline") if public else None

    def preview(text: str) -> None:
        workspace, incident = response.workspace, response.incident
        page = on_page(workspace, incident, states, headline)
        found = PreviewError(text, goes_to(workspace, incident), page)
        if form.get("seal") != found.seal:
            raise found

    return updates.post(
        response,
        said,
        public=public,
        next_in=_span(following) if following else None,
        states=states,
        headline=headline,
        preview=preview if public else None,
    )


def _span(stated: str) -> Any:
    try:
        return parse_duration(stated)
    except ValueError as error:
        raise UsageError(f"{error}.") from None


def _posted(response: Response, form: Form, done: updates.Posted) -> list[str]:
    said: list[str] = []
    if form.get("public"):
        published = publish(response.workspace, done.incident, response.who)
        said += [text for text, _ in published.sent]
        said += ["NOT SENT: it is not due."] if published.is_late else []
        said += [text for text in (published.shows, published.nowhere) if text]
    due = done.incident.next_update
    if due is not None:
        said.append(f"Next update due {done.incident.time(due)}.")
    return said


def _snooze(response: Response, form: Form) -> Recorded:
    stated = _needed(form, "span", "a span, such as 30m")
    return updates.snooze(response, _span(stated), stated=stated)


# --- work ----------------------------------------------------------------------------------------


def _stands(response: Response, form: Form, recorded: Recorded) -> list[str]:
    """Say who has done a step, where it was somebody else at the same moment."""
    named = _text(form, "step").casefold()
    steps = response.incident.steps
    step = next((s for s in steps if named in (s.id.casefold(), str(s.number))), None)
    mark = step.mark if step else None
    if step is None or mark is None or mark.event in recorded.events or step.state == OPEN:
        return []
    who, when = one_line(mark.by), response.incident.time(mark.at)
    return [f"Step {step.number} was {step.state} by {who} at {when}; that stands."]


def _assigned(response: Response, _: Form, done: roles.Assigned) -> list[str]:
    if not (done.role and done.person):
        return []
    duties = response.incident.answers_for(done.role)
    told = f"{one_line(done.person)} is {one_line(done.role)}"
    return [f"{told}, and answers for: {'; '.join(map(one_line, duties))}."] if duties else []


def _offered(_: Response, __: Form, done: handover.Offered) -> list[str]:
    return [f"{one_line(done.by)} commands until {one_line(done.person)} accepts."]


def _no_reason(_: Any) -> str:
    raise UsageError("Taking command needs a reason.")


def _reached(response: Response, _: Form, done: Escalated) -> list[str]:
    *ways, (not_sent, reach) = how_to_reach(done.called, response.workspace.environment)
    return [*(f"{label}: {one_line(value)}" for label, value in ways), f"{not_sent}: {reach}"]


def _affected(form: Form) -> list[str]:
    text = _needed(form, "what", "what is affected")
    return [
        each for each in map(str.strip, re.split(r"[,\n]" if "," in text else r"\s+", text)) if each
    ]


def _process(_: Response, __: Form, done: Reclassified) -> list[str]:
    said = [f"Process: {one_line(done.incident.reason or '-')}"]
    return said + [f"New step: {one_line(title)}" for title in done.new_steps]


# --- the end -------------------------------------------------------------------------------------


def _left(response: Response, _: Form, done: lifecycle.Resolved) -> list[str]:
    incident = done.incident
    steps_left = sum(step.state == OPEN for step in incident.steps)
    tasks_left = sum(task.done is None for task in incident.tasks)
    said: list[str] = []
    if steps_left or tasks_left:
        said.append(f"Still open: {count(steps_left, 'step')}, {count(tasks_left, 'task')}.")
    if done.needs_retrospective:
        said.append(f"{incident.severity} requires a retrospective before it is closed.")
    return [*said, *_shown(response, incident), "If it was too early, undo it."]


def _shown(response: Response, incident: Incident) -> list[str]:
    """Say what the status page goes on showing though it is over."""
    shown = keeps_showing(response.workspace, incident)
    until = "until a public update says that it is over"
    return [f"The status page keeps showing {shown}, {until}."] if shown else []


def _undone(_: Response, __: Form, done: corrections.Undone) -> list[str]:
    return [f"Taken back: {one_line(entry.text)[:200]}" for entry in done.entries]


def _cancel(response: Response, form: Form) -> lifecycle.Cancelled:
    other = _some(form, "duplicate_of")
    named = find_shared(response.workspace, other) if other else None
    return lifecycle.cancel(response, _some(form, "reason"), duplicate_of=named)


#: Every deed by the last part of its address.
DEEDS: dict[str, Deed] = {
    "note": Deed("log", _note, at=True, for_all=True),
    "update": Deed("update", _update, _posted),
    "snooze": Deed("update --snooze", _snooze),
    "hypothesis": Deed("hypothesis", lambda r, f: hypotheses.propose(r, _text(f, "text"))),
    "hypothesis-ruled-out": Deed(
        "hypothesis --ruled-out",
        lambda r, f: hypotheses.rule_out(r, _some(f, "hypothesis"), reason=_some(f, "reason")),
        item="hypothesis",
    ),
    "hypothesis-confirmed": Deed(
        "hypothesis --confirmed",
        lambda r, f: hypotheses.confirm(r, _some(f, "hypothesis"), reason=_some(f, "reason")),
        item="hypothesis",
        form="hypothesis-ruled-out",
    ),
    "step-done": Deed(
        "step done",
        lambda r, f: steps.done(r, _text(f, "step"), note=_some(f, "note"), link=_some(f, "link")),
        _stands,
        item="step",
    ),
    "step-skip": Deed(
        "step skip",
        lambda r, f: steps.skip(r, _text(f, "step"), reason=_some(f, "note")),
        _stands,
        item="step",
        form="step-done",
    ),
    "step-reopen": Deed(
        "step reopen",
        lambda r, f: steps.reopen(r, _text(f, "step"), reason=_some(f, "note")),
        item="step",
    ),
    "task-add": Deed(
        "task add",
        lambda r, f: tasks.add(
            r,
            _needed(f, "title", "a title"),
            role=_some(f, "role"),
            person=_some(f, "person"),
        ),
    ),
    "task-assign": Deed(
        "task assign",
        lambda r, f: tasks.assign(r, _text(f, "task"), _needed(f, "person", "a person")),
        item="task",
    ),
    "task-done": Deed(
        "task done",
        lambda r, f: tasks.done(r, _text(f, "task"), note=_some(f, "note")),
        item="task",
    ),
    "assign": Deed(
        "assign",
        lambda r, f: roles.assign(r, _text(f, "role"), _needed(f, "person", "a person")),
        _assigned,
        item="role",
    ),
    "release": Deed(
        "release",
        lambda r, f: roles.release(r, _text(f, "role"), _some(f, "person")),
        item="role",
        form="assign",
    ),
    "assign-team": Deed("assign --team", lambda r, f: roles.assign_team(r, _text(f, "team"))),
    "assign-individual": Deed(
        "assign --individual",
        lambda r, f: roles.assign_individual(r, _needed(f, "person", "a person")),
    ),
    "handover": Deed(
        "handover", lambda r, f: handover.offer(r, _needed(f, "person", "a person")), _offered
    ),
    "accept": Deed("accept", lambda r, _: handover.accept(r)),
    "take-command": Deed(
        "take-command", lambda r, f: handover.take(r, _text(f, "reason"), ask=_no_reason)
    ),
    "escalate": Deed("escalate", lambda r, f: escalate(r, _some(f, "team")), _reached),
    "severity": Deed(
        "severity",
        lambda r, f: reclassify(
            r, severity=_needed(f, "severity", "a severity"), reason=_some(f, "reason")
        ),
        _process,
    ),
    "affects": Deed("affects", lambda r, f: reclassify(r, affects=_affected(f)), _process),
    "category": Deed(
        "category",
        lambda r, f: reclassify(r, category=_needed(f, "category", "a category")),
        _process,
    ),
    "status": Deed("status", lambda r, f: lifecycle.set_status(r, _text(f, "status"))),
    "mark": Deed("mark", lambda r, f: lifecycle.mark(r, _text(f, "moment")), at=True),
    "summary": Deed("summary", lambda r, f: notes.summary(r, _text(f, "text"))),
    "impact": Deed("impact", lambda r, f: notes.impact(r, _text(f, "text"))),
    "link": Deed("link", lambda r, f: notes.link(r, _text(f, "label"), _text(f, "url"))),
    "relate": Deed(
        "relate",
        lambda r, f: notes.relate(
            r,
            find_shared(r.workspace, _needed(f, "incident", "an incident")),
            relation=_some(f, "relation") or "related",
        ),
    ),
    "undo": Deed("undo", lambda r, _: corrections.undo(r), _undone),
    "amend": Deed(
        "amend",
        lambda r, f: corrections.amend(r, _text(f, "entry"), _text(f, "text")),
        form="correct",
    ),
    "retract": Deed(
        "retract",
        lambda r, f: corrections.retract(r, _text(f, "entry"), reason=_some(f, "text")),
        form="correct",
    ),
    "pin": Deed("pin", lambda r, f: corrections.pin(r, _text(f, "entry")), form="correct"),
    "resolve": Deed("resolve", lambda r, f: lifecycle.resolve(r, _some(f, "text")), _left),
    "reopen": Deed(
        "reopen", lambda r, f: lifecycle.reopen(r, _needed(f, "reason", "a reason"))
    ),
    "cancel": Deed("cancel", _cancel, lambda r, _, done: _shown(r, done.incident)),
    "close": Deed("close", lambda r, f: close(r, _some(f, "reason"))),
}  # fmt: skip
