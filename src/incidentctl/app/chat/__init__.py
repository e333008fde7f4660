"""Use cases of commands that people write into a chat."""
