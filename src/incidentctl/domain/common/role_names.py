"""The names of the standard roles."""

from __future__ import annotations

#: The role that the declarer of an incident gets, and that always has a holder.
COMMANDER = "commander"
OTHER_ROLES = ("mitigator", "planning", "communication")
#: The standard roles with one holder; `roles.STANDARD` says the same.
SINGLE = ("planning", "communication")
