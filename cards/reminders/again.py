"""Saying again what was said or given up, by staff's wish."""

from datetime import datetime

from django.db import transaction

from cards.delivery.again import send_again as queue_again
from cards.models import Card, Message, MessageReminder, Reminder, ReminderState
from cards.services.timetable import hold_cards


@transaction.atomic
def send_again(*, message: Message, now: datetime) -> bool:
    """Queue a reminder or test message once more; account mails never. Return whether it was.

    Its reminders are checked anew before it leaves: what is no longer true stays unsaid.
    """
    # Cards first, as everywhere: who deletes one holds it and waits for its reminders.
    hold_cards(Card.objects.filter(deadlines__watches__reminders__messages=message))
    if not queue_again(message, now):
        return False
    enclosed = MessageReminder.objects.filter(message=message)
    # One that a later reminder of the same date has overtaken stays overtaken.
    known = (ReminderState.SAID, ReminderState.DROPPED)
    spoken = Reminder.objects.filter(enclosures__in=enclosed, state__in=known)
    ids = list(spoken.values_list("pk", flat=True))
    Reminder.objects.filter(pk__in=ids).update(state=ReminderState.TAKEN)
    enclosed.filter(reminder__in=ids).update(is_dropped=False)
    return True
