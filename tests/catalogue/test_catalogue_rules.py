"""What the catalogue says becomes a rule that gives the right day."""

from datetime import UTC, date, datetime
from decimal import Decimal

from cards.catalogue.choosing import Option, credit_tiers, options
from cards.catalogue.loading import load_operators
from cards.catalogue.rule import NoGrace
from cards.rules.periods import Period, Unit
from cards.rules.validity import Entry, From, Mode, Rule, Validity, Version, play
from tests.catalogue.samples import SAMPLE, parse, sample

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STARTS = date(2026, 1, 31)
RULE_TABLE = SAMPLE[SAMPLE.index("[[rule]]") : SAMPLE.index("[[topup]]")]


def option(key: str, when: str = "") -> Option:
    return next(one for one in options(load_operators()[key]) if one.when == when)


def rule(key: str, when: str = "") -> Rule:
    found = option(key, when).rule
    assert found is not None
    return found


def played(rule: Rule, *actions: tuple[str, date, str], started_on: date | None = None) -> Validity:
    """The validity after these actions: kind, day, amount ('' none) in the rule's currency."""
    entries = [
        Entry(
            id=number,
            place=number,
            kind=kind,
            day=day,
            amount=Decimal(amount) if amount else None,
            currency=rule.currency if amount else "",
            recorded_at=NOW,
        )
        for number, (kind, day, amount) in enumerate(actions, 1)
    ]
    version = Version(applies_from=date(2020, 1, 1), recorded_at=NOW, rule=rule)
    return play(entries, [version], zones=("UTC",), started_on=started_on)


def test_giffgaff_is_lost_when_six_months_are_over() -> None:
    """31 Jan + 6 months = 31 Jul; nothing can be saved after it, so the number is gone on 1 Aug."""
    result = played(rule("gb-giffgaff"), ("sms", STARTS, ""))

    assert (result.ends_on, result.lost_on) == (date(2026, 7, 31), date(2026, 8, 1))
    assert result.save_until_on == date(2026, 7, 31)


def test_hearsay_is_shown_beside_the_operators_own_words_and_changes_nothing() -> None:
    giffgaff = option("gb-giffgaff")

    assert giffgaff.governing is not None
    assert giffgaff.governing.confidence == "A"
    assert [other.confidence for other in giffgaff.others] == ["C"]
    assert {"call", "data", "plan-bought"} <= rule("gb-giffgaff").counts


def test_hearsay_gives_a_date_but_no_day_of_loss() -> None:
    """31 Jan + 6 months = 31 Jul; what follows is hearsay, so the end of it stays unknown."""
    result = played(rule("es-vodafone"), ("top-up", STARTS, "5"))

    assert (result.ends_on, result.is_hearsay, result.lost_on) == (date(2026, 7, 31), True, None)


def test_of_two_hearsay_rules_the_one_that_asks_for_more_governs() -> None:
    ireland = option("ie-vodafone")

    assert ireland.governing is not None
    assert ireland.governing.minimum == Decimal(5)
    assert [other.minimum for other in ireland.others] == [None]
    assert played(rule("ie-vodafone"), ("top-up", STARTS, "4.99")).ends_on is None


def test_of_two_lengths_of_grace_the_shorter_one_governs() -> None:
    suspended = option("us-t-mobile-prepaid").governing

    assert suspended is not None
    assert suspended.grace == Period(90, Unit.DAY)


def test_a_sure_rule_without_a_loss_is_not_replaced_by_hearsay_with_one() -> None:
    plan = option("us-tello", "with a plan")

    assert plan.governing is not None
    assert plan.governing.confidence == "A"
    assert [other.grace for other in plan.others] == [Period(5, Unit.DAY)]


def test_telus_amounts_give_30_60_and_365_days_and_an_unknown_mode_takes_the_earlier_end() -> None:
    """1 Mar + 365 = 1 Mar 2027; CAD 25 on 1 Apr: added it would be later, reset it is 31 May."""
    telus = rule("ca-telus-prepaid")

    assert option("ca-telus-prepaid").governing is None
    assert [tier.period.days for tier in telus.tiers] == [30, 60, 365]
    big = ("top-up", date(2026, 3, 1), "100")
    assert played(telus, big).ends_on == date(2027, 3, 1)
    assert played(telus, big, ("top-up", date(2026, 4, 1), "99.99")).ends_on == date(2026, 5, 31)
    assert played(telus, big, ("top-up", date(2026, 4, 1), "9.99")).ends_on == date(2027, 3, 1)


