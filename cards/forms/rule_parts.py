"""What was typed into the rows of the rule's form, as the columns of a rule; errors at their fields."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cards.models import PeriodUnit

from .action import plain
from .fields import check_amount, check_period
from .rule_rows import COSTS, MINIMA, STAGES, TIERS, RowsForm

_DAY = PeriodUnit.DAY.value


def read_tiers(form: RowsForm) -> tuple[dict[str, Any], ...]:
    """Return the tiers, from the lowest amount up, in whatever order they were typed."""
    tiers: dict[Decimal, dict[str, Any]] = {}
    for number, row in form.typed_rows(TIERS):
        minimum, count = TIERS.key(number, "minimum"), TIERS.key(number, "count")
        check_period(form, count, TIERS.key(number, "unit"))
        check_amount(form, minimum, "currency")
        if row["minimum"] is None and minimum not in form.errors:
            form.add_error(minimum, _("From which amount on? 0 stands for any amount."))
        if row["count"] is None and count not in form.errors:
            form.add_error(count, _("How long does this amount give?"))
        if row["minimum"] in tiers:
            form.add_error(minimum, _("This amount stands here twice."))
        if row["minimum"] is not None:
            tiers[row["minimum"]] = {
                "minimum": plain(row["minimum"]),
                "count": row["count"],
                "unit": row["unit"] or _DAY,
                "mode": row["mode"] or None,
                "is_credit": bool(row["is_credit"]),
            }
    return tuple(tiers[minimum] for minimum in sorted(tiers))


def read_minima(form: RowsForm, counts: list[str]) -> dict[str, str]:
    """Return the smallest amounts by kind of action."""
    minima: dict[str, str] = {}
    for number, row in form.typed_rows(MINIMA):
        kind, amount = MINIMA.key(number, "kind"), MINIMA.key(number, "amount")
        check_amount(form, amount, "currency")
        if not row["kind"] and kind not in form.errors:
            form.add_error(kind, _("For which action?"))
        if row["amount"] is None and amount not in form.errors:
            form.add_error(amount, _("What is the smallest amount that counts?"))
        if row["kind"] in minima:
            form.add_error(kind, _("This action has a minimum above already."))
        elif row["kind"] and counts and row["kind"] not in counts:
            form.add_error(kind, _("This action does not count: tick it above, or take this row out."))
        if row["kind"] and row["amount"] is not None:
            minima[row["kind"]] = plain(row["amount"])
    return minima


def read_costs(form: RowsForm, counts: list[str]) -> tuple[dict[str, Any], ...]:
    """Return what actions cost. One action may stand here twice: at home and abroad."""
    costs = []
    for number, row in form.typed_rows(COSTS):
        kind, amount = COSTS.key(number, "kind"), COSTS.key(number, "amount")
        check_amount(form, amount, COSTS.key(number, "currency"))
        if not row["kind"] and kind not in form.errors:
            form.add_error(kind, _("Which action costs this?"))
        elif row["kind"] and counts and row["kind"] not in counts:
            form.add_error(kind, _("This action does not count: tick it above, or take this row out."))
        if row["amount"] is None and amount not in form.errors:
            form.add_error(amount, _("How much does it cost? 0 stands for nothing."))
        if row["kind"] and row["amount"] is not None:
            costs.append({**row, "amount": plain(row["amount"]), "what": row["what"] or ""})
    return tuple(costs)


def read_stages(form: RowsForm) -> tuple[dict[str, Any], ...]:
    """Return the stages after the end; one of unknown length (count None) is the last."""
    stages, unknown_at = [], None
    for number, row in form.typed_rows(STAGES):
        count = STAGES.key(number, "count")
        check_period(form, count, STAGES.key(number, "unit"))
        if unknown_at is not None:
            text = _("A stage of unknown length never ends: nothing can follow it.")
            form.add_error(unknown_at, text)
            unknown_at = None
        if not row["consequence"]:
            form.add_error(STAGES.key(number, "consequence"), _("What is at stake in this stage?"))
        if row["count"] is None and count not in form.errors:
            unknown_at = count
        stages.append({**row, "name": row["name"] or "", "unit": row["unit"] or _DAY})
    return tuple(stages)
