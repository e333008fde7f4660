"""Other systems: alerts in, actions out. The only place that opens sockets."""
