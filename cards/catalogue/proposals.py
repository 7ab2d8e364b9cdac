"""Which operator a number or a card's serial number hints at. Numbers can be ported: a hint only."""

from collections.abc import Mapping

from cards.catalogue.loading import load_operators
from cards.catalogue.operators import CatalogueOperator, Listing


def propose_by_number(
    e164: str, operators: Mapping[str, CatalogueOperator] | None = None
) -> list[CatalogueOperator]:
    """Operators whose numbers begin like this one (+97339...), the longest prefix first.

    Empty for anything that is not in that form. Without `operators` the built-in ones are asked;
    retired ones are never proposed.
    """
    number = _squeezed(e164)
    if not number.startswith("+"):
        return []
    return _proposed(number, "number_prefixes", operators)


def propose_by_iccid(
    iccid: str, operators: Mapping[str, CatalogueOperator] | None = None
) -> list[CatalogueOperator]:
    """Operators whose cards' serial numbers begin like this one, the longest prefix first."""
    return _proposed(_squeezed(iccid), "iccid_prefixes", operators)


def _squeezed(text: str) -> str:
    return "".join(character for character in text if character not in " -.()\u00a0")


def _proposed(
    text: str, listing: str, operators: Mapping[str, CatalogueOperator] | None
) -> list[CatalogueOperator]:
    found: list[tuple[int, str, CatalogueOperator]] = []
    for operator in (load_operators() if operators is None else operators).values():
        listed: Listing | None = getattr(operator, listing)
        if listed is None or operator.is_retired:
            continue
        longest = max((len(prefix) for prefix in listed.values if text.startswith(prefix)), default=0)
        if longest:
            found.append((-longest, operator.name, operator))
    return [operator for _, _, operator in sorted(found, key=lambda one: one[:2])]
