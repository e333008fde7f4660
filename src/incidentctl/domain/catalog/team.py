"""Teams: their people, who of them is on call and when, and how they are reached."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, ClassVar, Literal

from incidentctl.domain.common.fields import (
    CONFIG,
    Duration,
    LocalTime,
    Name,
    Text,
    TextOr,
    TimeOfDay,
    Zone,
)
from incidentctl.domain.common.frozen import frozen

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@frozen
class Member:
    """A person of a team."""

    __pydantic_config__: ClassVar = CONFIG

    handle: Name
    """What commands and rotas call the person."""
    name: Text | None = None
    """The person's name."""
    email: Text | None = None
    """Recognises the person by git's user.email."""
    aliases: tuple[Text, ...] = ()
    """Other names for the person in commands."""
    chat: dict[str, Text] = field(default_factory=dict)
    """The person's ids in chat systems, such as `slack: U012AB3CD`."""
    timezone: Zone | None = None
    """The zone of times that the person types; absent: their machine's, or the organisation's if
    the machine runs on UTC."""
    age_key: Text | None = None
    """An age or SSH public key, for sealed drill plans."""


@frozen
class Override:
    """Somebody stands in for the rota."""

    __pydantic_config__: ClassVar = CONFIG

    who: Name
    """The member who stands in."""
    from_: LocalTime
    """When it begins; in the rota's zone unless an offset is written."""
    until: LocalTime
    """When it ends, not included."""


@frozen
class Hours:
    """Hours of the week on the clock of the rota's zone."""

    __pydantic_config__: ClassVar = CONFIG

    days: tuple[Weekday, ...] = ()
    """The days on which they begin; absent: every day."""
    from_: TimeOfDay = "00:00"
    """When they begin."""
    until: TimeOfDay = "24:00"
    """When they end, not included; if this is not after `from`, on the next day."""


@frozen
class Layer:
    """A further layer of on-call: members take turns, and are called after the previous layer."""

    __pydantic_config__: ClassVar = CONFIG

    name: Name
    """The name of the layer, such as secondary. Layers of the same name are called together."""
    rota: tuple[Name, ...]
    """Members in the order in which they take turns."""
    shift: Duration | None = None
    """How long one turn lasts; absent: as in the first layer."""
    starts: LocalTime | None = None
    """When the first turn of the first member began; absent: as in the first layer."""
    timezone: Zone | None = None
    """The zone of the layer; absent: that of the first layer."""
    restrictions: tuple[Hours, ...] = ()
    """The only hours in which the layer is on call; absent: always."""
    escalate_after: Duration | None = None
    """How long to wait for an answer before the next layer is called; absent: as in the first
    layer."""
    overrides: tuple[Override, ...] = ()
    """Who stands in, and when."""


@frozen
class OnCall:
    """A rota: members take turns, one shift each. It is the first layer, `layers` the others."""

    __pydantic_config__: ClassVar = CONFIG

    rota: tuple[Name, ...]
    """Members in the order in which they take turns."""
    shift: Duration
    """How long one turn lasts, on the clock of the rota's zone."""
    starts: LocalTime
    """When the first turn of the first member began."""
    timezone: Zone | None = None
    """The zone of the rota; absent: the organisation's."""
    name: Name | None = None
    """The name of the first layer; absent: primary."""
    restrictions: tuple[Hours, ...] = ()
    """The only hours in which this rota is on call; absent: always."""
    escalate_after: Duration | None = None
    """How long to wait for an answer before the next layer or team is called; absent: 5m."""
    escalate_to: Name | None = None
    """The team that is called next, after all layers."""
    overrides: tuple[Override, ...] = ()
    """Who stands in, and when."""
    layers: tuple[Layer, ...] = ()
    """Further layers, in the order in which they are called. Layers of the same name are called
    together: for another part of the day, or a second person on call."""


@frozen
class Contact:
    """A way to reach a team, and what it is for."""

    __pydantic_config__: ClassVar = CONFIG

    to: Text
    """The address, number or channel; a secret only as `env:NAME`."""
    purpose: Text | None = None
    """What it is for, such as questions from customers."""


#: A contact as files hold it: only where, or with what it is for.
ContactText = Annotated[str | Contact, TextOr(Contact)]


@frozen
class Team:
    """A team: it owns services through their whole life, and is on call for them."""

    __pydantic_config__: ClassVar = CONFIG
    # Keys of other catalogs, and what they are called here; for the loader's hints.
    ELSEWHERE: ClassVar = {
        **dict.fromkeys(
            ("channel", "slack", "email", "phone", "pager"), "Write it into `contacts`."
        ),
        **dict.fromkeys(("people", "users"), "Write `members`, each with a handle."),
        **dict.fromkeys(
            ("rotation", "schedule", "rota"), "Write `on_call` with rota, shift and starts."
        ),
        "escalation": "Write `escalate_to` into `on_call`: the team that is called next.",
        "manager": "Write `lead`, one of the members.",
    }

    name: Name
    """What the catalog calls the team."""
    title: Text | None = None
    """What people call it."""
    description: Text | None = None
    """What the team is for."""
    lead: Name | None = None
    """The member who leads it and by default reads its sealed drill plans."""
    members: tuple[Member, ...] = ()
    """Who is in the team."""
    on_call: OnCall | None = None
    """Who is on call, and when."""
    contacts: dict[str, ContactText] = field(default_factory=dict)
    """How to reach the team: channel, pager, email, phone, ...; a secret only as `env:NAME`."""

    @property
    def reached_at(self) -> dict[str, str]:
        """Where each contact leads, without what it is for."""
        pairs = self.contacts.items()
        return {kind: it.to if isinstance(it, Contact) else it for kind, it in pairs}

    @property
    def purposes(self) -> dict[str, str]:
        """What those contacts are for that say so."""
        said = ((kind, it) for kind, it in self.contacts.items() if isinstance(it, Contact))
        return {kind: contact.purpose for kind, contact in said if contact.purpose}
