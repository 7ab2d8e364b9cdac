"""Where cards are: phones, eUICC cards, modems, drawers."""

from dataclasses import dataclass, fields
from datetime import datetime

from django.db import transaction

from cards.models import Device, DeviceKind, EventKind, User

from .cards import log_event


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """`capacity` None: how many eSIMs it holds is not known."""

    name: str
    kind: str = DeviceKind.PHONE
    eid: str = ""
    capacity: int | None = None
    note: str = ""

    def onto(self, row: Device) -> Device:
        for item in fields(self):
            setattr(row, item.name, getattr(self, item.name))
        return row


def add_device(*, owner: User, facts: DeviceFacts) -> Device:
    row = facts.onto(Device(owner=owner))
    row.save()
    return row


def edit_device(*, device: Device, facts: DeviceFacts) -> None:
    facts.onto(device).save()


@transaction.atomic
def delete_device(*, device: Device, by: User, now: datetime) -> None:
    """Delete the device. Its cards stay, without a place; each card's timeline says so."""
    for card in device.cards.select_for_update().order_by("pk"):
        log_event(card=card, kind=EventKind.CARD_CHANGED, by=by, now=now, fields=["device"])
    device.delete()
