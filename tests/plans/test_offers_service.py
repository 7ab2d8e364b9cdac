"""Whose plans are whose, however they are reached; what a validity is called; the most one person keeps."""

from collections.abc import Callable

import pytest
import time_machine
from django.urls import reverse

from cards.models import Operator, Plan, User
from cards.queries import offers as queries
from cards.services.offers import OfferFacts, add_offers, edit_offer, kind_of, restore_offer, retire_offer
from tests.factories import NOW, client_of, make_operator, make_user
from tests.plans.offers import make_offer, rows

pytestmark = pytest.mark.django_db
FACTS = OfferFacts(name="Changed")
CHANGES: list[Callable[[Plan, User], object]] = [
    lambda offer, by: edit_offer(offer=offer, facts=FACTS, by=by),
    lambda offer, by: retire_offer(offer=offer, by=by, now=NOW),
    lambda offer, by: restore_offer(offer=offer, by=by),
]


def refused(change: Callable[[Plan, User], object], offer: Plan, by: User) -> bool:
    before = Plan.objects.filter(pk=offer.pk).values().get()
    try:
        change(offer, by)
    except PermissionError:
        assert Plan.objects.filter(pk=offer.pk).values().get() == before
        return True
    return False


@pytest.mark.parametrize("change", CHANGES)
def test_a_plan_is_changed_by_its_owner_and_a_shared_one_by_staff_alone(
    change: Callable[[Plan, User], object],
) -> None:
    alice, bob, staff = (make_user(f"{name}@example.org") for name in ("alice", "bob", "staff"))
    staff.is_staff = True
    batelco = make_operator()
    own, shared, filed = (make_offer(batelco, owner) for owner in (alice, None, None))
    Plan.objects.filter(pk=filed.pk).update(key="week")
    filed.refresh_from_db()
    who = {
        name: [refused(change, offer, user) for user in (alice, bob, staff)]
        for name, offer in (("own", own), ("shared", shared), ("filed", filed))
    }
    assert who == {
        "own": [False, True, True],
        "shared": [True, True, False],
        "filed": [True, True, True],
    }


def test_nobody_adds_to_another_persons_operator_nor_shares_at_a_private_one() -> None:
    alice, staff = make_user(), make_user("staff@example.org", is_staff=True)
    home = Operator.objects.create(owner=alice, name="Home")
    for by, is_shared in ((staff, False), (staff, True), (alice, True)):
        with pytest.raises(PermissionError):
            add_offers(operator=home, offers=[FACTS], by=by, is_shared=is_shared)
    assert len(add_offers(operator=home, offers=[FACTS], by=alice)) == 1
    assert Plan.objects.get().owner == alice


@pytest.mark.parametrize(
    ("count", "unit", "kind"),
    [
        (1, "day", "daily"), (24, "hour", "daily"), (7, "day", "weekly"), (1, "week", "weekly"),
        (30, "day", "monthly"),
        (28, "day", "monthly"), (1, "month", "monthly"), (90, "day", "quarterly"),
        (1, "quarter", "quarterly"),
        (365, "day", "yearly"), (1, "year", "yearly"), (10, "day", "other"), (2, "month", "other"),
        (None, "day", "other"),
    ],
)  # fmt: skip
def test_a_validity_says_what_kind_of_plan_it_is(count: int | None, unit: str, kind: str) -> None:
    assert kind_of(count, unit) == kind


def test_a_person_keeps_some_hundred_plans_of_one_operator_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cards.views.offers.MOST_OWN", 3)
    alice, batelco = make_user(), make_operator()
    url = reverse("offers_add", args=[batelco.public_id])
    with time_machine.travel(NOW, tick=False):
        client = client_of(alice)
        assert client.post(url, rows(("A", "1"), ("B", "2"))).status_code == 422  # no currency beside them
        assert client.post(url, rows(("A", "1", "BHD"), ("B", "2", "BHD"))).status_code == 302
        response = client.post(url, rows(("C", "1", "BHD"), ("D", "2", "BHD")))
    assert response.status_code == 422
    assert "You have very many plans here." in response.content.decode()
    assert Plan.objects.count() == 2


def test_the_currency_proposed_is_that_of_the_last_plan_then_of_the_country_then_the_persons() -> None:
    alice = make_user(currency="EUR")
    home = Operator.objects.create(owner=alice, name="Home")
    batelco = make_operator()
    assert queries.currency_first(alice, home) == "EUR"
    assert queries.currency_first(alice, batelco) == "BHD"
    make_offer(batelco, alice, currency="USD")
    assert queries.currency_first(alice, batelco) == "USD"
