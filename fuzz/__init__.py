"""Hostile input for every command: events, YAML, settings, refs and command lines, by a seed."""
