"""All that is on record of a card, as one ZIP."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from cards.exchange.card_record import write_card_record
from cards.models import Card
from cards.runs.doing import add_note
from cards.services.actions import void_action
from cards.services.evidence import add_evidence
from tests.factories import NOW, act, client_of, make_card, make_operator, make_user

from .play import Play

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> Card:
    return make_card(
        make_user(), operator=make_operator("Zain", "KW"), form="esim", expires_on=date(2026, 12, 31)
    )


def packed(card: Card) -> zipfile.ZipFile:
    out = io.BytesIO()
    write_card_record(card, out)
    return zipfile.ZipFile(out)


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def test_every_entry_stands_in_it_with_what_undid_it(card: Card) -> None:
    entry = act(card, "top-up", on=date(2026, 11, 3), amount=Decimal("5.25"), currency="KWD", note="=1+1")
    void_action(action=entry, by=card.owner, now=NOW)
    act(card, "reading", on=date(2026, 11, 4), balance=Decimal("-0.5"), currency="KWD")
    *_first, paid, void, read = rows(packed(card), "history.csv")
    assert (paid["kind"], Decimal(paid["amount"]), paid["note"]) == ("top-up", Decimal("5.25"), "'=1+1")
    assert (paid["is_undone"], void["undoes"], paid["by"]) == ("True", paid["entry"], "alice@example.org")
    assert (read["kind"], Decimal(read["balance"]), read["is_undone"]) == (
        "reading",
        Decimal("-0.5"),
        "False",
    )


def test_steps_and_their_proof_stand_in_it_and_secrets_do_not(card: Card) -> None:
    play = Play.of(card, "activate-esim")
    for at in play.standing.playbook.steps:
        if "activation_code" in at.asks:
            play.does(at.key, activation_code="LPA:1$rsp.example.com$SECRET-77", iccid="8997301234567890128")
    add_note(key=play.current, note="asked for 谢谢", **play.who)
    add_evidence(run=play.run, step=play.current, files=[("c.txt", b"chat")], by=card.owner, now=NOW)
    archive = packed(card)
    noted = rows(archive, "steps.csv")[-1]
    assert (noted["steps"], noted["what"], noted["note"]) == ("activate-esim", "noted", "asked for 谢谢")
    [proof] = rows(archive, "index.csv")
    assert (proof["name"], archive.read(proof["file"])) == ("c.txt", b"chat")
    assert "SECRET-77" not in "".join(
        archive.read(name).decode(errors="replace") for name in archive.namelist()
    )


def test_it_is_offered_on_the_cards_page_and_empty_for_a_new_card(card: Card) -> None:
    bare = make_card(card.owner, label="Bare")
    text = client_of(card.owner).get(f"/cards/{bare.public_id}/").content.decode()
    assert f'href="/cards/{bare.public_id}/record.zip"' in text
    assert rows(packed(bare), "steps.csv") == []
