"""What alerts did: of a group of alerts in its own record, and of the groups of an incident.

`group` is the id of an alert group, `members` are conditions of it: a digest of the sender's key, a
slash, and when it started to fire. Two receivers may each record the same; the folds take the first
of each. No text of a sender is in any kind but `AlertOpened`, and in fields that are redacted.
"""

from typing import NamedTuple

from incidentctl.domain.common.text import count
from incidentctl.domain.incident.draft.draft import Draft
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.names import Names, joined
from incidentctl.domain.incident.state import AttachedAlert, is_alert


class AlertOpened(NamedTuple):
    """A group of alerts began to fire: made of the alert alone, so that each receiver makes it so.

    `digest` names what the sender groups, also when the texts are redacted. `labels` and `links`
    are JSON objects.
    """

    source: str
    digest: str
    member: str
    title: str
    text: str | None = None
    severity: str | None = None
    labels: str | None = None
    links: str | None = None
    runbook_url: str | None = None
    started: str | None = None
    group_text: str | None = None

    def sentence(self, names: Names) -> str:
        return joined("Fires", self.title, self.text)


class AlertJoined(NamedTuple):
    """More conditions of a group fire; `text` has their titles."""

    group: str
    members: tuple[str, ...]
    text: str | None = None

    def sentence(self, names: Names) -> str:
        return joined(f"{count(len(self.members), 'more alert')} of the group", self.text)


class AlertRepeated(NamedTuple):
    """The sender repeated that a group fires, so many times since that was last recorded.

    `slot` numbers the spans of its age in which this is recorded at most once.
    """

    group: str
    slot: int
    times: int
    until: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        if draft.end is not None and self.group in draft.alerts:
            title = draft.alerts[self.group].title
            draft.problem(f"It is {draft.end}, and its alert still fires: {title}")

    def sentence(self, names: Names) -> str:
        return f"Still fires: repeated {count(self.times, 'time')} until {names.time(self.until)}"


class AlertWorsened(NamedTuple):
    """A group got worse: `severity` is the catalog's, `word` the sender's."""

    group: str
    member: str
    severity: str
    word: str | None = None
    title: str | None = None

    def sentence(self, names: Names) -> str:
        return joined(f"Worse: {self.severity}", self.title)


class AlertSpread(NamedTuple):
    """A group hits another service, or product area."""

    group: str
    member: str
    service: str
    title: str | None = None

    def sentence(self, names: Names) -> str:
        return joined(f"Also hits {self.service}", self.title)


class AlertAcknowledged(NamedTuple):
    """Somebody acknowledged conditions of a group at the sender."""

    group: str
    members: tuple[str, ...]

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.fields.setdefault("acknowledged", event.at)

    def sentence(self, names: Names) -> str:
        return "Acknowledged at its sender"


class AlertResolved(NamedTuple):
    """Conditions of a group no longer fire; with `whole` none of it does."""

    group: str
    members: tuple[str, ...]
    whole: bool = False

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        known = draft.alerts.get(self.group)
        if known is not None and self.whole:
            draft.alerts[self.group] = known._replace(firing=False, resolved=event.at)

    def sentence(self, names: Names) -> str:
        if self.whole:
            return "Its alert is resolved at the sender"
        return f"{count(len(self.members), 'alert')} of the group no longer fire"


class AlertAttached(NamedTuple):
    """A group belongs to an incident; `cause` names what a rule has declare only one at a time."""

    group: str
    incident: str
    title: str | None = None
    rule: str | None = None
    cause: str | None = None
    firing: bool = True
    organisation: str | None = None
    timezone: str | None = None
    """Where an alert declared the incident: its declaration has neither."""
    utc_offset: int = 0
    former: str | None = None
    """The incident of this cause before this one, where there was one."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        title = self.title or self.group
        draft.alerts.setdefault(self.group, AttachedAlert(self.group, title, self.firing, event.at))
        declared = draft.declared
        by_alert = declared is not None and is_alert(declared.by)
        if self.cause and by_alert and "cause" not in draft.fields:
            draft.set(cause=self.cause, former=self.former)
        if self.timezone and by_alert:
            draft.set(
                organisation=self.organisation,
                timezone=self.timezone,
                utc_offset=self.utc_offset if abs(self.utc_offset) < 24 * 60 else 0,
            )

    def sentence(self, names: Names) -> str:
        return joined(f"Alert group {self.group} belongs to {self.incident}", self.title)


class AlertDeclared(NamedTuple):
    """An incident was declared because of a group: by a rule, or by a person."""

    group: str
    incident: str
    rule: str | None = None
    cause: str | None = None

    def sentence(self, names: Names) -> str:
        return joined(f"{self.incident} was declared", self.rule and f"rule {self.rule}")


class AlertDismissed(NamedTuple):
    """A person said that a group needs no incident."""

    group: str
    reason: str

    def sentence(self, names: Names) -> str:
        return joined("Dismissed", self.reason)
