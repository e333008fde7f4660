"""Folders that look like a git repository but are content of another repository's work tree.

Git checks out nothing called `.git`, so such a file or folder was made by the user. Everything else
may come with a clone: a folder shaped like a git directory, whose configuration would run a
stranger's programs.
"""

from __future__ import annotations

from pathlib import Path


def is_git_dir(folder: Path) -> bool:
    """Say whether a folder is shaped like a git directory."""
    # Git's own test (setup.c, is_git_directory); HEAD may be a broken link.
    head = folder / "HEAD"
    return (
        (head.is_file() or head.is_symlink())
        and (folder / "objects").is_dir()
        and (folder / "refs").is_dir()
    )


def named_by(dot_git: Path) -> Path | None:
    """Return the folder that a `.git` file names, resolved; None if it names none."""
    try:
        kind, _, target = dot_git.read_text().strip().partition(": ")
        return (dot_git.parent / target).resolve() if kind == "gitdir" else None
    except (OSError, UnicodeDecodeError, ValueError):
        return None


def is_content(git_dir: Path) -> bool:
    """Say whether a git directory is content of another repository's work tree.

    One inside a folder `.git`, such as that of a submodule, is not. Nor is one that a `.git` file
    above it names, unless all of this is itself inside a work tree.
    """
    real = git_dir.resolve()
    for above in real.parents:
        dot_git = above / ".git"
        if dot_git.is_dir():
            return not real.is_relative_to(dot_git.resolve())
        if dot_git.is_file():
            named = named_by(dot_git)
            if named is None or not real.is_relative_to(named):
                return True
    return False


def top(start: Path) -> Path | None:
    """Return the nearest folder, from `start` upward, with a `.git` that is no one's content."""
    here = start.resolve()
    for folder in (here, *here.parents):
        dot_git = folder / ".git"
        if dot_git.is_dir() and is_git_dir(dot_git):
            return folder
        if dot_git.is_file() and (named := named_by(dot_git)) and not is_content(named):
            return folder
    return None
