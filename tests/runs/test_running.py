"""Runs through the services: what is recorded where, what is asked again, when a run is done."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cards.models import Action, BoundService, Card, CardSecrets, Run, StepRecord
from cards.queries.runs import place_of
from cards.rules.waits import wait_dates
from cards.runs.doing import take_up_run, tick_item
from cards.runs.held import AlreadySettled, RunIsClosed, StillOpen
from cards.runs.starting import AlreadyOpen, abandon_run, start_run
from cards.services.actions import ActionFacts, correct_action, void_action
from cards.services.bound import BoundFacts, add_service
from tests.factories import NOW, make_card, make_operator, make_user

from .play import Play

pytestmark = pytest.mark.django_db
FIVE, NOTHING = Decimal(5), Decimal(0)


@pytest.fixture
def card() -> Card:
    return make_card(
        make_user(),
        operator=make_operator("Zain", "KW"),
        purposes=("number-keeping",),
        period=(180, "day"),
        counts=("renewal", "top-up"),
        expires_on=date(2026, 12, 31),
    )


def renewal(card: Card) -> Play:
    play = Play.of(card, "renew-number-keeping")
    play.does("validity", expires_on=date(2026, 12, 31))
    play.does_all("means", "app", "backup", "log-in")
    play.does("bill", balance=FIVE, currency="KWD")
    play.does("plan", plan="same")
    play.does("method", method="Visa")
    return play


def test_a_renewal_is_done_only_when_the_new_date_was_seen_and_seen_again(card: Card) -> None:
    play = renewal(card)
    play.does("pay", amount=FIVE, currency="KWD", method="Visa", order_number="A-17")
    paid = play.written("renewal")[0]
    assert (paid.amount, paid.order_number, paid.by) == (FIVE, "A-17", card.owner)
    assert play.ends("verify") == "2026-12-02"
    expected = play.ends("line")
    missing = play.later(days=1).does("check", expires_on=date(2026, 12, 31))
    assert [(row.name, str(row.expected)) for row in missing] == [("expires_on", expected)]
    # The operator's own, earlier date rules until the money has arrived.
    assert (play.ends("line"), play.ends("verify")) == ("2026-12-31", "2026-12-03")
    assert play.later(days=1).does("check", expires_on=date.fromisoformat(expected)) == ()
    assert (play.ends("line"), play.ends("look")) == (expected, "2026-12-06")
    assert not play.is_done
    play.later(days=3).looks("check")
    assert play.is_done and play.ends("look") == "none"


def test_a_step_is_done_while_its_entry_stands_whoever_voids_it(card: Card) -> None:
    play = renewal(card)
    play.does("pay", amount=FIVE, currency="KWD")
    entry = play.written("renewal")[0]
    void_action(action=entry, by=card.owner, now=NOW)
    assert play.current == "pay"
    void_action(action=play.written("void")[0], by=card.owner, now=NOW)
    assert play.current == "check"


def test_a_corrected_payment_stays_the_steps_payment(card: Card) -> None:
    play = renewal(card)
    play.does("pay", amount=FIVE, currency="KWD")
    facts = ActionFacts(kind="renewal", acted_on=date(2026, 12, 1), amount=Decimal(6), currency="KWD")
    correct_action(action=play.written("renewal")[0], facts=facts, by=card.owner, now=NOW)
    assert play.state("pay") == "done"
    assert play.standing.progress.at("pay").values["amount"] == "6.000"


def test_secrets_and_card_facts_are_kept_on_the_card_and_never_in_the_step() -> None:
    card = make_card(make_user(), form="esim")
    play = Play.of(card, "activate-esim")
    play.does("device-ok")
    play.does("buy", activation_code="LPA:1$smdp.example$SECRET", amount=FIVE, currency="EUR")
    play.does_all("install-app", "wifi")
    play.does("activate", iccid="8997312345678901234", phone_number="+97312345678", activated_on=NOW.date())
    card.refresh_from_db()
    assert (card.iccid, card.number) == ("8997312345678901234", "+97312345678")
    assert CardSecrets.objects.get(card=card).activation_code == "LPA:1$smdp.example$SECRET"
    told = repr(list(StepRecord.objects.values())) + repr(list(Action.objects.values()))
    assert "SECRET" not in told and "8997312345678901234" not in told
    assert play.written("activated")[0].acted_on == NOW.date()
    assert play.written("note")[0].amount == FIVE


def test_cancelling_waits_works_backwards_and_leaves_the_refund_open() -> None:
    batelco = make_operator("Batelco", "BH")
    card = make_card(make_user(), operator=batelco, purposes=("roaming",), expires_on=date(2027, 3, 1))
    play = Play.of(card, "cancel-roaming", wished_on=date(2027, 1, 31))
    # Back from 31 Jan, a Sunday: 31, 28-24, 21-17, 14-11 are 15 working days.
    assert play.ends("apply") == "2027-01-10"
    play.does("balance", balance=FIVE, currency="BHD")
    play.does_all("bound", "backup")
    play.does("contact", case_number="C-1")
    play.does(
        "apply", channel="phone", reason="left", applied_on=NOW.date(), refund_account_note="IBAN ends 99"
    )
    card.refresh_from_db()
    assert (card.intent, play.ends("apply")) == ("cancelling", "none")
    play.does("identity")
    # 15 working days from 1 Dec, over Bahrain's national days on 16 and 17 December.
    assert play.ends("wait") == "2026-12-24"
    play.later(days=25).chases("review")
    assert play.ends("wait") == "2027-01-02"
    play.later(days=2).does("review")
    play.does("approved", effective_on=date(2026, 12, 30))
    assert (play.ends("line"), play.current) == ("none", "refund")
    assert play.ends("refund") > "2027-02-01"
    assert not play.is_done
    play.later(days=30).does("refund", amount=FIVE, currency="BHD")
    assert not play.is_done and play.ends("verify") == "2027-01-29"
    play.later(days=2).does("last-bill", owed=NOTHING, currency="BHD")
    assert play.is_done and play.written("refund")[0].amount == FIVE


def test_no_refund_is_waited_for_when_the_balance_was_transferred() -> None:
    card = make_card(make_user(), purposes=("roaming",))
    play = Play.of(card, "cancel-roaming")
    play.does("balance", balance=FIVE, currency="BHD", transferred_to="my other card")
    assert play.state("refund") == "not-needed"


def test_the_last_bill_is_looked_at_a_month_after_the_effect() -> None:
    card = make_card(make_user(), purposes=("number-keeping",))
    play = Play.of(card, "cancel-number-keeping")
    play.does("account", balance=Decimal(0), currency="BHD", owed=Decimal(0))
    assert play.state("settle") == "not-needed"
    play.does_all("balance", "bound")
    play.does("contact", case_number="7", expected_days=10)
    play.skips("identity")
    play.does("apply", applied_on=date(2026, 12, 2), channel="app", reason="unused")
    play.skips("form")
    assert play.ends("wait") == "2026-12-12"
    play.later(days=5).does("await-confirmation")
    play.does("confirmation", effective_on=date(2026, 12, 31))
    assert (play.ends("wait"), play.ends("look")) == ("2026-12-31", "2026-12-13")
    play.later(days=26).does("await-effect")
    assert play.ends("verify") == "2027-01-30"
    missing = play.later(days=30).does("last-bill", owed=Decimal(3), currency="BHD")
    assert [row.name for row in missing] == ["owed"]
    assert play.ends("verify") == "2027-02-07"  # a debt that is known is asked about every week
    play.later(days=20).does("last-bill", owed=Decimal(0), currency="BHD")
    play.does("ask-deposit", amount=Decimal(20), currency="BHD")
    assert play.current == "deposit"
    play.does("deposit", amount=Decimal(20), currency="BHD")
    assert play.is_done


def test_a_last_bill_that_was_fine_early_is_looked_at_again_a_month_after_the_effect() -> None:
    card = make_card(make_user(), purposes=("roaming",))
    play = Play.of(card, "cancel-roaming")
    play.does("balance", balance=NOTHING, currency="BHD")
    play.does_all("bound", "backup", "contact")
    play.does("apply", applied_on=NOW.date(), channel="app")
    play.does_all("identity", "review")
    play.does("approved", effective_on=date(2026, 12, 31))
    play.later(days=1).does("last-bill", owed=NOTHING, currency="BHD")
    assert (play.is_done, play.ends("verify"), play.ends("look")) == (False, "none", "2027-01-30")
    play.later(days=35).looks("last-bill")  # 5 January: too early to be the last look
    assert (play.is_done, play.ends("look")) == (False, "2027-01-30")
    play.later(days=25).looks("last-bill")
    assert play.is_done


def test_a_wait_for_a_day_that_is_over_asks_for_no_look_after_it() -> None:
    card = make_card(make_user(), purposes=("number-keeping",))
    play = Play.of(card, "cancel-number-keeping")
    play.does("apply", applied_on=date(2026, 11, 1), channel="app")
    play.does("await-confirmation")
    play.does("confirmation", effective_on=date(2026, 11, 20))
    assert (play.ends("wait"), play.ends("look")) == ("2026-11-20", "none")
    at = play.standing.progress.at("await-effect")
    dates = wait_dates(at, play.standing.progress, place_of(card))
    assert dates.began_on <= dates.latest_on


def test_letting_a_plan_end_settles_the_rest(card: Card) -> None:
    play = Play.of(card, "renew-data-card")
    play.does_all("register", "log-in")
    play.does("read-state", data_left=100)
    play.does("decide", renew_or_let_end="let-end")
    assert play.is_done


def test_nothing_arrived_for_long_calls_for_support_until_it_arrives(card: Card) -> None:
    play = Play.of(card, "renew-data-card")
    play.does_all("register", "log-in")
    play.does("read-state", data_left=100, expires_on=date(2026, 12, 31))
    play.does("decide", renew_or_let_end="renew")
    play.does("choose-plan", plan="same")
    play.does("pay", amount=FIVE, currency="KWD")
    assert play.state("support") == "not-needed"
    missing = play.later(days=1).does("verify", data_left=90, expires_on=date(2026, 12, 31))
    assert [row.name for row in missing] == ["expires_on", "data_left"]
    assert play.state("support") == "later"
    play.does("verify", data_left=90, is_accepted=True, note="the seller says it is right")
    assert play.state("support") == "not-needed"


def test_critical_services_hold_a_list_back_unless_there_is_a_reason(card: Card) -> None:
    bank = add_service(card=card, facts=BoundFacts(name="Bank", is_critical=True), by=card.owner, now=NOW)
    add_service(card=card, facts=BoundFacts(name="Forum"), by=card.owner, now=NOW)
    play = Play.of(card, "number-gone")
    with pytest.raises(StillOpen) as refused:
        play.does("bound")
    assert refused.value.names == ("Bank",)
    tick_item(key="bound", service=bank, is_ticked=True, moved_to="+86 1", **play.who)
    bank.refresh_from_db()
    assert (bank.moved_on, bank.moved_to) == (NOW.date(), "+86 1")
    tick_item(key="bound", service=bank, is_ticked=False, **play.who)
    assert BoundService.objects.get(pk=bank.pk).moved_on is None
    play.does("bound", note="the bank is closed for a week")
    overridden = StepRecord.objects.get(kind="overridden")
    assert overridden.values == {"open": "Bank"} and play.state("bound") == "done"


def test_two_devices_tick_the_same_step_once(card: Card) -> None:
    play = Play.of(card, "top-up")
    play.does("open-app")
    with pytest.raises(AlreadySettled):
        play.does("open-app")
    assert StepRecord.objects.filter(step="open-app").count() == 1


def test_one_open_run_a_card_and_playbook(card: Card) -> None:
    play = Play.of(card, "top-up")
    with pytest.raises(AlreadyOpen) as refused:
        start_run(card=card, key="top-up", by=card.owner, now=NOW)
    assert refused.value.run == play.run
    abandon_run(run=play.run, reason="no money", by=card.owner, now=NOW)
    again = start_run(card=card, key="top-up", by=card.owner, now=NOW)
    with pytest.raises(AlreadyOpen):
        take_up_run(run=play.run, by=card.owner, now=NOW)
    abandon_run(run=again, reason="", by=card.owner, now=NOW)
    take_up_run(run=play.run, by=card.owner, now=NOW)
    assert Run.objects.get(pk=play.run.pk).state == "open"


def test_nothing_is_recorded_in_a_run_that_was_given_up(card: Card) -> None:
    play = Play.of(card, "top-up")
    abandon_run(run=play.run, reason="later", by=card.owner, now=NOW)
    with pytest.raises(RunIsClosed):
        play.does("open-app")


def test_giving_a_cancellation_up_keeps_the_card() -> None:
    card = make_card(make_user(), purposes=("roaming",))
    play = Play.of(card, "cancel-roaming")
    play.does("apply", channel="mail", applied_on=NOW.date())
    abandon_run(run=play.run, reason="I stay", by=card.owner, now=NOW)
    card.refresh_from_db()
    assert (card.intent, play.ends("wait")) == ("keep", "none")


def test_a_reopened_step_keeps_its_history_and_takes_the_run_up_again(card: Card) -> None:
    play = Play.of(card, "move-phone")
    play.does("installs", installs_left=2)
    play.does_all("transfer", "works", "delete-old")
    assert play.is_done
    play.reopens("works")
    assert (play.current, play.is_done) == ("works", False)
    play.does("works")
    assert play.is_done
    kinds = list(StepRecord.objects.filter(step="works").values_list("kind", flat=True))
    assert kinds == ["done", "reopened", "done"]


def test_use_that_took_nothing_off_the_balance_did_not_count() -> None:
    card = make_card(
        make_user(), purposes=("number-keeping",), period=(180, "day"), counts=("sms",), label="giffgaff"
    )
    play = Play.of(card, "keep-alive-by-use")
    play.does_all("find-card", "prepare")
    Play.of(card, "check-up").does("read-state", balance=FIVE, currency="GBP")
    play.does("act", action_kind="sms", acted_on=NOW.date())
    assert play.ends("line") == "2027-05-30"
    missing = play.later(days=1).does("charged", balance=FIVE, currency="GBP")
    assert [row.name for row in missing] == ["balance"]
    assert play.later(days=1).does("charged", balance=Decimal("4.70"), currency="GBP") == ()


def test_a_number_past_its_last_day_is_applied_for_anew() -> None:
    stage = {"name": "restorable", "count": 30, "unit": "day", "consequence": "number"}
    card = make_card(
        make_user(), purposes=("number-keeping",), period=(30, "day"), stages=(stage,),
        expires_on=date(2026, 12, 1), now=NOW - timedelta(days=1),
    )  # fmt: skip
    play = Play.of(card, "restore-suspended")
    play.does("log-in")
    play.does("arrears", amount=FIVE, currency="KWD")
    assert play.later(days=1).does("check", expires_on=date(2026, 12, 1)) != ()
    play.later(days=60)
    play.skips("check", "the operator says that it is too late")
    assert not play.is_done
    play.does("reapply")
    assert play.is_done
