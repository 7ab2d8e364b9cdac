"""Envelopes: one to one address on one channel, joined to the reminders inside."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.platform.ids import public_id

from .fields import SealedTextField
from .watch import Reminder


class MessageKind(models.TextChoices):
    REMINDER = "reminder", _("Reminder")
    ACCOUNT = "account", _("Account mail")
    TEST = "test", _("Test message")


class MessageState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed for good")
    STOPPED = "stopped", _("stopped: nothing left to say")
    EXPIRED = "expired", _("expired")


class Message(models.Model):
    """Sent once the server has accepted it, and not before. A lease makes one sender at a time."""

    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=MessageKind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("person"),
    )
    channel = models.CharField(_("channel"), max_length=10, default="email")
    address = models.CharField(_("address"), max_length=254)
    language = models.CharField(_("language"), max_length=10, default="en")
    state = models.CharField(
        _("state"), max_length=8, choices=MessageState.choices, default=MessageState.QUEUED
    )
    message_id = models.CharField("Message-ID", max_length=200, unique=True)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    sealed_body = SealedTextField(_("sealed body"), blank=True)
    created_at = models.DateTimeField(_("created"))
    next_try_at = models.DateTimeField(_("next try"))
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    lease = models.CharField(_("lease"), max_length=100, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.TextField(_("error"), blank=True)
    reply = models.CharField(_("server's answer"), max_length=500, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    is_local = models.BooleanField(_("kept on this machine"), default=False)
    # False between the server's answer and the entries in the timelines; a crash leaves it so,
    # and the next tick completes the record.
    is_recorded = models.BooleanField(_("in the timelines"), default=False, editable=False)
    reminders = models.ManyToManyField(Reminder, through="MessageReminder", related_name="messages")

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index("next_try_at", name="message_waiting", condition=models.Q(state="queued")),
            models.Index(
                "sent_at",
                name="message_to_record",
                condition=models.Q(state="sent", kind="reminder", is_recorded=False),
            ),
            models.Index("user", "created_at", name="message_by_user"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=MessageState.values) & models.Q(kind__in=MessageKind.values),
                name="message_words_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
                name="message_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.address}"


class MessageReminder(models.Model):
    """A reminder's place in an envelope; dropped when it was no longer true at sending."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="enclosures", verbose_name=_("message"))
    reminder = models.ForeignKey(
        Reminder, models.CASCADE, related_name="enclosures", verbose_name=_("reminder")
    )
    is_dropped = models.BooleanField(_("dropped"), default=False)

    class Meta:
        verbose_name = _("enclosed reminder")
        verbose_name_plural = _("enclosed reminders")
        constraints = [models.UniqueConstraint("message", "reminder", name="message_reminder_unique")]

    def __str__(self) -> str:
        return str(self.reminder)
