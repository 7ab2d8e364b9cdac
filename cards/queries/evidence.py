"""Evidence as pages list it."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cards.models import Card, Evidence, Run


def evidence_of_run(run: Run) -> dict[str, tuple[Evidence, ...]]:
    """Return the evidence of a run by step, in one query."""
    found: dict[str, tuple[Evidence, ...]] = {}
    for row in Evidence.objects.filter(run=run).select_related("by").order_by("pk"):
        found[row.step] = (*found.get(row.step, ()), row)
    return found


def evidence_of_card(card: Card) -> Iterable[Evidence]:
    """Return all evidence of a card with its run, oldest first."""
    rows = Evidence.objects.filter(card=card).select_related("run__playbook", "run__version__playbook")
    return rows.order_by("pk")


def refusal_text(name: str, reason: str) -> str:
    """Return why a file is not kept, for its holder."""
    texts = {
        "empty": _("%(name)s is empty."),
        "too-big": _("%(name)s is too big: a file may have at most 8 MB."),
        "together": _(
            "%(name)s is left out: together the files are too big, at most 8 MB at a time. Add it by itself."
        ),
        "too-many-pixels": _("%(name)s has too many pixels: at most 40 million."),
        "unreadable": _("%(name)s can't be read: it is damaged or no such file."),
        "web-page": _("%(name)s is a web page. Please save it as a PDF or take a picture of it."),
        "unknown": _("%(name)s is of a kind that is not kept: pictures, PDF, e-mails (.eml) and text are."),
        "encoding": _(
            "%(name)s is text whose letters can't be read for certain. Save it as UTF-8 and add it again."
        ),
        "too-many": _("%(name)s is one too many: a step keeps at most 10 files."),
        "card-full": _("%(name)s does not fit: a card keeps at most 200 MB of evidence."),
    }
    return texts[reason] % {"name": name}
