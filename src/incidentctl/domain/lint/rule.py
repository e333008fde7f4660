"""What a rule reports, and what a rule is; for the rules themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from incidentctl.domain.catalog.model import Catalog, Source, Unread
from incidentctl.domain.common.lookup import nearest
from incidentctl.domain.learn.retrospective import Retrospective
from incidentctl.domain.lint.rule_text import RuleText

Loc = tuple[str | int, ...]

#: Findings that depend on the calendar are not reported in the first days of a repository.
GRACE = timedelta(days=90)


class Guess(NamedTuple):
    """A hint that is slow to find: the known word that was probably meant, else `otherwise`.

    It is searched for only if the finding is reported, since a file may have thousands.
    """

    word: str
    known: Collection[str]
    otherwise: str

    def text(self) -> str:
        """Return the hint."""
        return nearest(self.word, self.known, otherwise=self.otherwise)


class Absent(NamedTuple):
    """What a rule misses. Where a file with faults may hold it, the fault is told, and not this."""

    kinds: tuple[str, ...] = ()
    name: str | None = None
    """The name of what is missing; None for anything of these kinds."""
    path: str | None = None
    """The file of the entry that lacks something."""

    def may_be_in(self, unread: Iterable[Unread]) -> bool:
        """Say whether one of these files may hold what is missing."""
        return any(
            each.path == self.path
            or (
                each.kind in self.kinds
                and (self.name is None or each.names is None or self.name in each.names)
            )
            for each in unread
        )


class Finding(NamedTuple):
    """One fault that a rule found: where the entry stands, and the place in the entry."""

    code: str
    message: str
    source: Source | None = None
    loc: Loc = ()
    hint: str | Guess | None = None
    absent: Absent | None = None

    @property
    def hint_text(self) -> str | None:
        """The hint in words."""
        return self.hint.text() if isinstance(self.hint, Guess) else self.hint


class Played(NamedTuple):
    """A drill that was played; None if the team or the runbooks are not known."""

    day: date
    team: str | None
    runbooks: tuple[str, ...] | None = None
    """The runbooks that answer in it."""
    drill: str | None = None
    """The plan that was played, if there was one."""
    incident: str | None = None
    """Its id in the record."""


class Late(NamedTuple):
    """An incident without the retrospective that its severity requires, and the last day for it."""

    incident: str
    severity: str
    title: str
    day: date


class Unseen(NamedTuple):
    """Something that could not be looked at: why, which rules were not checked, what to do."""

    reason: str
    rules: tuple[str, ...]
    hint: str | None = None


class Around(NamedTuple):
    """What a rule may need to know beside the catalog."""

    today: date
    tracked: frozenset[str] = frozenset()
    """Files of the folder drills/ that git tracks."""
    young: bool | None = None
    """Whether the repository is in its first days; None where that is not known."""
    retrospectives: tuple[Retrospective, ...] = ()
    """The files of retros/ without faults."""
    played: tuple[Played, ...] | None = ()
    """The drills of the record; None if they cannot be known."""
    late: tuple[Late, ...] = ()
    """The incidents of the record whose retrospective is late."""
    misnamed: tuple[tuple[str, str], ...] = ()
    """What is not read because its name is nearly right, and the name that was probably meant."""
    not_read: tuple[str, ...] = ()
    """What looks like a part of the catalog, and nothing reads."""
    unseen: tuple[Unseen, ...] = ()
    """What could not be looked at."""
    idle_excludes: tuple[int, ...] = ()
    """Which of the settings' exclusions fit no file."""


class Rule(NamedTuple):
    """A rule: its text, and one of three functions, by what it needs to know."""

    text: RuleText
    check: Callable[[Catalog], Iterable[Finding]] | None = None
    check_at: Callable[[Catalog, date], Iterable[Finding]] | None = None
    check_around: Callable[[Catalog, Around], Iterable[Finding]] | None = None

    def run(self, catalog: Catalog, around: Around) -> Iterable[Finding]:
        """Return what the rule finds in a catalog with what is around it."""
        if self.check is not None:
            yield from self.check(catalog)
        if self.check_at is not None:
            yield from self.check_at(catalog, around.today)
        if self.check_around is not None:
            yield from self.check_around(catalog, around)
