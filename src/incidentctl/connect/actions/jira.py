"""`jira`: create an issue, unless one with the label of this deed is there.

Version 2 of the REST API takes plain text, in Cloud and Data Center; version 3 (Cloud) takes the
Atlassian Document Format. Jira knows no keys: the label is searched for before. Its index may be
some seconds behind.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from incidentctl.connect.actions.key import key_mark
from incidentctl.connect.actions.session import Session, objects, text_of
from incidentctl.domain.actions.reach import host_of
from incidentctl.domain.actions.request import Basic, Call, Outcome, Plan, Request
from incidentctl.domain.catalog.action_settings import JiraSettings

_SUMMARY, _DESCRIPTION = 255, 30_000


def plan(request: Request, settings: JiraSettings) -> Plan:
    """Return the search and the creation."""
    values, mark = request.values, key_mark(request.key)
    api = f"{settings.base_url}/rest/api/{settings.api}"
    # Cloud, which wants a user with the token, has replaced the search of Data Center.
    search = f"{api}/search/jql" if settings.user else f"{api}/search"
    jql = f'labels = "{mark}"'
    bearer = ("Bearer ", settings.token)
    proof = Basic(settings.user, settings.token) if settings.user else bearer
    headers = (("Authorization", proof),)
    said = (values.get("text"), values.get("url"))
    text = "\n\n".join(each for each in said if each)[:_DESCRIPTION]
    look = Call(
        purpose="Look whether the issue is there",
        method="GET",
        url=(f"{search}?jql={quote(jql)}&maxResults=1&fields=summary",),
        headers=headers,
        reads=True,
    )
    create = Call(
        purpose="Create the issue",
        method="POST",
        url=(f"{api}/issue",),
        headers=headers,
        body={
            "fields": {
                **settings.fields,
                "project": {"key": settings.project},
                "issuetype": {"name": settings.type},
                "summary": " ".join(values.get("title", "Incident").split())[:_SUMMARY],
                "description": _document(text) if settings.api == "3" else _plain(text),
                "labels": [*settings.labels, mark],
            }
        },
        key_honoured=True,  # it is looked up before
    )
    return Plan(
        settings=settings,
        to=f"{host_of(settings.base_url)}, {settings.project}",
        key=request.key,
        steps=(look, create),
        context={"browse": f"{settings.base_url}/browse/"},
    )


def perform(session: Session) -> Outcome:
    """Create the issue, or find the one of an earlier attempt."""
    look, create = session.calls
    found = session.send(look).json()
    listed = objects(found.get("issues")) if isinstance(found, dict) else []
    made = listed[0] if listed else session.send(create).json()
    ident = text_of(made.get("key")) if isinstance(made, dict) else None
    link = f"{session.plan.context['browse']}{quote(ident)}" if ident else None
    return Outcome("done", link=link, ident=ident)


def _plain(text: str) -> str:
    """Return text in which nothing acts as Jira's markup: no macro, and nobody is mentioned."""
    return text.replace("{", "\\{").replace("[", "\\[")


def _document(text: str) -> dict[str, Any]:
    """Return text in the Atlassian Document Format: a paragraph for each, with its lines."""
    paragraphs = [_paragraph(part.strip("\n")) for part in text.split("\n\n") if part.strip()]
    return {"type": "doc", "version": 1, "content": paragraphs}


def _paragraph(text: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for line in text.splitlines():
        content += [{"type": "hardBreak"}] if content else []
        content += [{"type": "text", "text": line}] if line else []
    return {"type": "paragraph", "content": content}
