"""What people write down: notes, the head of the log, addresses, other incidents."""

from typing import NamedTuple

from incidentctl.domain.incident.draft.draft import Draft
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.names import Names
from incidentctl.domain.incident.state import Link, Relation


class Noted(NamedTuple):
    """Something that people should know; `command` and `exit_code` when it is a command's output.

    A long text comes as several events of one action, numbered `part` of `parts` from 1.
    """

    text: str
    pinned: bool = False
    command: str | None = None
    exit_code: int | None = None
    part: int | None = None
    parts: int | None = None

    def sentence(self, names: Names) -> str:
        several = self.part and self.parts and self.parts > 1
        part = f" (part {self.part} of {self.parts})" if several else ""
        if self.command is None:
            return self.text + part
        end = "" if self.exit_code is None else f" (exit {self.exit_code})"
        return f"$ {self.command}{end}{part}\n{self.text}"


class SummarySet(NamedTuple):
    """What happened, in a sentence or two."""

    text: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.set(summary=self.text)

    def sentence(self, names: Names) -> str:
        return f"Summary: {self.text}"


class ImpactSet(NamedTuple):
    """Who is hit, and how."""

    text: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.set(impact=self.text)

    def sentence(self, names: Names) -> str:
        return f"Impact: {self.text}"


class Linked(NamedTuple):
    """An address that responders need: channel, bridge, ticket, dashboard, ..."""

    label: str
    url: str

    @property
    def ticks(self) -> tuple[str, ...]:
        label = self.label.casefold()
        if label in ("channel", "bridge"):
            return ("open-channel",)
        return ("create-ticket",) if label == "ticket" else ()

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.links.append(Link(event.id, self.label, self.url))
        for step in self.ticks:
            draft.tick(step, event, self.url)

    def sentence(self, names: Names) -> str:
        return f"{self.label}: {self.url}"


class Related(NamedTuple):
    """Another incident that has to do with this one."""

    incident: str
    relation: str = "related"

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.related.setdefault(Relation(self.incident, self.relation))

    def sentence(self, names: Names) -> str:
        return f"{self.relation}: {self.incident}"
