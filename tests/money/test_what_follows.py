"""The words and the links of the dates that money, credit and eSIMs bring: on pages and in mails."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from cards.models import Card, Deadline, DeadlineKind, Operator
from cards.queries.next_step import step_query
from cards.queries.sight import CONSEQUENCES, Reader, sight_of
from cards.services.catalogue import load_catalogue
from cards.services.charges import ChargeFacts, add_charge, end_charge
from cards.tasks import tick
from tests.factories import NOW, act, client_of, make_card, make_plan, make_user, utc
from tests.mail_server import MailServer, text_of

pytestmark = pytest.mark.django_db

OWN_WORDS = {DeadlineKind.LINE, DeadlineKind.ASK_VALIDITY, DeadlineKind.PLAN_END}
DATES = {"contract-end", "notice", "promotion", "identity", "refund", "own"}


def mail_at(server: MailServer, moment: str) -> str:
    before = len(server.mails)
    tick(utc(moment))
    [mail] = server.mails[before:]
    return text_of(mail)


def shown(card: Card) -> str:
    with time_machine.travel(NOW):
        return client_of(card.owner).get(reverse("card", args=[card.public_id])).content.decode()


def test_every_kind_of_deadline_says_what_follows() -> None:
    said = set(CONSEQUENCES) | OWN_WORDS | {kind for kind in DeadlineKind if kind.value in DATES}
    assert said == set(DeadlineKind)


def test_a_fee_due_says_that_nothing_is_taken_as_done_and_its_link_confirms_it() -> None:
    card = make_card(make_user(), expires_on=date(2027, 6, 1))
    facts = ChargeFacts(
        name="Monthly fee", first_on=date(2026, 12, 2), amount=Decimal("5"), currency="EUR", period_count=1
    )
    charge = add_charge(card=card, facts=facts, by=card.owner, now=NOW)
    row = Deadline.objects.get(card=card, kind="charge")
    words = sight_of(row, card, now=NOW, reader=Reader.of(card.owner))
    assert words.title == "Fee due: Monthly fee"
    assert "nothing is taken as done by itself" in words.consequence
    address = reverse("action_add", args=[card.public_id]) + step_query(row)
    with time_machine.travel(NOW):
        form = client_of(card.owner).get(address).context["form"]
    asked = {name: form[name].value() for name in ("kind", "charge", "amount", "currency")}
    assert asked == {"kind": "fee", "charge": charge.public_id, "amount": "5", "currency": "EUR"}


def test_an_entry_of_an_ended_charge_can_still_be_corrected() -> None:
    card = make_card(make_user(), expires_on=date(2027, 6, 1))
    facts = ChargeFacts(name="Monthly fee", first_on=date(2026, 12, 2), amount=Decimal("5"), currency="EUR")
    charge = add_charge(card=card, facts=facts, by=card.owner, now=NOW)
    entry = act(card, "fee", on=date(2026, 12, 1), amount=Decimal("5"), currency="EUR", charge=charge)
    end_charge(charge=charge, by=card.owner, now=NOW)
    typed = {"kind": "fee", "acted_on": "2026-12-01", "amount": "6", "currency": "EUR",
             "charge": charge.public_id, "clock": "there", "data_unit": "gb"}  # fmt: skip
    with time_machine.travel(NOW):
        client_of(card.owner).post(reverse("action_correct", args=[entry.public_id]), typed)
    corrected = card.actions.get(voids=entry)
    assert (corrected.amount, corrected.charge) == (Decimal("6"), charge)


def test_the_mail_of_a_bill_reads_well_and_leads_to_its_entry(mail_server: MailServer) -> None:
    card = make_card(make_user(), label="London", expires_on=date(2027, 6, 1), now=utc("2026-11-01 00:00"))
    bill = ChargeFacts(name="Electricity", first_on=date(2026, 12, 2), kind="bill")
    charge = add_charge(card=card, facts=bill, by=card.owner, now=utc("2026-11-01 00:00"))
    text = mail_at(mail_server, "2026-12-01 01:00")
    assert "Bill due: Electricity" in text
    assert "Record it when you have paid." in text
    assert f"/cards/{card.public_id}/actions/add/?charge={charge.pk}\n" in text


def test_the_mail_of_a_credit_lot_names_its_amount_and_what_is_lost(mail_server: MailServer) -> None:
    card = make_card(make_user(), label="Kuwait", expires_on=date(2027, 6, 1), now=utc("2026-11-01 00:00"))
    facts = {"amount": Decimal("5"), "currency": "KWD", "until_on": date(2026, 12, 3)}
    act(card, "credit-received", on=date(2026, 11, 1), now=utc("2026-11-01 00:00"), **facts)
    text = mail_at(mail_server, "2026-12-01 01:00")
    assert "Credit ends: 5 KWD" in text
    assert "What is left of this credit is gone afterwards." in text


def test_a_card_to_be_installed_and_used_stands_on_the_start_page_with_its_step() -> None:
    alice = make_user()
    make_card(alice, label="eSIM", form="esim", install_by_on=date(2026, 12, 4), purposes=("data",))
    make_card(alice, label="Voucher", first_use_by_on=date(2026, 12, 5), purposes=("data",))
    with time_machine.travel(NOW):
        text = client_of(alice).get(reverse("start")).content.decode()
    assert "?kind=installed" in text
    assert "?kind=first-used" in text


def test_a_plan_begun_by_its_first_use_offers_to_record_it() -> None:
    card = make_card(make_user())
    plan = make_plan(card, on=date(2026, 12, 1), first_use_by_on=date(2026, 12, 20))
    assert f"?kind=first-used&amp;plan={plan.public_id}" in shown(card)


def test_the_operator_s_own_end_of_a_credit_is_proposed_and_not_written() -> None:
    load_catalogue(folders=[], now=NOW)
    card = make_card(make_user(), operator=Operator.objects.get(key="kw-zain"))
    typed = {"kind": "credit-received", "acted_on": "2026-12-01", "amount": "3", "currency": "KWD",
             "clock": "there", "data_unit": "gb", "preview": "1"}  # fmt: skip
    address, client = reverse("action_add", args=[card.public_id]), client_of(card.owner)
    with time_machine.travel(NOW):
        text = client.post(address, typed, headers={"HX-Request": "true"}).content.decode()
        assert "Zain Kuwait says: this credit ends on Sun, 6 Dec 2026." in text
        other = client.post(address, {**typed, "currency": "EUR"}).content.decode()
        client.post(address, {name: value for name, value in typed.items() if name != "preview"})
    assert "says: this credit" not in other
    assert card.actions.get().until_on is None


def test_what_counts_needs_stands_at_the_choice_of_the_action() -> None:
    card = make_card(make_user(), period=(180, "day"))
    card.rules.update(needs=["inserted", "roaming"])
    with time_machine.travel(NOW):
        text = client_of(card.owner).get(reverse("action_add", args=[card.public_id])).content.decode()
    assert "What counts for this card needs: the card in a phone, roaming." in text


def test_an_old_reading_is_named_and_a_fresh_one_is_not() -> None:
    then = utc("2026-08-01 00:00")
    card = make_card(make_user(), period=(180, "day"), expires_on=date(2027, 1, 20), now=then)
    assert "Date not confirmed since" in shown(card)
    assert "Last seen alive" in shown(card)
    act(card, "reading", on=date(2026, 12, 1), expires_on=date(2027, 1, 20))
    assert "Date not confirmed since" not in shown(card)


def test_a_fee_that_the_balance_covers_says_so_and_one_that_it_does_not_is_silent() -> None:
    card = make_card(make_user(), expires_on=date(2027, 6, 1))
    facts = ChargeFacts(
        name="Monthly fee", first_on=date(2026, 12, 2), amount=Decimal("5"), currency="EUR", period_count=1
    )
    add_charge(card=card, facts=facts, by=card.owner, now=NOW)
    assert "covered by the balance" not in shown(card)
    act(card, "reading", on=date(2026, 12, 1), balance=Decimal("7"), currency="EUR")
    assert "covered by the balance" in shown(card)
