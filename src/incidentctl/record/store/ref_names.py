"""The names of the refs that hold the record."""

from __future__ import annotations

#: The ref that is the record: the log ref. Hidden, so that nobody checks it out or prunes it by
#: accident.
LOG_REF = "refs/incidentctl/log"
#: The log ref of restricted incidents, which are not shared, or through a remote of their own.
RESTRICTED_REF = "refs/incidentctl/restricted"
#: Follows it as the mirror follows the log ref: what no other clone has must not depend on one ref.
RESTRICTED_COPY_REF = "refs/incidentctl/restricted-copy"


def restricted_branch(branch: str) -> str:
    """Return the branch of restricted incidents, which no clone confuses with the shared one."""
    return f"{branch}-restricted"
