"""The CI files of forges: read for `doctor`, and never checked like the team's own files."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.domain.doctor.ci import GITLAB
from incidentctl.files.layout import folder_problem, read_one
from incidentctl.files.yaml.strict import parse

_WORKFLOWS = ".github/workflows"
#: The most files to read: no repository has more, and each takes time.
_MAX_FILES = 200


class Pipeline(NamedTuple):
    """A CI file: its path, its text, and its content if it can be read strictly."""

    path: str
    text: str
    document: Any


def pipelines(top: Path) -> tuple[list[Pipeline], list[str]]:
    """Return the CI files of the repository whose work tree is `top`, and what cannot be read."""
    found, unread = [], []
    paths: list[str] = []
    if problem := folder_problem(top, _WORKFLOWS):
        unread.append(problem.message.removesuffix("."))
    else:
        with contextlib.suppress(OSError):
            names = sorted(entry.name for entry in (top / _WORKFLOWS).iterdir())
            paths = [f"{_WORKFLOWS}/{name}" for name in names if name.endswith((".yml", ".yaml"))]
    if len(paths) > _MAX_FILES:
        unread.append(f"{_WORKFLOWS} has more than {_MAX_FILES} files; the others are not read")
    for path in (*paths[:_MAX_FILES], *([GITLAB] if os.path.lexists(top / GITLAB) else [])):
        content = read_one(top, path)
        if content.data is None:
            unread += [content.problem.message.removesuffix(".")] if content.problem else []
            continue
        documents, problems = parse(content.data, path)
        document = documents[0] if documents and not problems else None
        found.append(Pipeline(path, content.data.decode(errors="replace"), document))
    return found, unread
