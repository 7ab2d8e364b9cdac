"""A broken operator file is refused, with its name and the field."""

import ast
from pathlib import Path

import pytest
from django.utils.translation import override

from cards.catalogue.errors import CatalogueError, Spot
from cards.catalogue.loading import BUILT_IN, load_operators
from cards.queries.catalogue_words import said, said_with_place
from cards.rules import rulebook
from tests.catalogue.samples import SAMPLE, parse, sample

BROKEN = [
    ('name = "Example Mobile"\n', "", "name", "is missing"),
    ('country = "GB"', 'country = "Great Britain"', "country", "at most 2"),
    ('country = "GB"', 'country = "gb"', "country", "two letters"),
    ('country = "GB"', 'country = "GB"\ncolour = "red"', "colour", "no such key"),
    ('site = "https://example.org"', 'site = "javascript:alert(1)"', "site", "an address"),
    ("seen = 2026-08-01", 'seen = "last week"', "seen", "must be a day"),
    ("seen = 2026-08-01", "seen = 2026-08-01T10:00:00Z", "seen", "must be a day"),
    ('confidence = "A"', 'confidence = "D"', "confidence", "one of A, B, C"),
    ('confidence = "A"', 'confidence = "A"\nweekend = [5, 7]', "weekend", "weekdays"),
    (
        'source = "https://example.org/terms"\nseen = "unknown"',
        'seen = "unknown"',
        "rule[0].source",
        "is missing",
    ),
    (
        'source = "https://example.org/terms"\nseen = "unknown"',
        'source = " "\nseen = "unknown"',
        "rule[0].source",
        "must not be empty",
    ),
    ('counts = ["top-up"]', 'counts = ["topup"]', "rule[0].counts[0]", "one of top-up"),
    ('counts = ["top-up"]', "counts = []", "rule[0].counts", "at least one"),
    ('counts = ["top-up"]', 'counts = "top-up"', "rule[0].counts", "a list"),
    ('counts = ["top-up"]', 'counts = ["sms", "sms"]', "rule[0].counts", "twice"),
    ('period = { count = 180, unit = "day" }', 'period = "180 days"', "rule[0].period", "must look like"),
    ('count = 180, unit = "day"', 'count = 0, unit = "day"', "rule[0].period", "at least 1"),
    ('count = 180, unit = "day"', 'count = 180, unit = "moon"', "rule[0].period.unit", "one of hour"),
    ('count = 180, unit = "day"', 'count = 180.5, unit = "day"', "rule[0].period.count", "whole number"),
    ('count = 180, unit = "day"', 'count = 999, unit = "year"', "rule[0].period", "100 years"),
    ('mode = "reset"', 'mode = "add"', "rule[0]", "later"),
    ("minimum = 5", "minimum = -5", "rule[0].minimum", "0 or more"),
    ("minimum = 5", "minimum = nan", "rule[0].minimum", "0 or more"),
    ("minimum = 5", "minimum = 0.0001", "rule[0].minimum", "three decimals"),
    ("minimum = 5", "minimum = true", "rule[0].minimum", "a number"),
    ('minimum = 5\ncurrency = "EUR"', "minimum = 5", "rule[0].currency", "is missing"),
    ("minimum = 5", 'minimum = 5\nminimum_for = ["sms"]', "rule[0].minimum_for", "among the kinds"),
    ("minimum = 5", 'needs = ["luck"]', "rule[0].needs[0]", "one of inserted"),
    ('currency = "EUR"', 'currency = "euro"', "rule[0].currency", "at most 3"),
    ('currency = "EUR"', 'currency = "USD"', "topup", "one currency"),
    ("count = 270", "count = 280", "rule[0].loss_after", "the period and the grace"),
    (
        'count = 270, unit = "day"',
        'count = 9, unit = "month"',
        "rule[0].loss_after",
        "the period and the grace",
    ),
    ('grace = { count = 90, unit = "day" }', 'grace = "unknown"', "rule[0].grace", "is missing"),
    (
        'grace = { count = 90, unit = "day" }',
        'grace = "none"',
        "rule[0].loss_after",
        "the period and the grace",
    ),
    (
        'period = { count = 180, unit = "day" }',
        'period = "unknown"',
        "rule[0].loss_after",
        "without the period",
    ),
    (
        "minimum = 5",
        'stages = [{ name = "barred", length = { count = 9, unit = "day" }, consequence = "service" }]',
        "rule[0].grace",
        "all stages together",
    ),
    (
        "minimum = 5",
        'stages = [{ name = "barred", length = "unknown", consequence = "service" }]',
        "rule[0].grace",
        "must be unknown",
    ),
    (
        "minimum = 5",
        'stages = [{ name = "barred", length = "unknown", consequence = "the end" }]',
        "rule[0].stages[0].consequence",
        "one of credit",
    ),
    ("amount = 20", "amount = 20\nbonus = 3", "topup[0].bonus", "no such key"),
    ('amount_max = "unknown"', "amount_max = 10", "topup[0].amount_max", "below the amount"),
    ('clock = "line"\n', "", "topup[0].clock", "is missing"),
    ("[[topup]]", "[topup]", "topup", "tables"),
    ("[[topup]]", "[[topup", "", "is not TOML"),
]


