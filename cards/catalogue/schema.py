"""The form of a catalogue file: every table, its keys and their values. Read and written by one table."""

from dataclasses import dataclass
from typing import Any

from cards.catalogue.codecs import (
    AMOUNT,
    DAY,
    FLAG,
    PERIOD,
    WHOLE,
    Codec,
    choice,
    many,
    or_member,
    or_unknown,
    text,
    word,
)
from cards.catalogue.errors import Spot
from cards.catalogue.operators import (
    CatalogueCharge,
    CatalogueCode,
    CatalogueOperator,
    CataloguePlan,
    CatalogueRule,
    CatalogueTopUp,
    Fact,
    Listing,
    Promotion,
    Purpose,
    Question,
)
from cards.catalogue.rule import LEDGER_KINDS, Clock, Cost, NoGrace, Subject
from cards.rules.rulebook import From, Mode
from cards.rules.stages import AfterStage
from cards.rules.words import gettext_noop

REQUIRED = object()


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a table and the attribute it fills; a missing key is `default`.

    `is_shown`: also written when it has its default, so that "unknown" is seen.
    """

    key: str
    codec: Codec[Any]
    attribute: str = ""
    default: Any = REQUIRED
    is_shown: bool = False

    @property
    def name(self) -> str:
        """The attribute's name."""
        return self.attribute or self.key


@dataclass(frozen=True, slots=True)
class Table:
    """What a table becomes and its keys, in the order in which they are written."""

    kind: type[Any]
    fields: tuple[Field, ...]

    def read(self, value: object, spot: Spot, **known: Any) -> Any:
        """An instance of `kind`; `known` holds attributes that are no key of the table."""
        if not isinstance(value, dict):
            raise spot.error(gettext_noop("must be a table"))
        keys = {field.key for field in self.fields}
        for key in value:
            if key not in keys:
                raise spot.at(key).error(gettext_noop("there is no such key"))
        for field in self.fields:
            if field.key in value:
                known[field.name] = field.codec.read(value[field.key], spot.at(field.key))
            elif field.default is REQUIRED:
                raise spot.at(field.key).error(gettext_noop("is missing"))
            else:
                known[field.name] = field.default
        return self.kind(**known)

    def lines(self, item: object) -> list[str]:
        """`key = value` for every key that says something."""
        told = []
        for field in self.fields:
            value = getattr(item, field.name)
            if field.is_shown or field.default is REQUIRED or value != field.default:
                told.append(f"{field.key} = {field.codec.write(value)}")
        return told

    def inline(self) -> Codec[Any]:
        """The same as a value within a line."""
        return Codec(self.read, lambda item: "{ " + ", ".join(self.lines(item)) + " }")


_WORDS = text(2000)
_NAME = text(100)
_NOTE = Field("note", _WORDS, default="")
_WHEN = Field("when", text(200), default="")
_CURRENCY = text(3, pattern="[A-Z]{3}", what=gettext_noop("must be a currency such as EUR"))
_KINDS = many(word(*LEDGER_KINDS))
_NEEDS = many(word("inserted", "roaming", "at-home", "wifi-calling", "vpn"))
_ZONES = many(text(50, pattern=r"[A-Za-z_]+(/[A-Za-z_+\-0-9]+)*", what=gettext_noop("must be a time zone")))
_SITE = text(
    300, pattern=r"https?://[^\s<>\"']+", what=gettext_noop("must be an address that begins with https://")
)
_SOURCE = (
    Field("source", text(600)),
    Field("seen", or_unknown(DAY)),
    Field("seen_note", text(200), default=""),
    Field("confidence", word("A", "B", "C")),
    Field("is_old", FLAG, default=False),
)

