"""The names of the refs that hold the record."""

from __future__ import annotations

#: The one ref that is the record; hidden, so that nobody checks it out or prunes it by accident.
LOG_REF = "refs/incidentctl/log"
#: The same for incidents that are shared with nobody, or through a remote of their own.
RESTRICTED_REF = "refs/incidentctl/restricted"
#: Follows it as the branch for people follows the truth: what nobody else has shall not hang on one
#: name.
RESTRICTED_COPY_REF = "refs/incidentctl/restricted-copy"


def restricted_branch(branch: str) -> str:
    """Return the branch of restricted incidents: no clone takes it for the shared one's."""
    return f"{branch}-restricted"
