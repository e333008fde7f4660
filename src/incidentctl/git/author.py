"""Who is named as the author of a commit."""

from __future__ import annotations

from typing import NamedTuple


class Author(NamedTuple):
    """Who is named as the author of a commit."""

    name: str
    email: str
