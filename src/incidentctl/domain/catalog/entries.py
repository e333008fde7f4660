"""Where the entries of a catalog are written, and how messages name them."""

from __future__ import annotations

from incidentctl.domain.catalog.model import Catalog, CatalogEntry, Source


def settings_source(catalog: Catalog) -> Source:
    """Return where the settings are written."""
    entry = next(iter(catalog.of_kind("settings")), None)
    return entry.source if entry else Source("incidentctl.yaml")


def settings_unread(catalog: Catalog) -> bool:
    """Say whether there are settings, and nothing of them could be read."""
    faulty = any(each.kind == "settings" for each in catalog.unread)
    return faulty and not any(catalog.of_kind("settings"))


def matrix_source(catalog: Catalog) -> Source:
    """Return where the impact matrix is written."""
    entry = next(iter(catalog.of_kind("matrix")), None)
    return entry.source if entry else Source("severities.yaml", inside=("matrix",))


def sources(catalog: Catalog, kind: str) -> dict[str, CatalogEntry]:
    """Return the entry for each name of a kind; of two with one name the first."""
    found: dict[str, CatalogEntry] = {}
    for entry in catalog.of_kind(kind):
        found.setdefault(entry.name, entry)
    return found


def renamed(catalog: Catalog, kind: str) -> dict[str, str]:
    """Return, for each file called otherwise than the entry in it, a hint that says so."""
    found: dict[str, str] = {}
    for entry in catalog.of_kind(kind):
        file = entry.source.path.rpartition("/")[2].rpartition(".")[0]
        if file != entry.name:
            hint = f"{entry.source.path} now holds {entry.name!r}: was the {_word(kind)} renamed?"
            found.setdefault(file, hint)
    return found


def label(entry: CatalogEntry) -> str:
    """Name an entry in a sentence: `service auth-api`."""
    return f"{_word(entry.kind)} {entry.name}"


def _word(kind: str) -> str:
    return kind.replace("_", " ")
