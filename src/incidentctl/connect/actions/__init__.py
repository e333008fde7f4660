"""What actions send: a module for each kind, `http` for what all share, and `registry`."""
