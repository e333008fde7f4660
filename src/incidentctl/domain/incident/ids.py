"""Names for incidents, alert groups and events.

Incidents are `inc-20261124-1401-k7f`, alert groups `alr-20261124-1401-k7fbcdgh`, events ULIDs from
a hybrid clock.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from incidentctl.domain.common.times import moment_of

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
# No vowels, so that no word arises, and none that is taken for another (l, 1; o, 0).
_LETTERS = "bcdfghjkmnpqrstvwxz23456789"
_PREFIX = {"incident": "inc", "drill": "drl", "backfill": "bkf"}
_KINDS = {prefix: kind for kind, prefix in _PREFIX.items()}
_INCIDENT = re.compile(r"(inc|drl|bkf)-(\d{4})(\d{2})\d{2}-\d{4}-[a-z0-9]{3,8}$")
_GROUP = re.compile(r"alr-(\d{4})(\d{2})\d{2}-\d{4}-[a-z0-9]{8}$")
_CLEAR_PART = r"((?:(?:inc|drl|bkf)-)?[0-9]{8}-)?[0-9]{4}-[a-z0-9]{3,8}\Z"
# What an alert declared has eight letters: see `derived_id`.
_END = re.compile(rf"(?:[{_LETTERS}]{{3}}|[{_LETTERS}]{{8}})\Z")
_IN_END = rf"[{_LETTERS}]{{3,8}}\Z"
#: An id from further ahead of the clock than this does not pull the clock along.
MAX_AHEAD = timedelta(hours=48)


def ulid(milliseconds: int, random: int) -> str:
    """Write a ULID (github.com/ulid/spec) from milliseconds since 1970 and 80 random bits."""
    number = (milliseconds << 80) | (random & ((1 << 80) - 1))
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def ulid_milliseconds(ident: str) -> int:
    """Return the milliseconds since 1970 in a ULID."""
    number = 0
    for char in ident[:10]:
        number = number * 32 + _VALUES[char]
    return number


def ulid_moment(ident: str) -> datetime:
    """Return the moment in a ULID, in UTC; the last one of the record for what is after it."""
    return moment_of(ulid_milliseconds(ident) / 1000)


def next_milliseconds(now: datetime, newest: str | None) -> int:
    """Return the time of the next ULID: now, but after the newest event that was seen.

    A newest id of more than `MAX_AHEAD` is ignored: one wrong clock must not pull all others.
    """
    current = int(now.timestamp() * 1000)
    if newest is not None:
        seen = ulid_milliseconds(newest)
        if seen - current <= MAX_AHEAD.total_seconds() * 1000:
            return max(current, seen + 1)
    return current


def incident_id(kind: str, moment: datetime, random: int) -> str:
    """Name an incident by kind, day and UTC time of its declaration, and three letters."""
    return _named(_PREFIX[kind], moment, random, 3)


def has_derived_id(ident: str) -> bool:
    """Say whether an alert made an id: its last part has eight letters, those of people three."""
    return len(ident.rpartition("-")[2]) == 8


def derived_id(kind: str, moment: datetime, digest: int) -> str:
    """Name an `incident` or an alert `group` by its minute and eight letters of a hash.

    So it gets the same name in every clone, and three letters would be taken too soon.
    """
    return _named("alr" if kind == "group" else _PREFIX[kind], moment, digest, 8)


def _named(prefix: str, moment: datetime, number: int, size: int) -> str:
    letters = ""
    for _ in range(size):
        number, index = divmod(number, len(_LETTERS))
        letters += _LETTERS[index]
    utc = moment.astimezone(UTC)
    return f"{prefix}-{utc.year:04}{utc:%m%d-%H%M}-{letters}"


def is_incident_id(text: str) -> bool:
    """Say whether a text is the whole id of an incident."""
    return bool(_INCIDENT.match(text)) and len(text) <= 40 and "\n" not in text


def is_group_id(text: str) -> bool:
    """Say whether a text is the whole id of an alert group."""
    return text.startswith("alr-") and bool(_GROUP.match(text)) and "\n" not in text


def is_record_id(text: str) -> bool:
    """Say whether a text is the whole id of something that has a folder in the record."""
    return is_incident_id(text) or is_group_id(text)


def is_clear_part(text: str) -> bool:
    """Say whether a text is an incident's id, at least from its time on: nothing else looks so."""
    return bool(re.match(_CLEAR_PART, text.strip().casefold()))


def may_end_id(text: str) -> bool:
    """Say whether a text may be the last part of an incident's id."""
    return bool(_END.match(text.strip().casefold()))


def may_be_in_end(text: str) -> bool:
    """Say whether a text may be a part of the last part of an incident's id; no number is."""
    folded = text.strip().casefold()
    return bool(re.match(_IN_END, folded)) and not folded.isdigit()


def named(ident: str) -> tuple[str | None, datetime | None]:
    """Return the kind in an incident's id, and the minute of its declaration, in UTC.

    None for what an id does not tell: it may have no such day.
    """
    if not is_incident_id(ident):
        return None, None
    kind, day, clock = _KINDS[ident[:3]], ident[4:12], ident[13:17]
    try:
        return kind, datetime.fromisoformat(f"{day}T{clock}+00:00")
    except ValueError:
        return kind, None


def last_part(ident: str) -> str:
    """Return the end of an id, which is enough to name it: `k7f`."""
    return ident.rsplit("-", 1)[-1]


def incident_folder(ident: str) -> str:
    """Return an incident's folder on the branch: `incidents/YYYY/MM/<id>`."""
    match = _INCIDENT.match(ident)
    if not match:
        raise ValueError(f"{ident!r} is not the id of an incident")
    return f"incidents/{match[2]}/{match[3]}/{ident}"


def record_folder(ident: str) -> str:
    """Return the folder of an incident or an alert group on the branch."""
    if is_group_id(ident):
        return f"alerts/{ident[4:8]}/{ident[8:10]}/{ident}"
    return incident_folder(ident)
