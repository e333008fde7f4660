"""Where each part of a status page is, from the folder that holds it, and the links to it."""

from __future__ import annotations

from incidentctl.domain.page.public import Page

INDEX = "index.html"
#: All that is told, as Atom.
FEED = "feed.atom"


def incident_path(incident: str) -> str:
    """Return the path of an incident's page."""
    return f"incidents/{incident}.html"


def area_feed_path(area: str) -> str:
    """Return the path of what is told of one area, as Atom."""
    return f"areas/{area}.atom"


def link(page: Page, path: str, *, at: str = INDEX) -> str:
    """Return the link to a path from the file `at`: absolute where the page's address is known."""
    if page.address is None:
        return "../" * at.count("/") + path
    return f"{page.address.rstrip('/')}/{'' if path == INDEX else path}"
