"""The team's YAML as it was at a commit, without touching the work tree."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Any

from incidentctl.errors import EnvironmentFailedError, NotFoundError
from incidentctl.files.history.repository import Contents, open_repository, said
from incidentctl.files.layout import MAX_BYTES

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
        place = f"{commit}:" if prefix == "." else f"{commit}:{prefix}"
        try:
            listed = said(repository, "ls-tree", "-r", "-l", "-z", place)
        except EnvironmentFailedError:
            if prefix == ".":
                raise
            raise NotFoundError(f"{prefix} did not exist at {revision}.") from None
        with closing(Contents(repository)) as contents:
            for line in listed.decode(errors="surrogateescape").split("\0")[:-1]:
                head, _, name = line.partition("\t")
                mode, _, oid, size = head.split()
                path = PurePosixPath(name)
                regular = mode in ("100644", "100755") and size.isdecimal()
                if not regular or not path.name.endswith(_ENDINGS) or int(size) > MAX_BYTES:
                    continue
                if any(part in (".", "..", "", ".git") for part in name.split("/")):
                    continue  # git refuses such a tree, a hostile pack may have one
                data = contents.read(oid)
                if data is None:
                    raise EnvironmentFailedError(f"git could not read {name} of {revision}.")
                target = into / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        return commit


def _commit(repository: Any, revision: str) -> str:
    try:
        if revision.startswith("-"):
            raise NotFoundError(revision)
        wanted = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return said(repository, "rev-parse", *wanted).decode().strip()
    except (EnvironmentFailedError, NotFoundError, ValueError):
        raise NotFoundError(
            f"There is no commit {revision!r} in this repository.",
            hint="Give a branch, a tag or the beginning of a commit's id.",
        ) from None
