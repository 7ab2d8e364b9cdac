"""One SIM, eSIM, data card or app number of one owner."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.platform.ids import public_id

from .device import Device
from .fields import money
from .operator import Operator


class Purpose(models.TextChoices):
    NUMBER_KEEPING = "number-keeping", _("Number-keeping")
    DATA = "data", _("Data")
    ROAMING = "roaming", _("Roaming")
    EVERYDAY = "everyday", _("Everyday")
    OTHER = "other", _("Other subscription")


class Form(models.TextChoices):
    PHYSICAL = "physical", _("Physical SIM")
    ESIM = "esim", _("eSIM")
    APP = "app", _("App number")


class Billing(models.TextChoices):
    PREPAID = "prepaid", _("Prepaid")
    POSTPAID = "postpaid", _("Postpaid")


class Intent(models.TextChoices):
    KEEP = "keep", _("Keep")
    LAPSE = "lapse", _("Let lapse")
    CANCELLING = "cancelling", _("Being cancelled")


class Card(models.Model):
    """A card. Its dates are not here: they are deadlines, made from its ledger and rules."""

    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="cards", verbose_name=_("owner")
    )
    label = models.CharField(_("label"), max_length=100)
    operator = models.ForeignKey(
        Operator, models.SET_NULL, null=True, blank=True, related_name="cards", verbose_name=_("operator")
    )
    number = models.CharField(_("phone number"), max_length=32, blank=True)
    purposes = models.JSONField(_("purposes"), default=list)
    form = models.CharField(_("form"), max_length=8, choices=Form.choices, default=Form.PHYSICAL)
    billing = models.CharField(_("billing"), max_length=8, choices=Billing.choices, default=Billing.PREPAID)
    intent = models.CharField(_("intent"), max_length=10, choices=Intent.choices, default=Intent.KEEP)
    seller = models.CharField(_("seller"), max_length=100, blank=True)
    note = models.TextField(_("note"), max_length=4000, blank=True)
    margin_days = models.PositiveSmallIntegerField(_("margin in days"), null=True, blank=True)
    activated_on = models.DateField(_("activated on"), null=True, blank=True)
    iccid = models.CharField("ICCID", max_length=22, blank=True)
    device = models.ForeignKey(
        Device, models.SET_NULL, null=True, blank=True, related_name="cards", verbose_name=_("device")
    )
    installs_left = models.PositiveSmallIntegerField(_("installs left"), null=True, blank=True)
    install_by_on = models.DateField(_("install by"), null=True, blank=True)
    first_use_by_on = models.DateField(_("use first by"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("successor card"),
    )
    # The operator tops up by itself: below this balance, by this amount.
    topup_below = money(verbose_name=_("tops up by itself below"), null=True, blank=True)
    topup_amount = money(verbose_name=_("by this amount"), null=True, blank=True)
    topup_currency = models.CharField(_("currency"), max_length=3, blank=True)
    # The scheduler offers the fitting playbook; it opens it by itself only where this is switched on.
    opens_runs = models.BooleanField(_("opens the fitting steps by itself"), default=False)
    has_check_ups = models.BooleanField(_("regular check-up"), default=True)
    created_at = models.DateTimeField(_("added"))
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    # Both written by services.timetable, so that lists join and sort without a sub-query.
    leading = models.ForeignKey(
        "cards.Deadline",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("leading deadline"),
    )
    urgent_at = models.DateTimeField(_("most urgent"), null=True, editable=False)
    planned_at = models.DateTimeField(_("dates worked out"), null=True, editable=False)
    # By which entry the line is gone (cancelled, ported, lost), and on which day at the card's place.
    # Written by services.timetable too; from that day on the card is history.
    ended_as = models.CharField(_("ended as"), max_length=16, blank=True, default="", editable=False)
    ended_on = models.DateField(_("ended on"), null=True, editable=False)

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        indexes = [
            models.Index("owner", "archived_at", "urgent_at", name="card_by_urgency"),
            models.Index("planned_at", name="card_by_planned", condition=models.Q(archived_at=None)),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(form__in=Form.values), name="card_form_known"),
            models.CheckConstraint(condition=models.Q(billing__in=Billing.values), name="card_billing_known"),
            models.CheckConstraint(condition=models.Q(intent__in=Intent.values), name="card_intent_known"),
            models.CheckConstraint(condition=~models.Q(label=""), name="card_has_label"),
            models.CheckConstraint(
                condition=models.Q(topup_below=None, topup_amount=None)
                | (models.Q(topup_below__isnull=False, topup_amount__gt=0) & ~models.Q(topup_currency="")),
                name="card_auto_topup_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def zones(self) -> list[str]:
        """Return the time zones of the card's place: the operator's, else the owner's (assumed)."""
        return (self.operator.time_zones if self.operator else None) or [self.owner.time_zone]

    @property
    def is_place_assumed(self) -> bool:
        return not (self.operator and self.operator.time_zones)
