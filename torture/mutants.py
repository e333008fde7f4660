"""Faults planted at run time: the histories of the record, or the receivers, must catch each.

A mutant changes functions in the process of an act or of a receiver, and nowhere else: what checks
them stays as it is. Only torture reads the name of a mutant.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple


class Mutant(NamedTuple):
    """A planted fault: the faults of the histories that bring it to light, and how to plant it."""

    faults: frozenset[str]
    plant: Callable[[], None]
    harness: str = ""
    """Where it is caught, if not by histories; see `mutants_of_alerts.caught`."""


_ALL: dict[str, Mutant] = {}


def mutant(*faults: str, harness: str = "") -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function that plants a fault, under its name."""

    def register(plant: Callable[[], None]) -> Callable[[], None]:
        _ALL[plant.__name__.replace("_", "-")] = Mutant(frozenset(faults), plant, harness)
        return plant

    return register


def every() -> dict[str, Mutant]:
    """Return all mutants by name."""
    for place in (
        "of_flush",
        "of_exchange",
        "of_repair",
        "of_reading",
        "of_restricted",
        "of_alerts",
    ):
        import_module(f"torture.mutants_{place}")
    return _ALL


def apply(name: str) -> None:
    """Plant a fault into this process; none for an empty name."""
    if name:
        every()[name].plant()


def replace(place: Any, name: str, value: Any) -> None:
    """Replace what the record calls by this name."""
    assert hasattr(place, name), f"{place} has no {name}: the mutant is out of date"
    setattr(place, name, value)
