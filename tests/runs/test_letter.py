"""The letter that applies for a cancellation: made from what is known, with gaps for the rest."""

import re
from datetime import date
from decimal import Decimal
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import reverse

from cards.catalogue.errors import CatalogueError
from cards.catalogue.letters import FOLDER, GAPS, LANGUAGES, letter_in
from cards.models import Card, Run
from cards.rules.steps import StepState
from cards.runs.starting import abandon_run, start_run
from tests.factories import NOW, client_of, make_card, make_operator, make_user

from .browse import page_of
from .play import Play

pytestmark = pytest.mark.django_db

NUMBER = "+973 3612 3456"
MARK = "\u200e"


@pytest.fixture
def card() -> Card:
    return make_card(
        make_user("alice@example.org", name="Alice <b>Li</b>"),
        operator=make_operator("Batelco"),
        purposes=("number-keeping", "roaming"),
        number="+97336123456",
        iccid="8997301000000000001",
        label="Bahrain",
    )


def answer(run: Run, language: str = "") -> HttpResponse:
    with time_machine.travel(NOW, tick=False):
        url = reverse("run_letter", args=[run.public_id])
        return client_of(run.card.owner).get(f"{url}?lang={language}" if language else url)


def page(run: Run, language: str = "") -> str:
    response = answer(run, language)
    assert response.status_code == 200
    return response.content.decode()


