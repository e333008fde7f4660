"""How a sender proves that it knows a secret: a token in a header, or a signature over the body.

Every comparison takes the same time, whatever it finds, and tries all secrets: two are valid at
once while one is replaced by another.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from incidentctl.domain.common.times import moment_of

#: A signed time that is further off than this, in the past or the future, is not believed.
WINDOW = timedelta(minutes=5)
_BEARER = "bearer "


def is_one_of(secrets: Iterable[str], token: str) -> bool:
    """Say whether a token is one of the secrets; an empty secret is none."""
    given = token.encode()
    found = [hmac.compare_digest(secret.encode(), given) for secret in secrets if secret]
    return any(found)


def bears(secrets: Iterable[str], headers: Mapping[str, str]) -> bool:
    """Say whether the header `Authorization: Bearer TOKEN` has one of the secrets."""
    stated = headers.get("authorization", "")
    if stated[: len(_BEARER)].casefold() != _BEARER:
        return False
    return is_one_of(secrets, stated[len(_BEARER) :].strip())


def is_signed(secrets: Sequence[str], digests: Iterable[str], signed: bytes) -> bool:
    """Say whether one of some digests in hex is the HMAC-SHA256 of `signed` by one of the secrets.

    At most ten digests are looked at.
    """
    given = [digest.strip().lower().encode() for digest in digests][:10]
    own = [
        hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
        for secret in secrets
        if secret
    ]
    found = [hmac.compare_digest(mine, theirs) for mine in own for theirs in given]
    return any(found)


def is_fresh(stated: str, now: datetime) -> bool:
    """Say whether a time in seconds since 1970, as text, is within the window around now."""
    if not (stated.isascii() and stated.isdigit() and len(stated) <= 11):
        return False
    return abs(moment_of(int(stated)) - now) <= WINDOW
