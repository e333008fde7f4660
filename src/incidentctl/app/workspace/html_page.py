"""A self-contained page, as `--html FILE` writes it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Page(NamedTuple):
    """A page: a file that begins as it does may be overwritten with it."""

    text: str
    begins: str
    private: bool = False
    """Whether only its owner may read the file."""

    def write(self, target: Path) -> None:
        """Write it whole or not at all; RefusedError if another file is there."""
        from incidentctl.files.pages import write_page

        write_page(target, self.text, begins=self.begins, private=self.private)
