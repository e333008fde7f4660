"""The room: pages on which people declare and respond, by the use cases that commands call."""
