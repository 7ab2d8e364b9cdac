"""Back into the outbox: a message that was sent or given up is tried once more."""

from datetime import datetime

from django.db.models import Q

from cards.models import Message, MessageKind, MessageState


def send_again(message: Message, now: datetime) -> bool:
    """Put a message back into the queue, to be tried at once. Return whether it was.

    Not an account mail: its text is erased. Not one that is being sent at this moment.
    """
    idle = Q(leased_until=None) | Q(leased_until__lte=now)
    rows = Message.objects.filter(idle, pk=message.pk).exclude(kind=MessageKind.ACCOUNT)
    return bool(
        rows.update(
            state=MessageState.QUEUED,
            next_try_at=now,
            tries=0,
            error="",
            reply="",
            sent_at=None,
            is_recorded=False,
            lease="",
            leased_until=None,
        )
    )
