"""The rules of the house: who may import whom, and what only some may use.

cli, serve, mcp -> app -> (files | record | render | connect) -> (git | domain) -> errors
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from incidentctl.cli.main import _COMMANDS
from incidentctl.domain.common.limits import MAX_BYTES
from incidentctl.git.objects import MAX_BLOB

SOURCE = Path(__file__).parent.parent / "src" / "incidentctl"
CONTRIBUTING = SOURCE.parent.parent / "CONTRIBUTING.md"
EDGES = {"files", "record", "render", "connect"}
LAYERS = {
    "cli": {"app", "domain", "errors", "render"},
    "serve": {"app", "domain", "errors", "render"},
    "mcp": {"app", "domain", "errors", "render"},
    "app": {*EDGES, "git", "domain", "errors"},
    "files": {"git", "domain", "errors"},
    "record": {"git", "domain", "errors"},
    "render": {"domain", "errors"},
    "connect": {"domain", "errors"},
    "git": {"errors"},
    "domain": {"errors"},
    "errors": set(),
}
#: The layers that show what use cases return, each in its way.
OUTERMOST = {"cli", "serve", "mcp"}
#: What a layer may import beside that, and why.
ALSO = {
    "git": {"incidentctl.domain.common.text"},  # what is written into a commit is cleaned
    # Commands start them, and know no more of them.
    "cli": {"incidentctl.mcp.server", "incidentctl.serve.start"},
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
    "mcp": {"mcp"},
    "starlette": {"serve"},
    "authlib": {"serve"},
    "joserfc": {"serve"},
    "requests": {"serve"},
    "uvicorn": {"serve"},
    "prometheus_client": {"serve"},
    "subprocess": {"git", "record", "connect", "app"},
    "jinja2": {"render"},
    "markdown_it": {"render"},
    "socket": {"connect", "serve"},
    "http": {"connect", "serve"},
    "urllib.request": {"connect"},
    "pydantic": {"files", "render", "domain"},
    "textwrap": {"render", "cli"},
    "shutil": {"app", "connect", "record", "cli"},
    "curses": set(),
    # What a terminal prints as JSON goes through `render.json_text`.
    "json": {"serve", "app", "connect", "files", "render", "record", "domain"},
}
#: The wiring place; and the crash points, which tests name by a variable.
MAY_READ = {"app/workspace/workspace.py", "record/store/crash_points.py"}
#: The commands that open no Workspace: the last resort, and the one that makes a repository.
HAVE_A_CLOCK = {"cli/boundary.py", "cli/setup/init.py"}
#: What only some modules do: how the tree of a module tells, and where it may.
ONLY_THERE = {
    "asks git for a folder": ({"git/tree.py"}, lambda node: _is_text(node, "ls-tree")),
    "puts a file in place by a link": ({"git/atomic.py"}, lambda node: _calls(node, "link", 2)),
    "puts a file in place by a rename": (
        {"git/atomic.py", "record/write/outbox.py"},  # which moves files from folder to folder
        lambda node: _calls(node, "replace", 1) or _calls(node, "rename", 1),
    ),
    "sets the environment of git": (
        {"git/environment.py"},
        lambda node: _is_text(node, "GIT_NO_REPLACE_OBJECTS"),
    ),
    "opens a workspace": (
        {"app/workspace/workspace.py"},
        lambda node: isinstance(node, ast.Call) and _is_name(node.func, "Workspace"),
    ),
    "asks for the team's repository": (
        {"app/workspace/workspace.py"},
        lambda node: _is_text(node, "No team repository found."),
    ),
    "puts a time on the clock of a zone": (
        {
            "domain/common/told_times.py",
            "domain/catalog/on_call.py",  # a rota starts when the clock of its zone does
            "domain/learn/monthly.py",  # the midnights at which months begin
            "app/workspace/machine_zone.py",  # is such a zone
            "render/incident/axis.py",  # its ticks, which nobody told
        },
        lambda node: any(map(_is_zone, getattr(node, "keywords", ()))),
    ),
    "writes JSON for a terminal": (
        {"render/json_text.py"},
        lambda node: (
            isinstance(node, ast.JoinedStr) and "incidentctl/{command}" in ast.unparse(node)
        ),
    ),
}
#: The folders of one layer alone; every other is a subject, which CONTRIBUTING names.
OWN_FOLDERS = {
    "domain": {"common"},
    "files": {"yaml", "history"},
    "record": {"store", "write", "sync", "restricted"},
    "render": {"templates"},
    "app": {"workspace"},
    "cli": {"terminal"},
}
#: A command of this program, or an option; what is told of git is another thing.
ON_A_SCREEN = re.compile(rf"incidentctl (?:{'|'.join(_COMMANDS)})\b|(?<![\w-])--[a-z]")
#: What stands in the team's files word for word, and is found there again.
IN_FILES = {"ABOUT_ACTIONS", "BEGIN"}
MODULES = sorted(SOURCE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = ("incidentctl", *path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


NAMES = {name_of(path) for path in MODULES}


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield what a module imports, also inside of functions, and in which line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def imported(path: Path) -> set[str]:
    """Return the modules of the package that a module imports."""
    named = (name for name, _ in imports(path) if name.startswith("incidentctl."))
    return {name if name in NAMES else name.rpartition(".")[0] for name in named} - {"incidentctl"}


def layer_of(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def circle(arrows: dict[str, set[str]]) -> list[str]:
    """Return some names that lead to each other in a circle."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return error.args[1]
    return []


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_point_inward(path):
    layer = layer_of(path)
    for name, line in imports(path):
        parts = name.split(".")
        if parts[0] == "incidentctl" and layer in LAYERS and len(parts) > 1:
            inner = parts[1]
            allowed = LAYERS[layer] | {layer, "__version__", "build"}
            also = name.rpartition(".")[0] in ALSO.get(layer, ())
            assert inner in allowed or also, f"{path}:{line}: {layer} must not import {inner}"
        for library, layers in ONLY_IN.items():
            if f"{name}.".startswith(f"{library}."):
                assert layer in layers, f"{path}:{line}: {layer} must not import {library}"


