"""The rules of the house: who may import whom, and where what stands.

cli, serve, mcp -> app -> (files | record | render | connect) -> (git | domain) -> errors
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from tests.sources import (
    MODULES,
    SOURCE,
    called,
    each_module,
    imports,
    is_name,
    layer_of,
    nodes,
    place,
)

from incidentctl.cli.main import _COMMANDS
from incidentctl.connect.actions import registry as actions
from incidentctl.connect.alerts import registry as alert_formats
from incidentctl.domain.common.limits import MAX_BYTES
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import kind_of
from incidentctl.domain.lint.rules import registry as rules
from incidentctl.domain.lint.rules.syntax import SYNTAX
from incidentctl.git.objects import MAX_BLOB
from incidentctl.render.lint import registry as lint_outputs

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
#: The folders of one layer alone; every other is a subject, which CONTRIBUTING names.
OWN_FOLDERS = {
    "domain": {"common"},
    "files": {"yaml", "history"},
    "record": {"store", "write", "sync", "restricted"},
    "render": {"templates"},
    "app": {"workspace"},
    "cli": {"terminal"},
}
#: The modules of the package itself; every other is in a folder of a layer.
AT_THE_TOP = {"__init__.py", "__main__.py", "build.py", "errors.py"}
#: The only folders inside of subjects.
INNER_FOLDERS = {
    "domain/incident/decide",
    "domain/incident/draft",
    "domain/incident/facts",
    "domain/incident/fold",
    "domain/incident/walk",
    "domain/lint/rules",
}
#: What the record reports, which is no rule of `catalog lint`.
OF_THE_RECORD = {"IC900", "IC901", "IC902", "IC903"}
#: A command of this program, or an option; what is told of git is another thing.
ON_A_SCREEN = re.compile(rf"incidentctl (?:{'|'.join(_COMMANDS)})\b|(?<![\w-])--[a-z]")
#: What stands in the team's files word for word, and is found there again.
IN_FILES = {"ABOUT_ACTIONS", "BEGIN"}


def name_of(path: Path) -> str:
    parts = ("incidentctl", *path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


NAMES = {name_of(path) for path in MODULES}


@pytest.fixture(scope="module", autouse=True)
def _trees_are_forgotten():
    yield
    nodes.cache_clear()


def imported(path: Path) -> set[str]:
    """Return the modules of the package that a module imports."""
    named = (name for name, _ in imports(path) if name.startswith("incidentctl."))
    return {name if name in NAMES else name.rpartition(".")[0] for name in named} - {"incidentctl"}


def circle(arrows: dict[str, set[str]]) -> list[str]:
    """Return some names that lead to each other in a circle."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return error.args[1]
    return []


@each_module()
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


@each_module(*OUTERMOST)
def test_what_is_allowed_is_decided_by_use_cases(path):
    """A terminal asks a use case of `app`, and shows the value that comes back."""
    for name, line in imports(path):
        assert ".decide." not in f"{name}.", f"{path}:{line}: only app and domain decide"


@each_module(*OUTERMOST)
def test_what_happened_is_recorded_and_folded_by_use_cases(path):
    """What shows it neither makes events nor writes files, nor folds what was recorded."""
    for node in nodes(path):
        if called(node, "stamp", "write_text") or _is_recorded(node):
            pytest.fail(f"{path}:{node.lineno}: {ast.unparse(node)}")
    for name, line in imports(path):
        folds = name.startswith("incidentctl.domain.") and "fold" in name.split(".")
        assert not folds, f"{path}:{line}: only app and record fold"


def _is_recorded(node: ast.AST) -> bool:
    """Say whether a node is a call such as `workspace.record.record(…)`."""
    return called(node, "record") and is_name(getattr(node.func, "value", node), "record")


def test_every_folder_is_a_layer():
    folders = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file()}
    assert {"cli", "app", "domain", *EDGES} <= folders <= set(LAYERS)


def test_every_module_is_in_a_folder_of_a_layer():
    top = {path.name for path in MODULES if path.parent == SOURCE}
    assert top == AT_THE_TOP
    layers = {layer_of(path) for path in MODULES if path.parent != SOURCE}
    assert layers == set(LAYERS) - {"errors"}


def test_every_folder_with_modules_is_a_package():
    folders = {path.parent for path in MODULES}
    assert {place(each) for each in folders if not (each / "__init__.py").is_file()} == set()


def test_only_known_folders_are_inside_of_subjects():
    assert {place(p.parent) for p in MODULES if len(p.parent.relative_to(SOURCE).parts) > 2} == (
        INNER_FOLDERS
    )


