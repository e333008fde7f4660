"""A retrospective as one HTML page: what people wrote, the timeline as a picture, the facts."""

from __future__ import annotations

from datetime import datetime

from incidentctl.domain.common.told_times import from_file
from incidentctl.domain.learn.retro_facts import RetroFacts
from incidentctl.domain.learn.retrospective import FrontMatter
from incidentctl.render.clock import shown
from incidentctl.render.html import page
from incidentctl.render.incident.page import timeline
from incidentctl.render.markdown import has_heading, to_html

#: The start of a page; only a file that starts so may be overwritten.
BEGINS = "<!doctype html>\n<!-- Written by `incidentctl retro --html`. -->\n"


def retro_page(
    facts: RetroFacts, front: FrontMatter, *, before: str, told: str, after: str, now: datetime
) -> str:
    """Write the page of a retrospective; it loads nothing and runs nothing.

    `before` and `after` are what people wrote around the facts, `told` are the facts, in Markdown.
    """
    incident, meeting = facts.incident, front.meeting
    parts, tables = [], 1
    for text in (before, told, after):
        html = to_html(text, first=tables)
        tables += html.count("<table>")
        parts.append(html)
    written = page(
        "retro.html.j2",
        incident=incident,
        titled=has_heading(before),
        before=parts[0],
        told=parts[1],
        after=parts[2],
        meeting=shown(from_file(meeting, incident.zone), incident.zone) if meeting else None,
        participants=", ".join(front.participants),
        actions=[
            (item.id, item.title, item.owner, item.due.isoformat(), "done" if item.done else "open")
            for item in front.actions
        ],
        written=incident.time(now),
        **timeline(incident, now),
    )
    return BEGINS + written
