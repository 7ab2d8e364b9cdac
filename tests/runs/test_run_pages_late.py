"""What comes late on a run's page: an answer, a second press in another tab, a look that is left."""

import re
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from cards.models import Card, Run
from cards.runs.doing import chase, look_again, say_needed, say_not_yet, skip_step
from cards.runs.held import AlreadySettled
from cards.runs.starting import abandon_run
from cards.services.bound import BoundFacts, add_service
from tests.factories import NOW, client_of, utc
from tests.runs.browse import begin, kept_card, kinds, page_of, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> Card:
    card = kept_card()
    assert card.operator is not None
    card.operator.hotline = "+973 196"
    card.operator.save()
    return card


def waiting(card: Card) -> Run:
    run = begin(card, "cancel-roaming", "balance", "bound", "backup")
    send(run, "contact", case_number="CASE-77")
    send(run, "apply", applied_on="2026-12-01", channel="by phone", reason="Leaving")
    skip_step(run=run, key="identity", reason="x", by=card.owner, now=NOW)
    return run


def page_at(run: Run, now: datetime, name: str = "run") -> str:
    with time_machine.travel(now, tick=False):
        response = client_of(run.card.owner).get(reverse(name, args=[run.public_id]))
    return " ".join(response.content.decode().split())


def end_of(run: Run) -> datetime:
    end = run.card.deadlines.get(kind="wait", state="open").ends_at
    assert end is not None
    return end


def test_a_wait_whose_latest_day_is_over_says_so_with_whom_to_ask(card: Card) -> None:
    run = waiting(card)
    end = end_of(run)
    in_time = page_at(run, end - timedelta(seconds=1))
    assert "ask what has become of it." not in in_time and "stage-over" not in in_time
    assert "Late since today: ask what has become of it." in page_at(run, end)
    page = page_at(run, end + timedelta(days=21, hours=5))
    assert "21 days late: ask what has become of it." in page
    assert "over for 21 days" in page and 'step-now stage-over"' in page
    assert '<p class="mb-0"><a class="btn btn-quiet" href="tel:+973196">' in page
    for words in ("Applied on</dt><dd", "Tue, 1 Dec 2026", "by phone", "CASE-77"):
        assert words in page
    assert '<details class="more" id="chase-review" open>' in page
    assert 'href="#chase-review"' in page
    assert "over for 21 days" in page_at(run, end + timedelta(days=21, hours=5), "run_print")
    card.refresh_from_db()
    with time_machine.travel(end + timedelta(days=21, hours=5), tick=False):
        of_card = client_of(card.owner).get(reverse("card", args=[card.public_id])).content.decode()
    assert "days over" in of_card and ">21<" in of_card


def test_a_promise_that_still_holds_is_not_late(card: Card) -> None:
    run = waiting(card)
    later = end_of(run) + timedelta(days=3)
    chase(run=run, key="review", promised_on=date(2027, 2, 1), note="", by=card.owner, now=later)
    assert "stage-over" not in page_at(run, later)
    assert "1 day late: ask" in page_at(run, utc("2027-02-03 00:00"))


def test_a_day_of_effect_that_is_past_is_asked_about(card: Card) -> None:
    run = begin(card, "cancel-number-keeping", "account", "balance", "bound", "contact", "identity")
    send(run, "apply", applied_on="2026-12-01")
    for key in ("form", "await-confirmation"):
        skip_step(run=run, key=key, reason="x", by=card.owner, now=NOW)
    send(run, "confirmation", effective_on="2026-12-05")
    assert "has it taken effect? If not" in page_at(run, utc("2026-12-20 00:00"))


def test_what_is_typed_in_a_step_done_meanwhile_becomes_a_note(card: Card) -> None:
    run, client = begin(card, "check-up"), client_of(card.owner)
    send(run, "read-state", balance="5", currency="BHD")
    typed = {"balance": "7.5", "currency": "BHD", "note": "Seen in the app"}
    response = send(run, "read-state", client=client, **typed)
    page = response.content.decode()
    assert response.status_code == 409
    assert "was done meanwhile (by you, " in page and "What you typed was not recorded." in page
    assert "Seen in the app\nBalance: 7.5 BHD</textarea>" in page
    send(run, "read-state", "note", client=client, note="Seen in the app\nBalance: 7.5 BHD")
    assert kinds(run) == ["done", "noted"]


def test_what_is_typed_after_the_steps_were_closed_becomes_a_note(card: Card) -> None:
    run, client = waiting(card), client_of(card.owner)
    abandon_run(run=run, reason="x", by=card.owner, now=NOW)
    response = send(run, "review", "chase", client=client, promised_on="2027-02-01", note="Ms Noor")
    page = response.content.decode()
    assert response.status_code == 409 and "These steps were closed meanwhile" in page
    assert "Ms Noor\nAn answer is promised by: 2027-02-01</textarea>" in page
    response = send(run, "review", client=client)
    assert response.status_code == 302
    assert send(run, "review", "skip", client=client, note="Not for me").status_code == 409


