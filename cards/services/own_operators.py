"""A person's own operators: typed, read from a file, written to one. They live as the catalogue's do."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.utils.text import slugify

from cards.catalogue.export import export_operator
from cards.catalogue.operators import CatalogueCode, CatalogueOperator, Listing, Question
from cards.catalogue.parse import parse_operator
from cards.catalogue.rule import CatalogueRule
from cards.models import Operator, User
from cards.queries.operator_page import told_of

from .catalogue_write import write_operator
from .proposals import propose_changed_rules

TYPED = "typed in by its holder"
Part = TypeVar("Part", bound=CatalogueRule | CatalogueCode)
_ASK = Question(
    en="Until which day is the number valid, and what prolongs it? Look into the operator's last SMS or app, "
    "or ask the hotline; enter the date as a reading.",
    zh="这个号码的有效期到哪一天？做什么可以延长？请查看运营商最近的短信或应用，或询问客服热线，并把日期记为一次读数。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOperatorFacts:
    """What a person types about an operator; empty zones and weekend are the country's."""

    name: str
    country: str = ""
    aliases: tuple[str, ...] = ()
    time_zones: tuple[str, ...] = ()
    weekend: tuple[int, ...] = ()
    site: str = ""
    app: str = ""
    hotline: str = ""
    number_prefixes: tuple[str, ...] = ()
    note: str = ""


class AlreadyThere(Exception):
    """The person has another operator of that name and country."""


class Gone(Exception):
    """What was to be changed is not there any more: somebody was faster."""


def key_of(name: str, country: str) -> str:
    """Return the name of the operator's file: gb-example."""
    return slugify(f"{country} {name}")[:80].strip("-") or "operator"


def save_own_operator(
    *, owner: User, operator: Operator | None, facts: OwnOperatorFacts, now: datetime
) -> Operator:
    """Store what was typed; what a file told besides (rules, codes ...) stays. None makes a new one.

    Raise AlreadyThere, and CatalogueError for what no file can say.
    """
    told = _typed(operator, facts)
    text = export_operator(told)
    # Read as any file is, so that what is stored can always be exported and imported again.
    return _store(owner, operator, parse_operator(text, key=told.key, file=told.key), text, now)


def import_operator(
    *, owner: User, told: CatalogueOperator, text: str, now: datetime
) -> tuple[Operator, bool]:
    """Make an operator of the person's own from a file; one of that name and country is replaced.

    Return it and whether it is new. Cards that have a copy of a rule that differs now get a proposal.
    """
    known = owner.operators.filter(name=told.name, country=told.country).first()
    return _store(owner, known, told, text, now), known is None


def export_text(operator: Operator) -> str:
    """Return the operator as a file of the catalogue."""
    return export_operator(told_of(operator) or _typed(operator, _facts_of(operator)))


@transaction.atomic
def change_rule(
    *, operator: Operator, known: CatalogueRule | None, told: CatalogueRule | None, now: datetime
) -> None:
    """Add a rule (`known` None), put another in its place, or remove it (`told` None).

    Cards that have a copy of a rule that differs now get a proposal. Raise Gone, and CatalogueError for
    what contradicts itself.
    """
    whole = _locked(operator)
    rules = _changed(whole.rules, known, told)
    # Without a rule there must be a question to the holder.
    _write(operator, replace(whole, rules=rules, ask=whole.ask or (None if rules else _ASK)), now)


@transaction.atomic
def change_code(
    *, operator: Operator, known: CatalogueCode | None, told: CatalogueCode | None, now: datetime
) -> None:
    """Add, change or remove a code, as `change_rule` does a rule."""
    whole = _locked(operator)
    _write(operator, replace(whole, codes=_changed(whole.codes, known, told)), now)


def _locked(operator: Operator) -> CatalogueOperator:
    """Return what the operator's file says; who changes it meanwhile waits."""
    assert operator.owner_id is not None
    User.objects.select_for_update(no_key=True).get(pk=operator.owner_id)
    operator.refresh_from_db()
    return told_of(operator) or _typed(operator, _facts_of(operator))


def _changed(parts: tuple[Part, ...], known: Part | None, told: Part | None) -> tuple[Part, ...]:
    instead: tuple[Part, ...] = () if told is None else (told,)
    if known is None:
        return (*parts, *instead)
    if known not in parts:
        raise Gone
    place = parts.index(known)
    return (*parts[:place], *instead, *parts[place + 1 :])


def _write(operator: Operator, told: CatalogueOperator, now: datetime) -> None:
    assert operator.owner is not None
    text = export_operator(told)
    _store(operator.owner, operator, parse_operator(text, key=told.key, file=told.key), text, now)


@transaction.atomic
def _store(
    owner: User, operator: Operator | None, told: CatalogueOperator, text: str, now: datetime
) -> Operator:
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # one at a time: names stay unique
    same = owner.operators.filter(name=told.name, country=told.country)
    if any(row != operator for row in same):
        raise AlreadyThere
    digest = hashlib.sha256(text.encode()).hexdigest()
    row = write_operator(told, text=text, digest=digest, row=operator, owner=owner, now=now)
    propose_changed_rules(now=now, operator=row)
    return row


def _typed(operator: Operator | None, facts: OwnOperatorFacts) -> CatalogueOperator:
    known = told_of(operator) if operator is not None else None
    if known is None:
        known = CatalogueOperator(
            key=key_of(facts.name, facts.country),
            name=facts.name,
            country=facts.country,
            source=TYPED,
            seen=None,
            confidence="A",
            ask=_ASK,
        )
    prefixes = known.number_prefixes
    if facts.number_prefixes != (prefixes.values if prefixes else ()):
        listed = Listing(values=facts.number_prefixes, source=TYPED, seen=None, confidence="A")
        prefixes = listed if facts.number_prefixes else None
    return replace(
        known,
        name=facts.name,
        country=facts.country,
        aliases=facts.aliases,
        time_zones=facts.time_zones,
        weekend=facts.weekend,
        site=facts.site or None,
        app=facts.app or None,
        hotline=facts.hotline or None,
        number_prefixes=prefixes,
        note=facts.note,
    )


def _facts_of(row: Operator) -> OwnOperatorFacts:
    return OwnOperatorFacts(
        name=row.name,
        country=row.country,
        aliases=tuple(row.aliases),
        time_zones=tuple(row.time_zones),
        weekend=tuple(row.weekend),
        site=row.site_url,
        app=row.app,
        hotline=row.hotline,
        number_prefixes=tuple(row.number_prefixes),
        note=row.note,
    )
