"""The modules of the program as trees, for the tests that read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "incidentctl"
MODULES = sorted(SOURCE.rglob("*.py"))


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Return all nodes of a module; a file of tests that asks clears the cache at its end."""
    return list(ast.walk(ast.parse(path.read_text())))


def place(path: Path) -> str:
    """Return where a module is below the package, as lists of places have it."""
    return path.relative_to(SOURCE).as_posix()


def each_module(*layers: str) -> pytest.MarkDecorator:
    """Give a test every module, or those of some layers."""
    paths = [path for path in MODULES if not layers or layer_of(path) in layers]
    return pytest.mark.parametrize("path", paths, ids=place)


def layer_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield what a module imports, also inside of functions, and in which line."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def is_name(node: ast.AST, *names: str) -> bool:
    """Say whether a node is one of these names, or an attribute or an import of it."""
    if isinstance(node, ast.Attribute):
        return node.attr in names
    if isinstance(node, ast.alias):
        return node.name in names
    return isinstance(node, ast.Name) and node.id in names


def called(node: ast.AST, *names: str) -> bool:
    """Say whether a node calls a function or a method of one of these names."""
    return isinstance(node, ast.Call) and is_name(node.func, *names)
