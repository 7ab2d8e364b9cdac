"""Two answers to one changed rule at the same moment: one counts, the other is told so."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cards.models import Action, Rule
from cards.services.proposals import NothingProposed, accept_proposed_rule, decline_proposed_rule
from tests.catalogue_pages.files import EXAMPLE, example, follower, load, write
from tests.factories import NOW, act
from tests.test_concurrency import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def test_of_two_answers_at_once_one_counts(tmp_path: Path) -> None:
    card = follower(example(tmp_path))
    act(card, "top-up", on=date(2026, 11, 1), amount=Decimal(5), currency="BHD")
    write(tmp_path, EXAMPLE.replace("count = 180", "count = 120").replace("count = 270", "count = 210"))
    assert load(tmp_path).proposed == 1
    results = at_once(
        lambda: accept_proposed_rule(card=card, applies_from=date(2026, 11, 1), by=card.owner, now=NOW),
        lambda: accept_proposed_rule(card=card, applies_from=date(2026, 11, 2), by=card.owner, now=NOW),
        lambda: decline_proposed_rule(card=card, by=card.owner, now=NOW),
    )
    assert sum(isinstance(result, NothingProposed) for result in results) == 2
    assert not Rule.objects.filter(is_proposed=True).exists()
    assert Action.objects.filter(kind="rule-changed").count() in (1, 2)  # the first rule, and one accepted


def test_two_starts_at_once_load_the_catalogue_once(tmp_path: Path) -> None:
    write(tmp_path)
    results = at_once(lambda: load(tmp_path), lambda: load(tmp_path))
    assert not [result for result in results if isinstance(result, Exception)]
    assert load(tmp_path).written == []
