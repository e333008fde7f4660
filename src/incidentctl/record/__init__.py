"""The durable record: events in git, never lost. The only place that writes with git."""
