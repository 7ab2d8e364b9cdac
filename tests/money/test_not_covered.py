"""A fee or a renewal that the balance does not cover is said before its day: on pages and in mails."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cards.models import Card, Charge, Subscription, User
from cards.services.charges import ChargeFacts, add_charge
from cards.tasks import tick
from tests.factories import NOW, act, client_of, make_card, make_plan, make_user, utc
from tests.mail_server import MailServer, text_of

pytestmark = pytest.mark.django_db
BEFORE = utc("2026-11-01 00:00")
CONFIRM = "Confirm that it renewed"


def fee(card: Card, **facts: Any) -> Charge:
    values = {
        "name": "Monthly fee", "first_on": date(2026, 12, 6), "amount": Decimal("5"), "currency": "EUR",
        "period_count": 1, **facts,
    }  # fmt: skip
    return add_charge(card=card, facts=ChargeFacts(**values), by=card.owner, now=BEFORE)


def read(card: Card, balance: str, currency: str = "EUR") -> None:
    facts = {"balance": Decimal(balance), "currency": currency}
    act(card, "reading", on=BEFORE.date(), now=BEFORE, **facts)


def make_sim(owner: User | None = None, **facts: Any) -> Card:
    return make_card(owner or make_user(), expires_on=date(2027, 6, 1), now=BEFORE, **facts)


def renewing(card: Card, on: date = date(2026, 11, 7), **facts: Any) -> Subscription:
    values = {"is_auto_renewing": True, "price": Decimal("10"), "currency": "EUR", "period_count": 30}
    return make_plan(card, on=on, now=BEFORE, **{**values, **facts})


def shown(card: Card, name: str = "start", at: str = "2026-12-01 01:00") -> str:
    address = reverse(name, args=[card.public_id] if name == "card" else [])
    with time_machine.travel(utc(at), tick=False):
        return client_of(card.owner).get(address).content.decode()


def mails(server: MailServer, at: str) -> str:
    """Return the words of all mails that leave at a moment, plain and HTML."""
    before = len(server.mails)
    tick(utc(at))
    return "\n".join(text_of(mail) for mail in server.mails[before:])


def test_the_start_page_names_the_fee_that_the_balance_does_not_cover() -> None:
    card = make_sim()
    fee(card)
    read(card, "3")
    assert "The balance does not cover Monthly fee: EUR\u00a05.00 on Sun, 6 Dec 2026." in shown(card)
    act(card, "top-up", on=date(2026, 12, 1), amount=Decimal("10"), currency="EUR")
    assert "does not cover Monthly fee" not in shown(card)


@pytest.mark.parametrize("currency", ["USD", "GBP"])
def test_a_balance_in_another_currency_says_nothing_about_it(currency: str) -> None:
    card = make_sim()
    fee(card, currency=currency)
    read(card, "3")
    assert "does not cover Monthly fee" not in shown(card)


def test_who_is_topped_up_automatically_is_not_warned() -> None:
    card = make_sim(topup_below=Decimal("2"), topup_amount=Decimal("10"), topup_currency="EUR")
    fee(card)
    read(card, "3")
    assert "does not cover" not in shown(card)
    assert "does not cover" not in shown(card, "card")


def test_a_later_reading_in_another_currency_hides_no_fee_that_is_not_covered() -> None:
    card = make_sim()
    fee(card)
    read(card, "3")
    act(card, "reading", on=date(2026, 11, 20), balance=Decimal(50), currency="USD")
    assert "does not cover Monthly fee" in shown(card, "card")


def test_an_automatic_top_up_that_has_not_come_is_not_counted_on() -> None:
    card = make_sim(topup_below=Decimal("4"), topup_amount=Decimal("10"), topup_currency="EUR")
    fee(card)
    read(card, "3")
    assert "The balance does not cover Monthly fee" in shown(card, "card")


def test_the_mails_about_a_fee_and_a_renewal_say_that_the_balance_lacks(mail_server: MailServer) -> None:
    card = make_sim()
    fee(card)
    renewing(card, date(2026, 11, 8))
    read(card, "3")
    text = mails(mail_server, "2026-12-03 01:00")
    assert "The balance does not cover Monthly fee: EUR\u00a05.00 on Sun, 6 Dec 2026." in text
    assert "The balance does not cover Pass: EUR\u00a010.00 on Mon, 7 Dec 2026." in text
    html = mail_server.mails[-1].get_body(("html",))
    assert html is not None
    assert "The balance does not cover Pass" in html.get_content()


def test_a_mail_about_a_covered_renewal_says_nothing_of_the_balance(mail_server: MailServer) -> None:
    card = make_sim()
    renewing(card)
    read(card, "30")
    text = mails(mail_server, "2026-12-03 01:00")
    assert "Pass" in text
    assert "does not cover" not in text


def test_a_mail_about_an_estimated_date_says_that_it_is_an_estimate(mail_server: MailServer) -> None:
    card = make_sim()
    fee(card)
    read(card, "3")
    assert "This date is an estimate" in mails(mail_server, "2026-12-02 01:00")
    html = mail_server.mails[-1].get_body(("html",))
    assert html is not None
    assert "This date is an estimate" in html.get_content()


def test_a_mail_about_the_operators_date_does_not_call_it_an_estimate(mail_server: MailServer) -> None:
    make_card(make_user(), expires_on=date(2026, 12, 20), period=(180, "day"), now=BEFORE)
    text = mails(mail_server, "2026-12-06 02:00")
    assert text
    assert "estimate" not in text


def test_a_renewal_is_confirmed_from_its_day_on_and_not_before() -> None:
    card = make_sim()
    plan = renewing(card)
    assert plan.period_count == 30  # 7 Nov to 6 Dec
    for name in ("start", "card"):
        early = shown(card, name, "2026-12-05 12:00")
        assert CONFIRM not in early
        assert "Renews by itself: confirm it when the day has come." in early
        for moment in ("2026-12-05 16:30", "2026-12-08 00:00"):  # 6 Dec in Shanghai, and after it
            assert CONFIRM in shown(card, name, moment)


def test_the_start_page_asks_as_often_for_many_cards_with_fees_and_renewals_as_for_one() -> None:
    alice = make_user()
    client, asked = client_of(alice), []

    def three_more(number: int) -> None:
        for label in ("short", "renewing", "covered"):
            card = make_sim(alice, label=f"{label} {number}")
            read(card, "30" if label == "covered" else "3")
            if label == "renewing":
                renewing(card)
            else:
                fee(card)

    for number in range(3):
        three_more(number)
        with CaptureQueriesContext(connection) as captured, time_machine.travel(NOW, tick=False):
            text = client.get(reverse("start")).content.decode()
        assert text.count("The balance does not cover") == 2 * (number + 1)
        asked.append(len(captured))
    assert len(set(asked)) == 1
    assert asked[0] <= 12
