"""What opens a line: kept encrypted, shown on request only. Events name the fields, never the values."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import transaction

from cards.models import Card, CardSecrets, EventKind, User

from .cards import log_event
from .timetable import lock_card


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Secrets:
    """The values in clear; without a repr, so that no log and no error page prints them."""

    activation_code: str = ""
    confirmation_code: str = ""
    pin: str = ""
    puk: str = ""
    pin2: str = ""
    puk2: str = ""


SECRETS = tuple(item.name for item in fields(Secrets))


@transaction.atomic
def keep_secrets(*, card: Card, values: Mapping[str, str], by: User, now: datetime) -> None:
    """Replace the secrets that are named, an empty text forgets one; the others stay.

    Nothing is decrypted, so new values can be written over those whose key is lost.
    """
    named = {name: values[name] for name in SECRETS if name in values}
    if not named:
        return
    row = lock_card(card)
    if not CardSecrets.objects.filter(card=row).update(**named):
        CardSecrets.objects.create(card=row, **named)
    log_event(card=row, kind=EventKind.SECRETS_CHANGED, by=by, now=now, fields=list(named))


@transaction.atomic
def show_secrets(*, card: Card, by: User, now: datetime) -> Secrets:
    """Return the secrets in clear, and note that they were shown. Raise SealBroken for a lost key."""
    row = CardSecrets.objects.filter(card=card).first()
    if row is None:
        return Secrets()
    found = Secrets(**{name: getattr(row, name) for name in SECRETS})
    shown = [name for name in SECRETS if getattr(found, name)]
    log_event(card=card, kind=EventKind.SECRETS_SHOWN, by=by, now=now, fields=shown)
    return found
