"""Rules about drills: times that fit, people who exist, secrets that stay secret."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta
from itertools import chain

from incidentctl.domain.catalog.entries import sources
from incidentctl.domain.catalog.model import Catalog, CatalogEntry, Source
from incidentctl.domain.drill.documents import time_text, window_text
from incidentctl.domain.drill.plan import (
    ENGINEERING,
    LEAD_DAYS,
    Drill,
    PlannedDrill,
    PrivateHalf,
    combine,
    outside,
    within,
)
from incidentctl.domain.drill.secrets import free_answers, name_answers, tells
from incidentctl.domain.lint.rule import GRACE, Absent, Around, Finding, Guess, Loc, Rule
from incidentctl.domain.lint.rule_text import RuleText


def window_backwards(catalog: Catalog) -> Iterable[Finding]:
    """Find windows that end before they begin, or as they begin."""
    for entry, drill in _drills(catalog):
        if drill.window and drill.window.ends <= drill.window.begins:
            yield Finding(
                "IC118",
                f"The window of the drill {drill.name} does not end after it begins.",
                entry.source,
                ("window", "to"),
                f"It reads {window_text(drill.window, drill.zone)}: correct one of the two.",
            )


def moment_outside(catalog: Catalog) -> Iterable[Finding]:
    """Find moments outside of the announced window."""
    private = sources(catalog, "private_half")
    for entry, drill in _drills(catalog):
        moment, window = drill.moment, drill.window
        if moment is None or window is None or window.ends <= window.begins:
            continue
        if not within(moment, window):
            where = entry if drill.planned else private[drill.name]
            yield Finding(
                "IC119",
                f"The drill {drill.name} is to happen at {time_text(moment, drill.zone)}, "
                f"outside of its window.",
                where.source,
                ("at",),
                f"The window is {window_text(window, drill.zone)}.",
            )


def known_names(catalog: Catalog) -> dict[str, tuple[str, Collection[str]]]:
    """Return of each field of a drill that names somebody or a service what that is, and all."""
    people = ("person", catalog.members())
    return {
        "team": ("team", catalog.teams),
        **dict.fromkeys(("commander", "mitigator", "saboteur", "readers"), people),
        "services": ("service", catalog.services),
        "distribute_to": ("team or person", {ENGINEERING, *catalog.teams, *people[1]}),
    }


def unknown_names(catalog: Catalog) -> Iterable[Finding]:
    """Find teams, people and services that the catalog does not have."""
    fields = known_names(catalog)
    for entry in (*catalog.of_kind("drill"), *catalog.of_kind("private_half")):
        for field, (what, known) in fields.items():
            names = getattr(entry.value, field, None)
            if isinstance(names, tuple):
                for number in range(len(names)):
                    yield from _unknown(entry, (field, number), known, what)
            else:
                yield from _unknown(entry, (field,), known, what)


def _unknown(entry: CatalogEntry, loc: Loc, known: Collection[str], what: str) -> Iterable[Finding]:
    name = getattr(entry.value, str(loc[0]), None)
    if len(loc) > 1 and isinstance(name, tuple):
        name = name[int(loc[1])]
    if loc[0] == "distribute_to" and name is not None and outside(name):
        return
    if name is not None and name not in known:
        yield Finding(
            "IC120",
            f"There is no {what} {name!r}, which a drill names as `{loc[0]}`.",
            entry.source,
            loc,
            Guess(name, known, f"Write the {what} into the catalog, or name another."),
            Absent(("service",) if what == "service" else ("team",), name),
        )


def private_alone(catalog: Catalog) -> Iterable[Finding]:
    """Find private halves whose drill is not announced, or is a planned one."""
    for entry in catalog.of_kind("private_half"):
        announced = catalog.drills.get(entry.name)
        if announced is None:
            message = f"There is no drill {entry.name!r} that this private half belongs to."
            hint: str | Guess = Guess(
                entry.name,
                catalog.drills,
                f"Write the public half with the name {entry.name}, or rename this file.",
            )
        elif isinstance(announced, PlannedDrill):
            message = f"The drill {entry.name} is planned: everybody may know, so it has one file."
            hint = "Write `mode: unplanned` into the drill, or remove this file."
        else:
            continue
        absent = Absent(("drill",), entry.name) if announced is None else None
        yield Finding("IC121", message, entry.source, (), hint, absent)


def private_tracked(_: Catalog, around: Around) -> Iterable[Finding]:
    """Find private halves that git tracks in plain text."""
    for path in sorted(around.tracked):
        if path.endswith((".private.yaml", ".private.yml")):
            yield Finding(
                "IC122",
                "Git tracks the private half of a drill in plain text.",
                Source(path),
                (),
                "Run `git rm --cached` on it, and add drills/*.private.yaml to .gitignore. What "
                "was committed stays in the history, and in every clone: choose another secret.",
            )


def public_tells(catalog: Catalog) -> Iterable[Finding]:
    """Find public halves that tell what only the private half may."""
    for entry, drill in _drills(catalog):
        if not isinstance(drill.plan, PrivateHalf):
            continue
        announced = {
            "name": drill.name,
            "why": drill.announced.why,
            "environment": drill.announced.environment or "",
        }
        for field, text in announced.items():
            found: dict[str, str] = {}
            for answer, secret in chain(
                free_answers(drill.plan), name_answers(catalog, drill.plan)
            ):
                if quoted := tells(text, secret):
                    found.setdefault(answer, quoted)
            for answer, quoted in found.items():
                yield Finding(
                    "IC123",
                    f"`{field}` of the public half of {drill.name} tells `{answer}` of the "
                    f"private one: {quoted!r}.",
                    entry.source,
                    (field,),
                    "Leave it out: everybody may read the public half.",
                )


def sent_late(catalog: Catalog, around: Around) -> Iterable[Finding]:
    """Find planned drills to come whose plan did not go out a week ahead."""
    if around.young:
        return
    for entry, drill in _drills(catalog):
        moment, sent = drill.moment, drill.sent
        if not drill.planned or moment is None or moment.date() < around.today:
            continue
        due = moment.date() - timedelta(days=LEAD_DAYS)
        if sent is None and around.today > due:
            message = f"The plan of the drill {drill.name} was to be sent by {due}, and was not."
            loc: Loc = ("at",)
        elif sent is not None and sent.date() > due:
            message = f"The plan of the drill {drill.name} was sent on {sent.date()}, after {due}."
            loc = ("sent",)
        else:
            continue
        hint = "Move the drill, or send the plan and note when in `sent`."
        yield Finding("IC211", message, entry.source, loc, hint)


def _drills(catalog: Catalog) -> Iterator[tuple[CatalogEntry, Drill]]:
    """Yield each drill as written, also the second of one name, with its halves."""
    default = catalog.settings.timezone
    for entry in catalog.of_kind("drill"):
        private = catalog.private_halves.get(entry.name)
        yield entry, combine(entry.value, private, default_zone=default)


def surprised_reader(catalog: Catalog) -> Iterable[Finding]:
    """Find readers of a private half whom the drill is to surprise."""
    for entry in catalog.of_kind("private_half"):
        half: PrivateHalf = entry.value
        for number, who in enumerate(half.readers):
            if who in (half.commander, half.mitigator) and who != half.saboteur:
                yield Finding(
                    "IC225",
                    f"{who} may read the private half of the drill {entry.name}, which is to "
                    "surprise them.",
                    entry.source,
                    ("readers", number),
                    "Take them out of `readers`, or plan it with another commander or mitigator.",
                )


RULES = (
    Rule(
        RuleText(
            "IC118",
            "error",
            "A window that ends before it begins",
            "Nothing can happen in it, and people who read the announcement wait in vain.",
            "Correct one of its two times.",
        ),
        window_backwards,
    ),
    Rule(
        RuleText(
            "IC119",
            "error",
            "A drill outside of its window",
            "The window is all that the teams concerned know; a drill outside of it breaks the "
            "promise, and is taken for a real incident.",
            "Move the moment, or the window before it is announced.",
        ),
        moment_outside,
    ),
    Rule(
        RuleText(
            "IC120",
            "error",
            "A drill names somebody unknown",
            "A plan for a team or person whom nobody knows reaches nobody.",
            "Correct the name. `engineering` in `distribute_to` stands for every team.",
        ),
        unknown_names,
    ),
    Rule(
        RuleText(
            "IC121",
            "error",
            "A private half without a public one",
            "An unplanned drill is announced: the teams concerned know the window and the reason. "
            "A private half belongs to the drill that its file is named after.",
            "Write the public half, or rename the file.",
        ),
        private_alone,
    ),
    Rule(
        RuleText(
            "IC122",
            "error",
            "A private half that git tracks",
            "Everybody with the repository can read it. Only a sealed one (.private.yaml.age) may "
            "be shared so.",
            "Take it out of the index and ignore it. git cannot take back what was shared: plan "
            "another drill.",
        ),
        check_around=private_tracked,
    ),
    Rule(
        RuleText(
            "IC123",
            "error",
            "A public half that reveals a secret",
            "The name, the reason and the environment of an unplanned drill are public. The rule "
            "looks for the private answers, whole or any four consecutive words of them, and for "
            "the names of team, people and services. It needs the private half in the clone.",
            "Say it in other words.",
        ),
        public_tells,
    ),
    Rule(
        RuleText(
            "IC211",
            "warning",
            "A plan that was not sent a week ahead",
            f"The plan of a planned drill goes to all of engineering, and to all whom it may "
            f"reach, at least {LEAD_DAYS} days ahead. Not reported in the first {GRACE.days} days "
            "of a repository.",
            "Move the drill; or send the plan, and note when in `sent`.",
        ),
        check_around=sent_late,
    ),
    Rule(
        RuleText(
            "IC225",
            "warning",
            "A drill that surprises one of its readers",
            "A commander or mitigator who has read the plan learns nothing from the drill. The "
            "rule needs the private half in the clone.",
            "Take them out of `readers`, or plan it with other people.",
        ),
        surprised_reader,
    ),
)
