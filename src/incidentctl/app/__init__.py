"""Use cases: typed arguments in, a result out; wires the edges to the domain."""
