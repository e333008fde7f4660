"""The standard roles: their names and responsibilities."""

from __future__ import annotations

#: The role that the declarer of an incident gets, and that always has a holder.
COMMANDER = "commander"
OTHER_ROLES = ("mitigator", "planning", "communication")
#: The standard roles with one holder; `roles.STANDARD` says the same.
SINGLE = ("planning", "communication")
#: What the holder of each answers for (after FEMA's Incident Command System).
RESPONSIBILITIES = {
    COMMANDER: (
        "Lead, with a bias for action",
        "Note important events, such as a rollback or more resources",
        "Assign the other roles",
    ),
    "mitigator": (
        "Mitigate first; look for causes later",
        "Say what you are doing, and why",
    ),
    "planning": (
        "Observe, and write down follow-up action items",
        "Get responders what they need, from food to cleared calendars",
    ),
    "communication": ("Post regular updates, inside and outside, even when there is nothing new",),
}
