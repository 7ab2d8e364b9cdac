"""What to say when: taking reminders that are due, and the mails that carry them."""