def letter(run: Run, language: str = "") -> str:
    """Return the text as it is copied."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page(run, language), re.DOTALL)
    assert found
    return unescape(found[1])


def mailto(run: Run, language: str = "") -> dict[str, list[str]]:
    found = re.search(r'href="(mailto:[^"]+)"', page(run, language))
    assert found
    return parse_qs(urlsplit(unescape(found[1])).query)


def applied(card: Card) -> Run:
    """Return a run in which everything that a letter names was typed."""
    play = Play.of(card, "cancel-roaming", wished_on=date(2027, 1, 31))
    play.does("balance", balance=Decimal("2.5"), currency="BHD")
    play.does_all("bound", "backup")
    play.does("contact", case_number="C-4711")
    play.does(
        "apply",
        channel="hotline",
        reason="I leave the country for $5",
        applied_on=date(2026, 12, 3),
        refund_account_note="account ending in 4321",
    )
    return play.run


def test_everything_known_stands_in_the_letter(card: Card) -> None:
    text = letter(applied(card))
    for told in (
        "Name: Alice <b>Li</b>",
        f"Phone number: {NUMBER}",
        "ICCID: 8997301000000000001",
        "Operator: Batelco",
        "Case number: C-4711",
        "Reason: I leave the country for $5",
        "The balance of 2.500 BHD",
        "account ending in 4321",
        "By 31 January 2027 at the latest",
    ):
        assert told in text
    assert text.startswith("3 December 2026\n")
    assert "[" not in text


def test_what_is_not_known_stands_in_square_brackets() -> None:
    bare = make_card(make_user("bob@example.org"), purposes=("roaming",))
    run = start_run(card=bare, key="cancel-roaming", by=bare.owner, now=NOW)
    for language in LANGUAGES:
        text = letter(run, language)
        for gap in GAPS:
            assert letter_in(language).word(gap) in text
        assert letter_in(language).word("soonest") in text
    assert letter(run).startswith("1 December 2026\n")
    assert "your name, the phone number, ICCID, the operator, the reason" in page(run)
    assert reverse("preferences") in page(run)


def test_arabic_runs_from_right_to_left_and_keeps_numbers_in_order(card: Card) -> None:
    run = applied(card)
    shown = page(run, "ar")
    assert re.search(r'<textarea[^>]* lang="ar" dir="rtl"', shown)
    assert re.search(r'<input id="subject"[^>]* lang="ar" dir="rtl"', shown)
    text = letter(run, "ar")
    assert f"رقم الهاتف: {MARK}{NUMBER}{MARK}" in text
    assert f"{MARK}2.500 BHD{MARK}" in text
    assert "في موعد أقصاه 31 يناير 2027" in text
    assert MARK not in letter(run, "en") + letter(run, "zh")
    assert 'dir="rtl"' not in page(run, "zh")


def test_chinese_is_written_in_chinese(card: Card) -> None:
    text = letter(applied(card), "zh")
    assert text.startswith("2026年12月3日\n")
    assert f"号码：{NUMBER}" in text
    assert "最迟于 2027年1月31日" in text


@pytest.mark.parametrize("asked", ["", "fr", "../../etc", "EN", "a\0b"])
def test_a_language_without_a_letter_gives_the_operators(card: Card, asked: str) -> None:
    run = start_run(card=card, key="cancel-roaming", by=card.owner, now=NOW)
    assert "Dear Sir or Madam" in letter(run, asked)
    card.operator = make_operator("China Unicom", "CN")
    card.save()
    assert "您好" in letter(run, asked)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_link_holds_the_same_subject_and_text(card: Card, language: str) -> None:
    run = applied(card)
    link = mailto(run, language)
    assert link["body"][0].replace("\r\n", "\n") == letter(run, language)
    assert NUMBER in link["subject"][0]
    assert unescape(page(run, language)).count(link["subject"][0]) == 1


def test_a_balance_that_went_elsewhere_or_is_nothing_is_not_asked_back(card: Card) -> None:
    play = Play.of(card, "cancel-roaming")
    assert "Any balance that is left" in letter(play.run)
    play.does("balance", balance=Decimal(3), currency="BHD", transferred_to="+973 3333 4444")
    assert "If a deposit was paid" in letter(play.run)
    play.reopens("balance")
    play.does("balance", balance=Decimal(0), currency="BHD")
    assert "If a deposit was paid" in letter(play.run)
    assert "balance of" not in letter(play.run)


def test_a_card_with_more_numbers_names_each(card: Card) -> None:
    card.numbers.create(number="+97336999999")
    run = start_run(card=card, key="cancel-roaming", by=card.owner, now=NOW)
    assert f"{NUMBER}, +973 3699 9999" in letter(run)


def test_markup_in_a_name_stays_text_and_no_secret_is_named(card: Card) -> None:
    shown = page(applied(card))
    assert "<b>Li</b>" not in shown
    assert "Beware of fraud" in shown
    assert "<script>" not in shown
    assert "onclick" not in shown


@pytest.mark.parametrize("key", ["cancel-number-keeping", "cancel-roaming"])
def test_the_steps_of_a_cancellation_link_to_it(card: Card, key: str) -> None:
    run = start_run(card=card, key=key, by=card.owner, now=NOW)
    assert reverse("run_letter", args=[run.public_id]) in page_of(run)
    abandon_run(run=run, reason="kept", by=card.owner, now=NOW)
    assert letter(run)


def test_other_steps_have_no_letter(card: Card) -> None:
    run = start_run(card=card, key="top-up", by=card.owner, now=NOW)
    assert answer(run).status_code == 404
    assert reverse("run_letter", args=[run.public_id]) not in page_of(run)


def test_reading_the_letter_changes_nothing(card: Card) -> None:
    run = start_run(card=card, key="cancel-roaming", by=card.owner, now=NOW)
    letter(run)
    assert Play(card, run, NOW).state("balance") == StepState.CURRENT
    assert not run.records.exists()


def test_a_letter_with_an_unknown_gap_is_refused(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (FOLDER / "cancel.en.txt").read_text(encoding="utf-8")
    for number, wrong in enumerate((text + "$pin", text.replace("\n---\n", "\n"), text + "costs $5")):
        file = tmp_path / f"wrong{number}.en.txt"  # type: ignore[operator]
        file.write_text(wrong, encoding="utf-8")
        monkeypatch.setattr("cards.catalogue.letters.FOLDER", tmp_path)
        with pytest.raises(CatalogueError):
            letter_in("en", f"wrong{number}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fills_the_same_gaps(language: str) -> None:
    names = re.compile(r"\$(\w+)")
    own, english = letter_in(language), letter_in("en")
    assert sorted(names.findall(own.body)) == sorted(names.findall(english.body))
    for key, words in english.words.items():
        assert sorted(names.findall(own.words[key])) == sorted(names.findall(words))
