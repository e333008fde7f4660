"""`retro`: the retrospective of an incident, written once, its facts refreshed after that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from pathlib import Path
from typing import NamedTuple

from incidentctl.app.own_template import render_own
from incidentctl.app.respond import find_incident, load
from incidentctl.app.workspace import Workspace
from incidentctl.domain.incident import Head
from incidentctl.domain.retro_facts import Facts, facts_of
from incidentctl.domain.retrospective import Meeting, propose
from incidentctl.domain.state import RESOLVED, Incident
from incidentctl.domain.text import one_line
from incidentctl.domain.times import zone
from incidentctl.errors import InvalidDataError, NotFoundError, Problem, RefusedError

TEMPLATE = "templates/retrospective.md.j2"


class Written(NamedTuple):
    """What `retro` did: `outcome` is written, refreshed or unchanged."""

    path: str
    outcome: str
    incident: str | None
    participants: tuple[str, ...] = ()
    meeting: Meeting | None = None


def folder(workspace: Workspace) -> Path:
    """Return the root of the team's files, where retrospectives lie; refuses without one."""
    if workspace.root is None or not workspace.checked_out:
        raise NotFoundError(
            "There is no team's repository here that retrospectives could lie in.",
            hint="Name it with -C DIR, or write one with `incidentctl init`.",
        )
    return workspace.root


def existing(workspace: Workspace, ident: str) -> str | None:
    """Return the path of an incident's retrospective, from the root, if it is there."""
    from incidentctl.files.retros import path_of

    if workspace.root is None or not workspace.checked_out:
        return None
    return path_of(ident) if (workspace.root / path_of(ident)).is_file() else None


def without(workspace: Workspace) -> list[Head]:
    """Return the resolved incidents and drills that have no retrospective yet, newest first."""
    return [
        head
        for head in workspace.record.heads()
        if head.status == RESOLVED and existing(workspace, head.id) is None
    ]


def write(workspace: Workspace, part: str) -> Written:
    """Write the retrospective of an incident, or refresh its facts where it is written already.

    Refuses an open incident, and a file whose front matter or markers are broken.
    """
    root = folder(workspace)
    incident = load(workspace, find_incident(workspace, part))
    if incident.open or incident.ended is None:
        raise RefusedError(
            f"{incident.id} is still open.", hint="end it first: `incidentctl resolve`"
        )
    facts, local = facts_of(incident), _zone(incident)
    now = workspace.now()
    meeting = propose(incident.ended, incident.retrospective_within, local, now=now)
    body = _body(workspace, root, facts, meeting, local)
    from incidentctl.files.retros import path_of
    from incidentctl.files.writer import write_new

    path = path_of(incident.id)
    participants = tuple(one_line(person) for person in facts.participants)
    if (root / path).exists():
        outcome = refresh(root, path, incident.id, body)
        return Written(path, outcome, incident.id, participants)
    text = _front(incident.id, participants, meeting, facts) + body
    if write_new(root, {path: text}).kept:
        raise RefusedError(f"{path} is there already, perhaps as a broken link.")
    return Written(path, "written", incident.id, participants, meeting)


def write_blank(workspace: Workspace) -> Written:
    """Write a retrospective of no incident, named by the day."""
    from incidentctl.files.retros import path_of
    from incidentctl.files.writer import write_new
    from incidentctl.render.retrospective import blank_body

    root = folder(workspace)
    now = workspace.now()
    local = zone(workspace.basics.timezone)
    meeting = propose(now, None, local, now=now)
    text = _front(None, (), meeting, None) + blank_body()
    day = now.astimezone(local).date().isoformat()
    for name in (day, *(f"{day}-{number}" for number in range(2, 100))):
        if write_new(root, {path_of(name): text}).written:
            return Written(path_of(name), "written", None, (), meeting)
    raise RefusedError(f"There are a hundred blank retrospectives of {day} already.")


def _zone(incident: Incident) -> tzinfo:
    try:
        return zone(incident.timezone)
    except ValueError:
        return incident.zone


def _front(
    incident: str | None, participants: tuple[str, ...], meeting: Meeting, facts: Facts | None
) -> str:
    from incidentctl.files.yaml_text import to_yaml
    from incidentctl.render.retrospective import example_item

    stated: dict[str, object] = {"incident": incident} if incident else {}
    stated |= {"participants": list(participants), "meeting": meeting.at}
    return f"---\n{to_yaml(stated)}actions:\n{example_item(facts, meeting)}---\n"


def _body(workspace: Workspace, root: Path, facts: Facts, meeting: Meeting, local: tzinfo) -> str:
    """Return the document below the front matter: the organisation's own, else the standard."""
    from incidentctl.files.retros import markers
    from incidentctl.render.retro_data import template_data
    from incidentctl.render.retrospective import standard_body

    data = template_data(facts, meeting, local)
    own = render_own(root, TEMPLATE, data, environment=workspace.environment)
    if own is None:
        return standard_body(facts, meeting, local)
    own = own.strip("\n") + "\n"
    if markers(own.encode(), TEMPLATE)[0] is None:
        raise InvalidDataError(
            f"{TEMPLATE}: it does not put the facts between one {{{{ begin }}}} and one "
            f"{{{{ end }}}}, each on a line of its own.",
            hint="docs/retrospectives.md has an example.",
        )
    return own


def refresh(root: Path, path: str, ident: str, body: str) -> str:
    """Put the facts of a newly made document into the file; return refreshed or unchanged.

    Refuses a file whose front matter or markers are broken, and then leaves it as it is.
    """
    from incidentctl.files.layout import read_one
    from incidentctl.files.retros import head_of, markers, read_front, with_facts
    from incidentctl.files.writer import rewrite

    content = read_one(root, path)
    if content.data is None:
        raise refusal([content.problem] if content.problem else [], path)
    data = content.data
    front, problems = read_front(data, path)
    if head_of(data) is None:
        hint = "Begin the file with it: `---`, the keys, `---`."
        problems = [Problem("IC012", "error", "there is no front matter", path, 1, 1, hint)]
    place, wrong = markers(data, path)
    if problems or wrong or front is None or place is None:
        raise refusal([*problems, *wrong], path)
    if front.incident not in (None, ident):
        raise InvalidDataError(f"{path} is about {front.incident}, and not about {ident}.")
    made = body.encode()
    fresh, _ = markers(made, path)
    assert fresh is not None  # noqa: S101 (the body was made with them)
    changed = with_facts(data, place, made[fresh.start : fresh.end].decode())
    if changed == data:
        return "unchanged"
    rewrite(root, path, changed, before=data)
    return "refreshed"


def refusal(problems: Iterable[Problem], path: str) -> InvalidDataError:
    """Return the refusal to touch a file that is not as it must be: each fault with its line."""
    lines = [f"{p.path}:{p.line or 1}:{p.column or 1}: {p.message}" for p in problems]
    hints = [problem.hint for problem in problems if problem.hint]
    return InvalidDataError(
        "\n".join(lines) or f"{path} cannot be read.",
        hint=" ".join([*hints, "The file was left as it is."]),
    )
