"""Dates that stand by themselves: contract end, notice, promotion, identity check, refund, own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.platform.ids import public_id

from .card import Card


class CardDateKind(models.TextChoices):
    CONTRACT_END = "contract-end", _("Contract end")
    NOTICE = "notice", _("Notice to give by")
    PROMOTION = "promotion", _("Promotion end")
    IDENTITY = "identity", _("Identity re-check")
    REFUND = "refund", _("Refund due")
    OWN = "own", _("Own date")


class CardDate(models.Model):
    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    card = models.ForeignKey(Card, models.CASCADE, related_name="dates", verbose_name=_("card"))
    kind = models.CharField(_("kind"), max_length=16, choices=CardDateKind.choices)
    due_on = models.DateField(_("date"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    met_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("date of a card")
        verbose_name_plural = _("dates of cards")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=CardDateKind.values), name="card_date_kind_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_on}"