def test_where_a_service_went_is_not_lost_with_the_steps(card: Card) -> None:
    bank = add_service(card=card, facts=BoundFacts(name="Bank"), by=card.owner, now=NOW)
    run = begin(card, "number-gone")
    abandon_run(run=run, reason="x", by=card.owner, now=NOW)
    typed = {"service": bank.public_id, "is_ticked": "1", "moved_to": "new number"}
    page = send(run, "bound", "tick", **typed).content.decode()
    assert "Bank: moved to new number</textarea>" in page


def test_a_code_that_came_too_late_is_shown_and_put_into_no_note(card: Card) -> None:
    run = begin(card, "switch-operator", "new-esim")
    page = send(
        run, "new-esim", activation_code="LPA:1$rsp.example$AB-1", successor_name="Two"
    ).content.decode()
    assert "No note keeps this" in page and page.count("LPA:1$rsp.example$AB-1") == 1
    assert "Name of the new card: Two</textarea>" in page


def test_a_form_that_was_saved_is_not_called_lost_when_it_is_sent_again(card: Card) -> None:
    run = begin(card, "troubleshoot", "network", "update-app", "limit", "other-method")
    client = client_of(card.owner)
    for _press in range(2):
        sent = send(run, "support", client=client, note="They ring back", once="mark-of-the-form")
        assert sent.status_code == 302
    assert send(run, "support", client=client, note="They ring back").status_code == 302  # on record
    assert kinds(run)[-1] == "done" and kinds(run).count("done") == 1


def test_a_step_reopened_twice_keeps_both_reasons(card: Card) -> None:
    run = begin(card, "top-up", "open-app")
    send(run, "open-app", "reopen", note="Wrong app")
    response = send(run, "open-app", "reopen", note="It was the other one")
    assert response.status_code == 409
    assert "This step is open already." in response.content.decode()
    assert "It was the other one</textarea>" in response.content.decode()


def test_what_is_said_of_a_settled_step_is_refused(card: Card) -> None:
    run, who = waiting(card), {"by": card.owner, "now": NOW}
    skip_step(run=run, key="review", reason="x", **who)
    before = kinds(run)
    with pytest.raises(AlreadySettled):
        chase(run=run, key="review", promised_on=None, note="", **who)
    with pytest.raises(AlreadySettled):
        look_again(run=run, key="review", note="", **who)
    assert kinds(run) == before
    other = begin(card, "top-up", "check")
    with pytest.raises(AlreadySettled):
        say_not_yet(run=other, key="check", note="", **who)
    with pytest.raises(AlreadySettled):
        say_needed(run=other, key="check", note="", **who)
    assert kinds(other) == ["skipped"]


def test_items_that_are_not_moved_are_to_be_ticked(card: Card) -> None:
    for name in ("Alipay", "Bank of China"):
        add_service(card=card, facts=BoundFacts(name=name, is_critical=True), by=card.owner, now=NOW)
    run = begin(card, "renew-number-keeping")
    text = "Still open and critical: Alipay, Bank of China. Tick them first, or say why it goes on without."
    assert text in send(run, "backup").content.decode()
    send(run, "backup", note="Both are on paper")
    assert "Alipay, Bank of China" in page_of(run)
    card.owner.language = "zh-hans"
    card.owner.save()
    assert "Alipay、Bank of China" in page_of(run)


def test_what_the_letter_lacks_is_listed_the_way_the_language_does(card: Card) -> None:
    run = begin(card, "cancel-roaming")
    url = reverse("run_letter", args=[run.public_id])
    page = client_of(card.owner).get(url).content.decode()
    assert re.search(r"in the letter: [^.<]*ICCID, the reason, [^.<]*\.<", page)


def test_where_nothing_is_hoped_for_it_is_not_settled_yet(card: Card) -> None:
    run = begin(card, "cancel-number-keeping")
    page = page_of(run, "last-bill")
    assert "Not settled yet" in page and "Nothing has arrived yet" not in page
    send(run, "last-bill", "not_yet")
    assert "It is not settled yet." in page_of(run, "last-bill")
    assert "Nothing has arrived yet" in page_of(begin(card, "top-up"), "check")


def test_a_look_that_is_left_keeps_the_progress_from_being_full(card: Card) -> None:
    run = begin(card, "renew-number-keeping", "validity", "means", "app", "backup", "log-in", "bill", "plan",
                "method", "pay")  # fmt: skip
    send(run, "check", expires_on="2027-06-30")
    page = page_of(run)
    assert "10 of 10, one more look on Fri, 4 Dec 2026" in page
    assert 'max="11" value="10"' in page
    assert "open · 10 of 10, one more look on Fri, 4 Dec 2026" in page_at(run, NOW, "run_print")
    send(run, "check", "look")
    page = page_of(run)
    assert "one more look" not in page and 'max="10" value="10"' in page


def test_the_browser_itself_asks_for_a_reason_so_that_the_big_form_stays_as_it_is(card: Card) -> None:
    run = begin(card, "top-up")
    page = page_of(run)
    form = page.partition("/steps/open-app/skip/")[2].partition("</form>")[0]
    assert form.startswith('">') and "required" in form
