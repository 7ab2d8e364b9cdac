"""Cells of a price list: what is read, what is refused, and nothing else ever happens."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from cards.forms.offer_cells import (
    Cell,
    CountCell,
    CurrencyCell,
    PeriodCell,
    PriceCell,
    SizeCell,
    YesNoCell,
    read_number,
    split_price,
)
from cards.forms.offer_paste import Pasted
from cards.models import UNLIMITED

CELLS = (PriceCell(), CurrencyCell(), PeriodCell(), SizeCell(), CountCell(), YesNoCell())
LIKELY = st.text(alphabet="0123456789.,;'\t\n -()GMTBgmtbdaysBHD无限天月١٢∞½\"", max_size=30)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", "5"), ("5.5", "5.5"), ("5,5", "5.5"), ("12,50", "12.50"),
        ("1,234.5", "1234.5"), ("1.234,5", "1234.5"),
        ("1 234", "1234"), ("1'234.50", "1234.50"), ("1,234,567", "1234567"), ("", None),
        ("-5", None), ("1e5", None),
        ("abc", None), ("5.", "5."), (".5", None), ("1.2.3", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written_anywhere(text: str, number: str | None) -> None:
    assert read_number(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("text", "mib"),
    [
        ("10 GB", 10240), ("10GB", 10240), ("10", 10240), ("1.5gb", 1536), ("1,5 GB", 1536), ("500 MB", 500),
        ("1 TB", 1048576), ("１０ ＧＢ", 10240), ("unlimited", UNLIMITED), ("不限量", UNLIMITED), ("-", None),
        ("unknown", None), ("", None), ("0", 0), ("100 MiB", 100),
    ],
)  # fmt: skip
def test_data_is_read_as_it_is_sold(text: str, mib: int | None) -> None:
    assert SizeCell().clean(text) == mib


@pytest.mark.parametrize("text", ["1,500 MB", "GB", "10 PB", "-1 GB", "10 GB a day", "9999999 TB"])
def test_data_that_can_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        SizeCell().clean(text)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("7", (7, "day")), ("7 days", (7, "day")), ("7-day", (7, "day")), ("24h", (24, "hour")),
        ("30天", (30, "day")),
        ("1 个月", (1, "month")), ("1 month", (1, "month")), ("weekly", (1, "week")), ("1 yr.", (1, "year")),
        ("3 季度", (3, "quarter")), ("?", None),
    ],
)  # fmt: skip
def test_a_validity_is_read_in_both_languages(text: str, period: tuple[int, str] | None) -> None:
    assert PeriodCell().clean(text) == period


@pytest.mark.parametrize("text", ["0 days", "-3", "1.5 days", "101 years", "99999 hours", "fortnight", "7 7"])
def test_a_validity_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        PeriodCell().clean(text)


def test_a_comma_that_can_mean_two_prices_is_refused() -> None:
    with pytest.raises(ValidationError, match="can mean both"):
        PriceCell().clean("1,500")
    assert PriceCell().clean("1.500") == Decimal("1.5")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("BHD 5.5", ("5.5", "BHD")), ("5.5BHD", ("5.5", "BHD")), ("bhd5", ("5", "BHD")), ("5.5", ("5.5", "")),
        ("free", ("free", "")), ("", ("", "")), ("1 000 EUR", ("1 000", "EUR")),
    ],
)  # fmt: skip
def test_a_currency_beside_the_price_is_taken_apart(text: str, parts: tuple[str, str]) -> None:
    assert split_price(text) == parts


@given(text=st.one_of(st.text(max_size=80), LIKELY))
def test_any_text_is_read_or_refused(text: str) -> None:
    for cell in CELLS:
        try:
            value = cell.clean(text)
        except ValidationError:
            continue
        assert not isinstance(cell, Cell) or value is None or value == "" or value or value == 0
        if isinstance(value, Decimal):
            assert 0 <= value <= Decimal("999999999.999")
        if isinstance(value, int):
            assert 0 <= value <= UNLIMITED


@given(text=st.one_of(st.text(min_size=1, max_size=400), LIKELY))
def test_any_pasted_text_becomes_rows_and_none_of_its_lines_is_lost(text: str) -> None:
    if not text.strip():
        return
    pasted = Pasted(text)
    assert len(pasted.rows) + len(pasted.too_wide) + len(pasted.heading) == len(pasted.lines)
    kept = pasted.text_from(0).splitlines()
    assert sorted(kept) == sorted(pasted.lines) or not (pasted.rows or pasted.too_wide)
