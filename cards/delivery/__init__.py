"""Messages: lease, transports, SMTP. Knows no deadline; what to say comes from the handlers it is given."""
