"""Whom an action reaches that names a duty, such as "on call of the owner", and no address."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from incidentctl.domain.catalog.action_settings import Settings, parse_parts, parse_secret
from incidentctl.domain.catalog.runbook import Action
from incidentctl.domain.common.text import one_line
from incidentctl.errors import InvalidDataError


class _Contact(NamedTuple):
    kind: str
    """Which contact of a team it is."""
    field: str
    """The setting that it takes the place of."""
    parse: Any


#: The contact of a team that an action with `on_call` is sent to, where the team has it.
CONTACTS = {
    "pagerduty": _Contact("pagerduty", "routing_key", parse_secret),
    "notify": _Contact("notify", "url", parse_parts),
    "slack": _Contact("slack", "channel", str),
}


def with_contact(action: Action, contact: str) -> Settings:
    """Return the settings of an action with a team's contact in its place."""
    place = CONTACTS[action.uses]
    try:
        return replace(action.with_, **{place.field: place.parse(contact)})
    except ValueError as error:
        raise InvalidDataError(
            f"The contact {place.kind} cannot be used: {one_line(str(error))}."
        ) from None
