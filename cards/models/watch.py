"""One person's clock on one deadline, and what it has already said."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.platform.ids import public_id

from .deadline import Deadline


class Watch(models.Model):
    """`next_at` is the instant of the next reminder; null: nothing more to say."""

    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="watches", verbose_name=_("deadline"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="watches", verbose_name=_("person")
    )
    next_at = models.DateTimeField(_("next reminder"), null=True)
    slot = models.CharField(_("slot"), max_length=24, blank=True)
    leads = models.JSONField(_("own leads"), null=True, blank=True)
    snoozed_until = models.DateField(_("snoozed until"), null=True, blank=True)
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    is_muted = models.BooleanField(_("muted"), default=False)
    began_at = models.DateTimeField(_("watching since"))

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        constraints = [models.UniqueConstraint("deadline", "user", name="watch_unique")]
        indexes = [
            models.Index("next_at", "user", name="watch_due", condition=models.Q(next_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.slot}"


class ReminderState(models.TextChoices):
    TAKEN = "taken", _("to be said")
    SAID = "said", _("said")
    SUPERSEDED = "superseded", _("superseded by a more urgent one")
    DROPPED = "dropped", _("no longer true when it was to be sent")


class Reminder(models.Model):
    """One thing to say. Its key makes saying it twice impossible within one cycle."""

    watch = models.ForeignKey(Watch, models.CASCADE, related_name="reminders", verbose_name=_("watch"))
    cycle = models.PositiveIntegerField(_("cycle"))
    slot = models.CharField(_("slot"), max_length=24)
    state = models.CharField(
        _("state"), max_length=10, choices=ReminderState.choices, default=ReminderState.TAKEN
    )
    # The deadline's end it speaks of: the same end in a later cycle needs no second mail.
    ends_at = models.DateTimeField(_("end it speaks of"), null=True)
    act_by_at = models.DateTimeField(_("safe end it speaks of"), null=True)
    due_at = models.DateTimeField(_("due"))
    taken_at = models.DateTimeField(_("taken"))
    is_late = models.BooleanField(_("late"), default=False)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-taken_at", "-pk"]
        constraints = [
            models.UniqueConstraint("watch", "cycle", "slot", name="reminder_key"),
            models.CheckConstraint(
                condition=models.Q(state__in=ReminderState.values), name="reminder_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.slot
