"""The catalogue's files become rows: once, again, changed, broken, gone."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from cards.models import CatalogueRule, Operator, Plan
from cards.queries.operators import choosable, operators_for
from cards.services.catalogue import load_catalogue
from cards.services.catalogue_rows import facts_of
from cards.services.operators import OperatorFacts, save_shared_operator
from tests.catalogue_pages.files import EXAMPLE, example, load, write
from tests.factories import NOW, make_card, make_user

pytestmark = pytest.mark.django_db


def test_all_operators_of_the_program_are_loaded_and_a_second_load_writes_nothing() -> None:
    first = load_catalogue(folders=[], now=NOW)
    assert first.problems == [] and len(first.written) == Operator.objects.count() >= 69
    with CaptureQueriesContext(connection) as captured:
        second = load_catalogue(folders=[], now=NOW)
    assert (second.written, second.vanished, second.problems) == ([], [], [])
    # the digests, and which cards wait for a proposal or need one no more
    assert len(captured) == 3


def test_every_rule_with_a_period_can_be_taken_over_by_a_card() -> None:
    load_catalogue(folders=[], now=NOW)
    rows = list(CatalogueRule.objects.all())
    open_rows = [row for row in rows if not row.data.get("period_count")]
    for row in rows:
        facts = facts_of(row, period=(30, "day") if row in open_rows else None)
        assert facts.catalogue == row and facts.counts
    for row in open_rows:
        with pytest.raises(ValueError, match="no period"):
            facts_of(row)


def test_no_operator_of_bahrain_and_kuwait_has_a_rule_and_each_has_a_question() -> None:
    load_catalogue(folders=[], now=NOW)
    for operator in Operator.objects.filter(country__in=("BH", "KW")):
        assert not operator.rules.filter(subject="line").exists()
        assert operator.ask["en"] and operator.ask["zh"]


def test_a_file_fills_operator_rule_code_offer_and_plan(tmp_path: Path) -> None:
    operator = example(tmp_path)
    assert (operator.name, operator.country, operator.aliases) == ("Example Mobile", "BH", ["Exmo"])
    assert operator.time_zones == ["Asia/Bahrain"] and operator.weekend == [4, 5]
    rule = operator.rules.get()
    assert (rule.data["period_count"], rule.data["minimum"], rule.confidence) == (180, "5", "A")
    assert [other["source"] for other in rule.others] == ["https://blog.example.org"]
    assert operator.codes.get().dial == "*100#"
    assert operator.promotions.get().title == "Double data"
    assert operator.plans.get().data_mib == 10240


def test_a_changed_file_changes_its_rows_and_keeps_their_identity(tmp_path: Path) -> None:
    operator = example(tmp_path)
    rule, plan = operator.rules.get(), operator.plans.get()
    write(tmp_path, EXAMPLE.replace("180", "150").replace("270", "240").replace('"Month"', '"Moon"'))
    assert load(tmp_path, NOW + timedelta(days=1)).written == ["Example Mobile"]
    changed = operator.rules.get()
    assert (changed.pk, changed.data["period_count"]) == (rule.pk, 150)
    assert changed.digest != rule.digest
    plan.refresh_from_db()
    assert plan.retired_at is not None  # not sold any more; subscriptions may point at it
    assert operator.plans.get(retired_at=None).name == "Moon"


def test_another_day_of_reading_is_no_changed_rule(tmp_path: Path) -> None:
    operator = example(tmp_path)
    before = operator.rules.get().digest
    write(tmp_path, EXAMPLE.replace("2026-08-01", "2026-10-01"))
    load(tmp_path)
    row = operator.rules.get()
    assert row.digest == before and str(row.seen_on) == "2026-10-01"


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (EXAMPLE.replace('mode = "reset"', 'mode = "perhaps"', 1), "line 28: rule[0].mode: must be one of"),
        (EXAMPLE.replace("minimum = 5", "minimum = "), "line 29: is not TOML"),
        (EXAMPLE.replace("count = 180", "count = 300000"), "must not be more than 100 years"),
        (EXAMPLE.replace("count = 30, unit", "count = 36000, unit"), "no period has more than 32767 days"),
    ],
)
def test_a_broken_file_is_named_with_its_line_and_what_was_read_before_stays(
    tmp_path: Path, broken: str, says: str
) -> None:
    operator = example(tmp_path)
    path = write(tmp_path, broken)
    done = load(tmp_path)
    assert len(done.problems) == 1 and done.problems[0].startswith(str(path))
    assert says in done.problems[0]
    assert done.vanished == []
    assert operator.rules.get(is_current=True).data["period_count"] == 180


def test_a_file_that_is_no_text_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "gb-latin.toml").write_bytes(b'name = "\xff"')
    done = load(tmp_path)
    assert [problem.endswith("can't be read as UTF-8 text") for problem in done.problems] == [True]
    assert len(done.written) >= 69


def test_a_broken_file_in_place_of_a_built_in_one_leaves_the_built_in_one(tmp_path: Path) -> None:
    write(tmp_path, "name = 1", name="gb-giffgaff")
    assert len(load(tmp_path).problems) == 1
    assert Operator.objects.get(key="gb-giffgaff").name == "giffgaff"


def test_an_operator_whose_file_is_gone_stays_with_its_cards_but_is_not_chosen_anew(tmp_path: Path) -> None:
    operator = example(tmp_path)
    card = make_card(make_user(), operator=operator)
    (tmp_path / "bh-example.toml").unlink()
    assert load(tmp_path).vanished == ["Example Mobile"]
    assert load(tmp_path).vanished == []
    card.refresh_from_db()
    assert card.operator == operator
    assert not operator.rules.get().is_current
    assert operator in operators_for(card.owner) and operator not in choosable(card.owner)
    write(tmp_path)
    load(tmp_path)
    assert operator.rules.get().is_current and operator in choosable(card.owner)


def test_what_staff_typed_is_never_overwritten(tmp_path: Path) -> None:
    typed = save_shared_operator(
        operator=None, facts=OperatorFacts(name="example mobile", country="BH", hotline="1"), now=NOW
    )
    write(tmp_path)
    done = load(tmp_path)
    assert "staff typed" in done.problems[0]
    typed.refresh_from_db()
    assert (typed.name, typed.hotline, typed.key) == ("example mobile", "1", "")


def test_plans_that_people_typed_stay_as_they_are(tmp_path: Path) -> None:
    operator = example(tmp_path)
    own = Plan.objects.create(operator=operator, owner=make_user(), name="Mine")
    write(tmp_path, EXAMPLE.replace("price = 4.5", "price = 5"))
    load(tmp_path)
    own.refresh_from_db()
    assert own.retired_at is None
    assert operator.plans.get(owner=None).price == 5


def test_the_clock_of_the_cards_follows_a_file_that_names_another_zone(tmp_path: Path) -> None:
    operator = example(tmp_path)
    card = make_card(make_user(), operator=operator, expires_on=NOW.date() + timedelta(days=90))
    before = card.deadlines.get(kind="line").ends_at
    write(tmp_path, EXAMPLE.replace('app = "My', 'time_zones = ["Asia/Dubai"]\napp = "My'))
    load(tmp_path)
    after = card.deadlines.get(kind="line").ends_at
    assert before is not None and after == before - timedelta(hours=1)


def test_the_command_names_broken_files_and_goes_on(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR = tmp_path
    write(tmp_path / "operators")
    write(tmp_path / "operators", "name = ", name="gb-broken")
    call_command("load_catalogue")
    told = capsys.readouterr()
    assert "left out: " in told.err and "gb-broken.toml, line 1" in told.err
    assert told.out.startswith("operators written: ")
    assert Operator.objects.filter(key="bh-example").exists()
