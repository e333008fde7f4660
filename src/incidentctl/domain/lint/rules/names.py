"""Rules about names: one name is one thing, for people who type it at night in any case."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.domain.catalog.entries import label
from incidentctl.domain.catalog.model import Catalog, CatalogEntry, Source
from incidentctl.domain.catalog.team import Member
from incidentctl.domain.lint.rule import Around, Finding, Rule
from incidentctl.domain.lint.rule_text import RuleText

#: Kinds that a repository has once, without a name; the loader reports a second one.
_NAMELESS = frozenset({"settings", "matrix"})


def two_of_one_name(catalog: Catalog) -> Iterable[Finding]:
    """Find entries of a kind whose names are the same, or differ in case only."""
    seen: dict[tuple[str, str], CatalogEntry] = {}
    for entry in catalog.entries:
        first = seen.setdefault((entry.kind, entry.name.casefold()), entry)
        if first is entry or entry.kind in _NAMELESS:
            continue
        message = f"There is already a {label(first)}, in {first.source.path}."
        if first.name != entry.name:
            message = f"{entry.name!r} differs only in case from the {label(first)}."
        hint = "Keep one of them, or give this one another name."
        yield Finding("IC102", message, entry.source, ("name",), hint)


def step_twice(catalog: Catalog) -> Iterable[Finding]:
    """Find steps of one runbook that have the same id."""
    for entry in catalog.of_kind("runbook"):
        seen: set[str] = set()
        for number, step in enumerate(entry.value.steps):
            if step.id.casefold() in seen:
                yield Finding(
                    "IC103",
                    f"The runbook {entry.name} has two steps {step.id!r}.",
                    entry.source,
                    ("steps", number, "id"),
                    "Give each step an id of its own; the same id in another runbook is fine.",
                )
            seen.add(step.id.casefold())


def functionality_twice(catalog: Catalog) -> Iterable[Finding]:
    """Find functionalities of one product area that have the same name."""
    for entry in catalog.of_kind("product_area"):
        seen: set[str] = set()
        for number, functionality in enumerate(entry.value.functionalities):
            name = functionality.name.casefold()
            if name in seen:
                yield Finding(
                    "IC104",
                    f"The product area {entry.name} has {functionality.name!r} twice.",
                    entry.source,
                    ("functionalities", number, "name"),
                    "Join the two, or give one another name.",
                )
            seen.add(name)


def handle_twice(catalog: Catalog) -> Iterable[Finding]:
    """Find handles that two people have. One person may be in several teams."""
    seen: dict[str, tuple[str, Member]] = {}
    for entry in catalog.of_kind("team"):
        for number, member in enumerate(entry.value.members):
            team, first = seen.setdefault(member.handle.casefold(), (entry.name, member))
            differs = _difference(first, member)
            if first is member or (team != entry.name and differs is None):
                continue
            if team == entry.name:
                message = f"The team {entry.name} has the member {member.handle!r} twice."
            else:
                message = f"{member.handle!r} is written otherwise in the team {team}: {differs}."
            hint = "Write the same person the same way; give another person another handle."
            yield Finding("IC105", message, entry.source, ("members", number, "handle"), hint)


def _one_handle(catalog: Catalog) -> Iterable[Finding]:
    yield from handle_twice(catalog)
    yield from alias_twice(catalog)


def _difference(one: Member, other: Member) -> str | None:
    """Say what tells two entries of one handle apart; what only one of them has does not."""
    if one.handle != other.handle:
        return f"the handle is {one.handle!r} there"
    if one.name and other.name and one.name != other.name:
        return f"the name is {one.name!r} there, {other.name!r} here"
    if one.email and other.email and one.email.casefold() != other.email.casefold():
        return f"the e-mail is {one.email} there, {other.email} here"
    return None


def alias_twice(catalog: Catalog) -> Iterable[Finding]:
    """Find aliases and ids of chat systems that lead to two people."""
    known = catalog.members()
    owners: dict[tuple[str, str], str] = {("alias", handle.casefold()): handle for handle in known}
    for entry in catalog.of_kind("team"):
        for number, member in enumerate(entry.value.members):
            place = ("members", number)
            said = [(("alias", alias.casefold()), (*place, "aliases", n), alias)
                    for n, alias in enumerate(member.aliases)]  # fmt: skip
            said += [((kind, value), (*place, "chat", kind), value)
                     for kind, value in member.chat.items()]  # fmt: skip
            for key, loc, word in said:
                owner = owners.setdefault(key, member.handle)
                if owner.casefold() != member.handle.casefold():
                    yield Finding(
                        "IC105",
                        f"{word!r}, which {member.handle!r} has, leads to {owner!r}.",
                        entry.source,
                        loc,
                        "Leave it with one of the two.",
                    )


def two_handles(catalog: Catalog) -> Iterable[Finding]:
    """Find people with two handles: entries that have one e-mail address."""
    seen: dict[str, tuple[str, Member]] = {}
    for entry in catalog.of_kind("team"):
        for number, member in enumerate(entry.value.members):
            if member.email is None:
                continue
            team, first = seen.setdefault(member.email.casefold(), (entry.name, member))
            if first.handle.casefold() != member.handle.casefold():
                yield Finding(
                    "IC217",
                    f"{member.handle!r} has the e-mail of {first.handle!r} in the team {team}.",
                    entry.source,
                    ("members", number, "handle"),
                    "Give one person one handle, and another person their own address.",
                )


def misnamed(_: Catalog, around: Around) -> Iterable[Finding]:
    """Find folders and files whose names are nearly those of the catalog."""
    for name, meant in around.misnamed:
        if "." in meant:
            message = f"The file {name} is not read: its name is nearly right."
            hint = f"Did you mean {meant!r}? Then give it that name."
        else:
            message = f"The folder {name}/ is not part of the catalog: nothing in it is read."
            hint = f"Did you mean {meant!r}? Then move the files there."
        yield Finding("IC215", message, Source(name), (), hint)


def not_read(_: Catalog, around: Around) -> Iterable[Finding]:
    """Find templates that no document is made of."""
    for path in around.not_read:
        message = f"No document is made of {path}."
        hint = (
            "Their names are in docs/retrospectives.md, docs/drills.md, docs/roles-and-process.md, "
            "docs/announcements.md and docs/page.md."
        )
        yield Finding("IC221", message, Source(path), (), hint)


RULES = (
    Rule(
        RuleText(
            "IC102",
            "error",
            "Two things of one name",
            "A name must lead to one thing, also for somebody who types it in the wrong case.",
            "Remove one of the two, or rename it.",
        ),
        two_of_one_name,
    ),
    Rule(
        RuleText(
            "IC103",
            "error",
            "A step id twice in one runbook",
            "A step's id must mean one step; runbooks of one incident are merged by step id.",
            "Give the second step another id.",
        ),
        step_twice,
    ),
    Rule(
        RuleText(
            "IC104",
            "error",
            "A functionality twice in one product area",
            "What customers can do is named once, with all the services that power it.",
            "Join the two functionalities.",
        ),
        functionality_twice,
    ),
    Rule(
        RuleText(
            "IC105",
            "error",
            "One handle for two people",
            "Rotas and commands name people by handle, and commands by alias and id of a chat "
            "system, too. The same person may be in several teams, with the same name and e-mail "
            "address or without.",
            "Give one of the two another handle or alias, or write the same person the same way.",
        ),
        _one_handle,
    ),
    Rule(
        RuleText(
            "IC217",
            "warning",
            "One person with two handles",
            "Roles, rotas and the load of people are counted by handle. git knows who records by "
            "the e-mail address, which leads to the first handle only.",
            "Write one handle in all teams.",
        ),
        two_handles,
    ),
    Rule(
        RuleText(
            "IC215",
            "warning",
            "A name similar to one of the catalog's",
            "Entries in `service/` instead of `services/` are missing when they are needed, and "
            "a scale in `severity.yaml` rules nothing. Completely different names are ignored.",
            "Write the name that is read, or a completely different one.",
        ),
        check_around=misnamed,
    ),
    Rule(
        RuleText(
            "IC221",
            "warning",
            "A template that is never used",
            "A template with a mistyped name has no effect, and its author believes that it has.",
            "Correct its name, or remove it.",
        ),
        check_around=not_read,
    ),
)
