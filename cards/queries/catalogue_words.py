"""What is wrong with a file of the catalogue, or with a rule, in the language of the page."""

from django.utils.translation import gettext as _

from cards.catalogue.errors import CatalogueError


def said(error: ValueError) -> str:
    """Return the sentence without its place; what nobody has marked for translation stays English."""
    return error.said_by(_) if isinstance(error, CatalogueError) else _(str(error))


def said_with_place(error: CatalogueError) -> str:
    """Return "file: field: sentence", as `str(error)` is in English."""
    text = said(error)
    for place in (error.field, error.file):
        if place:
            text = _("%(field)s: %(message)s") % {"field": place, "message": text}
    return text
