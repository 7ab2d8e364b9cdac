"""Public ids: random, so that nobody can count or guess them."""

import secrets


def public_id() -> str:
    """Return 12 URL-safe characters holding 72 random bits."""
    return secrets.token_urlsafe(9)
