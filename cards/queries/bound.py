"""What hangs on a number: accounts that still need it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cards.models import BoundService, Card


@dataclass(frozen=True, slots=True)
class Hanging:
    """How many accounts still need a number, and how many of them are critical."""

    total: int = 0
    critical: int = 0

    @property
    def text(self) -> str:
        """Return "4 services hang on this number, 2 critical"; nothing where none does."""
        if not self.total:
            return ""
        text = ngettext(
            "%(count)d service hangs on this number",
            "%(count)d services hang on this number",
            self.total,
        ) % {"count": self.total}
        if not self.critical:
            return text
        grave = ngettext("%(count)d critical", "%(count)d critical", self.critical)
        return _("%(services)s, %(critical)s") % {
            "services": text,
            "critical": grave % {"count": self.critical},
        }


NOTHING = Hanging()


def hanging_on(cards: Iterable[int]) -> dict[int, Hanging]:
    """Return what hangs on each of the cards, by the card's key; one query, cards without are left out."""
    bound = BoundService.objects.filter(card__in=set(cards), moved_on=None).order_by()
    rows = bound.values_list("card").annotate(
        total=Count("pk"), critical=Count("pk", filter=Q(is_critical=True))
    )
    return {card: Hanging(total, critical) for card, total, critical in rows}


@dataclass(frozen=True, slots=True)
class Services:
    """A card's services: those that still need the number, the critical ones first, and those moved away."""

    bound: tuple[BoundService, ...]
    moved: tuple[BoundService, ...]

    @property
    def critical(self) -> tuple[BoundService, ...]:
        return tuple(row for row in self.bound if row.is_critical)

    @property
    def hanging(self) -> Hanging:
        return Hanging(len(self.bound), len(self.critical))


def services_of(card: Card) -> Services:
    """Return the card's services; one query."""
    rows = list(card.services.all())
    return Services(
        bound=tuple(row for row in rows if row.moved_on is None),
        moved=tuple(row for row in rows if row.moved_on is not None),
    )
