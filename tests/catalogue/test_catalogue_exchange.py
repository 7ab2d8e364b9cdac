"""Export and proposals."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cards.catalogue.export import export_operator
from cards.catalogue.operators import CatalogueOperator, Fact, Listing, Promotion, Question
from cards.catalogue.proposals import propose_by_iccid, propose_by_number
from tests.catalogue.samples import parse, sample

PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=60)
MONEY = st.decimals(min_value=0, max_value=999_999, places=3, allow_nan=False, allow_infinity=False)

PREFIXES = """[number_prefixes]
values = ["+97339"]
source = "a list"
seen = "unknown"
confidence = "B"

"""


def keys(operators: list[CatalogueOperator]) -> list[str]:
    return [operator.key for operator in operators]


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


def test_a_number_proposes_the_operator_of_its_prefix() -> None:
    assert keys(propose_by_number("+97339123456")) == ["bh-batelco"]
    assert keys(propose_by_number("+973 3612 3456")) == ["bh-zain"]
    assert keys(propose_by_number("+96551234567")) == ["kw-stc"]


def test_the_longest_prefix_comes_first() -> None:
    batelco = sample(("[[rule]]", PREFIXES.replace("+97339", "+973391") + "[[rule]]"))
    zain = sample(("[[rule]]", PREFIXES + "[[rule]]"))
    operators = {"short": zain, "long": batelco}

    assert propose_by_number("+97339123456", operators) == [batelco, zain]
    assert propose_by_number("+97339923456", operators) == [zain]


def test_a_retired_operator_is_never_proposed() -> None:
    retired = sample(
        ('country = "GB"', 'country = "GB"\nretired = 2025-05-05'), ("[[rule]]", PREFIXES + "[[rule]]")
    )

    assert propose_by_number("+97339123456", {"gone": retired}) == []


def test_nothing_is_proposed_for_what_is_no_international_number() -> None:
    assert propose_by_number("39123456") == []
    assert propose_by_number("+") == []
    assert propose_by_number("") == []
    assert propose_by_number("+4479111") == []


def test_a_serial_number_proposes_its_issuer() -> None:
    assert keys(propose_by_iccid("8997 3010 1234 5678 9012")) == ["bh-batelco"]
    assert keys(propose_by_iccid("8996504123456789012")) == ["kw-stc"]
    assert propose_by_iccid("8944") == []
    assert propose_by_iccid("") == []
