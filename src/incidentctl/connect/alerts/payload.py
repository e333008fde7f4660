"""A delivery of alerts before its format is known: JSON of bounded size, and its headers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from incidentctl.errors import InvalidDataError

#: The largest body, in bytes; more is refused unread.
MAX_BODY = 8 * 1024 * 1024


class Payload(NamedTuple):
    """A delivery: the decoded body, and the headers by their names in small letters."""

    body: Any
    headers: Mapping[str, str]


def decode(data: bytes, headers: Mapping[str, str] | None = None) -> Payload:
    """Decode a body; InvalidDataError if it is too large or no JSON."""
    if len(data) > MAX_BODY:
        raise InvalidDataError(
            f"The payload is larger than {MAX_BODY // 1024**2} MiB.",
            hint="Make its sender group fewer alerts: Alertmanager has `max_alerts`.",
        )
    try:
        body = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidDataError(f"The payload is not UTF-8: byte {error.start + 1}.") from None
    except json.JSONDecodeError as error:
        raise InvalidDataError(
            f"The payload is not JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from None
    except RecursionError:
        raise InvalidDataError("The payload is nested too deeply.") from None
    except ValueError:  # a number of more digits than Python reads
        raise InvalidDataError("The payload has a number that is too long.") from None
    names = {name.casefold(): value for name, value in (headers or {}).items()}
    return Payload(body, names)
