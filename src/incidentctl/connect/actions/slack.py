"""`slack`: open the incident's channel with topic and people, and post; or post to a channel.

The methods are those of Slack's Web API. Slack knows no keys: a channel is found again by its
name, which holds the incident's id, and a message by its metadata, which hold the key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from incidentctl.connect.actions.key import key_mark
from incidentctl.connect.actions.session import Session, address_of, objects, text_of
from incidentctl.domain.actions.reach import host_of
from incidentctl.domain.actions.request import Call, Later, Outcome, Plan, Request
from incidentctl.domain.catalog.action_settings import SlackSettings
from incidentctl.errors import UsageError

_NAME, _TOPIC, _TEXT = 80, 250, 12_000
_CHANNEL = Later("id of the channel")
_CURSOR = Later("next page")
#: Slack's ids of channels; a name has lower-case letters.
_IDENT = re.compile(r"[CDG][A-Z0-9]{6,20}\Z")
#: A workspace with more channels than this is not searched to its end.
_PAGES = 20
#: Errors after which asking again is no harm, and may help.
_TRANSIENT = frozenset({"ratelimited", "internal_error", "service_unavailable", "request_timeout"})
_EVENT = "incidentctl_action"


def plan(request: Request, settings: SlackSettings) -> Plan:
    """Return the calls: to open and fill the incident's channel, or to post to one."""
    post = _post(request, settings, settings.channel or _CHANNEL)
    if settings.channel is not None:
        # Only a channel given by its id can be looked into for the message.
        known = _IDENT.match(settings.channel)
        told = (_history(settings, settings.channel), post) if known else (post,)
        return _planned(request, settings, told, settings.channel, own="")
    name = _name(request, settings)
    create = _call(
        settings, "Open the channel", "conversations.create",
        {"name": name, "is_private": settings.private}, key_honoured=True,
    )  # fmt: skip
    kind = "private_channel" if settings.private else "public_channel"
    look = _read(
        settings, "If the name is taken, look which channel has it", "conversations.list",
        f"types={kind}&exclude_archived=true&limit=1000&cursor=", _CURSOR,
    )  # fmt: skip
    topic = _call(
        settings, "Set its topic", "conversations.setTopic",
        {"channel": _CHANNEL, "topic": _inert(_topic(request))[:_TOPIC]}, key_honoured=True,
    )  # fmt: skip
    invites = [
        _call(
            settings, f"Invite {user}", "conversations.invite",
            {"channel": _CHANNEL, "users": user}, key_honoured=True,
        )
        for user in settings.invite
    ]  # fmt: skip
    # What is only told is posted there; topic and people are for who opens it.
    filled = () if request.event == "say" else (topic, *invites)
    steps = (create, look, *filled, _history(settings, _CHANNEL), post)
    return _planned(request, settings, steps, name, own=name)


def _planned(
    request: Request, settings: SlackSettings, steps: tuple[Call, ...], channel: str, *, own: str
) -> Plan:
    base = settings.base_url
    where = channel if _IDENT.match(channel) else f"#{channel.removeprefix('#')}"
    return Plan(
        settings=settings,
        to=f"{host_of(base)}, {where}",
        key=request.key,
        steps=steps,
        context={"own": own, "channel": channel, "web": re.sub(r"(?<=[^/:])/.*", "", base)},
    )


def perform(session: Session) -> Outcome:
    """Do what is not done yet; report at the end who could not be invited."""
    own, failed = session.plan.context["own"], list[str]()
    known = {_CHANNEL.name: session.plan.context["channel"]}
    for call in session.calls:
        method = str(call.url[0]).partition("?")[0].rpartition("/")[2]
        if method == "conversations.create":
            body = _ask(session, call, known, ("name_taken",))
            channel = body.get("channel")
            ident = text_of(channel.get("id")) if isinstance(channel, dict) else None
            known[_CHANNEL.name] = ident or _found(session, session.calls[1], own)
        elif method == "conversations.history":
            # The answer of `chat.postMessage` names the channel by its id, so does this.
            mark = key_mark(session.plan.key)
            for message in objects(_ask(session, call, known).get("messages")):
                if mark in str(message.get("metadata")):
                    return _done(session, known, message.get("ts"), failed)
        elif method == "conversations.invite":
            accepted = ("already_in_channel", "cant_invite_self", *_CANNOT_INVITE)
            error = _ask(session, call, known, accepted).get("error")
            if error in _CANNOT_INVITE:
                failed.append(f"{call.body['users']} could not be invited ({error})")
        elif method != "conversations.list":
            body = _ask(session, call, known)
            if method == "chat.postMessage":
                known[_CHANNEL.name] = text_of(body.get("channel")) or known[_CHANNEL.name]
                return _done(session, known, body.get("ts"), failed)
    raise AssertionError("each plan ends with a message")


