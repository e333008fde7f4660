"""`page` in the settings: how the status page is called and how it looks."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from incidentctl.domain.common.fields import CONFIG, Day, Parsed, Text
from incidentctl.domain.common.frozen import frozen

#: A colour is a number: nothing else gets into the style of a page.
_COLOUR = r"#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})"
_ADDRESS = r"https?://[A-Za-z0-9][A-Za-z0-9.:-]*(/[A-Za-z0-9._~%/-]*)?"
#: What a browser shows as a picture, and what it is called as a file of the page.
LOGO_TYPES = ("svg", "png", "jpg", "jpeg", "gif", "webp")
_PART = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_LOGO = rf"({_PART}/)*{_PART}\.({'|'.join(LOGO_TYPES)})"


def _parse_colour(text: str) -> str:
    if not re.fullmatch(_COLOUR, text):
        raise ValueError(f"{text[:40]!r} is no colour: write it as '#0a5fb4', in quotes")
    return text.lower()


def _parse_address(text: str) -> str:
    if not re.fullmatch(_ADDRESS, text):
        raise ValueError("not the address of a page: write it as https://status.example.com")
    return text.rstrip("/")


def _parse_logo(text: str) -> str:
    if not re.fullmatch(_LOGO, text):
        kinds = ", ".join(LOGO_TYPES)
        raise ValueError(f"not a picture of this repository: write a path that ends in {kinds}")
    return text


Colour = Annotated[str, Parsed(_parse_colour, f"^{_COLOUR}$", ("#0a5fb4",))]
Address = Annotated[str, Parsed(_parse_address, f"^{_ADDRESS}$", ("https://status.example.com",))]
Logo = Annotated[str, Parsed(_parse_logo, f"^{_LOGO}$", ("page/logo.svg",))]


@frozen
class Theme:
    """The colours of the status page; those that are absent have defaults."""

    __pydantic_config__: ClassVar = CONFIG

    accent: Colour | None = None
    """Links, and the bar at the top, on a light background."""
    accent_dark: Colour | None = None
    """The same where the reader's system is dark."""
    background: Colour | None = None
    """The background."""
    background_dark: Colour | None = None
    """The same where the reader's system is dark."""
    text: Colour | None = None
    """The text."""
    text_dark: Colour | None = None
    """The same where the reader's system is dark."""


@frozen
class PageSettings:
    """The status page: title, address and look."""

    __pydantic_config__: ClassVar = CONFIG
    # Keys that one might write, and what they are called here; for the loader's hints.
    ELSEWHERE: ClassVar = {
        **dict.fromkeys(("url", "base_url", "link"), "Write `address`."),
        **dict.fromkeys(("name", "heading"), "Write `title`."),
        **dict.fromkeys(("colors", "colours", "style", "css"), "Write `theme`, such as accent."),
    }

    title: Text | None = None
    """Its heading; absent: the organisation's name and `status`."""
    address: Address | None = None
    """Where it is published; feeds need it for complete links."""
    logo: Logo | None = None
    """A picture in this repository, shown beside the heading."""
    since: Day | None = None
    """The first day from which customers are told about every incident: the time before counts as
    unknown, not as up. Absent: the day of the first public update."""
    theme: Theme = Theme()
    """Its colours."""