def test_valuegb_starts_365_days_anew_and_keeps_the_number_for_30_more() -> None:
    """31 Jan 2026 + 365 = 31 Jan 2027, + 30 = 2 Mar 2027."""
    result = played(rule("hk-valuegb"), ("top-up", STARTS, "50"))

    assert (result.ends_on, result.save_until_on) == (date(2027, 1, 31), date(2027, 3, 2))
    assert played(rule("hk-valuegb"), ("top-up", STARTS, "49")).ends_on is None


def test_shinetown_starts_with_90_days_and_a_recharge_never_shortens() -> None:
    """1 Jan + 90 = 1 Apr; HKD 300 on 1 Feb: + 360 = 27 Jan; HKD 50 on 1 Mar: + 210 is earlier."""
    start = date(2026, 1, 1)
    big = ("top-up", date(2026, 2, 1), "300")
    shinetown = rule("hk-shinetown")

    assert played(shinetown, started_on=start).ends_on == date(2026, 4, 1)
    assert played(shinetown, big, started_on=start).ends_on == date(2027, 1, 27)
    small = played(shinetown, big, ("top-up", date(2026, 3, 1), "50"), started_on=start)
    assert (small.ends_on, small.lost_on) == (date(2027, 1, 27), date(2027, 1, 28))


def test_elisa_finland_has_a_first_period_of_three_months() -> None:
    result = played(rule("fi-elisa"), started_on=STARTS)

    assert result.ends_on == date(2026, 4, 30)
    assert played(rule("fi-elisa"), ("top-up", STARTS, "")).ends_on == date(2027, 1, 31)


def test_ultra_counts_from_the_end_also_when_it_is_over() -> None:
    """31 Jan + 30 = 2 Mar; paid on 20 Mar: 2 Mar + 30 = 1 Apr, and 30 more days to save it."""
    result = played(
        rule("us-ultra-mobile-paygo"), ("renewal", STARTS, ""), ("renewal", date(2026, 3, 20), "")
    )

    assert (result.ends_on, result.save_until_on) == (date(2026, 4, 1), date(2026, 5, 1))


def test_stages_have_their_own_lengths() -> None:
    """31 Jan + 120 = 31 May; incoming only to + 330 = 26 Apr; blocked to + 30 = 26 May."""
    result = played(rule("et-ethio-telecom"), ("top-up", STARTS, ""))

    stages = [(stage.name, last) for stage, _first, last in result.after.boundaries]
    assert stages == [
        ("incoming only, balance kept", date(2027, 4, 26)),
        ("fully blocked, balance zeroed", date(2027, 5, 26)),
    ]


def test_receiving_counts_only_where_the_operator_lists_it() -> None:
    listed = {key: {kind for one in chosen(key) for kind in counts(one)} for key in load_operators()}

    assert {key for key, kinds in listed.items() if "call-received" in kinds} == {"in-trai-prepaid"}
    assert {key for key, kinds in listed.items() if "message-read" in kinds} == {"us-google-voice"}
    assert not any("received" in kinds for kinds in listed.values())


def chosen(key: str) -> tuple[Option, ...]:
    return options(load_operators()[key])


def counts(one: Option) -> frozenset[str]:
    found = one.rule_of(Period(30, Unit.DAY))
    assert found is not None
    return found.counts


def test_a_rule_without_a_period_takes_the_length_of_the_plan_bought() -> None:
    lebara = option("au-lebara")
    monthly = lebara.rule_of(Period(28, Unit.DAY))

    assert lebara.rule is None
    assert monthly is not None
    assert (monthly.base, monthly.period) == (From.END, Period(28, Unit.DAY))
    assert [stage.length for stage in monthly.stages] == [Period(10, Unit.DAY), Period(20, Unit.DAY)]


def test_credit_that_was_transferred_moves_no_line() -> None:
    zain = load_operators()["kw-zain"]

    assert [(topup.amount, topup.period.days) for topup in zain.topups] == [(1, 3), (3, 5), (10, 7)]
    assert all(topup.is_transfer and not topup.is_for_line for topup in zain.topups)


