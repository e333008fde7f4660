"""What is searched in 10,000 past incidents: similar ones when one is declared, and texts."""

from __future__ import annotations

import shutil
import statistics
import time
from pathlib import Path

from bench.incidents import declare_in, open_ticking, past_repository
from bench.timing import INCIDENTCTL, Row, middle, process
from incidentctl.app.incident.similar import similar_open, similar_past

#: Titles that are like all, some and none of the past incidents, which are all about a login.
_TITLES = ("login is down", "cart and login are slow", "checkout is down")


def rows(folder: Path) -> list[Row]:
    """Measure with warm caches, and without any."""
    root = past_repository(folder.parent, 10_000)
    declare_in(open_ticking(root))
    return [*_similar(root), *_text(root)]


def _similar(root: Path) -> list[Row]:
    """Both searches of `declare`, in process: it has opened the record by then."""
    spans = []
    for title in _TITLES * 7:
        workspace = open_ticking(root)
        workspace.record.open_heads()
        began = time.perf_counter()
        similar_open(workspace, title)
        similar_past(workspace, title)
        spans.append((time.perf_counter() - began) * 1000)
    what = "similar incidents among 10,000 past ones, open and past, when one is declared"
    return [Row(what, statistics.median(spans[len(_TITLES) :]), "ms", 30)]


def _text(root: Path) -> list[Row]:
    command = (INCIDENTCTL, "list", "--all", "--text", "dashboard number 39")
    shutil.rmtree(root / ".git" / "incidentctl" / "cache" / "texts", ignore_errors=True)
    cold = process(command, root)()
    warm = middle([process(command, root)() for _ in range(5)])
    few = middle([process((*command[:2], *command[3:]), root)() for _ in range(5)])
    return [
        Row(
            "`list --all --text` in the logs of 10,000 incidents of 50 events, warm",
            warm / 1000, "s", None, f"the first time {cold / 1000:.1f} s",
        ),
        Row("`list --text` in the open ones there", few, "ms"),
    ]  # fmt: skip
