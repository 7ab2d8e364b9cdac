"""The built-in operator files: complete, sourced, and as they were found."""

import hashlib
import tomllib
from pathlib import Path

import pytest

from cards.catalogue.choosing import options
from cards.catalogue.export import export_operator
from cards.catalogue.loading import BUILT_IN, load_operators
from cards.catalogue.operators import CatalogueOperator, Sourced
from cards.catalogue.parse import parse_operator
from cards.catalogue.rule import LEDGER_KINDS
from cards.models import ActionKind
from cards.rules.periods import Period, Unit
from cards.rules.validity import check_rule

OPERATORS = load_operators()
TOLD = Path(__file__).parent / "told.txt"
SAID = ("name", "country", "site", "app", "hotline", "source", "seen", "confidence", "rule", "topup",
        "plan", "code", "payment", "number_prefixes", "iccid_prefixes", "networks")  # fmt: skip
GULF = [operator for operator in OPERATORS.values() if operator.country in ("BH", "KW")]
each = pytest.mark.parametrize("operator", OPERATORS.values(), ids=lambda operator: operator.key)


def listings(operator: CatalogueOperator) -> list[tuple[str, ...]]:
    found = (operator.payment, operator.number_prefixes, operator.iccid_prefixes, operator.networks)
    return [listing.values for listing in found if listing is not None]


def sourced(operator: CatalogueOperator) -> list[Sourced]:
    found = (operator.payment, operator.number_prefixes, operator.iccid_prefixes, operator.networks)
    lists = (
        operator.rules,
        operator.topups,
        operator.plans,
        operator.charges,
        operator.codes,
        operator.facts,
    )
    return [operator, *(one for one in found if one is not None), *(one for part in lists for one in part)]


def in_words(period: Period | None) -> str:
    return "unknown" if period is None else f"{period.count} {period.unit}"


def told(operator: CatalogueOperator) -> str:
    """The operator's line of told.txt, worked out from its file."""
    rows = [
        ("rule", *one.actions, in_words(one.period), one.note, one.source, one.confidence)
        for one in operator.rules
    ]
    rows += [
        ("topup", in_words(one.period), one.currency, one.note, one.source, one.confidence)
        for one in operator.topups
    ]
    rows += [
        ("plan", one.name, in_words(one.period), one.currency, one.note, one.source, one.confidence)
        for one in operator.plans
    ]
    rows += [("fact", one.label, one.value, one.source, one.confidence) for one in operator.facts]
    digest = hashlib.sha256("\n".join(sorted(map(" | ".join, rows))).encode()).hexdigest()[:12]
    counts = (operator.rules, operator.topups, operator.plans, operator.facts)
    short = sum(map(len, listings(operator)))
    return " ".join([operator.key, *(str(len(part)) for part in counts), str(short), digest])


def test_nothing_that_was_found_is_dropped_and_nothing_is_added() -> None:
    lines = [line for line in TOLD.read_text().splitlines() if not line.startswith("#")]

    assert [told(operator) for operator in OPERATORS.values()] == lines


def test_there_are_seventy_operators_with_61_rules_and_22_top_ups() -> None:
    rules = sum(len(operator.rules) for operator in OPERATORS.values())
    topups = sum(len(operator.topups) for operator in OPERATORS.values())

    assert (len(OPERATORS), rules, topups) == (70, 61, 22)


@each
def test_every_file_says_of_each_field_whether_it_is_known(operator: CatalogueOperator) -> None:
    data = tomllib.loads((BUILT_IN / f"{operator.key}.toml").read_text(encoding="utf-8"))

    assert [key for key in SAID if key not in data] == []


@each
def test_everything_has_a_source_and_a_day_only_where_one_is_known(operator: CatalogueOperator) -> None:
    for one in sourced(operator):
        assert one.source
        assert one.confidence in ("A", "B", "C")
        assert one.seen is None or not one.seen_note


@each
def test_an_operator_parses_back_from_its_export(operator: CatalogueOperator) -> None:
    assert parse_operator(export_operator(operator), key=operator.key, file="export") == operator


@each
def test_the_files_are_written_as_the_export_writes_them(operator: CatalogueOperator) -> None:
    text = (BUILT_IN / f"{operator.key}.toml").read_text(encoding="utf-8")

    assert export_operator(operator) == text


@each
def test_every_rule_can_be_reckoned_with(operator: CatalogueOperator) -> None:
    for option in options(operator):
        rule = option.rule_of(Period(30, Unit.DAY))
        assert rule is not None
        check_rule(rule)


def test_the_ledger_knows_every_kind_that_counts() -> None:
    assert set(LEDGER_KINDS) <= set(ActionKind.values)


@pytest.mark.parametrize("operator", GULF, ids=lambda operator: operator.key)
def test_no_rule_is_known_in_bahrain_and_kuwait_so_the_holder_is_asked(operator: CatalogueOperator) -> None:
    assert operator.rules == ()
    assert options(operator) == ()
    assert operator.ask is not None
    assert "SMS" in operator.ask.in_language("en")
    assert "短信" in operator.ask.in_language("zh-hans")


def test_bahrain_and_kuwait_are_all_there() -> None:
    assert [operator.key for operator in GULF] == [
        "bh-batelco", "bh-stc", "bh-zain", "kw-ooredoo", "kw-red-bull-mobile", "kw-stc",
        "kw-virgin-mobile", "kw-zain",
    ]  # fmt: skip


def test_only_skype_is_retired() -> None:
    retired = {
        operator.key: str(operator.retired_on) for operator in OPERATORS.values() if operator.is_retired
    }

    assert retired == {"skype-number": "2025-05-05"}


def test_codes_that_can_be_dialled_are_marked() -> None:
    dialled = {
        (operator.key, code.dial)
        for operator in OPERATORS.values()
        for code in operator.codes
        if code.purpose == "balance" and code.dial
    }

    assert dialled == {
        ("ca-speakout", "*777*4#"), ("gb-1pmobile", "150"), ("gb-giffgaff", "*100#"),
        ("gb-lycamobile", "*131#"),
        ("gb-o2", "*#10#"), ("gb-vodafone", "*#1345#"), ("hk-china-mobile", "*#131#"),
        ("hk-shinetown", "*#137*137#"), ("ie-vodafone", "*174#"), ("us-t-mobile-prepaid", "#999#"),
    }  # fmt: skip


def test_the_example_of_the_documents_is_a_file_that_can_be_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operators.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]

    (option,) = options(parse_operator(example, key="gb-example", file="example"))

    assert option.rule is not None
    assert option.rule.minimum == 5
