"""incidentctl.yaml: the file that marks a repository's root, and its settings."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, ClassVar, Literal

from incidentctl.domain.catalog.page_settings import PageSettings
from incidentctl.domain.common.fields import CONFIG, Count, Name, Parsed, Text, Zone
from incidentctl.domain.common.frozen import frozen

LintLevel = Literal["error", "warning", "info", "off"]
TierName = Literal["single", "critical-split", "per-severity", "per-severity-and-area"]

_BRANCH = r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,99}"
#: What JSON Schema can say of the rules below.
_BRANCH_PATTERN = (
    r"^(?!.*(\.\.|//|/\.|\./|\.$|/$|\.lock(/|$)))(?!(refs|heads|remotes|tags)(/|$))" + _BRANCH + "$"
)

_USUAL = "incident-log"
#: What git reads as other than a branch, where it does not refuse it.
_TAKEN = frozenset({"head", "fetch_head", "orig_head", "merge_head", "cherry_pick_head"})


def _parse_branch(text: str) -> str:
    import re  # noqa: PLC0415 (a cached catalog must not pay for it)

    refused = ("..", "//", "/.", "@{")
    if not re.fullmatch(_BRANCH, text) or any(part in text for part in refused):
        raise ValueError(f"{text!r} is not a branch name that every forge accepts")
    parts = text.split("/")
    if any(not part or part.endswith((".", ".lock")) for part in parts):
        raise ValueError(f"{text!r} is not a branch name that git accepts")
    if parts[0] in ("refs", "heads", "remotes", "tags") or text.casefold() in _TAKEN:
        raise ValueError(f"{text!r} means something else to git: name a branch, such as {_USUAL}")
    return text


@frozen
class RecordSettings:
    """Where the record goes."""

    __pydantic_config__: ClassVar = CONFIG

    remote: Name | None = None
    """The git remote that shares the record; without it nothing is sent."""
    restricted_remote: Name | None = None
    """Another git remote, for restricted incidents; without it they stay in the clone."""
    branch: Annotated[str, Parsed(_parse_branch, _BRANCH_PATTERN)] = _USUAL
    """The branch on which people read the record, here and on the remote."""


@frozen
class Settings:
    """The settings of one organisation's repository."""

    __pydantic_config__: ClassVar = CONFIG

    organisation: Text | None = None
    """Shown in documents."""
    timezone: Zone = "UTC"
    """The zone of local times in documents."""
    tier: TierName | None = None
    """The process in force; absent: as recommended for the number of services."""
    expected_services: Count | None = None
    """How many production services there will be, before the catalog is complete."""
    default_severity: Name | None = None
    """The severity of an incident until somebody sets it; absent: SEV2 (when in doubt, the higher
    one)."""
    drills: Literal["monthly", "quarterly", "half-yearly"] | None = None
    """How often to hold drills: lint warns when the last one is longer ago, and `drill calendar`
    proposes days. Absent: quarterly, without proposals."""
    record: RecordSettings = RecordSettings()
    """Where the record goes."""
    page: PageSettings = field(default_factory=PageSettings)
    """The status page: title, address and look."""
    lint: dict[str, LintLevel] = field(default_factory=dict)
    """The level of a lint rule by its code: `error`, `warning`, `info`, or `off` for silence."""
    exclude: tuple[Text, ...] = ()
    """Files in the catalog's folders that do not belong to it: paths, folders, or patterns in which
    `*` matches any characters."""

    def leaves_out(self, path: str) -> bool:
        """Say whether `exclude` names a file, by its path from the root."""
        return any(names(pattern, path) for pattern in self.exclude)


def names(pattern: str, path: str) -> bool:
    """Say whether a pattern of `exclude` names a file: its path, a folder, or with `*`."""
    from fnmatch import fnmatchcase  # noqa: PLC0415 (for few)

    return path.startswith(f"{pattern.rstrip('/')}/") or fnmatchcase(path, pattern)
