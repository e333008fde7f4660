"""What people type about the page: the state of an area, by the words that the field has for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from incidentctl.domain.common.lookup import nearest, one_of
from incidentctl.domain.common.text import one_line
from incidentctl.domain.page.public import State
from incidentctl.errors import NotFoundError, UsageError

#: A word for each state that an incident may have: the short one, and that of Statuspage.
WORDS = {
    "operational": State.OPERATIONAL,
    "degraded": State.DEGRADED,
    "partial": State.PARTIAL,
    "major": State.MAJOR,
    State.DEGRADED.value: State.DEGRADED,
    State.PARTIAL.value: State.PARTIAL,
    State.MAJOR.value: State.MAJOR,
}
_KNOWN = "operational, degraded, partial, major"


def read_states(
    told: Iterable[str],
    areas: Mapping[str, str],
    powers: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> dict[str, State]:
    """Read `AREA=STATE`, each area by its name or title; `areas` has the title of each name.

    `powers` has the areas of each service: who names a service is told which area to name.
    UsageError or NotFoundError with what was probably meant. An area counts once, as told last.
    """
    names = {title.casefold(): name for name, title in areas.items()}
    found: dict[str, State] = {}
    for each in told:
        area, equals, word = each.rpartition("=")
        if not equals:
            raise UsageError(
                f"{one_line(each)[:80]!r} does not give the state of an area: write AREA=STATE.",
                hint=f"A state is one of: {_KNOWN}.",
            )
        name = names.get(area.strip().casefold())
        if name is None:
            _refuse_service(area.strip(), word.strip(), areas, powers)
            name = one_of(area, areas, "product area")
        found[name] = _state(word)
    return found


def _refuse_service(
    named: str, word: str, areas: Mapping[str, str], powers: Mapping[str, Sequence[str]]
) -> None:
    """Refuse a service in place of an area, and say which area it belongs to."""
    folded = named.casefold()
    service = next((each for each in powers if each.casefold() == folded), None)
    if service is None or folded in map(str.casefold, areas):
        return
    of = powers[service]
    which = f"the area{'s' if len(of) > 1 else ''} {', '.join(of)}" if of else "no product area"
    raise NotFoundError(
        f"{service} is a service of {which}.",
        hint=f"Give the state of an area: {one_line(f'{of[0]}={word}')[:80]}." if of else None,
    )


def _state(word: str) -> State:
    folded = word.strip().casefold().replace(" ", "_").replace("-", "_")
    if folded in WORDS:
        return WORDS[folded]
    if "maintenance" in folded:
        raise UsageError(
            f"{one_line(word)[:80]!r} is not a state of an incident: it is for announced work.",
            hint="Announce the work in a file of maintenance/.",
        )
    hint = nearest(folded, WORDS, otherwise=f"A state is one of: {_KNOWN}.")
    raise NotFoundError(f"There is no state {one_line(word)[:80]!r} of an area.", hint=hint)
