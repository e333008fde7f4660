"""What a command offers on a terminal when its argument is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from incidentctl.app.incident.find import load
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.incident.respond import Call, choose_incident
from incidentctl.cli.terminal import console
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.state import DONE, MOMENTS, OPEN, SKIPPED, Entry, Incident
from incidentctl.errors import NotFoundError, UsageError

Choices = Sequence[tuple[str, str]]
Offer = Callable[[Workspace, Incident], Choices]

#: So many of the last entries are offered.
_ENTRIES = 10
_WIDTH = 70


def chosen(call: Call, given: str | None, name: str, question: str, offer: Offer) -> str:
    """Return an argument as given, else what is chosen; UsageError where nobody can be asked."""
    if given is not None:
        return given
    if not can_ask(call):
        raise UsageError(f"Missing argument '{name}'.")
    call.incident = choose_incident(call.workspace, call.incident)
    found = offer(call.workspace, load(call.workspace, call.incident))
    if not found:
        raise NotFoundError(f"There is nothing to choose: {question[0].lower()}{question[1:]}")
    from incidentctl.cli.terminal.prompts import ask_choice

    return ask_choice(question, found, found[0][0])


def typed(
    call: Call,
    given: Sequence[str] | None,
    question: str,
    *,
    name: str | None = None,
    optional: bool = False,
) -> str:
    """Return the words of a text, else what is typed on a terminal.

    Where nobody can be asked it is empty, or a UsageError if it has a name. With `optional` the
    question says what Enter does.
    """
    if given or not can_ask(call):
        if not given and name is not None:
            raise UsageError(f"Missing argument '{name}'.")
        return " ".join(given or [])
    from incidentctl.cli.terminal.prompts import ask_text

    return ask_text(question, optional=optional)


def can_ask(call: Call) -> bool:
    """Say whether there is somebody to ask."""
    return console.is_terminal() and not call.json


def roles(workspace: Workspace, incident: Incident) -> Choices:
    """Offer the roles, with who holds them."""
    return [
        (role.name, f"{role.name}  {', '.join(incident.holders(role.name))}")
        for role in workspace.catalog.roles
    ]


def held_roles(_: Workspace, incident: Incident) -> Choices:
    """Offer the roles that can be released."""
    now = [held for held in incident.held if held.until is None and held.role != "commander"]
    return [(role, role) for role in dict.fromkeys(held.role for held in now)]


def people(workspace: Workspace, incident: Incident) -> Choices:
    """Offer the people of the catalog: first who takes part already."""
    known = workspace.basics.by_handle
    handles = dict.fromkeys((*(h for h in incident.people if h in known), *known))
    return [(handle, _named(handle, known[handle].name)) for handle in handles]


def severities(workspace: Workspace, incident: Incident) -> Choices:
    """Offer the scale, first the severity as it is."""
    scale = [(each.name, f"{each.name}  {each.title or ''}") for each in
             workspace.catalog.scale.severities]  # fmt: skip
    return sorted(scale, key=lambda each: each[0] != incident.severity)


def categories(workspace: Workspace, _: Incident) -> Choices:
    """Offer the usual categories and those of the runbooks."""
    from incidentctl.app.incident.classify import USUAL

    own = [n for book in workspace.catalog.runbooks.values() for n in book.applies_to.categories]
    return [(name, name) for name in dict.fromkeys((*own, *USUAL))]


def moments(_: Workspace, incident: Incident) -> Choices:
    """Offer the moments, first those that nobody has marked."""
    names = sorted(MOMENTS, key=lambda name: getattr(incident, name) is not None)
    return [(name, name) for name in names]


def open_steps(_: Workspace, incident: Incident) -> Choices:
    """Offer the open steps."""
    return _steps(incident, OPEN)


def done_steps(_: Workspace, incident: Incident) -> Choices:
    """Offer the steps that are done or skipped."""
    return _steps(incident, DONE, SKIPPED)


def _steps(incident: Incident, *states: str) -> Choices:
    return [
        (step.id, _line(step.number, step.title)) for step in incident.steps if step.state in states
    ]


def open_tasks(_: Workspace, incident: Incident) -> Choices:
    """Offer the open tasks."""
    return [
        (str(task.number), f"{_line(task.number, task.title)} ({task.person or task.role or '-'})")
        for task in incident.tasks
        if task.done is None
    ]


def entries(_: Workspace, incident: Incident) -> Choices:
    """Offer the last entries, the newest first."""
    still = [entry for entry in incident.entries if not entry.retracted]
    return [(str(entry.number), _entry(entry)) for entry in still[: -_ENTRIES - 1 : -1]]


def _entry(entry: Entry) -> str:
    return f"{_line(entry.number, entry.text)} ({entry.by})"


def _line(number: int, text: str) -> str:
    return f"{number:>2}  {one_line(text)[:_WIDTH]}"


def _named(handle: str, name: str | None) -> str:
    return f"{name} ({handle})" if name else handle
