"""Public holidays of the weeks to come, by name."""

from datetime import date

import pytest
from django.utils.translation import override

from cards.catalogue.loading import load_operators
from cards.queries.feast_words import FEASTS, feast_name
from cards.rules.feasts import Named, feasts

DECEMBER = {"first": date(2026, 12, 1), "last": date(2026, 12, 31)}


def test_days_in_a_row_of_one_name_are_one_holiday() -> None:
    (national,) = feasts("BH", **DECEMBER)
    assert national.named == Named(("National Day",), is_observed=False)
    assert (national.first_on, national.last_on) == (date(2026, 12, 16), date(2026, 12, 17))


def test_marks_are_told_apart_from_the_name() -> None:
    # Eid al-Adha is expected on Sunday 16 May 2027 in Albania, and kept on the Monday.
    eid, kept = feasts("AL", first=date(2027, 5, 10), last=date(2027, 5, 20))
    assert eid.named == Named(("Eid al-Adha",), is_observed=False) and eid.is_estimated
    assert kept.named == Named(("Eid al-Adha",), is_observed=True) and kept.is_estimated


def test_an_unknown_country_has_none() -> None:
    assert feasts("XX", **DECEMBER) == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_day_of_two_holidays_names_both(language: str) -> None:
    both = Named(("Independence Day", "Prophet's Birthday"), is_observed=True)
    with override(language):
        said = feast_name(both)
    assert (
        said
        == {
            "en": "Independence Day / Prophet's Birthday (observed)",
            "zh-hans": "独立日 / 圣纪节（补假）",
        }[language]
    )


def test_every_holiday_of_a_country_in_the_catalogue_has_a_name_in_chinese() -> None:
    countries = {told.country for told in load_operators().values()}
    found = [
        name
        for country in countries
        for feast in feasts(country, first=date(2026, 1, 1), last=date(2028, 12, 31), chinese=True)
        for name in feast.named.names
    ]
    assert [name for name in found if name.isascii() and name not in FEASTS] == []
