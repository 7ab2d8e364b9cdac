"""docs/rules-worked.md is the test: every row is played, and every rule has one."""

import re

import pytest

from cards.catalogue.choosing import Option, lot_end, options
from cards.catalogue.loading import load_operators
from cards.catalogue.operators import CatalogueTopUp
from cards.catalogue.rule import CatalogueRule
from cards.rules.validity import Rule, Validity, Version, play
from cards.rules.zero_balance import BalanceReading, zero_end
from tests.catalogue.worked import RECORDED, Row, in_words, rows

OPERATORS = load_operators()
LINES, LOTS, ZEROS = (
    rows(heading) for heading in ("Lines and plans", "Credit that ends by itself", "A balance of zero")
)
APPLIES_FROM = RECORDED.date().replace(year=2020)
ZONES = ("UTC",)


def name(row: Row) -> str:
    return f"{row.key}: {row.recorded}"


def source_of(row: Row) -> CatalogueRule | None:
    return None if row.number is None else OPERATORS[row.key].rules[row.number - 1]


def option_of(row: Row) -> Option:
    """The option that the row's rule governs or is shown beside, or that its top-ups make."""
    source = source_of(row)
    if source is None:
        when = row.rule.removeprefix("top-ups").removeprefix(": ")
        return next(one for one in options(OPERATORS[row.key]) if one.governing is None and one.when == when)
    return next(one for one in options(OPERATORS[row.key]) if source in (one.governing, *one.others))


def rule_of(row: Row) -> Rule | None:
    source, option = source_of(row), option_of(row)
    if source is not None and source is not option.governing:
        return source.as_rule(period=row.plan)
    return option.rule_of(row.plan)


def validity(row: Row, rule: Rule) -> Validity:
    version = Version(applies_from=APPLIES_FROM, recorded_at=RECORDED, rule=rule)
    return play(row.entries, [version], zones=ZONES, started_on=row.started_on)


@pytest.mark.parametrize("row", LINES, ids=name)
def test_the_row_comes_out_as_worked_by_hand(row: Row) -> None:
    rule = rule_of(row)
    if row.is_asked:
        assert rule is None
        assert [row.cells[head] for head in ("Ends on", "Can be saved until", "Lost from")] == [
            "no date", "unknown", "unknown",
        ]  # fmt: skip
        return
    assert rule is not None
    found = validity(row, rule)
    ends = in_words(found.ends_on, "no date") + (" (hearsay)" if found.is_hearsay else "")
    assert [ends, in_words(found.save_until_on, "unknown"), in_words(found.lost_on, "unknown")] == [
        row.cells["Ends on"], row.cells["Can be saved until"], row.cells["Lost from"],
    ]  # fmt: skip


@pytest.mark.parametrize("row", LINES, ids=name)
def test_the_row_says_whether_its_rule_is_only_shown_beside(row: Row) -> None:
    assert ("beside" in row.rule) is (source_of(row) in option_of(row).others)


@pytest.mark.parametrize("row", LOTS, ids=name)
def test_a_lot_ends_as_worked_by_hand(row: Row) -> None:
    (entry,) = row.entries
    assert entry.amount is not None
    is_transfer = entry.kind == "credit-received"
    found = lot_end(
        OPERATORS[row.key],
        amount=entry.amount,
        currency=entry.currency,
        on=entry.day,
        is_transfer=is_transfer,
    )

    assert in_words(found, "no date") == row.cells["Ends on"]


@pytest.mark.parametrize("row", ZEROS, ids=name)
def test_a_balance_of_zero_ends_as_worked_by_hand(row: Row) -> None:
    rule = next(one.rule for one in options(OPERATORS[row.key]) if one.rule is not None)
    assert rule.zero_after is not None
    read = [
        BalanceReading(day=one.day, place=one.place, amount=one.amount, recorded_at=one.recorded_at)
        for one in row.entries
        if one.kind == "balance" and one.amount is not None
    ]
    raises = [one for one in row.entries if one.kind == "top-up"]
    found = zero_end(read, rule.zero_after, zones=ZONES, raises=raises)

    assert in_words(found and found.ends_on, "no date") == row.cells["Ends on"]


def test_every_rule_of_the_catalogue_has_a_row() -> None:
    wanted = {
        (key, number) for key, operator in OPERATORS.items() for number in range(1, len(operator.rules) + 1)
    }

    assert {(row.key, row.number) for row in LINES if row.number is not None} == wanted


def test_every_top_up_of_the_catalogue_has_a_row() -> None:
    recorded = [(row.key, entry) for row in LINES + LOTS for entry in row.entries]

    def is_played(key: str, topup: CatalogueTopUp) -> bool:
        kind = "credit-received" if topup.is_transfer else "top-up"
        return any(
            key == owner
            and entry.kind == kind
            and entry.currency == topup.currency
            and entry.amount is not None
            and (topup.amount or 0) <= entry.amount <= (topup.amount_max or entry.amount)
            for owner, entry in recorded
        )

    missing = [
        (key, topup.amount)
        for key, operator in OPERATORS.items()
        for topup in operator.topups
        if not is_played(key, topup)
    ]
    assert missing == []


def test_every_period_of_a_balance_at_zero_has_a_row() -> None:
    wanted = {key for key, operator in OPERATORS.items() if any(rule.zero_balance for rule in operator.rules)}

    assert {row.key for row in ZEROS} == wanted


@pytest.mark.parametrize("row", LINES + LOTS + ZEROS, ids=name)
def test_the_row_explains_itself(row: Row) -> None:
    assert re.search(r"[a-z]{3}", row.cells["In words"])
