"""`actions`: list the action items of all retrospectives, and mark one as done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from incidentctl.app.learn.retro import refusal
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.lookup import one_of
from incidentctl.domain.common.text import did_you_mean, one_line
from incidentctl.domain.learn.retrospective import Item, items
from incidentctl.errors import InvalidDataError, NotFoundError, Problem, RefusedError


class Listed(NamedTuple):
    """Action items, open ones by due date first, and unreadable files."""

    items: list[Item]
    problems: list[Problem]
    today: date
    """The organisation's today: earlier due dates are overdue."""

    def ensure_read(self) -> None:
        """Refuse if items that cannot be read may exist: before a caller says there are none."""
        paths = sorted({one_line(problem.path or "a file") for problem in self.problems})
        if paths:
            raise InvalidDataError(
                f"Not every action item could be read: {', '.join(paths[:3])} "
                f"{'has' if len(paths) == 1 else 'have'} faults"
                f"{f', and {len(paths) - 3} more' if len(paths) > 3 else ''}.",
                hint="Correct what is named above; `incidentctl catalog lint` checks it.",
            )

    @property
    def overdue(self) -> int:
        """The number of overdue items."""
        return sum(item.action.overdue(self.today) for item in self.items)


def listed(workspace: Workspace, *, owner: str | None = None, overdue: bool = False) -> Listed:
    """Return the action items of an owner, or only those overdue.

    NotFoundError for an owner who is in no team and has no items.
    """
    from incidentctl.files.learn.retros import read_all

    retrospectives, problems = read_all(workspace.team_root())
    today = workspace.today()
    every = list(items(retrospectives))
    if owner is not None and not problems:  # unreadable items may be theirs
        people = workspace.basics.by_handle
        owner = one_of(owner, {*people, *(item.action.owner for item in every)}, "person")
    found = [
        item
        for item in every
        if (owner is None or item.action.owner.casefold() == owner.casefold())
        and (not overdue or item.action.overdue(today))
    ]
    found.sort(key=lambda item: (item.action.done, item.action.due, item.action.id))
    return Listed(found, problems, today)


def as_json(item: Item, today: date) -> dict[str, Any]:
    """Return an action item as plain values."""
    action = item.action
    return {
        "id": action.id,
        "title": action.title,
        "owner": action.owner,
        "due": action.due.isoformat(),
        "done": action.done,
        "overdue": action.overdue(today),
        "incident": item.retrospective.front.incident,
        "path": item.retrospective.path,
    }


def finish(workspace: Workspace, ident: str) -> Item:
    """Write `done: true` to the action item with an id, and return the item before the change.

    Refuses an id that two items have, and a file with faults.
    """
    from incidentctl.files.layout import read_one
    from incidentctl.files.learn.actions import with_done
    from incidentctl.files.learn.retros import read_all
    from incidentctl.files.writer import rewrite

    root = workspace.team_root()
    retrospectives, problems = read_all(root)
    item = _one(list(items(retrospectives)), ident)
    path = item.retrospective.path
    if wrong := [problem for problem in problems if problem.path == path]:
        raise refusal(wrong, path)
    if not item.action.done:
        data = read_one(root, path).data
        if data is None:
            raise InvalidDataError(f"{path} can no longer be read.")
        rewrite(root, path, with_done(data, item), before=data)
    return item


def _one(every: Sequence[Item], ident: str) -> Item:
    folded = ident.strip().casefold()
    found = [item for item in every if item.action.id.casefold() == folded]
    if len(found) == 1:
        return found[0]
    if found:
        paths = ", ".join(item.retrospective.path for item in found)
        raise RefusedError(
            f"{len(found)} action items are called {one_line(ident)!r}: in {paths}.",
            hint="Give one of them another id.",
        )
    near = did_you_mean(folded, [item.action.id for item in every])
    raise NotFoundError(
        f"No action item is called {one_line(ident)!r}.",
        hint=f"Did you mean {near!r}?" if near else "`incidentctl actions` lists them.",
    )
