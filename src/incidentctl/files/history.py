"""The team's YAML as it was at a commit, without touching the work tree."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from incidentctl.errors import EnvironmentFailedError, NotFoundError
from incidentctl.files.layout import MAX_BYTES
from incidentctl.files.repository import open_repository

_ENDINGS = (".yaml", ".yml")


def export(root: Path, revision: str, *, into: Path) -> str:
    """Write the YAML files of `root` as they were at a revision into a folder; return the commit.

    `root` may be a folder within its git repository. Links and submodules are left out.
    Refuses an unknown revision, one before `root` existed, and a repository that git refuses.
    """
    with open_repository(root, without="it has no history") as repository:
        commit = _commit(repository, revision)
        top = Path(repository.working_tree_dir or root)
        prefix = root.resolve().relative_to(top.resolve()).as_posix()
        tree = commit.tree
        try:
            tree = tree if prefix == "." else tree / prefix
        except KeyError:
            raise NotFoundError(f"{prefix} did not exist at {revision}.") from None
        for blob in tree.traverse():
            path = PurePosixPath(blob.path).relative_to("." if prefix == "." else prefix)
            regular = blob.type == "blob" and blob.mode in (0o100644, 0o100755)
            if not regular or not path.name.endswith(_ENDINGS) or blob.size > MAX_BYTES:
                continue
            if any(part in (".", "..", "", ".git") for part in path.parts):
                continue  # git refuses such a tree, a hostile pack may have one
            target = into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(blob.data_stream.read())
        return str(commit.hexsha)


def _commit(repository: Any, revision: str) -> Any:
    import git  # noqa: PLC0415 (slow to import)

    try:
        if revision.startswith("-"):
            raise ValueError(revision)
        return repository.commit(revision)
    except (git.exc.BadName, git.exc.BadObject, ValueError, IndexError, KeyError, TypeError):
        raise NotFoundError(
            f"There is no commit {revision!r} in this repository.",
            hint="Give a branch, a tag or the beginning of a commit's id.",
        ) from None
    except git.GitCommandError as error:
        raise EnvironmentFailedError(f"git could not read the history: {error.stderr}") from None
