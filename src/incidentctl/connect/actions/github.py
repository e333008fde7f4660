"""`github`: open an issue, unless one with the mark of this deed is there.

The endpoints are those of GitHub's REST API, version 2022-11-28. GitHub knows no keys: the mark is
a comment in the text of the issue, and the newest issues are read before one is opened.
"""

from __future__ import annotations

import re

from incidentctl.connect.actions.key import key_mark
from incidentctl.connect.actions.session import Session, address_of, objects, text_of
from incidentctl.domain.actions.reach import host_of
from incidentctl.domain.actions.request import Call, Outcome, Plan, Request
from incidentctl.domain.catalog.action_settings import GithubSettings

_TITLE, _BODY = 256, 60_000
#: A name that GitHub would notify.
_MENTION = re.compile(r"@(?=[A-Za-z0-9])")


def plan(request: Request, settings: GithubSettings) -> Plan:
    """Return the look-up and the creation."""
    values, mark = request.values, key_mark(request.key)
    headers = (
        ("Accept", ("application/vnd.github+json",)),
        ("Authorization", ("Bearer ", settings.token)),
        ("X-GitHub-Api-Version", ("2022-11-28",)),
    )
    issues = f"{settings.base_url}/repos/{settings.repository}/issues"
    said = (values.get("text"), values.get("url"))
    text = _MENTION.sub("@<!-- -->", "\n\n".join(each for each in said if each))
    look = Call(
        purpose="Look whether the issue is there",
        method="GET",
        url=(f"{issues}?state=all&sort=created&direction=desc&per_page=100",),
        headers=headers,
        reads=True,
    )
    create = Call(
        purpose="Open the issue",
        method="POST",
        url=(issues,),
        headers=headers,
        body={
            "title": " ".join(values.get("title", "Incident").split())[:_TITLE],
            "body": f"{text[:_BODY]}\n\n<!-- {mark} -->".strip(),
            **({"labels": list(settings.labels)} if settings.labels else {}),
            **({"assignees": list(settings.assignees)} if settings.assignees else {}),
        },
        key_honoured=True,  # it is looked up before
    )
    return Plan(
        settings=settings,
        to=f"{host_of(settings.base_url)}, {settings.repository}",
        key=request.key,
        steps=(look, create),
    )


def perform(session: Session) -> Outcome:
    """Open the issue, or find the one of an earlier attempt."""
    look, create = session.calls
    mark = f"<!-- {key_mark(session.plan.key)} -->"
    listed = objects(session.send(look).json())
    there = next((each for each in listed if mark in str(each.get("body"))), None)
    made = session.send(create).json() if there is None else there
    made = made if isinstance(made, dict) else {}
    return Outcome("done", link=address_of(made.get("html_url")), ident=text_of(made.get("number")))
