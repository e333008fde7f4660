"""The files that tell forges what to run: read for `doctor`, never judged as the team's own."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.domain.doctor_ci import GITLAB
from incidentctl.files.layout import read_one
from incidentctl.files.strict_yaml import parse

_WORKFLOWS = ".github/workflows"


class Pipeline(NamedTuple):
    """A CI file: its path, its text, and its content where that reads strictly."""

    path: str
    text: str
    document: Any


def pipelines(top: Path) -> list[Pipeline]:
    """Return the CI files of the repository whose work tree is `top`."""
    paths = []
    with contextlib.suppress(OSError):
        names = sorted(entry.name for entry in (top / _WORKFLOWS).iterdir())
        paths = [f"{_WORKFLOWS}/{name}" for name in names if name.endswith((".yml", ".yaml"))]
    found = []
    for path in (*paths, *([GITLAB] if (top / GITLAB).is_file() else [])):
        data = read_one(top, path).data
        if data is None:
            continue
        documents, problems = parse(data, path)
        document = documents[0] if documents and not problems else None
        found.append(Pipeline(path, data.decode(errors="replace"), document))
    return found
