"""`drill send`: give a drill's plan or announcement to its audience, by announcements."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from incidentctl.app.actions.trust import ensure_trusted
from incidentctl.app.drill.documents import Sent, document, find, note_before, sent, written
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.connect.actions import registry
from incidentctl.connect.actions.shown import shown
from incidentctl.domain.actions.request import Outcome, Plan, Request
from incidentctl.domain.actions.run import retry_in
from incidentctl.domain.catalog.entries import sources
from incidentctl.domain.common.text import count, one_line
from incidentctl.errors import Problem, RefusedError

_EVENT = "drill-announced"
#: Another attempt is waited for if it comes within so many seconds.
_PATIENCE = 12.0


class Letter(NamedTuple):
    """What an announcement sends of a drill."""

    announcement: str
    planned: Plan
    shown: str
    """The request, with secrets masked."""

    @property
    def to(self) -> str:
        """Where it goes, for people."""
        return one_line(self.planned.to)


class Delivered(NamedTuple):
    """What came of sending it."""

    outcomes: tuple[tuple[Letter, Outcome], ...]
    sent: Sent | None
    """What was noted in the drill's file; None while not all of it was sent."""


def letters(workspace: Workspace, name: str, *, problems: Iterable[Problem]) -> list[Letter]:
    """Return what would be sent of a drill: the document that may be passed on, to whom.

    Before that of an unplanned one stands its note: people must know that it is safe to fail.
    `problems` are those that lint found in the repository. RefusedError if the drill's file has
    errors, no announcement is marked for drills, or the repository is not trusted.
    """
    catalog, root = workspace.catalog, workspace.team_root()
    drill = find(catalog, name)
    _ensure_sound(sources(catalog, "drill")[drill.name].source.path, problems)
    documents = [document(catalog, drill.name, None)]
    if not drill.planned:
        documents.insert(0, note_before(catalog, drill.name))
    title = documents[0].title
    texts = (written(root, each, "text", environment=workspace.environment) for each in documents)
    text = "\n".join(texts)
    to_send = [
        (announcement.name, number, action)
        for announcement in catalog.announcements.values()
        if _EVENT in announcement.on
        for number, action in enumerate(announcement.actions, 1)
        if action.drills
    ]
    if not to_send:
        raise RefusedError(
            "Nothing is sent: no announcement is marked for drills.",
            hint=f"Write one into announce.yaml with `on: [{_EVENT}]` and `drills: true`; or send "
            f"it yourself, then run `incidentctl drill sent {drill.name}`.",
        )
    trusted = ensure_trusted(workspace)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    values = {"id": drill.name, "title": f"DRILL: {one_line(title)}", "text": f"DRILL: {text}"}
    letters = []
    for announcement, number, action in to_send:
        trusted.check(action.with_)
        key = f"drill.{drill.name}.{digest}.{announcement}.{number}"
        planned = registry.plan(
            Request(action.with_, values, key, event="say"), trusted=trusted.near
        )
        letters.append(Letter(announcement, planned, shown(planned)))
    return letters


def _ensure_sound(path: str, problems: Iterable[Problem]) -> None:
    """Refuse a drill whose file has errors: what cannot be read is missing from what is sent."""
    wrong = [each.message for each in problems if each.path == path and each.severity == "error"]
    if wrong:
        raise RefusedError(
            f"Nothing is sent: {path} has {count(len(wrong), 'error')}. {wrong[0]}",
            hint="`incidentctl catalog lint` shows them.",
        )


def send(
    workspace: Workspace,
    name: str,
    found: list[Letter],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Delivered:
    """Send it; only if all of it arrived, that is noted in the drill's file."""
    environment = workspace.environment
    names = {each for letter in found for each in letter.planned.secrets}
    if missing := sorted(each for each in names if not environment.get(each, "").strip()):
        raise RefusedError(
            f"Nothing is sent: {', '.join(missing)} is not set in the environment.",
            hint="Set it and try again.",
        )
    outcomes = []
    for letter in found:
        attempts, outcome = 1, registry.perform(letter.planned, environment)
        while outcome.state != "done" and outcome.may_retry:
            chance = random.random()  # noqa: S311 (it only spreads who tries at once)
            wait = retry_in(attempts, asked=outcome.retry_after, chance=chance)
            if wait is None or wait > _PATIENCE:
                break
            sleep(wait)
            attempts, outcome = attempts + 1, registry.perform(letter.planned, environment)
        outcomes.append((letter, outcome))
    whole = all(outcome.state == "done" for _, outcome in outcomes)
    return Delivered(tuple(outcomes), sent(workspace, name, at=None) if whole else None)
