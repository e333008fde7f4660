"""The receiver: use cases over HTTP, for programs that send alerts."""
