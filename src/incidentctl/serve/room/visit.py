"""One request of a person: what pages are made of, and what forms hold."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from starlette.requests import Request

from incidentctl.app.catalog.who import reached
from incidentctl.app.room.people import SignedIn
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.serve.room.sessions import Session

_ENV = "env:"
Typed = Mapping[str, tuple[str, ...]]


class Refusal(NamedTuple):
    """Why a form was not done, to be shown beside it."""

    message: str
    hint: str | None = None
    field: str | None = None
    """The field that it is about; None for the whole form."""


class Page(NamedTuple):
    """A template of `templates/room/` and its values."""

    template: str
    values: dict[str, Any]


class Visit:
    """A person's request, with a workspace that nobody else uses."""

    def __init__(
        self, request: Request, workspace: Workspace, session: Session, person: SignedIn
    ) -> None:
        """Take the request of somebody who was let in."""
        self.request = request
        self.workspace = workspace
        self.session = session
        self.person = person
        self.typed: Typed = {}
        self.refusal: Refusal | None = None
        self.preview: Any = None
        """What a deed would send outward: its page asks for a second click."""
        self.recorded: list[str] = []
        """What was recorded, a line each; the next page shows them."""
        self.about: str | None = None
        """The field that a refusal will be about, as far as a deed knows."""
        self.now = workspace.now()

    @cached_property
    def who(self) -> Actor:
        """Who acts, for the use cases."""
        return self.workspace.actor(self.person.stated)

    @property
    def path(self) -> str:
        """The path of the request."""
        return self.request.url.path

    def named(self, name: str) -> str:
        """Return a part of the path, as the route calls it."""
        return str(self.request.path_params[name])

    def asked(self, name: str) -> str:
        """Return a value of the query; empty without one."""
        return self.request.query_params.get(name, "")

    def text(self, field: str) -> str:
        """Return what was typed into a field; empty if nothing was."""
        return self.typed.get(field, ("",))[0]

    def all(self, field: str) -> tuple[str, ...]:
        """Return all values of a field, such as those of ticked boxes."""
        return tuple(filter(None, self.typed.get(field, ())))

    def contact(self, value: str) -> str:
        """Return a contact; what a server has in its environment is not for all who may look."""
        if self.person.stated is None:
            return reached(value, self.workspace.environment)
        return "not shown here" if value.startswith(_ENV) else value

    def on_recorded(self, line: str) -> None:
        """Note that something is safe: use cases call it."""
        self.recorded.append(line)

    def say(self, *lines: str) -> None:
        """Show lines on the page that comes next, such as notes of what was recorded."""
        self.session.say(*lines)