#: Errors of one person: the others are invited all the same.
_CANNOT_INVITE = ("cant_invite", "user_not_found", "no_user", "user_is_restricted", "user_disabled")


def _done(session: Session, known: Mapping[str, str], ts: Any, failed: list[str]) -> Outcome:
    channel = known[_CHANNEL.name]
    link = address_of(f"{session.plan.context['web']}/app_redirect?channel={channel}")
    ident = f"{channel}/{ts}" if isinstance(ts, str) else channel
    if failed:
        reason = f"The channel is open and the message posted, but {', '.join(failed)}."
        return Outcome("failed", reason, link=link, ident=ident)
    return Outcome("done", link=link, ident=ident)


def _ask(
    session: Session, call: Call, known: Mapping[str, str], accepted: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the body of an answer; Slack says with status 200, too, that it did nothing."""
    body = session.send(call, known).json()
    body = body if isinstance(body, dict) else {}
    error = str(body.get("error", "no answer that can be read"))
    if body.get("ok") is True or error in accepted:
        return body
    host, needed = host_of(str(call.url[0])), body.get("needed")
    scope = f"; the token needs the scope {needed}" if isinstance(needed, str) else ""
    said = session.vault.said(f"{error}{scope}")
    reason = f"{host} did not do it ({call.purpose.casefold()}): {said}."
    raise session.stop(reason, may_retry=error in _TRANSIENT)


def _found(session: Session, call: Call, name: str) -> str:
    """Return the id of the channel with a name: an earlier attempt has opened it."""
    known = {_CURSOR.name: ""}
    for _ in range(_PAGES):
        body = _ask(session, call, known)
        for channel in objects(body.get("channels")):
            if channel.get("name") == name and (ident := text_of(channel.get("id"))):
                return ident
        more = body.get("response_metadata")
        known[_CURSOR.name] = str(more.get("next_cursor") or "") if isinstance(more, dict) else ""
        if not known[_CURSOR.name]:
            break
    raise session.stop(f"The name #{name} is taken by a channel that the bot cannot see.")


def _call(
    settings: SlackSettings, purpose: str, method: str, body: Any, *, key_honoured: bool
) -> Call:
    return Call(
        purpose=purpose,
        method="POST",
        url=(f"{settings.base_url}/{method}",),
        headers=(("Authorization", ("Bearer ", settings.token)),),
        body=body,
        key_honoured=key_honoured,
    )


def _read(
    settings: SlackSettings, purpose: str, method: str, query: str, last: str | Later
) -> Call:
    return Call(
        purpose=purpose,
        method="GET",
        url=(f"{settings.base_url}/{method}?{query}", last),
        headers=(("Authorization", ("Bearer ", settings.token)),),
        reads=True,
    )


def _history(settings: SlackSettings, channel: str | Later) -> Call:
    return _read(
        settings, "Look whether the message is there", "conversations.history",
        "include_all_metadata=true&limit=100&channel=", channel,
    )  # fmt: skip


def _post(request: Request, settings: SlackSettings, channel: str | Later) -> Call:
    text = request.values.get("text") or request.values.get("title") or ""
    url = request.values.get("url")
    body = {
        "channel": channel,
        "text": _inert(f"{text}\n{url}" if url and url not in text else text)[:_TEXT],
        "metadata": {"event_type": _EVENT, "event_payload": {"key": key_mark(request.key)}},
    }
    looked_up = isinstance(channel, Later) or _IDENT.match(channel) is not None
    return _call(settings, "Post the message", "chat.postMessage", body, key_honoured=looked_up)


def _name(request: Request, settings: SlackSettings) -> str:
    """Return the name of the incident's channel: lower-case letters, digits, - and _."""
    ident = request.values.get("id", "")
    if not ident:
        raise UsageError("The channel of an incident is named after its id, and there is none.")
    name = f"{settings.prefix or ''}{ident}".casefold()
    return re.sub(r"[^a-z0-9_-]+", "-", name)[:_NAME]


def _topic(request: Request) -> str:
    words = (request.values.get("severity"), request.values.get("title"), request.values.get("url"))
    return " · ".join(" ".join(word.split()) for word in words if word)


def _inert(text: str) -> str:
    """Return text in which nothing acts as Slack's markup: no mention, no hidden link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
