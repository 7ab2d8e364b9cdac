"""A plan bought for a card: a snapshot of the offer at that time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.platform.ids import public_id

from .card import Card
from .fields import money
from .period_unit import PeriodUnit
from .plan import Plan


class SubscriptionIntent(models.TextChoices):
    RENEW = "renew", _("Renew")
    LET_END = "let-end", _("Let end")


class Subscription(models.Model):
    """One plan in use, from its purchase on; renewals are entries in the ledger."""

    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    card = models.ForeignKey(Card, models.CASCADE, related_name="subscriptions", verbose_name=_("card"))
    plan = models.ForeignKey(
        Plan,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("offer"),
    )
    name = models.CharField(_("plan"), max_length=100)
    price = money(verbose_name=_("price"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    period_count = models.PositiveSmallIntegerField(_("validity"), null=True, blank=True)
    period_unit = models.CharField(
        _("unit"), max_length=8, choices=PeriodUnit.choices, default=PeriodUnit.DAY
    )
    has_first_day = models.BooleanField(_("the day it is bought counts"), default=True)
    data_mib = models.PositiveIntegerField(_("data in MiB"), null=True, blank=True)
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    sms = models.PositiveIntegerField(_("SMS"), null=True, blank=True)
    has_hotspot = models.BooleanField(_("hotspot"), default=False)
    starts_on = models.DateField(_("starts on"))
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    # Validity begins with the first use, at the latest on this day. Null: it begins when bought.
    first_use_by_on = models.DateField(_("starts with first use, at the latest on"), null=True, blank=True)
    alarm_mib = models.PositiveIntegerField(_("warn below this much data in MiB"), null=True, blank=True)
    is_auto_renewing = models.BooleanField(_("renews by itself"), default=False)
    intent = models.CharField(
        _("intent"),
        max_length=8,
        choices=SubscriptionIntent.choices,
        default=SubscriptionIntent.RENEW,
    )
    created_at = models.DateTimeField(_("added"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(period_unit__in=PeriodUnit.values), name="subscription_unit_known"
            ),
            models.CheckConstraint(
                condition=models.Q(period_count=None) | models.Q(period_count__gte=1),
                name="subscription_period_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(price=None) | ~models.Q(currency=""),
                name="subscription_price_has_currency",
            ),
        ]

    def __str__(self) -> str:
        return self.name
