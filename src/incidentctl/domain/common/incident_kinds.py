"""The kinds of incidents that the program treats in a way of their own."""

from __future__ import annotations

#: The kind of an incident that is a drill.
DRILL = "drill"
