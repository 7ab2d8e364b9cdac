"""Fees that drain the balance, and bills to pay: each turn stands until somebody confirms it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.platform.ids import public_id

from .card import Card
from .fields import money
from .period_unit import PeriodUnit


class ChargeKind(models.TextChoices):
    FEE = "fee", _("Fee taken from the balance")
    BILL = "bill", _("Bill to pay")


class Charge(models.Model):
    """`first_on` is the anchor: turn n is first_on + n periods. A confirmed turn is a ledger entry."""

    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    card = models.ForeignKey(Card, models.CASCADE, related_name="charges", verbose_name=_("card"))
    kind = models.CharField(_("kind"), max_length=8, choices=ChargeKind.choices, default=ChargeKind.FEE)
    name = models.CharField(_("name"), max_length=100)
    # Null: a bill whose amount differs each time.
    amount = money(verbose_name=_("amount"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    # Null: once.
    period_count = models.PositiveSmallIntegerField(_("every"), null=True, blank=True)
    period_unit = models.CharField(
        _("unit"), max_length=8, choices=PeriodUnit.choices, default=PeriodUnit.MONTH
    )
    first_on = models.DateField(_("first due on"))
    created_at = models.DateTimeField(_("added"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("fixed charge")
        verbose_name_plural = _("fixed charges")
        ordering = ["first_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ChargeKind.values) & models.Q(period_unit__in=PeriodUnit.values),
                name="charge_words_known",
            ),
            models.CheckConstraint(
                condition=models.Q(period_count=None)
                | (models.Q(period_count__gte=1) & ~models.Q(period_unit="hour")),
                name="charge_period_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(amount=None) | ~models.Q(currency=""),
                name="charge_amount_has_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="bill") | models.Q(amount__isnull=False),
                name="charge_fee_has_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first_on}"
