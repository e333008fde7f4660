"""The layers of the package: an import that points outward fails here.

cli -> app -> (files | record | render | connect) -> (git | domain) -> errors
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "incidentctl"
LAYERS = {
    "cli": {"app", "domain", "errors", "render"},
    "app": {"files", "record", "git", "render", "connect", "domain", "errors"},
    "files": {"git", "domain", "errors"},
    "record": {"git", "domain", "errors"},
    "render": {"domain", "errors"},
    "connect": {"domain", "errors"},
    "git": {"domain", "errors"},
    "domain": {"errors"},
    "errors": set(),
}
#: Libraries that only some layers know.
ONLY_IN = {
    "typer": {"cli"},
    "rich": {"cli"},
    "questionary": {"cli"},
    "yaml": {"files"},
    "git": {"files"},
    "pyrage": {"files"},
    "icalendar": {"render"},
    "subprocess": {"git", "record", "connect", "app"},
    "jinja2": {"render"},
    "socket": {"connect"},
    "http": {"connect"},
    "urllib.request": {"connect"},
}
#: The wiring place; and the crash points, which tests name by a variable.
MAY_READ = {"app/workspace/workspace.py", "record/store/crash_points.py"}
MODULES = sorted(SOURCE.rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def layer_of(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_point_inward(path):
    layer = layer_of(path)
    for name, line in imports(path):
        parts = name.split(".")
        if parts[0] == "incidentctl" and layer in LAYERS and len(parts) > 1:
            inner = parts[1]
            allowed = LAYERS[layer] | {layer, "__version__", "build"}
            assert inner in allowed, f"{path}:{line}: {layer} must not import {inner}"
        for library, layers in ONLY_IN.items():
            if f"{name}.".startswith(f"{library}."):
                assert layer in layers, f"{path}:{line}: {layer} must not import {library}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_only_the_workspace_and_the_terminal_read_clock_and_environment(path):
    if layer_of(path) == "cli" or path.relative_to(SOURCE).as_posix() in MAY_READ:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            where = f"{path}:{node.lineno}"
            assert node.attr not in {"environ", "getenv", "getcwd", "cwd"}, where
            assert not (node.attr in {"now", "today", "utcnow"} and _is_datetime(node)), where


def _is_datetime(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date"}
