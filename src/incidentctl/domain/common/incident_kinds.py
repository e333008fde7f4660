"""The kinds of incidents that the program treats in a way of their own."""

from __future__ import annotations

#: The kind of an incident that is a drill.
DRILL = "drill"
#: The kind of what is announced of a missed heartbeat, which is no incident; and of its alert the
#: source.
HEARTBEAT = "heartbeat"
