"""Offers: what can be bought for a card. A bought one is a subscription, with a snapshot of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.platform.ids import public_id

from .fields import money
from .operator import Operator
from .period_unit import PeriodUnit
from .sourced import Sourced

# Of data, minutes or SMS: there is no end of it. A number, because null means "not known".
UNLIMITED = 2_147_483_647


class PlanKind(models.TextChoices):
    DAILY = "daily", _("Day")
    WEEKLY = "weekly", _("Week")
    MONTHLY = "monthly", _("Month")
    QUARTERLY = "quarterly", _("Quarter")
    YEARLY = "yearly", _("Year")
    DATA = "data", _("Data")
    ADDON = "addon", _("Add-on")
    OTHER = "other", _("Other")


class Plan(Sourced):
    """An operator's offer: shared when it has no owner, else one person's own. Null: not known."""

    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    operator = models.ForeignKey(Operator, models.CASCADE, related_name="plans", verbose_name=_("operator"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="plans",
        verbose_name=_("owner"),
    )
    # The catalogue's name for it; blank for what people typed.
    key = models.CharField(_("key"), max_length=200, blank=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=PlanKind.choices, default=PlanKind.OTHER)
    price = money(verbose_name=_("price"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    period_count = models.PositiveSmallIntegerField(_("validity"), null=True, blank=True)
    period_unit = models.CharField(
        _("unit"), max_length=8, choices=PeriodUnit.choices, default=PeriodUnit.DAY
    )
    data_mib = models.PositiveIntegerField(_("data in MiB"), null=True, blank=True)
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    sms = models.PositiveIntegerField(_("SMS"), null=True, blank=True)
    has_hotspot = models.BooleanField(_("hotspot"), null=True, blank=True)
    is_throttled = models.BooleanField(_("throttled when used up"), default=False)
    note = models.TextField(_("note"), blank=True)
    retired_at = models.DateTimeField(_("no longer sold"), null=True, blank=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["operator", "price", "pk"]
        constraints = [
            models.UniqueConstraint(
                "operator", "key", name="plan_key_unique", condition=models.Q(owner=None) & ~models.Q(key="")
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=PlanKind.values) & models.Q(period_unit__in=PeriodUnit.values),
                name="plan_words_known",
            ),
            models.CheckConstraint(
                condition=models.Q(period_count=None) | models.Q(period_count__gte=1),
                name="plan_period_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(price=None) | ~models.Q(currency=""),
                name="plan_price_has_currency",
            ),
        ]

    def __str__(self) -> str:
        return self.name
