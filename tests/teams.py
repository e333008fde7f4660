"""A team's repository: the example `otel-demo`, committed, and shared by clones."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from incidentctl.files.catalog.basics import load_basics
from incidentctl.files.catalog.cached import load_cached

EXAMPLE = Path(__file__).parent.parent / "examples" / "otel-demo"


def committed_example(folder: Path, files: Mapping[str, str] | None = None) -> Path:
    """Commit the example, with further files, into a new folder, from which others are copied.

    What is the same for each copy is done once: the repository is packed, the catalog read.
    """
    shutil.copytree(EXAMPLE, folder)
    for name, text in (files or {}).items():
        (folder / name).write_text(text)
    for arguments in (
        ["init", "-q", "-b", "main", "--template="],
        ["config", "user.name", "Greta Lindqvist"],
        ["config", "user.email", "greta@astronomy-shop.example"],
        ["add", "-A"],
        ["commit", "-q", "-m", "The catalog"],
        ["repack", "-a", "-d", "-q"],
    ):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)
    for load in (load_basics, load_cached):
        load(folder, folder / ".git" / "incidentctl" / "cache")
    return folder


def share(team: Path, git: Callable[..., str]) -> Path:
    """Share a repository and its record through a bare remote beside it, and return that."""
    hub = team.parent / "hub.git"
    settings = team / "incidentctl.yaml"
    settings.write_text(settings.read_text().replace("record: {", "record: {remote: origin, "))
    git(team.parent, "init", "-q", "--bare", "-b", "main", hub.name)
    git(team, "remote", "add", "origin", str(hub))
    git(team, "commit", "-qam", "Share the record")
    git(team, "push", "-q", "origin", "HEAD:main")
    return hub


def share_with_vault(
    team: Path, git: Callable[..., str], vault: str, *, set_in_files: bool = True
) -> Path:
    """Share a repository through `origin`, with a second bare remote that is another place.

    The team's files name that for restricted incidents, if they are to. Both stand in the folder
    returned, beside the repository.
    """
    folder, settings = team.parent, team / "incidentctl.yaml"
    restricted = f"restricted_remote: {vault}, " if set_in_files else ""
    text = settings.read_text().replace("record: {", f"record: {{remote: origin, {restricted}")
    settings.write_text(text)
    git(team, "commit", "-qam", "Share the record")
    for name in ("origin", vault):
        git(folder, "clone", "-q", "--bare", str(team), str(folder / f"{name}.git"))
        git(team, "remote", "add", name, str(folder / f"{name}.git"))
    own = git(team, "commit-tree", "HEAD^{tree}", "-m", "A place of its own").strip()
    git(team, "push", "-q", "--force", vault, f"{own}:refs/heads/main")
    return folder
