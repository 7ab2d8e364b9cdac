"""Room 0: the arithmetic of validity, stages and reminders; pure functions of their arguments."""
