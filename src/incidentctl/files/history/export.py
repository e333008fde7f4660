"""Export the team's YAML of a commit, without touching the work tree."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from incidentctl.errors import EnvironmentFailedError, NotFoundError
from incidentctl.files.history.repository import GitEndedError, Repository
from incidentctl.files.layout import MAX_BYTES
from incidentctl.git import tree

_ENDINGS = (".yaml", ".yml")


def export(root: Path, revision: str, *, into: Path, retrospectives: bool = False) -> str:
    """Write the YAML files that `root` had at a revision into a folder; return the commit.

    With `retrospectives` those as well. `root` may be a folder inside its git repository. Links and
    submodules are left out. Refuses an unknown revision, one before `root` existed, and a
    repository that git refuses.
    """
    with Repository(root, without="it has no history") as repository:
        commit = _commit(repository, revision)
        prefix = root.resolve().relative_to(repository.top.resolve()).as_posix()
        place = f"{commit}:" if prefix == "." else f"{commit}:{prefix}"
        try:
            printed = repository.run(*tree.COMMAND, "-r", "-l", place)
        except GitEndedError:
            raise
        except EnvironmentFailedError:
            if prefix == ".":
                raise
            raise NotFoundError(f"{prefix} did not exist at {revision}.") from None
        for line in tree.parse(printed):
            path = PurePosixPath(line.path)
            fits = line.size is not None and line.size <= MAX_BYTES
            wanted = path.name.endswith(_ENDINGS) or (retrospectives and path.match("retros/*.md"))
            if not (fits and line.mode in ("100644", "100755") and wanted):
                continue
            if any(part in (".", "..", "", ".git") for part in line.path.split("/")):
                continue  # git refuses such a tree, but a hostile pack may have one
            data = repository.content(line.oid)
            if data is None:
                raise EnvironmentFailedError(f"Git could not read {line.path} of {revision}.")
            target = into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return commit


def _commit(repository: Repository, revision: str) -> str:
    try:
        if revision.startswith("-"):
            raise NotFoundError(revision)
        wanted = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return repository.run("rev-parse", *wanted).decode().strip()
    except GitEndedError:
        raise
    except (EnvironmentFailedError, NotFoundError, ValueError):
        raise NotFoundError(
            f"There is no commit {revision!r} in this repository.",
            hint="Give a branch, a tag or the beginning of a commit's id.",
        ) from None