@pytest.mark.parametrize(
    "path", [path for path in MODULES if layer_of(path) in OUTERMOST], ids=lambda p: p.name
)
def test_what_is_allowed_is_decided_by_use_cases(path):
    """A terminal asks a use case of `app`, and shows the value that comes back."""
    for name, line in imports(path):
        assert ".decide." not in f"{name}.", f"{path}:{line}: only app and domain decide"


def test_every_folder_is_a_layer():
    folders = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file()}
    assert {"cli", "app", "domain", *EDGES} <= folders <= set(LAYERS)


def test_no_modules_import_each_other_in_a_circle():
    arrows = {name_of(path): imported(path) - {name_of(path)} for path in MODULES}
    assert sum(map(len, arrows.values())) > len(MODULES)
    assert circle(arrows) == []


def test_no_folders_import_each_other_in_a_circle():
    """In every package, what stands side by side: modules, and folders with all below."""
    arrows: dict[str, dict[str, set[str]]] = {}
    for path in MODULES:
        mine = name_of(path).split(".")
        for other in imported(path):
            theirs = other.split(".")
            pairs = list(zip(mine, theirs, strict=False))
            same = next((n for n, (one, two) in enumerate(pairs) if one != two), len(pairs))
            if same < len(pairs):
                inside = arrows.setdefault(".".join(mine[:same]), {})
                inside.setdefault(mine[same], set()).add(theirs[same])
    assert {"incidentctl", "incidentctl.domain", "incidentctl.cli"} <= arrows.keys()
    assert {package: found for package in arrows if (found := circle(arrows[package]))} == {}


