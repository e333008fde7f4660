"""The walk of the runbook: what is shown, what a key does, what a step sends."""
