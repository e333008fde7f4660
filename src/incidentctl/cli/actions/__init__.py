"""Commands about what steps and announcements send."""
