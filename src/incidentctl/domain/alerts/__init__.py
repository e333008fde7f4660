"""Alerts of other systems, as values: what one says, and what the rules make of it."""
