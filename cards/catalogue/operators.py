"""An operator of the catalogue: its rules, top-ups, plans and codes, each with its source.

None means that nothing was found. How several rules come to one is in `choosing.py`, the files'
form in `schema.py`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from cards.catalogue.rule import CatalogueRule, CatalogueTopUp
from cards.catalogue.sourced import Sourced
from cards.rules.periods import Period

__all__ = [
    "CatalogueCharge",
    "CatalogueCode",
    "CatalogueOperator",
    "CataloguePlan",
    "CatalogueRule",
    "CatalogueTopUp",
    "Fact",
    "Listing",
    "Promotion",
    "Purpose",
    "Question",
    "Sourced",
]


class Purpose(StrEnum):
    """What a code is for."""

    BALANCE = "balance"
    TOP_UP = "top-up"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to ask the card's holder where no rule is known."""

    en: str
    zh: str

    def in_language(self, code: str) -> str:
        """The question in Chinese for every `zh` code, else in English."""
        return self.zh if code.lower().startswith("zh") else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class CataloguePlan(Sourced):
    """A plan on sale; None where nothing was found. `kind`: daily, monthly, data, addon."""

    name: str
    kind: str
    price: Decimal | None
    currency: str
    period: Period | None
    data_mib: int | None
    minutes: int | None
    sms: int | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueCharge(Sourced):
    """A fee that drains the balance; `after`: the time without use before it begins."""

    amount: Decimal
    currency: str
    every: Period
    what: str
    after: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueCode(Sourced):
    """A short code. `text` is how to use it, in words; `dial` what a phone can dial as it stands."""

    purpose: Purpose
    label: str
    text: str
    dial: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion(Sourced):
    """An offer for some days; `starts_on` None: runs already, `ends_on` None: end not known."""

    title: str
    starts_on: date | None
    ends_on: date | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Sourced):
    """Something else worth knowing, in words."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Sourced):
    """A list of short values: number prefixes (+97339), ICCID prefixes, networks, ways to pay."""

    values: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueOperator(Sourced):
    """One operator; its own source is that of name, site, app and hotline.

    `key` is the file's name. `country` '' belongs to no country. `time_zones` and `weekend`
    (weekday numbers, Monday 0) are empty where the country's own are meant. `retired_on`: since
    when it can't be chosen any more. Lists are empty, `ask` and listings None where nothing is known.
    """

    key: str
    name: str
    country: str
    aliases: tuple[str, ...] = ()
    site: str | None = None
    app: str | None = None
    hotline: str | None = None
    retired_on: date | None = None
    time_zones: tuple[str, ...] = ()
    weekend: tuple[int, ...] = ()
    note: str = ""
    ask: Question | None = None
    payment: Listing | None = None
    number_prefixes: Listing | None = None
    iccid_prefixes: Listing | None = None
    networks: Listing | None = None
    rules: tuple[CatalogueRule, ...] = ()
    topups: tuple[CatalogueTopUp, ...] = ()
    plans: tuple[CataloguePlan, ...] = ()
    charges: tuple[CatalogueCharge, ...] = ()
    codes: tuple[CatalogueCode, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def is_retired(self) -> bool:
        """Whether no new card can be of this operator."""
        return self.retired_on is not None
