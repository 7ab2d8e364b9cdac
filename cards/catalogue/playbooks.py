"""Reads playbooks: the built-in files and what staff have typed. Strict, as the operators' files are."""

import re
import tomllib
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from cards.catalogue.asks import ASKS, Home, Shape, home_of
from cards.catalogue.codecs import FLAG, PERIOD, WHOLE, Codec, choice, many, text, word
from cards.catalogue.errors import CatalogueError, Spot
from cards.catalogue.schema import Field, Table
from cards.rules.playbook import Case, Look, Playbook, Step, StepKind, Wait, WaitUnit, Words
from cards.rules.words import gettext_noop

BUILT_IN = Path(__file__).resolve().parent / "playbooks"
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_KEY = 40
_LONGEST = 100_000
_MOST_STEPS = 60
_LONGEST_WAIT = 366
# The lists of a card that a step can go through.
LISTS = ("bound_services",)
PAYMENTS = ("renewal", "top-up", "plan-bought", "fee")

T = TypeVar("T")


def _read_only(read: Callable[[object, Spot], T]) -> Codec[T]:
    """A value that is only read: a playbook is kept as the text it was typed as."""
    return Codec(read, str)


def _most(value: object, spot: Spot) -> int | None:
    return None if value == "asked" else WHOLE.read(value, spot)


_WORDS = Table(Words, (Field("en", text(300)), Field("zh", text(300))))
_WAIT = Table(
    Wait,
    (
        Field("min", WHOLE, "least", None),
        Field("max", _read_only(_most), "most", None),
        Field("ask_after", WHOLE, default=None),
        Field("until", word(*(name for name, ask in ASKS.items() if ask.shape is Shape.DAY)), default=""),
        Field("unit", choice(WaitUnit), default=WaitUnit.DAY),
        Field("assumed", FLAG, "is_assumed", False),
    ),
)


def _look(value: object, spot: Spot) -> Look:
    if not isinstance(value, dict) or "what" not in value:
        raise spot.error(gettext_noop('must look like { what = "charges", count = 7, unit = "day" }'))
    rest = {key: item for key, item in value.items() if key != "what"}
    return Look(what=word("charges").read(value["what"], spot.at("what")), every=PERIOD.read(rest, spot))


_KEY_CODEC = text(
    LONGEST_KEY, pattern=KEY.pattern, what=gettext_noop("must be small letters, digits and single hyphens")
)
_STEP = Table(
    Step,
    (
        Field("key", _KEY_CODEC),
        Field("kind", choice(StepKind)),
        Field("part_of", _KEY_CODEC, default=""),
        Field("title", _WORDS.inline()),
        Field("hint", _WORDS.inline(), default=None),
        Field("warning", _WORDS.inline(), default=None),
        Field("optional", FLAG, "is_optional", False),
        Field("when", choice(Case), "case", None),
        Field("asks", many(word(*ASKS)), default=()),
        Field("evidence", FLAG, "has_evidence", False),
        Field("records", word(*PAYMENTS), default=""),
        Field("list", word(*LISTS), "items", ""),
        Field("moves", FLAG, "is_moving", False),
        Field("starts", many(_KEY_CODEC), default=()),
        Field("successor", FLAG, "is_for_successor", False),
        Field("wait", _WAIT.inline(), default=None),
        Field("look", _read_only(_look), default=None),
        Field("recheck", PERIOD, default=None),
        Field("again", PERIOD, default=None),
    ),
)
_PLAYBOOK = Table(
    Playbook,
    (
        Field("guide", text(40)),
        Field("title", _WORDS.inline()),
        Field("why", _WORDS.inline(), default=None),
        Field("purposes", many(word("number-keeping", "data", "roaming", "everyday", "other")), default=()),
        Field("forms", many(word("physical", "esim", "app")), default=()),
        Field("every", PERIOD, default=None),
    ),
)


