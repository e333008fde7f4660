"""What may be done: a request and the state of an incident give facts to record, or a refusal."""
