"""The catalog, from a cache if no file has changed: then yaml and pydantic are not imported."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

from incidentctl.domain.catalog.model import Catalog
from incidentctl.errors import Problem
from incidentctl.files import cache
from incidentctl.files.gc_pause import paused
from incidentctl.files.layout import PRIVATE_HALF, read_all

_NAME = "catalog.pickle"
_PLAIN = {("datetime", name) for name in ("date", "datetime", "timedelta", "timezone")}


def load_cached(root: Path, cache_dir: Path | None) -> tuple[Catalog, list[Problem]]:
    """Return what `loader.load` returns, from the cache in `cache_dir` if nothing changed.

    Without that folder nothing is cached. Private halves of drills, and problems with them, are
    never cached: only their owner may read them, and only few clones have them.
    """
    contents = read_all(root)
    private = [content for content in contents if content.kind == PRIVATE_HALF]
    others = [content for content in contents if content.kind != PRIVATE_HALF]
    key = cache.key_of(others)
    loaded = _kept(cache_dir / _NAME, key) if cache_dir else None
    if loaded is not None and not private:
        return loaded
    from incidentctl.files.catalog.loader import (  # noqa: PLC0415 (only where nothing is cached)
        load_contents,
        with_private,
    )

    if loaded is None:
        loaded = load_contents(others)
        if cache_dir:
            cache.write(cache_dir / _NAME, key, pickle.dumps(loaded, protocol=5))
    return with_private(loaded, private)


class _Reader(pickle.Unpickler):
    """Creates only values of the domain, so that a forged cache cannot run code."""

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith("incidentctl.domain.") or (module, name) in _PLAIN | {
            ("incidentctl.errors", "Problem")
        }:
            found = super().find_class(module, name)
            if isinstance(found, type) and "." not in name:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not a value of a catalog")


def _kept(file: Path, key: bytes) -> tuple[Catalog, list[Problem]] | None:
    payload = cache.read(file, key)
    if payload is None:
        return None
    try:
        with paused():
            catalog, problems = _Reader(io.BytesIO(payload)).load()
    except Exception:  # noqa: BLE001 (a foreign pickle may raise anything; read the files then)
        return None
    return (catalog, problems) if isinstance(catalog, Catalog) else None
