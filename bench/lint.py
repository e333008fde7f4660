"""`catalog lint` beside check-jsonschema on the same service files, and warm beside `git status`.

check-jsonschema only looks at one file at a time, and knows no reference from one to another; it is
the nearest there is. The files are in the system's page cache for all; cold is without our cache.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.catalogs import make_catalog
from bench.timing import BIN, INCIDENTCTL, Row, middle, process, ratio, rounds, run

_SCHEMA = Path(__file__).parent.parent / "schemas" / "service.json"
_LIMITS = {1_000: 0.15, 10_000: 0.08}
_ROUNDS = {1_000: 5, 10_000: 2}


def rows(folder: Path) -> list[Row]:
    """Measure with 1,000 and 10,000 service files."""
    return [row for services in _LIMITS for row in _lint(folder, services)]


def _lint(folder: Path, services: int) -> list[Row]:
    root = folder / f"lint-{services}"
    files = [str(file) for file in make_catalog(root, services)]
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "Catalog")):
        run(("git", *arguments), root)
    lint = process((INCIDENTCTL, "catalog", "lint"), root)

    def cold() -> float:
        shutil.rmtree(root / ".git" / "incidentctl" / "cache", ignore_errors=True)
        return lint()

    works = {
        "cold": cold,
        "warm": lint,
        "git status": process(("git", "status", "--porcelain"), root),
    }
    checked = process((str(BIN / "check-jsonschema"), "--schemafile", str(_SCHEMA), *files))
    times = rounds(works | {"check-jsonschema": checked}, _ROUNDS[services])
    what = f"lint of {services:,} service files, "
    return [
        Row(
            f"{what}cold / check-jsonschema on the same files",
            ratio(times["cold"], times["check-jsonschema"]), "×", _LIMITS[services],
            f"{middle(times['cold']):,.0f} / {middle(times['check-jsonschema']):,.0f} ms",
        ),
        Row(
            f"{what}warm / `git status`",
            ratio(times["warm"], times["git status"]), "×", 6 if services == 10_000 else None,
            f"{middle(times['warm']):,.0f} / {middle(times['git status']):,.0f} ms",
        ),
    ]  # fmt: skip
