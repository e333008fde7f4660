"""Tick an action item in a retrospective's front matter, and change no other byte of the file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from incidentctl.domain.learn.retrospective import Item
from incidentctl.errors import InvalidDataError
from incidentctl.files.learn.retros import head_of, read_front
from incidentctl.files.yaml.strict import compose


def with_done(data: bytes, item: Item) -> bytes:
    """Return the file with `done: true` at an action item that was read from it.

    InvalidDataError if the item is written in a way that cannot be changed safely.
    """
    path = item.retrospective.path
    head = (head_of(data) or b"").decode()
    bom = "\ufeff" if head.startswith("\ufeff") else ""
    head = head.removeprefix("\ufeff")
    edited = _edited(head, _node(head, item.place))
    made = (bom + edited).encode() + data[len((bom + head).encode()) :]
    actions = list(item.retrospective.front.actions)
    actions[item.place] = replace(item.action, done=True)
    if read_front(made, path)[0] != replace(item.retrospective.front, actions=tuple(actions)):
        raise InvalidDataError(
            f"{path}: the action item {item.action.id} is written in a way that cannot be changed "
            f"here.",
            hint="Write `done: true` there yourself.",
        )
    return made


def _node(head: str, place: int) -> Any:
    """Return the YAML node of an item."""
    root = next(compose(head.encode()))
    actions = next(value for key, value in root.value if key.value == "actions")
    return actions.value[place]


def _edited(head: str, node: Any) -> str:
    for key, value in node.value:
        if key.value == "done":
            return f"{head[: value.start_mark.index]}true{head[value.end_mark.index :]}"
    # Insert before the first key: the last value of an item may be a text of several lines.
    first = node.value[0][0].start_mark
    if node.flow_style:
        return f"{head[: first.index]}done: true, {head[first.index :]}"
    new_line = "\r\n" if "\r\n" in head else "\n"
    return f"{head[: first.index]}done: true{new_line}{' ' * first.column}{head[first.index :]}"
