"""Which card is where: two queries for any number of devices."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models.functions import Lower

from cards.models import Card, Device, Form, User
from cards.queries.access import cards_of
from cards.queries.identity import devices_of


@dataclass(frozen=True, slots=True)
class Place:
    """A device and its cards; a null device holds those that are nowhere."""

    device: Device | None
    cards: tuple[Card, ...]

    @property
    def used(self) -> int:
        """Return how many eSIMs are on it."""
        return sum(card.form == Form.ESIM for card in self.cards)

    @property
    def left(self) -> int | None:
        """Return how many more it holds; None where its room is not known."""
        capacity = self.device.capacity if self.device else None
        return None if capacity is None else max(0, capacity - self.used)

    @property
    def is_too_full(self) -> bool:
        capacity = self.device.capacity if self.device else None
        return capacity is not None and self.used > capacity


def places_of(user: User) -> tuple[Place, ...]:
    """Return the person's devices, and last the cards that are on none; archived cards are left out."""
    cards: dict[int | None, list[Card]] = defaultdict(list)
    for card in cards_of(user).filter(archived_at=None).order_by(Lower("label"), "pk"):
        cards[card.device_id].append(card)
    found = [Place(device, tuple(cards[device.pk])) for device in devices_of(user)]
    if found and cards[None]:
        found.append(Place(None, tuple(cards[None])))
    return tuple(found)
