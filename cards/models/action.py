"""The card's ledger: append-only; an entry is undone by another entry that voids it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.platform.ids import public_id

from .card import Card
from .charge import Charge
from .fields import money
from .rule import Rule
from .subscription import Subscription


class ActionKind(models.TextChoices):
    TOP_UP = "top-up", _("Top-up")
    RENEWAL = "renewal", _("Renewal")
    PLAN_BOUGHT = "plan-bought", _("Plan bought")
    SMS = "sms", _("SMS sent")
    MMS = "mms", _("MMS sent")
    CALL = "call", _("Call made")
    DATA = "data", _("Data used")
    CHARGEABLE = "chargeable", _("Other chargeable use")
    CALL_RECEIVED = "call-received", _("Call received")
    MESSAGE_READ = "message-read", _("Message received and read")
    READING = "reading", _("Reading")
    CREDIT_SENT = "credit-sent", _("Credit sent")
    CREDIT_RECEIVED = "credit-received", _("Credit received")
    FEE = "fee", _("Fee")
    ACTIVATED = "activated", _("Activated")
    INSTALLED = "installed", _("Installed")
    FIRST_USED = "first-used", _("First used")
    SUSPENDED = "suspended", _("Suspended")
    RESTORED = "restored", _("Restored")
    PORTED = "ported", _("Ported")
    CANCELLED = "cancelled", _("Cancelled")
    LOST = "lost", _("Lost")
    REFUND = "refund", _("Refund")
    RULE_CHANGED = "rule-changed", _("Rule changed")
    NOTE = "note", _("Note")
    VOID = "void", _("Undone")


class Action(models.Model):
    """One ledger entry. Nothing changes it after it is written; deleting the card deletes it."""

    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    card = models.ForeignKey(Card, models.CASCADE, related_name="actions", verbose_name=_("card"))
    kind = models.CharField(_("action"), max_length=16, choices=ActionKind.choices)
    acted_on = models.DateField(_("date"))
    acted_at = models.DateTimeField(_("time"), null=True, blank=True)
    amount = money(verbose_name=_("amount"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    expires_on = models.DateField(_("new expiry"), null=True, blank=True)
    # The last good day of what this entry gave: a credit lot, a suspension.
    until_on = models.DateField(_("lasts until"), null=True, blank=True)
    # Validity that went to another line with credit sent.
    days_given = models.PositiveSmallIntegerField(_("days of validity given away"), null=True, blank=True)
    balance = money(verbose_name=_("balance"), null=True, blank=True)
    data_left_mib = models.PositiveIntegerField(_("data left in MiB"), null=True, blank=True)
    method = models.CharField(_("payment method"), max_length=60, blank=True)
    order_number = models.CharField(_("order number"), max_length=100, blank=True)
    note = models.TextField(_("note"), max_length=4000, blank=True)
    subscription = models.ForeignKey(
        Subscription,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("subscription"),
    )
    rule = models.ForeignKey(
        Rule, models.CASCADE, null=True, blank=True, related_name="actions", verbose_name=_("rule")
    )
    charge = models.ForeignKey(
        Charge,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("fixed charge"),
    )
    voids = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="voided_by", verbose_name=_("undoes")
    )
    # "New expiry" beside an action is a reading of its own, voided together with it.
    companion_of = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="companions",
        verbose_name=_("written beside"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    is_by_staff = models.BooleanField(_("by staff"), default=False)
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ["-acted_on", "-pk"]
        indexes = [models.Index("card", "acted_on", name="action_by_card")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=ActionKind.values), name="action_kind_known"),
            models.CheckConstraint(
                condition=~models.Q(kind="void") | models.Q(voids__isnull=False),
                name="action_void_names_entry",
            ),
            models.CheckConstraint(
                condition=models.Q(amount=None) | ~models.Q(currency=""),
                name="action_amount_has_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on=None) | models.Q(kind="reading"),
                name="action_expiry_is_reading",
            ),
            models.CheckConstraint(
                condition=models.Q(until_on=None)
                | models.Q(kind__in=("top-up", "credit-received", "suspended")),
                name="action_until_is_lot_or_rest",
            ),
            models.CheckConstraint(
                condition=models.Q(days_given=None) | models.Q(kind="credit-sent"),
                name="action_days_given_is_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.acted_on}"
