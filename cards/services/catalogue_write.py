"""One operator of a file into its rows. What cards use stays: it is marked, never deleted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from cards.catalogue.operators import CatalogueOperator
from cards.models import (
    Card,
    CatalogueRule,
    Operator,
    OperatorCode,
    OperatorFile,
    Plan,
    Promotion,
    User,
)

from .catalogue_rows import operator_columns, plan_rows, rule_rows, source_columns
from .timetable import mark_stale, replan

PLACE = ("time_zones", "weekend")


def write_operator(
    told: CatalogueOperator,
    *,
    text: str,
    digest: str,
    row: Operator | None,
    owner: User | None,
    now: datetime,
) -> Operator:
    """Store what a file tells; `row` None makes a new operator. The dates of its cards follow its clock.

    Raise CatalogueError for what no column can hold.
    """
    columns, rules, plans = operator_columns(told), rule_rows(told), plan_rows(told)
    with transaction.atomic():
        if row is None:
            row, was = Operator(owner=owner), None
        else:
            row = Operator.objects.select_for_update().get(pk=row.pk)
            was = [getattr(row, name) for name in PLACE]
        for name, value in columns.items():
            setattr(row, name, value)
        row.digest = digest
        row.save()
        OperatorFile.objects.update_or_create(operator=row, defaults={"text": text})
        _write_rules(row, rules)
        _write_plans(row, plans, now)
        _write_short_lists(row, told)
        has_moved = was is not None and was != [getattr(row, name) for name in PLACE]
        if has_moved:
            mark_stale(Card.objects.filter(operator=row))
    if has_moved:
        replan(Card.objects.filter(operator=row), now)
    return row


def mark_vanished(row: Operator) -> None:
    """No file tells of the operator any more: its cards keep it, but nobody chooses it anew."""
    with transaction.atomic():
        Operator.objects.filter(pk=row.pk).update(digest="")
        row.rules.update(is_current=False)


def _write_rules(row: Operator, told: Mapping[str, dict[str, Any]]) -> None:
    stored = {rule.key: rule for rule in row.rules.all()}
    for key, columns in told.items():
        rule = stored.pop(key, None) or CatalogueRule(operator=row, key=key)
        _save(rule, columns)
    gone = [rule.pk for rule in stored.values() if rule.is_current]
    if gone:
        row.rules.filter(pk__in=gone).update(is_current=False)


def _write_plans(row: Operator, told: Mapping[str, dict[str, Any]], now: datetime) -> None:
    """Only those of files: what people typed bears no key."""
    stored = {plan.key: plan for plan in row.plans.filter(owner=row.owner).exclude(key="")}
    for key, columns in told.items():
        plan = stored.pop(key, None) or Plan(operator=row, owner=row.owner, key=key)
        _save(plan, columns)
    gone = [plan.pk for plan in stored.values() if plan.retired_at is None]
    if gone:
        row.plans.filter(pk__in=gone).update(retired_at=now)


def _save(item: CatalogueRule | Plan, columns: Mapping[str, Any]) -> None:
    if item.pk is not None and all(getattr(item, name) == value for name, value in columns.items()):
        return
    for name, value in columns.items():
        setattr(item, name, value)
    item.save()


def _write_short_lists(row: Operator, told: CatalogueOperator) -> None:
    """Nothing points at codes and offers: they are written anew."""
    row.codes.all().delete()
    OperatorCode.objects.bulk_create(
        OperatorCode(
            operator=row,
            purpose=str(code.purpose),
            label=code.label,
            text=code.text,
            dial=code.dial,
            note=code.note,
            **source_columns(code),
        )
        for code in told.codes
    )
    row.promotions.all().delete()
    Promotion.objects.bulk_create(
        Promotion(
            operator=row,
            title=promotion.title,
            starts_on=promotion.starts_on,
            ends_on=promotion.ends_on,
            note=promotion.note,
            **source_columns(promotion),
        )
        for promotion in told.promotions
    )
