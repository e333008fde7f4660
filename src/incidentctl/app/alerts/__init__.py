"""Use cases of alerts: read what a sender sends, and say what it means here."""