@pytest.mark.parametrize(("old", "new", "field", "message"), BROKEN)
def test_a_broken_file_is_refused_with_the_field(old: str, new: str, field: str, message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        sample((old, new))

    assert caught.value.file == "example-mobile.toml"
    assert caught.value.field == field
    assert message in caught.value.message
    assert str(caught.value).startswith("example-mobile.toml: ")
    with override("en"):
        assert said(caught.value) == caught.value.message
        assert said_with_place(caught.value) == str(caught.value)
    with override("zh-hans"):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in said(caught.value))


def test_an_error_is_said_in_the_readers_language_with_its_place_and_its_values() -> None:
    error = Spot("a.toml").at("name").error("must have at most %(count)d characters", count=7)
    assert str(error) == "a.toml: name: must have at most 7 characters"
    with override("zh-hans"):
        assert said_with_place(error) == "a.toml：name：最多 7 个字符"


def test_a_percent_sign_is_one_in_an_error_with_and_without_values() -> None:
    plain = Spot("a.toml").error("is 100% wrong")
    filled = Spot("a.toml").error("is not TOML: %(problem)s", problem="50%(x)s")
    assert (plain.message, filled.message) == ("is 100% wrong", "is not TOML: 50%(x)s")
    with override("zh-hans"):
        assert said(plain) == "is 100% wrong"
        assert said(filled) == "不是有效的 TOML：50%(x)s"


@pytest.mark.parametrize(
    ("path", "raiser"),
    [
        *((path, "error") for path in sorted(BUILT_IN.parent.glob("*.py"))),
        (Path(rulebook.__file__), "ValueError"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_every_sentence_that_people_read_is_marked_for_translation(path: Path, raiser: str) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and raiser in (
            getattr(node.func, "attr", ""),
            getattr(node.func, "id", ""),
        ):
            assert not isinstance(node.args[0], ast.Constant | ast.JoinedStr), f"{path.name}:{node.lineno}"


def test_an_operator_without_a_rule_needs_a_question() -> None:
    head = SAMPLE[: SAMPLE.index("[[rule]]")]

    with pytest.raises(CatalogueError) as caught:
        parse(head + 'rule = "unknown"\n')

    assert caught.value.field == "ask"
    asking = parse(head + 'rule = "unknown"\n[ask]\nen = "Until when?"\nzh = "到哪天？"\n')
    assert asking.rules == ()
    assert asking.ask is not None
    assert asking.ask.en == "Until when?"


@pytest.mark.parametrize("key", ["", "Example", "two--hyphens", "../etc", "x" * 81])
def test_a_file_name_that_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(CatalogueError):
        parse(SAMPLE, key=key)


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(CatalogueError, match="too large"):
        parse(SAMPLE + "#" * 200_000)


@pytest.mark.parametrize("text", ["a = " + "[" * 20_000, "a = 1" + "0" * 6_000, "a\0b", "a = 2026-13-45"])
def test_a_file_that_no_parser_likes_is_refused(text: str) -> None:
    with pytest.raises(CatalogueError):
        parse(text)


def test_the_owners_file_replaces_the_built_in_one_and_adds_others(tmp_path: Path) -> None:
    (tmp_path / "gb-giffgaff.toml").write_text(SAMPLE, encoding="utf-8")
    (tmp_path / "example-mobile.toml").write_text(SAMPLE, encoding="utf-8")

    operators = load_operators(tmp_path, tmp_path / "not-there")

    assert operators["gb-giffgaff"].name == "Example Mobile"
    assert operators["example-mobile"].key == "example-mobile"
    assert len(operators) == 71
    assert list(operators) == sorted(operators)


def test_one_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "bh-batelco.toml").write_text("name = 3", encoding="utf-8")
    (tmp_path / "example-mobile.toml").write_text(SAMPLE, encoding="utf-8")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    errors: list[CatalogueError] = []

    operators = load_operators(tmp_path, errors=errors)

    assert [error.file for error in errors] == ["bh-batelco.toml", "latin.toml"]
    assert operators["bh-batelco"].name == "Batelco"
    assert "example-mobile" in operators
    with pytest.raises(CatalogueError, match="bh-batelco"):
        load_operators(tmp_path)
