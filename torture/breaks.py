"""What is broken around a clone while commands run in it, and is whole again for who looks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torture.world import Clone

_TYPO = "[broken\n"
#: Which git fails: each, or one of these, now and then or always.
_FAILING = ("*", "cat-file", "ls-tree", "rev-parse", "merge-base", "diff-tree", "fast-import",
            "update-ref", "rev-list", "config", "fetch", "ls-remote")  # fmt: skip
_GIT = """#!/bin/sh
case " $* " in *" {which} "*)
[ $(($$ % {often})) -ne 0 ] || {{ echo 'fatal: out of memory' >&2; exit 128; }};;
esac
exec {git} "$@"
"""


@contextmanager
def broken(root: Path, clone: Clone, what: str, which: int) -> Iterator[str]:
    """Break it; gives the PATH to run git with, "" for the usual one."""
    if what in ("typo-home", "typo-config"):
        path = clone.home if what == "typo-home" else clone.git_dir / "config"
        before = path.read_text()
        path.write_text(before + _TYPO)
        try:
            yield ""
        finally:
            path.write_text(before)
    elif what == "no-git":
        (root / "empty").mkdir(exist_ok=True)
        yield str(root / "empty")
    else:
        folder = root / f"git-{which}"
        _make(folder, which)
        yield f"{folder}{os.pathsep}{os.environ['PATH']}"


def _make(folder: Path, which: int) -> None:
    folder.mkdir(exist_ok=True)
    name = _FAILING[which % len(_FAILING)]
    often = 4 if name == "*" else 1 + which // len(_FAILING) % 2
    pattern = "" if name == "*" else name
    text = _GIT.format(which=pattern, often=often, git=shutil.which("git"))
    text = text.replace('*"  "*', "*") if not pattern else text
    (folder / "git").write_text(text)
    (folder / "git").chmod(0o755)
