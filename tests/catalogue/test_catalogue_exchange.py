"""An operator as a file: written and read again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cards.catalogue.export import export_operator
from cards.catalogue.operators import Fact, Listing, Promotion, Question
from tests.catalogue.samples import parse, sample

PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=60)
MONEY = st.decimals(min_value=0, max_value=999_999, places=3, allow_nan=False, allow_infinity=False)


@given(name=PRINTABLE, value=PRINTABLE, amount=MONEY, day=st.none() | st.dates())
def test_whatever_can_be_typed_survives_export_and_import(
    name: str, value: str, amount: Decimal, day: date | None
) -> None:
    told = {"source": value, "seen": day, "confidence": "B", "seen_note": value}
    base = sample()
    operator = replace(
        base,
        name=name,
        note=value,
        ask=Question(en=name, zh=value),
        rules=(replace(base.rules[0], minimum=amount, note=value),),
        promotions=(Promotion(title=name, starts_on=day, ends_on=day, **told),),
        facts=(Fact(label=name, value=value, **told),),
        payment=Listing(values=(name,), note=value, **told),
    )

    assert parse(export_operator(operator)) == operator


def test_what_is_unknown_is_written_as_unknown() -> None:
    text = export_operator(sample())

    assert 'hotline = "unknown"\n' in text
    assert 'plan = "unknown"\n' in text
    assert 'needs = "unknown"\n' in text
