"""The status page: what customers may know of incidents and announced work."""
