"""`python -m tests.slow.due`: a person with a card whose reminder is due now, in the database of DATA_DIR."""

import os
from datetime import UTC, datetime, timedelta

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    django.setup()

    from tests.factories import make_card, make_user

    now = datetime.now(UTC)
    # Known for ten days, ten days to go: the lead of 14 days lies behind, and nothing was running then.
    make_card(
        make_user("alice@example.org"),
        now=now - timedelta(days=10),
        expires_on=(now + timedelta(days=10)).date(),
    )
