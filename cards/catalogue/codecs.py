"""How single values are written in a file: strictly read, and written back the same."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, TypeVar

from cards.catalogue.errors import Spot
from cards.rules.periods import Period, Unit
from cards.rules.words import gettext_noop

UNKNOWN = "unknown"
_LARGEST = Decimal(10) ** 9
_LONGEST_DAYS = 36525

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """`read` raises CatalogueError; `write` gives TOML that `read` turns into the same value."""

    read: Callable[[object, Spot], T]
    write: Callable[[T], str]


def quoted(value: str) -> str:
    """A TOML string; JSON writes it the same way as far as `text` lets characters through."""
    return json.dumps(value, ensure_ascii=False)


def text(longest: int, *, pattern: str = "", what: str = "", is_empty_fine: bool = False) -> Codec[str]:
    """One line of text; `what` is the error where it does not match `pattern`."""

    def read(value: object, spot: Spot) -> str:
        if not isinstance(value, str):
            raise spot.error(gettext_noop("must be a text in quotes"))
        if not value.strip() and not is_empty_fine:
            raise spot.error(gettext_noop("must not be empty"))
        if not value.isprintable():
            raise spot.error(gettext_noop("must be one line without control characters"))
        if len(value) > longest:
            raise spot.error(gettext_noop("must have at most %(count)d characters"), count=longest)
        if pattern and not re.fullmatch(pattern, value):
            raise spot.error(what)
        return value

    return Codec(read, quoted)


def choice(kind: type[U]) -> Codec[U]:
    """One of the words of an enumeration."""
    assert issubclass(kind, Enum)
    words = {str(member.value): member for member in kind}

    def read(value: object, spot: Spot) -> Any:
        if not isinstance(value, str) or value not in words:
            raise spot.error(gettext_noop("must be one of %(words)s"), words=", ".join(words))
        return words[value]

    return Codec(read, lambda member: quoted(str(getattr(member, "value", member))))


def word(*words: str) -> Codec[str]:
    """One of these words."""

    def read(value: object, spot: Spot) -> str:
        if not isinstance(value, str) or value not in words:
            raise spot.error(gettext_noop("must be one of %(words)s"), words=", ".join(words))
        return value

    return Codec(read, quoted)


def _flag(value: object, spot: Spot) -> bool:
    if not isinstance(value, bool):
        raise spot.error(gettext_noop("must be true or false"))
    return value


def _whole(value: object, spot: Spot) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10**9:
        raise spot.error(gettext_noop("must be a whole number, 0 or more"))
    return value


def _day(value: object, spot: Spot) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise spot.error(gettext_noop('must be a day such as 2026-08-01, without quotes, or "unknown"'))
    return value


def _amount(value: object, spot: Spot) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise spot.error(gettext_noop("must be a number"))
    amount = Decimal(value)
    if not amount.is_finite() or not 0 <= amount < _LARGEST:
        raise spot.error(gettext_noop("must be an amount of 0 or more"))
    if amount != amount.quantize(Decimal("0.001")):
        raise spot.error(gettext_noop("must have at most three decimals"))
    return amount


def _period(value: object, spot: Spot) -> Period:
    if not isinstance(value, dict) or set(value) != {"count", "unit"}:
        raise spot.error(gettext_noop('must look like { count = 6, unit = "month" }'))
    count = _whole(value["count"], spot.at("count"))
    unit = choice(Unit).read(value["unit"], spot.at("unit"))
    try:
        period = Period(count, unit)
    except ValueError as error:
        raise spot.error(str(error)) from error
    if period.approx_days > _LONGEST_DAYS:
        raise spot.error(gettext_noop("must not be more than 100 years"))
    return period


FLAG = Codec(_flag, lambda value: "true" if value else "false")
WHOLE = Codec(_whole, str)
DAY = Codec(_day, date.isoformat)
AMOUNT = Codec(_amount, lambda value: f"{value:f}")
PERIOD = Codec(_period, lambda period: f"{{ count = {period.count}, unit = {quoted(period.unit)} }}")


def or_unknown(codec: Codec[T]) -> Codec[T | None]:
    """The same, or "unknown" for None."""

    def read(value: object, spot: Spot) -> T | None:
        return None if value == UNKNOWN else codec.read(value, spot)

    return Codec(read, lambda value: quoted(UNKNOWN) if value is None else codec.write(value))


def or_member(codec: Codec[T], member: U) -> Codec[T | U]:
    """The same, or the word of one member of an enumeration."""
    name = str(getattr(member, "value", member))

    def read(value: object, spot: Spot) -> T | U:
        return member if value == name else codec.read(value, spot)

    def write(value: T | U) -> str:
        return quoted(name) if value is member else codec.write(value)  # type: ignore[arg-type]

    return Codec(read, write)


def many(codec: Codec[T], *, is_each_line: bool = False) -> Codec[tuple[T, ...]]:
    """A list; without repetitions."""

    def read(value: object, spot: Spot) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise spot.error(gettext_noop("must be a list in [ ]"))
        items = tuple(codec.read(item, spot.item(number)) for number, item in enumerate(value))
        if any(item in items[:number] for number, item in enumerate(items)):
            raise spot.error(gettext_noop("names something twice"))
        return items

    def write(values: Sequence[T]) -> str:
        if is_each_line and values:
            return "[\n" + "".join(f"  {codec.write(value)},\n" for value in values) + "]"
        return "[" + ", ".join(map(codec.write, values)) + "]"

    return Codec(read, write)
