"""The review after an incident: its four questions, its action items, and when to meet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import ClassVar, NamedTuple

from incidentctl.domain.common.fields import CONFIG, Day, Flag, LocalTime, Name, Text
from incidentctl.domain.common.frozen import frozen
from incidentctl.domain.common.working_days import is_working_day, limit, next_working_day

#: What a retrospective asks, in this order.
QUESTIONS = (
    "What went well",
    "What we did not expect",
    "What did not go so well",
    "What we will change to do better next time",
)

#: What stands below the questions of a new file.
ABOUT_ACTIONS = (
    "Write each change with an owner and a day as an action item at the head of this file;\n"
    "`incidentctl actions` lists them."
)

#: The facts stand between these two lines; all else of the document is people's.
BEGIN = "<!-- incidentctl:facts, rewritten by `incidentctl retro`; write your own text outside -->"
END = "<!-- incidentctl:end of facts -->"

#: A meeting lasts about an hour, at working hours of Monday to Friday.
MEETING_LASTS = timedelta(hours=1)
_FIRST_HOUR, _USUAL_HOUR, _LAST_HOUR = 9, 10, 16
#: A change agreed on today is due in two weeks, until somebody says another day.
ACTION_WITHIN = timedelta(days=14)


@frozen
class ActionItem:
    """Something that will change: owned and dated work."""

    __pydantic_config__: ClassVar = CONFIG

    id: Name
    """What commands call it; never changed, and unlike every other of the repository."""
    title: Text
    """What will be different."""
    owner: Text
    """Who sees to it."""
    due: Day
    """The day by whose end it is done."""
    done: Flag = False
    """Whether it is."""

    def overdue(self, today: date) -> bool:
        """Say whether it should have been done before today."""
        return not self.done and self.due < today


@frozen
class FrontMatter:
    """What a retrospective's file says for programs."""

    __pydantic_config__: ClassVar = CONFIG

    incident: Name | None = None
    """The incident or drill it is about."""
    participants: tuple[Text, ...] = ()
    """Who takes part in the meeting."""
    meeting: LocalTime | None = None
    """When it begins; in the organisation's zone unless an offset is written."""
    actions: tuple[ActionItem, ...] = ()
    """What will change."""


class Retrospective(NamedTuple):
    """One file of retros/ that could be read: its path from the root and what it says."""

    path: str
    front: FrontMatter


class Item(NamedTuple):
    """An action item and where it stands: the file, and its place in the list, from 0."""

    action: ActionItem
    retrospective: Retrospective
    place: int


def items(retrospectives: Iterable[Retrospective]) -> Iterator[Item]:
    """Yield the action items of retrospectives, in the order of the files."""
    for retrospective in retrospectives:
        for place, action in enumerate(retrospective.front.actions):
            yield Item(action, retrospective, place)


def item_id(incident: str | None, number: int) -> str:
    """Name an action item after the incident's last part: `k7f-1`."""
    return f"{(incident or 'item').rsplit('-', 1)[-1]}-{number}"


_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
#: What a line holds that says nothing: room for an answer.
_ROOM = " \t-*+_>[]"


def answered(text: str) -> bool:
    """Say whether people wrote something below one of the questions.

    `text` is what stands outside of the facts. True for a document without these questions:
    what an organisation asks instead, nobody but people can judge.
    """
    questions = {question.casefold() for question in QUESTIONS}
    ours = set(ABOUT_ACTIONS.splitlines())
    asked, level = False, 0
    for line in without_comments(text).splitlines():
        heading = _HEADING.match(line)
        if heading and heading[2].rstrip(" \t#").casefold() in questions:
            asked, level = True, len(heading[1])
        elif heading and len(heading[1]) <= level:
            level = 0
        elif level and line.strip(_ROOM) and line not in ours:
            return True
    return not asked


def without_comments(text: str) -> str:
    """Return a Markdown text without what stands between `<!--` and `-->`."""
    # A pattern would look for the end of each beginning anew, where there is none.
    kept = []
    at = 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin + 4)) >= 0:
        kept.append(text[at:begin])
        at = end + 3
    return "".join([*kept, text[at:]])


# --- when to meet --------------------------------------------------------------------------------


class Meeting(NamedTuple):
    """A proposed hour; `until` is the limit, and `late` says that no hour before it is left."""

    at: datetime
    until: datetime | None
    late: bool


def propose(ended: datetime, within: str | None, local: tzinfo, *, now: datetime) -> Meeting:
    """Propose an hour in the zone `local`: at 10:00 on the next working day.

    Where the limit ends before that, the next full working hour; where none is left, it is late.
    """
    until = limit(ended, within, local)
    here = now.astimezone(local)
    usual = datetime.combine(next_working_day(here.date()), time(_USUAL_HOUR), local)
    if until is None or usual + MEETING_LASTS <= until:
        return Meeting(usual, until, False)
    soonest = _next_working_hour(here)
    if soonest + MEETING_LASTS <= until:
        return Meeting(soonest, until, False)
    return Meeting(usual, until, True)


def _next_working_hour(here: datetime) -> datetime:
    """Return the next full hour, but one, that lies in working hours: people must hear of it."""
    hour = here.hour + 2
    if is_working_day(here.date()) and hour <= _LAST_HOUR:
        return datetime.combine(here.date(), time(max(hour, _FIRST_HOUR)), here.tzinfo)
    return datetime.combine(next_working_day(here.date()), time(_FIRST_HOUR), here.tzinfo)
