"""Chat systems that people write commands in."""
