"""The rules of the house: what there is one way for, and the few places that go it.

Who asks the clock and the environment, writes files, starts git, opens the record.
"""

from __future__ import annotations

import ast
import re

import pytest
from tests.sources import MODULES, called, each_module, is_name, layer_of, nodes, place

#: The wiring place; and the crash points, which tests name by a variable.
MAY_READ = {"app/workspace/workspace.py", "record/store/crash_points.py"}
#: Who asks the clock beside the wiring place, and what for.
HAVE_A_CLOCK = {
    "cli/setup/init.py": {"now"},  # makes a repository, and has no workspace before
    "cli/boundary.py": {"time"},  # whether the clock can be read at all
    "connect/actions/http.py": {"time"},  # how long a server's `Retry-After` lasts, if it is a date
    "app/lint/cached.py": {"time_ns"},  # compared with the times of files
}
#: They compare times of files, and keep what is younger.
OWN_CLOCK = ("git/", "record/", "app/workspace/")
CLOCK = {"time", "time_ns", "localtime", "gmtime", "ctime", "strftime"}
ENVIRONMENT = {"environ", "environb", "getenv", "getcwd", "cwd"}
#: What makes a file of its own that is open to write.
MAKES_FILES = ("NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile", "mkstemp")
#: What only some modules do: how the tree of a module tells, and where it may.
ONLY_THERE = {
    "asks git for a folder": ({"git/tree.py"}, lambda node: _is_text(node, "ls-tree")),
    "lists a folder by another way than that": (set(), lambda node: is_name(node, "ls_tree")),
    "puts a file in place by a link": ({"git/atomic.py"}, lambda node: _calls(node, "link", 2)),
    "puts a file in place by a rename": (
        {"git/atomic.py", "record/write/outbox.py"},  # which moves files from folder to folder
        lambda node: (
            _calls(node, "replace", 1)
            or _calls(node, "rename", 1)
            or _is_of(node, "os", "replace", "rename", "renames")
            or _is_of(node, "shutil", "move")
        ),
    ),
    "writes a file": (
        {
            "git/atomic.py",  # the way of all others; `files/writer.py` is its way into a catalog
            "record/bug_report.py",  # must not need what may be broken
            "record/write/view.py",  # a `.gitignore`, never over an existing one
            "files/history/export.py",  # an old catalog, into a temporary folder
            "files/catalog/parallel.py",  # the pipe of a child
            "app/setup/demo.py",  # copies the example into a new folder
            "cli/setup/room.py",  # the page that leads into the room, in the temporary folder
            "cli/terminal/rejected_input.py",  # what was refused, so that it is not lost
        },
        lambda node: (
            called(node, "write_text", "write_bytes", *MAKES_FILES)
            or _is_of(node, "shutil", "copy", "copy2", "copyfile", "copytree")
            or _opens_to_write(node)
        ),
    ),
    "says how the system opens a file to write": (
        {
            "git/atomic.py",
            "git/permissions.py",  # with the modes of a shared repository
            "record/write/lock.py",
            "record/store/last_tips.py",  # one line is appended at once, or not at all
            "cli/terminal/streams.py",  # the null device, instead of a closed stream
        },
        lambda node: is_name(node, "O_WRONLY", "O_RDWR", "O_CREAT", "O_APPEND", "O_TRUNC"),
    ),
    "sets the environment of git": (
        {"git/environment.py"},
        lambda node: _is_text(node, "GIT_NO_REPLACE_OBJECTS"),
    ),
    "starts git": (
        {
            "git/run.py",
            "git/create.py",  # before there is a repository
            "files/history/repository.py",  # the words that GitPython starts it with
        },
        lambda node: _is_command(node, "git"),
    ),
    "knows GitPython": ({"files/history/repository.py"}, lambda node: _imports(node, "git")),
    "imports by a computed name": (
        {"cli/main.py"},  # the one command that is called
        lambda node: is_name(node, "import_module", "__import__"),
    ),
    "makes a workspace": (
        {"app/workspace/workspace.py"},
        lambda node: called(node, "Workspace"),
    ),
    "opens the team's workspace": (
        {
            "app/setup/demo.py",  # the example's
            "cli/session.py",  # that of every command
            "cli/setup/completion.py",  # while a command is typed
            # These are started with a function that opens it, again and again.
            "cli/setup/mcp.py",
            "cli/setup/room.py",
            "cli/setup/serve.py",
            "cli/page/page.py",
            # And these call that: one for each thread, and for each visit.
            "serve/start.py",
            "serve/server.py",
            "serve/upkeep.py",
            "serve/room/server.py",
            "serve/room/frame.py",
        },
        lambda node: (
            called(node, "open_workspace")
            or (isinstance(node, ast.alias) and node.name == "open_workspace")
        ),
    ),
    "opens a repository": (
        {"app/workspace/workspace.py", "app/workspace/places.py"},
        lambda node: is_name(node, "open_repository"),
    ),
    "asks for the team's repository": (
        {"app/workspace/workspace.py"},
        lambda node: _is_text(node, "No team repository found."),
    ),
    "says which day it is": (
        {"app/workspace/workspace.py"},
        lambda node: isinstance(node, ast.FunctionDef) and node.name == "today",
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


@pytest.fixture(scope="module", autouse=True)
def _trees_are_forgotten():
    yield
    nodes.cache_clear()


@each_module()
def test_only_the_workspace_and_the_terminal_read_clock_and_environment(path):
    if place(path) in MAY_READ:
        return
    asked = {name for node in nodes(path) for name in _asked(node)}
    assert asked & CLOCK - HAVE_A_CLOCK.get(place(path), set()) == set() or _has_own_clock(path)
    assert asked & {"now", "today", "utcnow"} - HAVE_A_CLOCK.get(place(path), set()) == set()
    assert asked & ENVIRONMENT == set() or layer_of(path) == "cli"


def test_every_clock_that_a_module_may_ask_is_asked():
    found = {path: {n for node in nodes(path) for n in _asked(node)} for path in MODULES}
    assert {
        place(path): asked - ENVIRONMENT
        for path, asked in found.items()
        if asked - ENVIRONMENT and place(path) not in MAY_READ and not _has_own_clock(path)
    } == HAVE_A_CLOCK


def test_each_way_to_ask_the_clock_is_seen():
    for planted, asked in (
        ("time.time()", "time"),
        ("when = time.time_ns", "time_ns"),
        ("from time import gmtime", "gmtime"),
        ("import time as clock", "time"),
        ("datetime.now(UTC)", "now"),
        ("datetime.datetime.utcnow()", "utcnow"),
        ("date.today()", "today"),
        ("from datetime import datetime as moment", "now"),
        ("os.environ['A']", "environ"),
        ("from os import getenv", "getenv"),
        ("Path.cwd()", "cwd"),
    ):
        assert {n for node in ast.walk(ast.parse(planted)) for n in _asked(node)} == {asked}
    for harmless in ("workspace.now()", "time.monotonic()", "workspace.environment", "a.today()"):
        assert not any(True for node in ast.walk(ast.parse(harmless)) for _ in _asked(node))


def _has_own_clock(path):
    return place(path).startswith(OWN_CLOCK)


def _asked(node: ast.AST):
    """Yield what a node asks of the clock, the environment or the working directory.

    Another name for their modules is taken for a question, since it would hide one.
    """
    if isinstance(node, ast.Attribute):
        if node.attr in ENVIRONMENT or (node.attr in CLOCK and is_name(node.value, "time")):
            yield node.attr
        if node.attr in {"now", "today", "utcnow"} and is_name(node.value, "datetime", "date"):
            yield node.attr
    elif isinstance(node, ast.ImportFrom):
        names = {alias.name for alias in node.names}
        yield from names & {"time": CLOCK, "os": ENVIRONMENT}.get(node.module or "", set())
        if node.module == "datetime":
            renamed = {alias.name for alias in node.names if alias.asname}
            yield from (known for name, known in _RENAMED.items() if name in renamed)
    elif isinstance(node, ast.Import):
        renamed = {alias.name for alias in node.names if alias.asname}
        yield from (known for name, known in _RENAMED.items() if name in renamed)


_RENAMED = {"time": "time", "os": "environ", "datetime": "now", "date": "today"}


@pytest.mark.parametrize("what", ONLY_THERE)
def test_one_place_does_it(what):
    places, does = ONLY_THERE[what]
    assert {place(path) for path in MODULES if any(map(does, nodes(path)))} == places


@pytest.mark.parametrize(
    ("what", "planted", "harmless"),
    [
        ("writes a file", "path.open('w')", "path.open('rb')"),
        ("writes a file", "open(path, mode='a+')", "open(path)"),
        ("writes a file", "os.fdopen(3, 'xb')", "os.fdopen(3, 'r')"),
        ("writes a file", "path.write_text(x)", "path.read_text()"),
        ("puts a file in place by a rename", "os.replace(a, b)", "text.replace(a, b)"),
        ("puts a file in place by a rename", "from shutil import move", "board.move(a, b)"),
        ("starts git", "run(['git', 'log'])", "{'git': 1}, ('a', 'git')"),
        ("starts git", "run((*before, 'git', *words))", "Check('git', 'ok')"),
        ("knows GitPython", "from git.repo import Repo", "from incidentctl.git import run"),
        ("knows GitPython", "import git", "import incidentctl.git"),
        ("opens the team's workspace", "self.open_workspace()", "serve(open_workspace)"),
        ("imports by a computed name", "importlib.import_module(x)", "import importlib.util"),
    ],
)
def test_what_only_some_do_is_seen(what, planted, harmless):
    does = ONLY_THERE[what][1]
    assert any(map(does, ast.walk(ast.parse(planted))))
    assert not any(map(does, ast.walk(ast.parse(harmless))))


def _is_text(node: ast.AST, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def _is_of(node: ast.AST, module: str, *names: str) -> bool:
    """Say whether a node takes one of these from a module."""
    if isinstance(node, ast.ImportFrom):
        return node.module == module and any(alias.name in names for alias in node.names)
    return isinstance(node, ast.Attribute) and node.attr in names and is_name(node.value, module)


def _imports(node: ast.AST, module: str) -> bool:
    """Say whether a node imports a module of others, or what is in it."""
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] == module
    if isinstance(node, ast.Import):
        return any(alias.name.partition(".")[0] == module for alias in node.names)
    return False


def _is_command(node: ast.AST, program: str) -> bool:
    """Say whether a node is a command of a program: its name first, or behind other words."""
    if not isinstance(node, ast.List | ast.Tuple):
        return False
    words = [each for each in node.elts if not isinstance(each, ast.Starred)]
    return bool(words) and _is_text(words[0], program)


def _opens_to_write(node: ast.AST) -> bool:
    if not called(node, "open", "fdopen"):
        return False
    given = [*node.args, *(each.value for each in node.keywords)]
    modes = (each.value for each in given if isinstance(each, ast.Constant))
    return any(isinstance(each, str) and _TO_WRITE.fullmatch(each) for each in modes)


_TO_WRITE = re.compile(r"[bt]*[wax][bt+]*|r[bt]*\+[bt]*")


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
