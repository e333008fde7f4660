"""Rules about how services depend on each other: cycles, and services no product area reaches."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from incidentctl.domain.catalog.entries import label, settings_source, sources
from incidentctl.domain.catalog.model import Catalog, CatalogEntry, Service
from incidentctl.domain.common.text import count
from incidentctl.domain.lint.rule import Absent, Finding, Loc, Rule
from incidentctl.domain.lint.rule_text import RuleText
from incidentctl.domain.process.resolution import tier_in_force


def unnamed(catalog: Catalog) -> Iterable[Finding]:
    """Find production services that customers meet and that no product area names.

    To reach a service is to name it among its services: a dependency alone tells no customer's
    name for it, and `declare` finds owner and product area by what an area names.
    """
    if tier_in_force(catalog) == "single":
        return
    reached = {name for area in catalog.product_areas.values() for name in area.all_services}
    unreached = [
        entry
        for entry in catalog.of_kind("service")
        if entry.value.counts and entry.value.faces_customers and entry.name not in reached
    ]
    absent = Absent(("product_area",))
    if unreached and not catalog.product_areas:
        yield Finding(
            "IC204",
            f"There is no product area: what customers meet, {count(len(unreached), 'service')}, "
            "is found by no name of theirs.",
            settings_source(catalog),
            (),
            "Write one in product_areas/: what customers do, and the services behind it.",
            absent,
        )
        return
    for entry in unreached:
        yield Finding(
            "IC204",
            f"Customers meet the service {entry.name}, and no product area reaches it.",
            entry.source,
            ("name",),
            "Name it in a product area, or write `customer_facing: false`.",
            absent,
        )


def _named(entry: CatalogEntry) -> Iterable[tuple[Loc, tuple[str, ...]]]:
    """Yield each list of services in an entry, and its place."""
    if entry.kind == "service":
        yield ("depends_on",), entry.value.depends_on
    elif entry.kind == "product_area":
        yield ("services",), entry.value.services
        for number, functionality in enumerate(entry.value.functionalities):
            yield ("functionalities", number, "services"), functionality.services


def retired(catalog: Catalog) -> Iterable[Finding]:
    """Find services that are retired, and that others in use still name."""
    gone = {name for name, each in catalog.services.items() if each.lifecycle == "retired"}
    for entry in catalog.entries if gone else ():
        if entry.kind == "service" and entry.value.lifecycle == "retired":
            continue
        for loc, names in _named(entry):
            for number, name in enumerate(names):
                if name in gone:
                    yield Finding(
                        "IC218",
                        f"The service {name}, which {label(entry)} names, is retired.",
                        entry.source,
                        (*loc, number),
                        "Remove the name, or correct the `lifecycle` of the service.",
                    )


def twice(catalog: Catalog) -> Iterable[Finding]:
    """Find services that one list names twice."""
    for entry in catalog.entries:
        for loc, names in _named(entry):
            if len(names) == len(set(names)):
                continue
            for number, name in enumerate(names):
                if name in names[:number]:
                    message = f"The service {name!r} is listed twice in {label(entry)}."
                    hint = "Remove one; or is another service meant?"
                    yield Finding("IC219", message, entry.source, (*loc, number), hint)


def cycle(catalog: Catalog) -> Iterable[Finding]:
    """Find dependency cycles; each group of services that need one another is named once."""
    services = catalog.services
    entries = sources(catalog, "service")
    for group in _tangles(services):
        path = _way_round(services, min(group), group)
        start, following = path[0], path[1]
        place = services[start].depends_on.index(following)
        yield Finding(
            "IC205",
            f"Services depend on one another: {' → '.join(path)}.",
            entries[start].source if start in entries else None,
            ("depends_on", place),
            "Remove a dependency that does not exist; if all are real, silence this line.",
        )


def _tangles(services: Mapping[str, Service]) -> Iterable[set[str]]:
    """Yield the strongly connected groups that hold a cycle (Tarjan's algorithm, no recursion)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    held: set[str] = set()
    for root in services:
        if root in order:
            continue
        work = [(root, iter(services[root].depends_on))]
        order[root] = low[root] = len(order)
        stack.append(root)
        held.add(root)
        while work:
            name, needs = work[-1]
            need = next((n for n in needs if n in services), None)
            if need is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == order[name]:
                    group = set()
                    while name not in group:
                        group.add(stack.pop())
                    held -= group
                    if len(group) > 1 or name in services[name].depends_on:
                        yield group
            elif need not in order:
                order[need] = low[need] = len(order)
                stack.append(need)
                held.add(need)
                work.append((need, iter(services[need].depends_on)))
            elif need in held:
                low[name] = min(low[name], order[need])


def _way_round(services: Mapping[str, Service], start: str, group: set[str]) -> list[str]:
    """Return the shortest way from a service of the group back to itself."""
    came: dict[str, str] = {}
    queue = deque([start])
    while queue:
        name = queue.popleft()
        for need in services[name].depends_on:
            if need == start:
                path = [start]
                while name != start:
                    path.append(name)
                    name = came[name]
                return [start, *reversed(path)]
            if need in group and need not in came:
                came[need] = name
                queue.append(need)
    raise AssertionError(start)  # a strongly connected group always leads back


RULES = (
    Rule(
        RuleText(
            "IC204",
            "warning",
            "A service that no product area reaches",
            "When customers say what is broken, the catalog must lead to the service. Not "
            "reported at the single tier. Only services in production are checked, and a "
            "product area has to name them itself.",
            "Name the service in a product area, or say `customer_facing: false`.",
        ),
        unnamed,
    ),
    Rule(
        RuleText(
            "IC205",
            "warning",
            "A dependency cycle",
            "Services that need each other fail together, and no order of starting them works.",
            "Remove one dependency of the cycle.",
        ),
        cycle,
    ),
    Rule(
        RuleText(
            "IC218",
            "warning",
            "A retired service that is still named",
            "In an outage, somebody would look for the cause in it in vain.",
            "Remove the name; or write the lifecycle that the service has.",
        ),
        retired,
    ),
    Rule(
        RuleText(
            "IC219",
            "warning",
            "A service twice in one list",
            "The second one is often a slip: another service was meant, and is missing.",
            "Remove one, or write the service that was meant.",
        ),
        twice,
    ),
)
