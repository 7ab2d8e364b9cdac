"""Wiring of Keepline: settings, addresses, the server and the supervisor."""

__version__ = "0.1.0"
