"""The local mailbox of a person, and how deliveries stand for staff."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower
from django.http import Http404

from cards.models import Message, MessageKind, MessageState, User

PAGE_SIZE = 50


def letters_of(person: User) -> QuerySet[Message]:
    """Return the letters kept on this machine for the person's own verified addresses.

    Account mails are never among them: whoever took over a session must not read codes here.
    """
    own = EmailAddress.objects.filter(user=person, verified=True).values_list(Lower("email"))
    return (
        Message.objects.filter(
            user=person,
            kind__in=(MessageKind.REMINDER, MessageKind.TEST),
            state=MessageState.SENT,
            is_local=True,
        )
        .annotate(to=Lower("address"))
        .filter(to__in=own)
        .defer("sealed_body")
        .order_by("-sent_at", "-pk")
    )


def mailbox_page(person: User, page: str) -> Page[Message]:
    return Paginator(letters_of(person), PAGE_SIZE).get_page(page)


def letter_of(person: User, message_id: str) -> Message:
    """Return one of the person's letters, or raise Http404."""
    letter = letters_of(person).filter(public_id=message_id).first()
    if letter is None:
        raise Http404
    return letter


@dataclass(frozen=True, slots=True)
class Deliveries:
    """How many messages wait, of those how many after a failed try, and how many failed for good."""

    waiting: int
    refused: int
    failed: int


def deliveries() -> Deliveries:
    """Count over all people; for staff."""
    waiting = Q(state=MessageState.QUEUED)
    rows = Message.objects.filter(waiting | Q(state=MessageState.FAILED))
    counts = rows.aggregate(
        waiting=Count("pk", filter=waiting),
        refused=Count("pk", filter=waiting & ~Q(error="")),
        failed=Count("pk", filter=Q(state=MessageState.FAILED)),
    )
    return Deliveries(**counts)


def last_test(person: User, message_id: str) -> Message | None:
    """Return a test message of the person, or None."""
    tests = Message.objects.filter(user=person, kind=MessageKind.TEST).defer("sealed_body")
    return tests.filter(public_id=message_id).first()
