"""An organisation's own template, templates/*.md.j2, rendered in a process with limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from incidentctl.domain.common.text import one_line
from incidentctl.errors import EnvironmentFailedError, InvalidDataError

#: Seconds of wall-clock time; the process itself limits its CPU time and memory.
_PATIENCE = 15.0
_HINT = (
    "docs/retrospectives.md, docs/drills.md and docs/roles-and-process.md say what a template gets "
    "and may do."
)


def render_own(
    root: Path,
    path: str,
    data: Mapping[str, Any],
    *,
    environment: Mapping[str, str],
    html: bool = False,
) -> str | None:
    """Render a template of the repository with plain data; None if there is no template.

    With `html` each value is text of the page, and never markup.

    InvalidDataError, with the line, if it is faulty, uses what it may not, or takes too long.
    """
    from incidentctl.files.layout import read_one

    if not os.path.lexists(root / path):
        return None
    content = read_one(root, path)
    if content.data is None:
        raise InvalidDataError(content.problem.message if content.problem else path)
    try:
        source = content.data.decode()
    except UnicodeDecodeError:
        raise InvalidDataError(f"{path} is not UTF-8 text.") from None
    answer = _run(path, json.dumps({"source": source, "data": data, "html": html}), environment)
    if "text" in answer:
        return str(answer["text"])
    line = answer["line"]
    where = f"{path}:{line}" if line else path
    raise InvalidDataError(f"{where}: {one_line(str(answer['error']))}", hint=_HINT)


def _run(path: str, request: str, environment: Mapping[str, str]) -> dict[str, Any]:
    # -P: import nothing from the current folder.
    command = [sys.executable, "-P", "-m", "incidentctl.render.own_template"]
    too_long = InvalidDataError(f"{path} takes too long, or too much memory.", hint=_HINT)
    try:
        done = subprocess.run(
            command,
            input=request.encode(),
            capture_output=True,
            env=dict(environment),
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_long from None
    except OSError as error:
        raise EnvironmentFailedError(f"Python could not be started: {error.strerror}.") from None
    if done.returncode < 0:  # a limit ended it
        raise too_long
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        if said.startswith("MemoryError"):
            raise too_long
        raise EnvironmentFailedError(f"{path} could not be rendered: {one_line(said)[:300]}.")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
