"""The key of a deed in the forms that targets take."""

from __future__ import annotations

import hashlib
import re

_PLAIN = re.compile(r"[A-Za-z0-9._:/-]{1,200}\Z")


def key_text(key: str) -> str:
    """Return a key as a header or a field may hold it: itself, or a hash of an odd one."""
    return key if _PLAIN.match(key) else key_mark(key)


def key_mark(key: str) -> str:
    """Return a short word made from a key, to be found again in a ticket."""
    return f"incidentctl-{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()[:24]}"
