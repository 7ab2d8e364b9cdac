"""One clock of one card. Written by services.timetable only."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .card import Card


class DeadlineKind(models.TextChoices):
    LINE = "line", _("Line validity")
    ASK_VALIDITY = "ask-validity", _("Find out the validity")
    PLAN_END = "plan-end", _("Plan end")
    CREDIT_LOT = "credit-lot", _("Credit ends")
    ZERO_BALANCE = "zero-balance", _("Balance is zero: line ends")
    BALANCE = "balance", _("Balance reaches zero")
    DATA = "data", _("Data runs out")
    INSTALL_BY = "install-by", _("Install by")
    FIRST_USE = "first-use", _("Use first by")
    SUSPENSION = "suspension", _("Suspension ends")
    CHARGE = "charge", _("Fee due")
    BILL = "bill", _("Bill due")
    CONTRACT_END = "contract-end", _("Contract end")
    NOTICE = "notice", _("Notice to give by")
    PROMOTION = "promotion", _("Promotion end")
    IDENTITY = "identity", _("Identity re-check")
    REFUND = "refund", _("Refund due")
    OWN = "own", _("Own date")
    # Of runs: an answer that is waited for, a check, something to look at, an application, a check-up.
    WAIT = "wait", _("Waited for")
    VERIFY = "verify", _("To be checked")
    LOOK = "look", _("Look again")
    APPLY = "apply", _("Last day to apply")
    CHECK_UP = "check-up", _("Check-up")


class DeadlineState(models.TextChoices):
    OPEN = "open", _("open")
    MET = "met", _("met")
    DROPPED = "dropped", _("dropped")
    PASSED = "passed", _("passed")


class Deadline(models.Model):
    """Natural key (card, kind, subject). `cycle` rises whenever its date or state changes."""

    card = models.ForeignKey(Card, models.CASCADE, related_name="deadlines", verbose_name=_("card"))
    kind = models.CharField(_("deadline"), max_length=16, choices=DeadlineKind.choices)
    subject = models.CharField(_("subject"), max_length=40, blank=True, default="")
    title = models.CharField(_("title"), max_length=200, blank=True)
    # The title by language, where it is a playbook's and not the person's own text.
    titles = models.JSONField(_("titles"), default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=DeadlineState.choices, default=DeadlineState.OPEN
    )
    cycle = models.PositiveIntegerField(_("cycle"), default=1)
    ends_on = models.DateField(_("ends on"), null=True)
    ends_at = models.DateTimeField(_("ends at"), null=True)
    act_by_at = models.DateTimeField(_("act by"), null=True)
    act_by_on = models.DateField(_("safe date"), null=True)
    save_until_at = models.DateTimeField(_("can be saved until"), null=True)
    lost_at = models.DateTimeField(_("lost from"), null=True)
    known_at = models.DateTimeField(_("known since"))
    period_seconds = models.PositiveBigIntegerField(_("period in seconds"), null=True)
    after = models.CharField(_("after the end"), max_length=8, default="nothing")
    is_hearsay = models.BooleanField(_("hearsay"), default=False)
    is_place_assumed = models.BooleanField(_("place assumed"), default=False)
    # Which of its own moments already stand in the timeline as events.
    noted = models.CharField(max_length=8, blank=True, default="", editable=False)
    # Worked out from an estimate (use per day, balance), not from the operator's word.
    is_estimated = models.BooleanField(_("estimated"), default=False)
    # The balance is known to cover this fee: nothing is said before it is due.
    is_covered = models.BooleanField(_("covered by the balance"), default=False)
    # Under the rule that waits for the owner's choice; the date above is the earlier of both.
    proposed_on = models.DateField(_("date under the proposed rule"), null=True)
    unconfirmed_on = models.DateField(_("reading to confirm"), null=True)

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["act_by_at", "pk"]
        indexes = [
            models.Index("ends_at", name="deadline_to_note", condition=models.Q(state="open", noted="")),
            models.Index("lost_at", name="deadline_loss_to_note", condition=models.Q(noted="reached")),
        ]
        constraints = [
            models.UniqueConstraint("card", "kind", "subject", name="deadline_natural_key"),
            models.CheckConstraint(
                condition=models.Q(kind__in=DeadlineKind.values), name="deadline_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=DeadlineState.values), name="deadline_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(act_by_at__lte=models.F("ends_at")),
                name="deadline_act_by_not_after_end",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=False, act_by_at__isnull=False)
                | models.Q(ends_at=None, act_by_at=None),
                name="deadline_dates_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ends_on or '?'}"
