"""A folder of catalogue files, an operator in it, and a card that follows its rule."""

from datetime import date, datetime
from pathlib import Path

from cards.models import Card, Operator
from cards.services.catalogue import Loaded, load_catalogue
from cards.services.catalogue_rows import facts_of
from cards.services.rules import set_rule
from tests.factories import NOW, make_card, make_user

EXAMPLE = """\
name = "Example Mobile"
country = "BH"
aliases = ["Exmo"]
site = "https://example.org"
app = "My Example"
hotline = "+973 1788 1234"
source = "https://example.org"
seen = 2026-08-01
confidence = "A"

[number_prefixes]
values = ["+973391"]
source = "https://example.org"
seen = "unknown"
confidence = "B"

[iccid_prefixes]
values = ["89973019"]
source = "https://example.org"
seen = "unknown"
confidence = "B"

[[rule]]
actions = ["top up at least BHD 5"]
counts = ["top-up"]
period = { count = 180, unit = "day" }
from = "action"
mode = "reset"
minimum = 5
currency = "BHD"
grace = { count = 90, unit = "day" }
loss_after = { count = 270, unit = "day" }
source = "https://example.org/terms"
seen = 2026-08-01
confidence = "A"

[[rule]]
actions = ["top up"]
counts = ["top-up"]
period = { count = 1, unit = "year" }
from = "action"
mode = "reset"
grace = "unknown"
loss_after = "unknown"
note = "said in a blog"
source = "https://blog.example.org"
seen = "unknown"
confidence = "C"

[[plan]]
name = "Month"
kind = "monthly"
price = 4.5
currency = "BHD"
period = { count = 30, unit = "day" }
data_mib = 10240
minutes = "unknown"
sms = "unknown"
source = "https://example.org/plans"
seen = "unknown"
confidence = "A"

[[code]]
purpose = "balance"
label = "Balance"
text = "*100#"
dial = "*100#"
source = "https://example.org/codes"
seen = "unknown"
confidence = "B"

[[promotion]]
title = "Double data"
starts = 2026-11-20
ends = 2026-12-20
source = "https://example.org/offers"
seen = 2026-11-20
confidence = "A"
"""


def write(folder: Path, text: str = EXAMPLE, name: str = "bh-example") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, now: datetime = NOW) -> Loaded:
    return load_catalogue(folders=[folder], now=now)


def example(folder: Path) -> Operator:
    """The example operator, loaded from its file."""
    write(folder)
    load(folder)
    return Operator.objects.get(key="bh-example")


def follower(operator: Operator, *, now: datetime = NOW, email: str = "alice@example.org") -> Card:
    """A card of the operator that has taken its rule over."""
    card = make_card(make_user(email), operator=operator, label="Follower", now=now)
    facts = facts_of(operator.rules.get(subject="line"))
    set_rule(card=card, facts=facts, applies_from=date(2026, 1, 1), by=card.owner, now=now)
    return card
