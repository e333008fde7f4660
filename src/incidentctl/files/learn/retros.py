"""The files of retros/: read strictly, written once, and later changed only between two markers.

A file has front matter between two lines `---`, then Markdown. The facts are between two marker
lines; people write everything else.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from incidentctl.domain.catalog.model import Source
from incidentctl.domain.learn.retrospective import BEGIN, END, FrontMatter, Retrospective
from incidentctl.domain.lint.problem_limit import more_faults
from incidentctl.errors import Problem
from incidentctl.files.layout import WHOLE, beyond, folder_problem, read_one
from incidentctl.files.yaml.faults import Fault
from incidentctl.files.yaml.positions import Positions, Written
from incidentctl.files.yaml.strict import parse
from incidentctl.files.yaml.validate import validate

FOLDER = "retros"

_FENCE = re.compile(rb"^---[ \t]*\r?$", re.MULTILINE)
_BEGIN = re.compile(rb"^<!-- incidentctl:facts\b.*-->[ \t]*\r?\n", re.MULTILINE)
_END = re.compile(rb"^<!-- incidentctl:end of facts -->[ \t]*\r?$", re.MULTILINE)


def names(root: Path) -> list[str]:
    """Return the paths, from the root, of the Markdown files in retros/, in order.

    OSError if the folder cannot be read.
    """
    try:
        with os.scandir(root / FOLDER) as entries:
            found = [each.name for each in entries if each.name.endswith(".md")]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(f"{FOLDER}/{name}" for name in found if not name.startswith("."))


def read_all(root: Path) -> tuple[list[Retrospective], list[Problem]]:
    """Return every usable retrospective, and what is wrong with the files.

    A Markdown file without front matter is not a retrospective, and is skipped.
    """
    found: list[Retrospective] = []
    problems: list[Problem] = []
    if problem := folder_problem(root, FOLDER):
        return [], [problem]
    try:
        paths = names(root)
    except OSError as error:
        message = f"{FOLDER} cannot be read: {error.strerror}."
        return [], [Problem("IC007", "error", message, FOLDER, hint="Check its permissions.")]
    left = WHOLE.data
    for number, path in enumerate(paths):
        if number == WHOLE.files or left < 0:
            problems.append(beyond(path, WHOLE))
            break
        content = read_one(root, path)
        left -= len(content.data or b"")
        if content.data is None:
            problems += [content.problem] if content.problem else []
            continue
        front, wrong = read_front(content.data, path)
        problems += wrong
        if front is not None:
            found.append(Retrospective(path, front))
    return found, problems


def head_of(data: bytes) -> bytes | None:
    """Return the front matter, including its first line `---`, or None if there is none."""
    first = _FENCE.match(data.removeprefix(b"\xef\xbb\xbf"))
    if first is None:
        return None
    start = len(data) - len(data.removeprefix(b"\xef\xbb\xbf")) + first.end()
    last = _FENCE.search(data, start)
    return data if last is None else data[: last.start()]


def read_front(data: bytes, path: str) -> tuple[FrontMatter | None, list[Problem]]:
    """Return the front matter of a file, and what is wrong with it.

    A file without front matter gives None and no problem; a faulty one gives its usable part.
    """
    head = head_of(data)
    if head is None:
        return None, []
    if len(head) == len(data):
        message = "the front matter has no end."
        hint = "Close it with a line `---`."
        return None, [Problem("IC001", "error", f"Not YAML: {message}", path, 1, 1, hint)]
    documents, problems = parse(head, path)
    if problems:
        return None, problems
    raw = documents[0] if documents else None
    if len(documents) != 1 or not isinstance(raw, dict | None):
        hint = "Write keys and values: `incident: ...`."
        message = "The front matter must be one mapping."
        return None, [Problem("IC012", "error", message, path, 1, 1, hint)]
    # `actions:` with nothing but a comment below it is how a new file looks.
    stated = {key: value for key, value in (raw or {}).items() if value is not None}
    positions = cache(lambda: Positions(head))
    written = Written(positions, Source(path))
    value, faults, more = validate("retrospective", stated, written=written)
    if not faults:
        return value, []
    problems = [_problem(positions(), path, fault) for fault in faults]
    return value, [*problems, more_faults(path, more)] if more else problems


def _problem(positions: Positions, path: str, fault: Fault) -> Problem:
    find = positions.key if fault.at_key and fault.code != "IC011" else positions.value
    line, column = find(Source(path), fault.loc) or (None, None)
    return Problem(fault.code, "error", fault.message, path, line, column, fault.hint)


class Markers(NamedTuple):
    """Where the facts are in the bytes of a file, without the marker lines."""

    start: int
    end: int


def markers(data: bytes, path: str) -> tuple[Markers | None, list[Problem]]:
    """Find the place of the facts, or say what is wrong with the markers."""
    after = len(head_of(data) or b"")
    begins = list(_BEGIN.finditer(data, after))
    ends = list(_END.finditer(data, after))
    if len(begins) == len(ends) == 1 and begins[0].end() <= ends[0].start():
        return Markers(begins[0].end(), ends[0].start()), []
    if not begins or not ends:
        which, line = ("first", BEGIN) if not begins else ("second", END)
        there = begins or ends
        at = _line(data, there[0].start()) if there else _line(data, after) + 1
        message = f"The {which} of the two marker lines around the facts is missing."
        hint = f"Put the line `{line}` back where the facts {'begin' if not begins else 'end'}."
    else:
        odd = begins[1:] or ends[1:] or ends
        at = _line(data, odd[0].start())
        message = "A marker line occurs twice, or the second comes before the first."
        hint = "Keep one line that begins the facts, and after it one that ends them."
    return None, [Problem("IC012", "error", message, path, at, 1, hint)]


def outside(data: bytes, place: Markers) -> tuple[str, str]:
    """Return what people wrote before the facts and after them, without the marker lines."""
    # The head ends before its closing line `---`.
    begin = data.find(b"\n", len(head_of(data) or b"")) + 1
    begins = list(_BEGIN.finditer(data, 0, place.start))
    after = data.find(b"\n", place.end)
    before = data[begin : begins[-1].start()]
    return before.decode(errors="replace"), data[after:].decode(errors="replace") * (after >= 0)


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def with_facts(data: bytes, place: Markers, facts: str) -> bytes:
    """Return the file with new facts and every other byte unchanged."""
    new_line = b"\r\n" if data[: place.start].endswith(b"\r\n") else b"\n"
    text = (facts.strip("\n") + "\n").encode().replace(b"\n", new_line)
    return data[: place.start] + text + data[place.end :]
