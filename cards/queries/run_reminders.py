"""What a reminder of a run says beside its date: what was applied for, whom to ask, where to look."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from cards.models import CodePurpose, Deadline, DeadlineKind, OperatorCode, RecordKind, Run, StepRecord
from cards.queries.run_offers import run_pk
from cards.queries.run_words import in_words
from cards.queries.sight import Sight

# Money or an answer is waited for: the holder asks again.
CHASED = (DeadlineKind.WAIT, DeadlineKind.REFUND)
_MOST_CODES = 3


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The runs behind some deadlines, when each was applied for, and how a balance is read."""

    runs: dict[int, Run] = field(default_factory=dict)
    applied: dict[int, date] = field(default_factory=dict)
    codes: dict[int, list[OperatorCode]] = field(default_factory=dict)

    def run_of(self, deadline: Deadline) -> Run | None:
        """Return the run that made the deadline; None for one that no run made, or that is gone."""
        number = run_pk(deadline)
        return self.runs.get(number) if number is not None else None


def run_facts(deadlines: Iterable[Deadline]) -> RunFacts:
    """Read what the reminders of these deadlines say, in three queries; none where no run made any.

    The deadlines bring their cards and operators.
    """
    rows = [row for row in deadlines if run_pk(row) is not None]
    if not rows:
        return RunFacts()
    runs = Run.objects.select_related("version__playbook").in_bulk({run_pk(row) or 0 for row in rows})
    facts = RunFacts(runs=runs)
    for run, step, kind, values in (
        StepRecord.objects.filter(run__in=runs, kind__in=(RecordKind.DONE, RecordKind.REOPENED))
        .order_by("pk")
        .values_list("run_id", "step", "kind", "values")
    ):
        if not _asks_for_day(runs[run], step):
            continue
        facts.applied.pop(run, None)
        if kind == RecordKind.DONE and values.get("applied_on"):
            facts.applied[run] = date.fromisoformat(values["applied_on"])
    operators = {row.card.operator_id for row in rows if row.kind not in CHASED} - {None}
    for code in OperatorCode.objects.filter(operator__in=operators, purpose=CodePurpose.BALANCE):
        facts.codes.setdefault(code.operator_id, []).append(code)
    return facts


def _asks_for_day(run: Run, step: str) -> bool:
    steps = run.version.definition.steps
    return any(item.key == step and "applied_on" in item.asks for item in steps)


def run_lines(facts: RunFacts, sight: Sight) -> tuple[str, ...]:
    """Return what to know and to do, a sentence a line; nothing for a deadline that no run made."""
    run = facts.run_of(sight.deadline)
    if run is None:
        return ()
    title = in_words(run.version.definition.title)
    lines = [title] if title not in sight.title else []
    applied = facts.applied.get(run.pk)
    if sight.deadline.kind not in CHASED:
        return (*lines, *_codes(facts, sight))
    if applied is not None:
        lines.append(_("Applied for on %(day)s.") % {"day": sight.reader.day(applied)})
    return (*lines, *_contact(sight))


def _contact(sight: Sight) -> list[str]:
    operator = sight.card.operator
    if operator is None:
        return []
    found = []
    if operator.hotline:
        found.append(_("Hotline: %(number)s") % {"number": operator.hotline})
    if operator.site_url:
        found.append(_("Site: %(address)s") % {"address": operator.site_url})
    return found


def _codes(facts: RunFacts, sight: Sight) -> list[str]:
    codes = facts.codes.get(sight.card.operator_id or 0, [])
    text = _("%(label)s: %(code)s")
    return [text % {"label": code.label, "code": code.text} for code in codes[:_MOST_CODES]]
