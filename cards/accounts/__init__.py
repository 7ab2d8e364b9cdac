"""People: how they come in, sign in, and get their account mails."""
