"""Actions of steps and announcements: what is trusted, what is sent, what came of it."""
