"""What is typed and pressed in the steps of a run: each address, good and bad input."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from cards.models import Action, Card, Subscription
from cards.runs.starting import abandon_run
from cards.services.offers import OfferFacts, add_offers
from tests.factories import NOW, client_of, make_card, make_plan, make_user
from tests.runs.browse import begin, kept_card, kinds, page_of, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> Card:
    return kept_card()


def test_a_step_is_done_with_a_note(card: Card) -> None:
    run = begin(card, "top-up")
    assert send(run, "open-app", note="Batelco Mobile").status_code == 302
    record = run.records.get()
    assert (record.kind, record.note, record.by) == ("done", "Batelco Mobile", card.owner)
    assert "Step 2 of 4" in page_of(run)


def test_a_second_press_saves_nothing_more(card: Card) -> None:
    run, client = begin(card, "top-up"), client_of(card.owner)
    for _press in range(2):
        assert send(run, "open-app", client=client, once="a-mark-of-this-form").status_code == 302
    assert kinds(run) == ["done"]


def test_what_was_done_meanwhile_is_said_and_not_done_twice(card: Card) -> None:
    run, client = begin(card, "top-up"), client_of(card.owner)
    send(run, "open-app")
    for what in ("done", "skip"):
        response = send(run, "open-app", what, client=client, note="late")
        assert response.status_code == 409
        assert "was done meanwhile (by you, " in response.content.decode()
        bare = send(run, "open-app", what, client=client)
        assert bare["Location"] == reverse("run", args=[run.public_id])
        assert "was done meanwhile (by you, " in client.get(bare["Location"]).content.decode()
    assert kinds(run) == ["done"]


@pytest.mark.parametrize(
    ("what", "key"),
    [("done", "check"), ("skip", "check"), ("not-yet", "check"), ("look", "check")],
)
def test_a_run_that_was_closed_meanwhile_says_so(what: str, key: str, card: Card) -> None:
    run, client = begin(card, "top-up"), client_of(card.owner)
    abandon_run(run=run, reason="x", by=card.owner, now=NOW)
    response = send(run, key, what.replace("-", "_"), client=client, note="x", expires_on="2027-01-01")
    assert response.status_code == 409
    assert "These steps were closed meanwhile" in response.content.decode()
    response = send(run, key, what.replace("-", "_"), client=client)
    assert response.status_code == 302
    assert "These steps were closed meanwhile" in client.get(response["Location"]).content.decode()
    assert kinds(run) == []


def test_a_reading_goes_into_the_ledger(card: Card) -> None:
    run = begin(card, "renew-data-card", "register", "log-in")
    send(
        run,
        "read-state",
        data_left="1.5",
        data_unit="gb",
        expires_on="2027-01-31",
        balance="2",
        currency="BHD",
    )
    entry = run.records.get(step="read-state").entries.get()
    assert (entry.kind, entry.data_left_mib, entry.balance) == ("reading", 1536, Decimal(2))
    assert entry.expires_on == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("playbook", "key", "typed", "error", "kept"),
    [
        ("renew-number-keeping", "validity", {}, "This field is required.", ""),
        ("renew-number-keeping", "validity", {"expires_on": "2027-02-30"}, "that exists", "2027-02-30"),
        ("check-up", "read-state", {"note": "Nothing"}, "at least one of the values", "Nothing"),
        ("check-up", "read-state", {"balance": "5"}, "An amount needs a currency.", 'value="5"'),
        ("check-up", "read-state", {"balance": "5.1234", "currency": "BHD"}, "3 decimal", "5.1234"),
        ("top-up", "pay", {"paid_as": "top-up", "method": "Card"}, "This field is required.", "Card"),
        ("check-up", "read-state", {"balance": "5", "currency": "XYZ"}, "such as BHD", "XYZ"),
        ("top-up", "pay", {"paid_as": "void", "amount": "5", "currency": "BHD"}, "valid choice", 'value="5"'),
        ("cancel-roaming", "apply", {"applied_on": "2026-12-09"}, "still to come", "2026-12-09"),
        ("cancel-roaming", "apply", {"applied_on": ""}, "This field is required.", ""),
        ("cancel-number-keeping", "contact", {"expected_days": "999"}, "less than or equal to 366", "999"),
        ("renew-data-card", "decide", {}, "This field is required.", ""),
        ("renew-data-card", "choose-plan", {"plan": ""}, "Which plan is it?", ""),
        ("activate-esim", "buy", {"activation_code": "hello"}, "looks like LPA:1$", ""),
        ("activate-esim", "activate", {"activated_on": "2026-12-01", "iccid": "12"}, "begins with 89", "12"),
        ("activate-esim", "activate", {"activated_on": "2026-12-01", "phone_number": "1"}, "a phone num", ""),
        ("keep-alive-by-use", "act", {"action_kind": "", "acted_on": "2026-12-01"}, "required", ""),
        ("move-phone", "installs", {"installs_left": "-1"}, "greater than or equal to 0", "-1"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_at_its_field_and_nothing_is_lost(
    playbook: str, key: str, typed: dict[str, str], error: str, kept: str, card: Card
) -> None:
    run = begin(card, playbook)
    before = Action.objects.count()
    response = send(run, key, **typed)
    text = response.content.decode()
    assert response.status_code == 422
    assert error in text
    assert kept in text
    assert f"Step {[step.key for step in run.version.definition.steps].index(key) + 1} of" in text
    assert (kinds(run), Action.objects.count()) == ([], before)


def test_a_day_that_the_operator_names_may_lie_ahead(card: Card) -> None:
    run = begin(card, "cancel-number-keeping")
    assert send(run, "confirmation", effective_on="2027-01-15").status_code == 302


def test_a_payment_counts_as_what_it_was(card: Card) -> None:
    run = begin(card, "renew-number-keeping")
    assert '<option value="top-up" selected>' in page_of(run, "pay")  # what the card's rule counts
    send(run, "pay", paid_as="top-up", amount="5", currency="BHD", method="PayPal", order_number="A1")
    entry = run.records.get().entries.get()
    assert (entry.kind, entry.amount, entry.method, entry.order_number) == (
        "top-up", Decimal(5), "PayPal", "A1",
    )  # fmt: skip


def test_an_unpaid_bill_is_never_taken_for_a_top_up(card: Card) -> None:
    run = begin(card, "cancel-number-keeping")
    send(run, "account", owed="12", currency="BHD")
    page = page_of(run)
    assert "Settle every bill" in page
    assert '<option value="fee" selected>' in page
    assert 'value="12"' in page


def test_a_plan_chosen_before_is_the_one_that_is_paid(card: Card) -> None:
    plan = make_plan(card, on=date(2026, 11, 25), name="Week", price=Decimal(3), currency="BHD")
    run = begin(card, "renew-data-card")
    send(run, "choose-plan", plan=f"renew:{plan.public_id}")
    page = page_of(run, "pay")
    assert f'<option value="renew:{plan.public_id}" selected>' in page
    assert 'value="3"' in page
    send(run, "pay", paid_as=f"renew:{plan.public_id}", amount="3", currency="BHD")
    entry = run.records.get(step="pay").entries.get()
    assert (entry.kind, entry.subscription) == ("renewal", plan)
    assert "Renew Week" in page_of(run, "choose-plan")


def test_another_plan_of_the_operator_is_bought_and_takes_the_place_of_the_old_one(card: Card) -> None:
    old = make_plan(card, on=date(2026, 11, 25), name="Week")
    assert card.operator is not None
    month = OfferFacts(name="Month", price=Decimal(9), currency="BHD", period_count=30, period_unit="day")
    add_offers(operator=card.operator, offers=[month], by=card.owner)
    offer = card.operator.plans.get()
    run = begin(card, "renew-data-card")
    send(run, "choose-plan", plan=f"offer:{offer.public_id}")
    page = page_of(run, "pay")
    assert f'<option value="offer:{offer.public_id}" selected>' in page
    send(run, "pay", paid_as=f"offer:{offer.public_id}", replaces=old.public_id, amount="9", currency="BHD")
    new = Subscription.objects.get(name="Month")
    assert run.records.get(step="pay").entries.get().subscription == new
    old.refresh_from_db()
    assert (old.intent, new.starts_on) == ("let-end", date(2026, 12, 1))


def test_somebody_elses_plan_can_not_be_chosen(card: Card) -> None:
    bob = make_user("bob@example.org")
    plan = make_plan(make_card(bob), on=date(2026, 11, 25))
    run = begin(card, "renew-data-card")
    assert send(run, "choose-plan", plan=f"renew:{plan.public_id}").status_code == 422
    paid = {"paid_as": f"renew:{plan.public_id}", "amount": "3", "currency": "BHD"}
    assert send(run, "pay", **paid).status_code == 422


def test_a_plan_that_is_let_end_ends_the_steps(card: Card) -> None:
    plan = make_plan(card, on=date(2026, 11, 25))
    run = begin(card, "renew-data-card", "register", "log-in", "read-state")
    send(run, "decide", renew_or_let_end="let-end", target=plan.public_id)
    run.refresh_from_db()
    plan.refresh_from_db()
    assert (run.state, plan.intent) == ("done", "let-end")


def test_leaving_out_needs_a_reason(card: Card) -> None:
    run = begin(card, "top-up")
    response = send(run, "promotions", "skip", note="")
    assert response.status_code == 422
    assert "This field is required." in response.content.decode()
    send(run, "promotions", "skip", note="None now")
    assert run.records.get().note == "None now"


def test_a_step_of_a_finished_run_is_opened_again(card: Card) -> None:
    run = begin(card, "troubleshoot", "network", "update-app", "limit", "other-method", "support")
    run.refresh_from_db()
    assert run.state == "done"
    send(run, "limit", "reopen")
    run.refresh_from_db()
    assert run.state == "open"


def test_a_step_that_seems_not_needed_can_be_called_for(card: Card) -> None:
    run = begin(card, "restore-suspended")
    assert "It is needed all the same" in page_of(run, "reapply")
    send(run, "reapply", "need")
    assert kinds(run) == ["needed"]


def test_a_note_is_kept_also_when_all_is_over(card: Card) -> None:
    run = begin(card, "top-up")
    assert send(run, "pay", "note", note=" ").status_code == 422
    abandon_run(run=run, reason="x", by=card.owner, now=NOW)
    send(run, "pay", "note", note="The shop was closed")
    assert "The shop was closed" in page_of(run)


def test_a_step_starts_other_steps(card: Card) -> None:
    run = begin(card, "switch-operator", "new-esim", "keep-number", "profile", "bound")
    assert "Cancel a roaming card" in page_of(run)
    assert send(run, "old-card", "start", starts="top-up").status_code == 404
    response = send(run, "old-card", "start", starts="keep-alive-by-use")
    other = card.runs.get(playbook__key="keep-alive-by-use")
    assert response["Location"] == reverse("run", args=[other.public_id])
    run.refresh_from_db()
    assert run.state == "done"


def test_a_doubtful_iccid_is_kept_with_a_warning(card: Card) -> None:
    run, client = begin(card, "activate-esim"), client_of(card.owner)
    response = send(run, "activate", client=client, activated_on="2026-12-01", iccid="8997300000000000001")
    assert "check digit does not fit" in client.get(response["Location"]).content.decode()
    card.refresh_from_db()
    assert card.iccid == "8997300000000000001"


@pytest.mark.parametrize(
    ("what", "key"),
    [("done", "no-such"), ("not_yet", "pay"), ("look", "pay"), ("chase", "check"), ("need", "pay"),
     ("tick", "pay"), ("start", "pay"), ("note", "no-such")],
)  # fmt: skip
def test_what_a_step_does_not_have_is_not_there(what: str, key: str, card: Card) -> None:
    run = begin(card, "top-up")
    assert send(run, key, what, note="x").status_code == 404
    assert kinds(run) == []
