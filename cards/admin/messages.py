"""Deliveries: states, answers and errors. Never what a message says."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cards.models import Message, MessageKind, MessageReminder
from cards.reminders.again import send_again
from cards.web.clock import now_of

from .base import SealedFields

_BREAK = mark_safe("<br>")


@admin.register(Message)
class MessageAdmin(SealedFields[Message]):
    list_display = ("created_at", "kind", "address", "state", "tries", "short_error", "about")
    list_filter = ("state", "kind", "is_local", "created_at")
    list_select_related = ("user",)
    search_fields = ("address", "message_id", "public_id", "error")
    actions = ("again",)
    fields = (
        "kind", "state", "user", "address", "channel", "language", "about", "enclosed", "created_at",
        "next_try_at", "tries", "sent_at", "reply", "error", "is_local", "expires_at", "leased_until",
        "message_id", "public_id",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).defer("sealed_body")

    @admin.display(description=_("subject"))
    def about(self, row: Message) -> str:
        """An account mail's subject may hold a code."""
        return "–" if row.kind == MessageKind.ACCOUNT else row.subject or "–"

    @admin.display(description=_("error"))
    def short_error(self, row: Message) -> str:
        return row.error[:80] + "…" * (len(row.error) > 80) or "–"

    @admin.display(description=_("reminders"))
    def enclosed(self, row: Message) -> SafeString | str:
        rows = row.enclosures.select_related("reminder__watch__deadline__card").order_by("pk")
        lines = [(_enclosed_words(item),) for item in rows]
        return format_html_join(_BREAK, "{}", lines) if lines else "–"

    @admin.action(description=_("Send again"), permissions=["act"])
    def again(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        rows = list(chosen)
        queued = sum(send_again(message=row, now=now_of(request)) for row in rows)
        text = ngettext("%(count)d message is queued again.", "%(count)d messages are queued again.", queued)
        if queued:
            self.message_user(request, text % {"count": queued}, messages.SUCCESS)
        left = len(rows) - queued
        if left:
            text = ngettext(
                "%(count)d message was left alone: an account mail, or one that is being sent now.",
                "%(count)d messages were left alone: account mails, or such as are being sent now.",
                left,
            )
            self.message_user(request, text % {"count": left}, messages.WARNING)


def _enclosed_words(item: MessageReminder) -> str:
    deadline = item.reminder.watch.deadline
    words = f"{deadline.card.label} · {deadline.get_kind_display()} · {item.reminder.slot}"
    return f"{words} ({item.reminder.get_state_display()})"


@admin.register(MessageReminder)
class MessageReminderAdmin(SealedFields[MessageReminder]):
    list_display = ("message", "card", "slot", "is_dropped")
    list_filter = ("is_dropped",)
    list_select_related = ("message", "reminder__watch__deadline__card")
    search_fields = ("message__address", "message__public_id")
    ordering = ("-pk",)
    fields = ("message", "reminder", "card", "is_dropped")

    @admin.display(description=_("card"))
    def card(self, row: MessageReminder) -> str:
        return row.reminder.watch.deadline.card.label

    @admin.display(description=_("slot"))
    def slot(self, row: MessageReminder) -> str:
        return row.reminder.slot