def test_credit_of_an_amount_has_its_own_clock() -> None:
    zain, ooredoo = load_operators()["kw-zain"], load_operators()["qa-ooredoo"]

    assert [(tier.minimum, tier.period.days) for tier in credit_tiers(zain)] == [(1, 3), (3, 5), (10, 7)]
    assert credit_tiers(zain, is_transfer=False) == ()
    assert credit_tiers(ooredoo) == rule("qa-ooredoo").tiers
    assert all(tier.is_credit for tier in (*credit_tiers(zain), *credit_tiers(ooredoo)))
    assert credit_tiers(load_operators()["gb-giffgaff"]) == ()


def test_amounts_for_the_credit_alone_make_no_rule_of_the_line() -> None:
    assert chosen("ph-globe") == chosen("kw-zain") == ()


def test_an_amount_of_two_sources_names_the_line_first() -> None:
    credit = SAMPLE[SAMPLE.index("[[topup]]") :].replace('clock = "line"', 'clock = "credit"')
    both = parse(SAMPLE + "\n" + credit + "\n" + credit.replace("amount = 20", "amount = 5"))
    found = options(both)[0].rule

    assert found is not None
    assert [(tier.minimum, tier.is_credit) for tier in found.tiers] == [(5, True), (20, False)]


def test_a_minimum_for_top_ups_only_is_theirs_alone() -> None:
    found = rule("0044-global-sim")

    assert found.counts == {"sms", "mms", "call", "data", "chargeable", "top-up"}
    assert (found.minimum, found.minima, found.currency) == (None, (("top-up", Decimal(10)),), "USD")


def test_a_minimum_that_is_for_every_kind_is_one() -> None:
    operator = sample(("minimum = 5", 'minimum = 5\nminimum_for = ["top-up"]'))
    found = options(operator)[0].rule

    assert found is not None
    assert (found.minimum, found.minima) == (Decimal(5), ())


def test_a_balance_of_zero_has_a_clock_where_a_source_says_so() -> None:
    assert rule("ca-speakout").zero_after == Period(45, Unit.DAY)
    assert rule("gb-giffgaff").zero_after is None


def test_the_earlier_of_two_sure_dates_governs_and_both_are_kept() -> None:
    later = RULE_TABLE.replace("180", "365").replace("270", "455")
    operator = parse(SAMPLE.replace("[[topup]]", later + "\n[[topup]]"))
    (both,) = options(operator)

    assert both.governing == operator.rules[0]
    assert both.others == (operator.rules[1],)


def test_hearsay_of_top_ups_is_not_mixed_into_a_sure_rule() -> None:
    hearsay = SAMPLE[: SAMPLE.rindex('confidence = "A"')] + 'confidence = "C"\n'
    (sure,) = options(sample())
    (unmixed,) = options(parse(hearsay))

    assert [topup.amount for topup in sure.topups] == [Decimal(20)]
    assert unmixed.topups == ()


def test_a_stage_of_unknown_length_ends_what_is_known() -> None:
    result = played(rule("gb-ee"), ("sms", STARTS, ""))

    assert (result.ends_on, result.save_until_on, result.lost_on) == (date(2026, 7, 29), None, None)
    assert [stage.consequence for stage, _first, _last in result.after.boundaries] == ["service"]


def test_lost_at_once_and_nothing_known_are_two_things() -> None:
    giffgaff, mobily = option("gb-giffgaff").governing, option("sa-mobily").governing

    assert giffgaff is not None
    assert mobily is not None
    assert (giffgaff.grace, mobily.grace) == (NoGrace.AT_ONCE, None)
    assert (rule("gb-giffgaff").is_lost_at_end, rule("gb-giffgaff").stages) == (True, ())
    assert rule("sa-mobily").is_lost_at_end is False
    assert played(rule("sa-mobily"), ("sms", STARTS, "")).after.is_unknown


def test_an_unknown_mode_is_a_reset() -> None:
    operator = sample(('mode = "reset"', 'mode = "unknown"'))

    assert operator.rules[0].mode is None
    assert options(operator)[0].rule is not None
    assert options(operator)[0].rule.mode is Mode.RESET  # type: ignore[union-attr]