_COST = Table(
    Cost,
    (
        Field("amount", AMOUNT),
        Field("currency", _CURRENCY),
        Field("for", word(*LEDGER_KINDS), "kind"),
        Field("what", _WORDS),
    ),
)
_STAGE = Table(
    AfterStage,
    (
        Field("name", text(60)),
        Field("length", or_unknown(PERIOD)),
        Field("consequence", word("credit", "service", "number")),
    ),
)
ASK = Table(Question, (Field("en", _WORDS), Field("zh", _WORDS)))
RULE = Table(
    CatalogueRule,
    (
        _WHEN,
        Field("subject", choice(Subject), default=Subject.LINE),
        Field("actions", many(_WORDS)),
        Field("counts", _KINDS),
        Field("period", or_unknown(PERIOD)),
        Field("from", choice(From), "base"),
        Field("mode", or_unknown(choice(Mode))),
        Field("minimum", AMOUNT, default=None),
        Field("currency", _CURRENCY, default=""),
        Field("minimum_for", _KINDS, default=()),
        Field("counts_first_day", FLAG, default=False),
        Field("first_period", PERIOD, default=None),
        Field("first_action_starts", FLAG, default=False),
        Field("cap", PERIOD, default=None),
        Field("grace", or_unknown(or_member(PERIOD, NoGrace.AT_ONCE))),
        Field("loss_after", or_unknown(PERIOD)),
        Field("stages", many(_STAGE.inline(), is_each_line=True), default=()),
        Field("zero_balance", PERIOD, default=None),
        Field("needs", or_unknown(_NEEDS), default=None, is_shown=True),
        Field("costs", many(_COST.inline(), is_each_line=True), default=()),
        _NOTE,
        *_SOURCE,
    ),
)
TOPUP = Table(
    CatalogueTopUp,
    (
        _WHEN,
        Field("amount", or_unknown(AMOUNT)),
        Field("amount_max", or_unknown(AMOUNT), default=None, is_shown=True),
        Field("currency", _CURRENCY),
        Field("period", PERIOD),
        Field("clock", or_unknown(choice(Clock))),
        Field("mode", or_unknown(choice(Mode))),
        Field("is_transfer", FLAG, default=False),
        _NOTE,
        *_SOURCE,
    ),
)
PLAN = Table(
    CataloguePlan,
    (
        Field("name", _NAME),
        Field("kind", word("daily", "weekly", "monthly", "quarterly", "yearly", "data", "addon", "other")),
        Field("price", or_unknown(AMOUNT)),
        Field("currency", _CURRENCY),
        Field("period", or_unknown(PERIOD)),
        Field("data_mib", or_unknown(WHOLE)),
        Field("minutes", or_unknown(WHOLE)),
        Field("sms", or_unknown(WHOLE)),
        _NOTE,
        *_SOURCE,
    ),
)
CHARGE = Table(
    CatalogueCharge,
    (
        Field("amount", AMOUNT),
        Field("currency", _CURRENCY),
        Field("every", PERIOD),
        Field("after", PERIOD, default=None),
        Field("what", _WORDS),
        *_SOURCE,
    ),
)
CODE = Table(
    CatalogueCode,
    (
        Field("purpose", choice(Purpose)),
        Field("label", _NAME),
        Field("text", text(200)),
        Field(
            "dial",
            text(50, pattern=r"[+*#0-9]+", what=gettext_noop("must be digits, * and # only")),
            default="",
        ),
        _NOTE,
        *_SOURCE,
    ),
)
PROMOTION = Table(
    Promotion,
    (
        Field("title", _NAME),
        Field("starts", or_unknown(DAY), "starts_on"),
        Field("ends", or_unknown(DAY), "ends_on"),
        _NOTE,
        *_SOURCE,
    ),
)
FACT = Table(Fact, (Field("label", _NAME), Field("value", _WORDS), *_SOURCE))


def _listing(value: Codec[str]) -> Table:
    return Table(Listing, (Field("values", many(value)), _NOTE, *_SOURCE))


# Tables of which there is at most one, and lists of tables; each may be "unknown" as a whole.
LISTINGS = {
    "payment": ("payment", _listing(text(100))),
    "number_prefixes": (
        "number_prefixes",
        _listing(text(16, pattern=r"\+[1-9]\d+", what=gettext_noop("must be as +97339"))),
    ),
    "iccid_prefixes": (
        "iccid_prefixes",
        _listing(text(20, pattern=r"89\d+", what=gettext_noop("must be digits from 89 on"))),
    ),
    "networks": (
        "networks",
        _listing(text(6, pattern=r"\d{5,6}", what=gettext_noop("must be MCC and MNC, 5 or 6 digits"))),
    ),
}
LISTS = {
    "rule": ("rules", RULE),
    "topup": ("topups", TOPUP),
    "plan": ("plans", PLAN),
    "charge": ("charges", CHARGE),
    "code": ("codes", CODE),
    "promotion": ("promotions", PROMOTION),
    "fact": ("facts", FACT),
}
# Said to be unknown in every file where there are none; the others are simply left out.
TELLING = ("rule", "topup", "plan", "code", *LISTINGS)
OPERATOR = Table(
    CatalogueOperator,
    (
        Field("name", _NAME),
        Field(
            "country",
            text(
                2, pattern="([A-Z]{2})?", what=gettext_noop('must be two letters, or ""'), is_empty_fine=True
            ),
        ),
        Field("aliases", many(_NAME), default=()),
        Field("site", or_unknown(_SITE), default=None, is_shown=True),
        Field("app", or_unknown(_NAME), default=None, is_shown=True),
        Field("hotline", or_unknown(text(50)), default=None, is_shown=True),
        Field("retired", DAY, "retired_on", default=None),
        Field("time_zones", _ZONES, default=()),
        Field("weekend", many(WHOLE), default=()),
        _NOTE,
        *_SOURCE,
    ),
)
