"""The filters of `list` and `report`: unknown names are refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from incidentctl.app.incident.classify import find_severity
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.lookup import one_of
from incidentctl.domain.incident.head import Head
from incidentctl.domain.learn.metrics import KINDS


class Names:
    """The names in the catalog and in the record, old ones included.

    Each method returns the name that a word means, None for None, and raises NotFoundError with
    a suggestion for an unknown name.
    """

    def __init__(self, workspace: Workspace, heads: Iterable[Head]) -> None:
        """Take the heads of every incident of the record."""
        self._catalog = workspace.catalog
        self._heads = tuple(heads)

    def severity(self, word: str | None) -> str | None:
        """Return a severity; `2` means SEV2 as it does elsewhere."""
        if word is None:
            return None
        of_scale = find_severity(self._catalog, word.strip())
        if of_scale is not None:
            return of_scale.name
        used = {head.severity for head in self._heads if head.severity}
        scale = [severity.name for severity in self._catalog.scale.severities]
        return one_of(word, [*scale, *sorted(used)], "severity")

    def service(self, word: str | None) -> str | None:
        """Return a service."""
        used = {name for head in self._heads for name in head.services}
        return _one_of(word, {*self._catalog.services, *used}, "service")

    def area(self, word: str | None) -> str | None:
        """Return a product area."""
        used = {name for head in self._heads for name in head.product_areas}
        return _one_of(word, {*self._catalog.product_areas, *used}, "product area")

    def team(self, word: str | None) -> str | None:
        """Return a team."""
        used = {head.owner for head in self._heads if head.owner}
        return _one_of(word, {*self._catalog.teams, *used}, "team")

    def kind(self, word: str | None) -> str | None:
        """Return a kind of incident."""
        return _one_of(word, KINDS, "kind")


def _one_of(word: str | None, known: Collection[str], what: str) -> str | None:
    return None if word is None else one_of(word, known, what)
