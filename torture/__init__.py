"""Plays histories of the record: random commands on several clones, with faults; then checks."""
