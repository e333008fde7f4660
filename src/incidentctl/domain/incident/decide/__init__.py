"""Decisions: request and state in, facts out, or a refusal; every rule of what is allowed."""
