"""The owner's link sent twice at the same moment. Run on PostgreSQL (marker `concurrency`)."""

from collections import Counter
from datetime import UTC, datetime
from functools import partial

import pytest

from cards.accounts.owner import OwnerExists, create_owner, owner_link
from cards.models import User
from tests.factories import PASSWORD
from tests.test_concurrency import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def set_up(token: str, number: int, now: datetime) -> User:
    email = f"p{number}@example.org"
    return create_owner(email=email, password=PASSWORD, language="en", time_zone="UTC", token=token, now=now)


def test_a_link_sent_twice_at_once_makes_one_owner() -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    for _round in range(5):
        User.objects.all().delete()
        token = owner_link(now=now).rstrip("/").rsplit("/", 1)[1]
        results = at_once(*[partial(set_up, token, number, now) for number in range(4)])
        assert Counter(type(result) for result in results) == {User: 1, OwnerExists: 3}
        assert User.objects.count() == 1
