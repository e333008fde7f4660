"""`shortcut`: create a story, unless one with the external id of this deed is there.

The endpoints are those of Shortcut's REST API, version 3.
"""

from __future__ import annotations

from incidentctl.connect.actions.key import key_mark
from incidentctl.connect.actions.session import Session, address_of, objects, text_of
from incidentctl.domain.actions.reach import host_of
from incidentctl.domain.actions.request import Call, Outcome, Plan, Request
from incidentctl.domain.catalog.action_settings import ShortcutSettings

_NAME, _DESCRIPTION = 500, 60_000


def plan(request: Request, settings: ShortcutSettings) -> Plan:
    """Return the search and the creation."""
    values, mark = request.values, key_mark(request.key)
    headers = (("Shortcut-Token", (settings.token,)),)
    stories = f"{settings.base_url}/api/v3/stories"
    said = (values.get("text"), values.get("url"))
    look = Call(
        purpose="Look whether the story is there",
        method="POST",
        url=(f"{stories}/search",),
        headers=headers,
        body={"external_id": mark},
        reads=True,
    )
    create = Call(
        purpose="Create the story",
        method="POST",
        url=(stories,),
        headers=headers,
        body={
            "name": " ".join(values.get("title", "Incident").split())[:_NAME],
            "description": "\n\n".join(each for each in said if each)[:_DESCRIPTION],
            "story_type": settings.story_type,
            "workflow_state_id": settings.workflow_state_id,
            "external_id": mark,
            **({"labels": [{"name": name} for name in settings.labels]} if settings.labels else {}),
        },
        key_honoured=True,  # it is looked up before
    )
    return Plan(
        settings=settings, to=host_of(settings.base_url), key=request.key, steps=(look, create)
    )


def perform(session: Session) -> Outcome:
    """Create the story, or find the one of an earlier attempt."""
    look, create = session.calls
    mark = key_mark(session.plan.key)
    listed = objects(session.send(look).json())
    there = next((each for each in listed if each.get("external_id") == mark), None)
    made = session.send(create).json() if there is None else there
    made = made if isinstance(made, dict) else {}
    return Outcome("done", link=address_of(made.get("app_url")), ident=text_of(made.get("id")))
