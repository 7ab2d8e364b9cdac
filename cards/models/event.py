"""What the system saw or did. Append-only, no effect on dates."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .card import Card


class EventKind(models.TextChoices):
    CARD_ADDED = "card-added", _("Card added")
    CARD_CHANGED = "card-changed", _("Card changed")
    CARD_ARCHIVED = "card-archived", _("Card archived")
    CARD_RESTORED = "card-restored", _("Card restored from the archive")
    INTENT_CHANGED = "intent-changed", _("Intent changed")
    PLAN_CHANGED = "plan-changed", _("Plan added or changed")
    PLAN_CLOSED = "plan-closed", _("Plan closed")
    PLAN_REOPENED = "plan-reopened", _("Plan taken back")
    DATE_CHANGED = "date-changed", _("Date added or changed")
    DATE_MET = "date-met", _("Date ticked off")
    DATE_REMOVED = "date-removed", _("Date removed")
    DATE_REACHED = "date-reached", _("Date reached")
    NUMBER_LOST = "number-lost", _("Last day to save it is over")
    REMINDER_SENT = "reminder-sent", _("Reminder sent")
    REMINDER_FAILED = "reminder-failed", _("Reminder could not be sent")
    CHARGE_CHANGED = "charge-changed", _("Fixed charge added or changed")
    CHARGE_ENDED = "charge-ended", _("Fixed charge ended")
    SERVICE_CHANGED = "service-changed", _("Bound service added or changed")
    SERVICE_REMOVED = "service-removed", _("Bound service removed")
    SECRETS_CHANGED = "secrets-changed", _("Secrets changed")
    SECRETS_SHOWN = "secrets-shown", _("Secrets shown")
    RULE_PROPOSED = "rule-proposed", _("The catalogue's rule has changed")
    RULE_DECLINED = "rule-declined", _("The catalogue's new rule was declined")
    WATCH_CHANGED = "watch-changed", _("Reminder changed")
    RUN_OPENED = "run-opened", _("Steps started")
    RUN_DONE = "run-done", _("Steps finished")
    RUN_REOPENED = "run-reopened", _("Steps taken up again")
    RUN_ABANDONED = "run-abandoned", _("Steps given up")
    EVIDENCE_ADDED = "evidence-added", _("Evidence added")
    EVIDENCE_REMOVED = "evidence-removed", _("Evidence removed")
    DRIFT = "drift", _("Stored dates were wrong and have been mended")


class Event(models.Model):
    card = models.ForeignKey(
        Card, models.CASCADE, null=True, blank=True, related_name="events", verbose_name=_("card")
    )
    kind = models.CharField(_("event"), max_length=20, choices=EventKind.choices)
    happened_at = models.DateTimeField(_("when"))
    # null: done by the system, never by a person
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    details = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-happened_at", "-pk"]
        indexes = [models.Index("card", "happened_at", name="event_by_card")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=EventKind.values), name="event_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_at:%Y-%m-%d %H:%M}"