def test_every_folder_is_a_subject_that_contributing_names():
    listed = re.search(r"The subjects are (.*?)\.\n", CONTRIBUTING.read_text(), re.DOTALL)
    assert listed
    subjects = set(re.findall(r"`([a-z]+)`", listed[1]))
    found = {
        (layer, folder.name)
        for layer in LAYERS
        for folder in (SOURCE / layer).glob("*/")
        if folder.name not in OWN_FOLDERS.get(layer, set()) | {"__pycache__"}
    }
    assert {each for each in found if each[1] not in subjects} == set()
    assert subjects - {name for _, name in found} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_only_the_workspace_and_the_terminal_read_clock_and_environment(path):
    name = path.relative_to(SOURCE).as_posix()
    if name in MAY_READ:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            where = f"{path}:{node.lineno}"
            if layer_of(path) != "cli":
                assert node.attr not in {"environ", "getenv", "getcwd", "cwd"}, where
            if name not in HAVE_A_CLOCK:
                assert not (node.attr in {"now", "today", "utcnow"} and _is_datetime(node)), where


def _is_datetime(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date"}


@pytest.mark.parametrize(
    "path", [path for path in MODULES if layer_of(path) == "domain"], ids=lambda p: p.name
)
def test_domain_names_no_command_and_no_option(path):
    """It gives a Hint, and each that shows it has words of its own."""
    for text, line in texts(path):
        assert not ON_A_SCREEN.search(re.sub("`git [^`]*`", "", text)), f"{path}:{line}: {text}"


@pytest.mark.parametrize(
    "path", [path for path in MODULES if layer_of(path) == "domain"], ids=lambda p: p.name
)
def test_domain_is_given_no_screen(path):
    """What is cut or broken to a width is cut by `render` and `cli`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.arg):
            assert node.arg not in {"width", "height", "columns"}, f"{path}:{node.lineno}"


def texts(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the strings of a module that are no docstrings, each without what is put into it."""
    left: list[ast.AST] = [ast.parse(path.read_text())]
    while left:
        node = left.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring, of a field too
        if isinstance(node, ast.Assign) and IN_FILES & {ast.unparse(each) for each in node.targets}:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "" for part in node.values)
            yield "".join(parts), node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno
        left += ast.iter_child_nodes(node)


def test_a_command_in_domain_is_seen(tmp_path):
    module = tmp_path / "planted.py"
    for planted in ('"run `incidentctl log`"', 'f"incidentctl step {1}"', 'f"{1} --as"', '"--at"'):
        module.write_text(f"x = {planted}\n")
        assert any(ON_A_SCREEN.search(text) for text, _ in texts(module)), planted
    module.write_text('"""Say `incidentctl log`."""\nx = "incidentctl.yaml -- a file"\n')
    assert not any(ON_A_SCREEN.search(text) for text, _ in texts(module))


@pytest.mark.parametrize("what", ONLY_THERE)
def test_one_place_does_it(what):
    places, does = ONLY_THERE[what]
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in MODULES
        if any(map(does, ast.walk(ast.parse(path.read_text()))))
    }
    assert found == places


def _is_text(node: ast.AST, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def _is_name(node: ast.AST, name: str) -> bool:
    return name in (getattr(node, "id", None), getattr(node, "attr", None))


def _is_zone(argument: ast.AST) -> bool:
    """Say whether an argument, as of `replace(tzinfo=…)`, is a zone other than UTC."""
    if not isinstance(argument, ast.keyword) or argument.arg != "tzinfo":
        return False
    return not {"None", "UTC"} & set(ast.unparse(argument.value).split())


def _calls(node: ast.AST, method: str, arguments: int) -> bool:
    """Say whether a node calls a method with just so many arguments.

    So `Path.replace` is told from `str.replace`, `datetime.replace` and `dataclasses.replace`.
    """
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr == method and len(node.args) == arguments and not node.keywords


def test_git_reads_whatever_may_be_an_event():
    assert MAX_BLOB == MAX_BYTES