@lru_cache(maxsize=256)
def parse_playbook(text: str, *, key: str) -> Playbook:
    """The playbook that `text` (TOML) describes; `key` names it, in errors too.

    CatalogueError, naming the field, for anything that is not as `docs/playbooks.md` says.
    """
    spot = Spot(f"{key}.toml")
    if not KEY.fullmatch(key) or len(key) > LONGEST_KEY:
        raise spot.error(gettext_noop("the name must be small letters, digits and single hyphens"))
    if len(text) > _LONGEST:
        raise spot.error(gettext_noop("is too long for one playbook"))
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise spot.error(gettext_noop("is not TOML: %(problem)s"), problem=str(error)) from error
    rows = data.pop("step", None)
    if not isinstance(rows, list) or not 0 < len(rows) <= _MOST_STEPS:
        raise spot.at("step").error(gettext_noop("must be [[step]] tables, 1 to %(most)d"), most=_MOST_STEPS)
    places = [spot.at("step").item(number) for number in range(len(rows))]
    steps = tuple(_STEP.read(row, place) for row, place in zip(rows, places, strict=True))
    for number, step in enumerate(steps):
        _check(step, steps[:number], places[number])
    playbook: Playbook = _PLAYBOOK.read(data, spot, key=key, steps=steps)
    return playbook


def _check(step: Step, before: tuple[Step, ...], spot: Spot) -> None:
    """What must agree within a step, and with those before it."""
    if step.key in {other.key for other in before}:
        raise spot.at("key").error(gettext_noop("names an earlier step"))
    if step.part_of and step.part_of not in {other.key for other in before}:
        raise spot.at("part_of").error(gettext_noop("names no earlier step"))
    wanted = {
        "wait": (step.kind is StepKind.WAIT, step.wait is not None),
        "starts": (step.kind is StepKind.START, bool(step.starts)),
        "list": (step.kind is StepKind.EACH, bool(step.items)),
        "recheck": (step.kind is StepKind.VERIFY, step.recheck is not None),
        "records": (step.kind is StepKind.PAY, bool(step.records)),
    }
    for name, (is_needed, is_there) in wanted.items():
        if is_needed != is_there:
            missing = gettext_noop("is missing in a step of this kind")
            needless = gettext_noop("is not for a step of this kind")
            raise spot.at(name).error(missing if is_needed else needless)
    homes = {home_of(name, step.kind) for name in step.asks}
    if step.is_for_successor and not homes <= {Home.CARD, Home.SEALED}:
        raise spot.at("successor").error(gettext_noop("is for steps whose answers are kept on the card only"))
    if step.kind in (StepKind.READ, StepKind.VERIFY, StepKind.PAY) and not step.asks:
        raise spot.at("asks").error(gettext_noop("must name what is typed in"))
    if step.wait is not None:
        _check_wait(step, before, spot.at("wait"))


def _check_wait(step: Step, before: tuple[Step, ...], spot: Spot) -> None:
    wait = step.wait
    assert wait is not None
    if any(count is not None and count > _LONGEST_WAIT for count in (wait.least, wait.most, wait.ask_after)):
        raise spot.error(gettext_noop("must be at most %(count)d days"), count=_LONGEST_WAIT)
    asked = {name for other in before for name in other.asks}
    if wait.until:
        if wait.until not in asked:
            raise spot.at("until").error(gettext_noop("is asked by no earlier step"))
    elif wait.most is None:
        if "expected_days" not in asked or not wait.ask_after:
            raise spot.at("max").error(gettext_noop("needs expected_days asked before, and ask_after"))
    elif wait.most < max(wait.least or 0, 1):
        raise spot.at("max").error(gettext_noop("must be at least the shortest wait, and 1"))


@cache
def built_in_playbooks() -> MappingProxyType[str, str]:
    """The texts of the built-in playbooks by key; each is checked. They never change while this runs."""
    found = {}
    for path in sorted(BUILT_IN.glob("*.toml")):
        found[path.stem] = path.read_text(encoding="utf-8")
        parse_playbook(found[path.stem], key=path.stem)
    for key, content in found.items():
        for step in parse_playbook(content, key=key).steps:
            for name in step.starts:
                if name not in found:
                    raise CatalogueError(
                        f"{key}.toml", step.key, "starts %(name)s, which is not there", name=name
                    )
    return MappingProxyType(found)