def test_a_name_says_nothing_that_its_folder_says():
    """Neither that of its own folder again, nor that of a subject that could have a folder."""
    own = {place(path) for path in MODULES if path.name.startswith(f"{path.parent.name}_")}
    assert own == set()
    subjects = tuple(f"{subject}_" for subject in named_subjects())
    beside = {path for path in MODULES if path.parent.parent == SOURCE}
    assert {place(path) for path in beside if path.name.startswith(subjects)} == set()


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


def named_subjects() -> set[str]:
    """Return the subjects that CONTRIBUTING names."""
    listed = re.search(r"The subjects are (.*?)\.\n", CONTRIBUTING.read_text(), re.DOTALL)
    assert listed
    return set(re.findall(r"`([a-z]+)`", listed[1]))


def test_every_folder_is_a_subject_that_contributing_names():
    subjects = named_subjects()
    found = {
        (layer, folder.name)
        for layer in LAYERS
        for folder in (SOURCE / layer).glob("*/")
        if folder.name not in OWN_FOLDERS.get(layer, set()) | {"__pycache__"}
    }
    assert {each for each in found if each[1] not in subjects} == set()
    assert subjects - {name for _, name in found} == set()


@each_module("domain")
def test_domain_names_no_command_and_no_option(path):
    """It gives a Hint, and each that shows it has words of its own."""
    for text, line in texts(path):
        assert not ON_A_SCREEN.search(re.sub("`git [^`]*`", "", text)), f"{path}:{line}: {text}"


@each_module("domain")
def test_domain_is_given_no_screen(path):
    """What is cut or broken to a width is cut by `render` and `cli`."""
    for node in nodes(path):
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


def test_git_reads_whatever_may_be_an_event():
    assert MAX_BLOB == MAX_BYTES


def test_every_kind_of_event_is_with_the_others_and_registered():
    found = {
        (place(path.parent), kind_of(node.name))
        for path in MODULES
        if layer_of(path) == "domain"
        for node in nodes(path)
        if isinstance(node, ast.ClassDef) and _is_fact(node) and node.name != "Unknown"
    }
    assert found == {("domain/incident/facts", kind) for kind in facts.KINDS}


def _is_fact(node: ast.ClassDef) -> bool:
    """Say whether a class is a named tuple that tells itself; a property `sentence` is another."""
    return any(is_name(base, "NamedTuple") for base in node.bases) and any(
        isinstance(each, ast.FunctionDef) and each.name == "sentence" and not each.decorator_list
        for each in node.body
    )


@pytest.mark.parametrize(
    ("folder", "names", "registered"),
    [
        ("domain/lint/rules", {"RULES"}, [each.__name__ for each in rules._SUBJECTS]),
        ("render/lint", {"output"}, [each.__module__ for each in lint_outputs.OUTPUTS.values()]),
        (
            "connect/alerts",
            {"matches", "read"},
            [each.__name__ for each in alert_formats.FORMATS.values()],
        ),
        (
            "connect/actions",
            {"plan", "perform"},
            [each.__name__ for each in actions.ACTIONS.values()],
        ),
    ],
)
def test_a_registry_lists_what_its_folder_has(folder, names, registered):
    found = [
        name_of(path)
        for path in MODULES
        if place(path.parent) == folder and path.name != "registry.py" and names <= _defined(path)
    ]
    assert sorted(registered) == found


def _defined(path: Path) -> set[str]:
    """Return the functions and values that a module has at its top."""
    found = set()
    for node in nodes(path)[0].body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {ast.unparse(target) for target in targets}
    return found


def test_no_two_rules_have_one_code():
    """A registry by code would lose one of them without a word."""
    listed = [rules._LINT, *(rule for subject in rules._SUBJECTS for rule in subject.RULES)]
    codes = [*(rule.text.code for rule in listed), *(text.code for text in SYNTAX)]
    assert sorted(codes) == sorted(set(codes))
    assert rules.RULES.keys() | {text.code for text in SYNTAX} == set(codes)


def test_every_code_is_that_of_a_rule():
    known = {*rules.RULES, *(text.code for text in SYNTAX), *OF_THE_RECORD}
    written = {
        node.value: f"{place(path)}:{node.lineno}"
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.Constant) and re.fullmatch(r"IC\d{3}", str(node.value))
    }
    assert {code: where for code, where in written.items() if code not in known} == {}
    assert known - written.keys() == set()
