"""GitHub's event of an issue, which a workflow finds in the file `GITHUB_EVENT_PATH`.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues; Forgejo and Gitea write the
same without `author_association`.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from incidentctl.connect.alerts.fields import mapping, moment
from incidentctl.connect.alerts.payload import decode
from incidentctl.domain.common.text import one_line
from incidentctl.errors import InvalidDataError

#: Who belongs to the repository, in GitHub's words.
MEMBERS = ("OWNER", "MEMBER", "COLLABORATOR")
#: The label with which a member says yes to an issue of somebody else: a stranger can set none.
YES = "declare"


class Issue(NamedTuple):
    """What an issue says, and whether it may declare."""

    title: str
    body: str
    author: str
    url: str
    opened: datetime | None
    vouched: bool
    """A member of the repository wrote it, or has set the label that says yes."""


def read(data: bytes) -> Issue:
    """Read an event; InvalidDataError if it is none of an issue."""
    event = mapping(decode(data).body)
    issue = mapping(event.get("issue"))
    title, url = _text(issue.get("title")), _text(issue.get("html_url"))
    author = _text(mapping(issue.get("user")).get("login"))
    if not title.strip() or not author.strip():
        raise InvalidDataError(
            "This is not an issue event: it has no title or no author.",
            hint='In a workflow: `incidentctl declare --from-issue - < "$GITHUB_EVENT_PATH"`.',
        )
    labelled = event.get("action") == "labeled" and mapping(event.get("label")).get("name") == YES
    return Issue(
        title,
        _text(issue.get("body")),
        one_line(author),
        url if url.startswith(("https://", "http://")) and len(url.split()) == 1 else "",
        moment(issue.get("created_at")),
        labelled or issue.get("author_association") in MEMBERS,
    )


def _text(value: object) -> str:
    # JSON can write half of a pair of surrogates, which is no character.
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""
