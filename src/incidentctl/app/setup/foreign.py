"""Files that were in the catalog's folders before it, such as the charts of a monorepo."""

from __future__ import annotations

from pathlib import Path


def foreign(root: Path) -> tuple[str, ...]:
    """Return what to exclude: files without any entry of a catalog, and folders of only those."""
    from incidentctl.files.catalog.loader import load_contents
    from incidentctl.files.layout import MARKER, read_all

    contents = [content for content in read_all(root) if content.path != MARKER]
    others = {content.path for content in contents if not load_contents([content])[0].entries}
    own = [content.path for content in contents if content.path not in others]
    return tuple(dict.fromkeys(_widest(path, own) for path in sorted(others)))


def _widest(path: str, own: list[str]) -> str:
    """Return the widest folder around a file, below the catalog's, that holds nothing of ours."""
    parts = path.split("/")
    folders = ("/".join(parts[:depth]) + "/" for depth in range(2, len(parts)))
    return next((f for f in folders if not any(each.startswith(f) for each in own)), path)
