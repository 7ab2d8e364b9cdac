"""A card's own versions of its validity rule."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .card import Card
from .catalogue_rule import CatalogueRule
from .fields import money
from .period_unit import PeriodUnit
from .sourced import Confidence


class CountsFrom(models.TextChoices):
    ACTION = "action", _("the day of the action")
    END = "end", _("the current end")
    LATER = "later", _("the later of both")


class ExtendMode(models.TextChoices):
    RESET = "reset", _("sets the end anew")
    ADD = "add", _("adds to what is left")
    AT_LEAST = "at-least", _("never shortens")


class Rule(models.Model):
    """What prolongs a card and by how much, from `applies_from` on. Never edited: a new version is added."""

    card = models.ForeignKey(Card, models.CASCADE, related_name="rules", verbose_name=_("card"))
    applies_from = models.DateField(_("applies from"))
    counts = models.JSONField(_("actions that count"), default=list)
    minimum = money(verbose_name=_("minimum amount"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    # {kind: amount}: a minimum for one kind of action, in place of the one above
    minima = models.JSONField(_("minimum amounts by action"), default=dict, blank=True)
    # [{"minimum", "count", "unit", "mode", "is_credit"}], from the lowest amount up
    tiers = models.JSONField(_("amounts that give other periods"), default=list, blank=True)
    period_count = models.PositiveSmallIntegerField(_("validity"))
    period_unit = models.CharField(_("unit"), max_length=8, choices=PeriodUnit.choices)
    counts_from = models.CharField(
        _("counted from"), max_length=8, choices=CountsFrom.choices, default=CountsFrom.ACTION
    )
    mode = models.CharField(_("mode"), max_length=8, choices=ExtendMode.choices, default=ExtendMode.RESET)
    first_count = models.PositiveSmallIntegerField(_("first validity"), null=True, blank=True)
    first_unit = models.CharField(
        _("unit of the first validity"), max_length=8, choices=PeriodUnit.choices, default=PeriodUnit.DAY
    )
    is_started_by_action = models.BooleanField(_("the first action starts it"), default=False)
    cap_count = models.PositiveSmallIntegerField(_("at most"), null=True, blank=True)
    cap_unit = models.CharField(
        _("unit of the most"), max_length=8, choices=PeriodUnit.choices, default=PeriodUnit.DAY
    )
    zero_count = models.PositiveSmallIntegerField(_("time after the balance is zero"), null=True, blank=True)
    zero_unit = models.CharField(
        _("unit of that time"), max_length=8, choices=PeriodUnit.choices, default=PeriodUnit.DAY
    )
    has_first_day = models.BooleanField(_("the first day counts"), default=False)
    # [{"name", "count", "unit", "consequence"}]; count null = length unknown
    stages = models.JSONField(_("stages after the end"), default=list, blank=True)
    is_lost_at_end = models.BooleanField(_("lost as soon as it ends"), default=False)
    # Words: inserted, roaming, at-home, wifi-calling, vpn
    needs = models.JSONField(_("what an action needs"), default=list, blank=True)
    # [{"kind", "amount", "currency", "what"}]
    costs = models.JSONField(_("what an action costs"), default=list, blank=True)
    catalogue = models.ForeignKey(
        CatalogueRule,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="copies",
        verbose_name=_("from the catalogue"),
    )
    catalogue_digest = models.CharField(max_length=64, blank=True, editable=False)
    # Waits for its owner's choice: not in force, but reminders follow the earlier of both dates.
    is_proposed = models.BooleanField(_("proposed by the catalogue"), default=False)
    source = models.CharField(_("source"), max_length=700, blank=True)
    seen_on = models.DateField(_("source seen on"), null=True, blank=True)
    confidence = models.CharField(
        _("confidence"), max_length=1, choices=Confidence.choices, default=Confidence.A
    )
    recorded_at = models.DateTimeField(_("recorded"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["applies_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(period_unit__in=PeriodUnit.values)
                & models.Q(counts_from__in=CountsFrom.values)
                & models.Q(mode__in=ExtendMode.values)
                & models.Q(confidence__in=Confidence.values),
                name="rule_words_known",
            ),
            models.CheckConstraint(condition=models.Q(period_count__gte=1), name="rule_period_positive"),
            models.CheckConstraint(
                # add + action means the same as add + later: only one may be written
                condition=~(models.Q(mode="add") & models.Q(counts_from="action")),
                name="rule_no_add_from_action",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period_count} {self.period_unit}"
