"""`retro --html`: a retrospective as a self-contained page, with the timeline as a picture."""

from __future__ import annotations

from incidentctl.app.learn import retro
from incidentctl.app.workspace.html_page import Page
from incidentctl.app.workspace.workspace import Workspace


def retro_page(workspace: Workspace, part: str) -> tuple[Page, retro.Written | None]:
    """Return the page of a retrospective, and what was written for it: its file, if none was there.

    A file that is there is not changed: the page has its words, with the facts as they are now.
    Refuses what `write` refuses.
    """
    from incidentctl.files.learn.retros import outside
    from incidentctl.render.learn.retro_page import BEGINS
    from incidentctl.render.learn.retro_page import retro_page as rendered

    root, incident = workspace.team_root(), retro.ended(workspace, part)
    path, written = retro.existing(workspace, incident.id), None
    if path is None:
        written = retro.write(workspace, part)
        path = written.path
    data, front, place = retro.sound(root, path, incident.id)
    facts, _, body = retro.document(workspace, incident)
    before, after = outside(data, place)
    text = rendered(
        facts,
        front,
        before=before,
        told=retro.facts_in(body),
        after=after,
        now=workspace.now(),
    )
    return Page(text, BEGINS), written
