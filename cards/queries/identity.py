"""A card's identity: serial number, place, numbers, and which secrets are kept. Never their values."""

from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Lower

from cards.models import Card, CardNumber, CardSecrets, Device, User
from cards.rules.serials import is_iccid_doubtful

SECRET_FIELDS = ("activation_code", "confirmation_code", "pin", "puk", "pin2", "puk2")


@dataclass(frozen=True, slots=True)
class Identity:
    card: Card
    numbers: tuple[CardNumber, ...]
    kept: tuple[str, ...]  # names of the secrets' fields

    @property
    def is_iccid_doubtful(self) -> bool:
        return bool(self.card.iccid) and is_iccid_doubtful(self.card.iccid)

    @property
    def kept_labels(self) -> tuple[str, ...]:
        return tuple(secret_label(name) for name in self.kept)


def secret_label(name: str) -> str:
    """Return a secret's name in the reader's language."""
    return str(CardSecrets._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def kept_secrets(card: Card) -> tuple[str, ...]:
    """Return which secrets are kept. Looks whether a text is empty, so nothing is decrypted."""
    has = {f"has_{name}": ExpressionWrapper(~Q(**{name: ""}), BooleanField()) for name in SECRET_FIELDS}
    row = CardSecrets.objects.filter(card=card).annotate(**has).values(*has).first()
    return tuple(name for name in SECRET_FIELDS if row and row[f"has_{name}"])


def identity_of(card: Card) -> Identity:
    """Return what the identity page shows: two queries."""
    return Identity(card=card, numbers=tuple(card.numbers.all()), kept=kept_secrets(card))


def devices_of(user: User) -> QuerySet[Device]:
    return user.devices.order_by(Lower("name"), "pk")


def successors_of(card: Card, user: User) -> QuerySet[Card]:
    """Return the person's other cards: one of them may have taken this one's place."""
    return user.cards.exclude(pk=card.pk).order_by(Lower("label"), "pk")
