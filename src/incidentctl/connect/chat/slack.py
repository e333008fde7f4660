"""Slack's slash commands: how one proves itself, what it says, and how it is answered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import parse_qsl

from incidentctl.connect.alerts import proof
from incidentctl.errors import InvalidDataError

#: What Slack calls itself in the catalog's chat ids.
SYSTEM = "slack"
#: The largest body, in bytes: a command is one message.
MAX_BODY = 64 * 1024
_SIGNATURE, _TIME, _VERSION = "x-slack-signature", "x-slack-request-timestamp", "v0"
_IDENT = re.compile(r"[A-Z0-9]{2,30}")
#: `<@U1|bob>`, `<#C1|ops>`, `<https://x|x>`, `<!here>`: as Slack writes mentions and links.
_MARKED = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_ESCAPED = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_LONGEST = 3000


class Command(NamedTuple):
    """What somebody wrote; all of it comes from outside."""

    user: str
    """Slack's id of the person."""
    name: str
    """What Slack calls them; they can change it."""
    channel: str
    """Slack's id of the channel that it was written in."""
    word: str
    """The command, such as `/incident`."""
    text: str


def is_proven(
    secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime
) -> bool:
    """Say whether Slack signed the raw body with one of the secrets, in the last 5 minutes."""
    stated, moment = headers.get(_SIGNATURE, ""), headers.get(_TIME, "")
    version, _, digest = stated.partition("=")
    signed = f"{_VERSION}:{moment}:".encode() + body
    return (
        proof.is_signed(secrets, [digest], signed)
        and version == _VERSION
        and proof.is_fresh(moment, now)
    )


def delivery(headers: Mapping[str, str]) -> str:
    """Return what names a delivery that is proven: the same again has the same signature."""
    return headers.get(_SIGNATURE, "").casefold()


def read(body: bytes) -> Command:
    """Return the command of a body; InvalidDataError if it is none."""
    try:
        pairs = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        raise InvalidDataError("This is not a slash command.") from None
    user, word = pairs.get("user_id", ""), pairs.get("command", "")
    if not _IDENT.fullmatch(user) or not word.startswith("/"):
        raise InvalidDataError("This is not a slash command.")
    return Command(
        user, pairs.get("user_name", "")[:100], pairs.get("channel_id", "")[:30], word[:100],
        _plain(pairs.get("text", "")).strip(),
    )  # fmt: skip


def reply(text: str, *, to_all: bool) -> dict[str, str]:
    """Return the answer that Slack shows to the channel, or only to who wrote the command.

    Nothing in it acts as markup: no mention, no hidden link.
    """
    shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    for escape, char in reversed(_ESCAPED):
        shown = shown.replace(char, escape)
    return {"response_type": "in_channel" if to_all else "ephemeral", "text": shown}


def _plain(text: str) -> str:
    """Return a text as the person wrote it, without what Slack writes for mentions and links."""

    def shown(found: re.Match[str]) -> str:
        kind, what, label = found.groups()
        if not kind:
            return what  # the address is what is meant, whatever it is called
        return f"{kind.replace('!', '@')}{label or what}"

    text = _MARKED.sub(shown, text)
    for escape, char in _ESCAPED:
        text = text.replace(escape, char)
    return text
