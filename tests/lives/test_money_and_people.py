"""Lives with money and people in them: credit sent on, a contract with a deposit, two people, a new rule."""

from decimal import Decimal

import pytest

from cards.models import CatalogueRule, ChargeKind, Deadline, Message, Watch
from cards.services.charges import ChargeFacts, add_charge
from cards.services.dates import add_date, meet_date
from cards.services.proposals import accept_proposed_rule, propose_changed_rules
from cards.services.timetable import refresh
from tests.factories import make_user
from tests.lives.life import begin, day

pytestmark = pytest.mark.django_db


def test_zain_kuwait_credit_ends_lot_by_lot_and_who_sends_it_loses_days(mailbox_dir: object) -> None:
    life = begin("kw-zain", now="2026-03-01", rule=None)
    for on, amount, until in (
        ("2026-03-01", "1", "2026-03-04"),  # 3 days
        ("2026-03-02", "3", "2026-03-07"),  # 5 days
        ("2026-03-03", "10", "2026-03-10"),  # 7 days
    ):
        life.at(on)
        life.does("credit-received", on, amount=Decimal(amount), currency="KWD", until_on=day(until))
    assert life.dates("credit-lot") == ["2026-03-04", "2026-03-07", "2026-03-10"]
    assert life.ends() == "none"  # credit is not the line
    life.at("2026-03-08")
    assert Deadline.objects.filter(card=life.card, kind="credit-lot", state="passed").count() == 2
    life.does("reading", "2026-03-09", balance=Decimal(0), currency="KWD")
    assert life.dates("credit-lot") == []

    sender = begin("kw-zain", now="2026-03-08 13:00", rule=None, owner=make_user("bob@example.org"))
    sender.does("reading", "2026-03-08", expires_on=day("2026-06-30"))
    sender.at("2026-03-09 14:00")
    sent = sender.does("credit-sent", "2026-03-09", amount=Decimal(3), currency="KWD", days_given=5)
    assert sender.ends() == "2026-06-25"
    sender.undoes(sent)
    assert sender.ends() == "2026-06-30"


def test_a_contract_is_given_notice_paid_to_its_end_and_its_deposit_comes_back(mailbox_dir: object) -> None:
    life = begin("bh-stc", now="2026-01-15", rule=None, billing="postpaid", purposes=("everyday",))
    owner = life.owner
    for kind, on in (("contract-end", "2026-12-31"), ("notice", "2026-09-30")):
        add_date(card=life.card, kind=kind, due_on=day(on), note="", by=owner, now=life.now)
    bill = add_charge(
        card=life.card,
        facts=ChargeFacts(
            kind=ChargeKind.BILL, name="Bill", first_on=day("2026-01-31"), period_count=1, period_unit="month"
        ),
        by=owner,
        now=life.now,
    )
    assert life.ends("bill") == "2026-01-31"
    life.at("2026-02-05")
    assert life.ends("bill") == "2026-01-31"  # nothing rolls on by itself
    paid = life.does("fee", "2026-02-05", charge=bill, amount=Decimal("7.5"), currency="BHD")
    assert life.ends("bill") == "2026-02-28"  # 31 January + 1 month
    life.does("fee", "2026-02-27", charge=bill, amount=Decimal("7.5"), currency="BHD")
    assert life.ends("bill") == "2026-03-31"  # from its anchor
    life.undoes(paid)
    assert life.ends("bill") == "2026-02-28"
    life.at("2026-09-20")
    meet_date(row=life.card.dates.get(kind="notice"), is_met=True, by=owner, now=life.now)
    life.at("2027-01-02")
    life.does("cancelled", "2026-12-31")
    refund = add_date(
        card=life.card, kind="refund", due_on=day("2027-01-31"), note="Deposit", by=owner, now=life.now
    )
    life.at("2027-02-20")
    # Not received: it stays, and asks every week.
    assert life.deadline("refund").state == "open"
    meet_date(row=refund, is_met=True, by=owner, now=life.now)
    assert life.ends("refund") == "met"
    assert life.ends("bill") == "2026-02-28"  # the last bills are still owed


def test_two_people_hear_of_one_card_and_what_one_does_quiets_both(mailbox_dir: object) -> None:
    bob = make_user("bob@example.org", time_zone="Asia/Bahrain")
    life = begin("hk-valuegb", now="2026-01-01")
    life.does("top-up", "2026-01-01", amount=Decimal(50), currency="HKD")
    Watch.objects.create(deadline=life.deadline(), user=bob, began_at=life.now)
    refresh(life.card, life.now)
    life.at("2026-01-02")
    watches = {watch.user_id: watch for watch in Watch.objects.filter(deadline=life.deadline())}
    assert watches[life.owner.pk].next_at is not None and watches[bob.pk].next_at is not None
    # The same hour on two clocks: Shanghai is five hours before Bahrain.
    assert watches[bob.pk].next_at > watches[life.owner.pk].next_at
    life.at("2026-11-25 12:00")
    told = set(Message.objects.filter(state="sent").values_list("user_id", flat=True))
    assert told == {life.owner.pk, bob.pk}
    life.does("top-up", "2026-11-26", amount=Decimal(50), currency="HKD", by=bob)
    assert life.ends() == "2027-11-26"
    assert {watch.slot for watch in Watch.objects.filter(deadline=life.deadline())} == {"lead:30"}


def test_a_changed_rule_brings_the_date_forward_until_its_owner_has_chosen(mailbox_dir: object) -> None:
    life = begin("hk-valuegb", now="2026-01-01")
    life.does("top-up", "2026-01-01", amount=Decimal(50), currency="HKD")
    assert life.ends() == "2027-01-01"
    row = CatalogueRule.objects.get(operator=life.card.operator)
    life.at("2026-03-01")
    CatalogueRule.objects.filter(pk=row.pk).update(
        data={**row.data, "period_count": 180, "tiers": []}, digest="another"
    )
    assert propose_changed_rules(now=life.now) == 1
    # If it had always been so: 1 January + 180 days. The earlier of both, and the page says why.
    assert life.ends() == "2026-06-30"
    assert life.deadline().proposed_on == day("2026-06-30")
    assert propose_changed_rules(now=life.now) == 0
    life.does("top-up", "2026-03-02", amount=Decimal(50), currency="HKD")
    assert life.ends() == "2026-08-29"  # 2 March + 180 days
    accept_proposed_rule(
        card=life.card, digest="another", applies_from=day("2026-06-01"), by=life.owner, now=life.now
    )
    # Not before June: 2 March + 365 days under the rule in force then.
    assert life.ends() == "2027-03-02"
    assert life.deadline().proposed_on is None
    life.at("2026-06-05")
    life.does("top-up", "2026-06-05", amount=Decimal(50), currency="HKD")
    assert life.ends() == "2026-12-02"  # 5 June + 180 days
    assert propose_changed_rules(now=life.now) == 0
