"""Evidence: adding, looking at, downloading and removing files that prove a step."""

import tempfile

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cards.exchange.card_record import write_card_record
from cards.models import Evidence, EvidenceKind, Run
from cards.platform.evidence_files import CONTENT_TYPES, suffix_of
from cards.platform.qr import MOST_BYTES
from cards.queries.access import card_of, evidence_of
from cards.queries.evidence import refusal_text
from cards.services.evidence import add_evidence, content_of, remove_evidence
from cards.web.clock import now_of
from cards.web.person import person_of
from cards.web.uploads import LeftOut

from .run_visit import Visit

# Nothing in a file may run or load anything, whatever a browser takes it for.
_POLICY = "default-src 'none'; img-src 'self'; style-src 'none'; sandbox"
_FIELD = "files"


def keep_files(request: HttpRequest, run: Run, key: str) -> bool:
    """Keep what was sent along with a step's form; say what became of it. Return whether all was kept.

    Kept also when the form itself is refused: a browser can't show the chosen files a second time.
    """
    sent = request.FILES.getlist(_FIELD)
    if not sent:
        return True
    refused, files = [], []
    for file in sent:
        if (file.size or 0) > MOST_BYTES:
            refused.append((file.name or "", "together" if isinstance(file, LeftOut) else "too-big"))
        else:
            files.append((file.name or "", file.read()))
    outcome = add_evidence(run=run, step=key, files=files, by=person_of(request), now=now_of(request))
    if count := len(outcome.stored):
        text = ngettext("%(count)d file is kept as proof.", "%(count)d files are kept as proof.", count)
        messages.success(request, text % {"count": count})
    for name in outcome.known:
        messages.info(request, _("%(name)s is kept already.") % {"name": name})
    refused += outcome.refused
    for name, reason in refused:
        messages.error(request, refusal_text(name, reason))
    return not refused


@login_required
@require_POST
def evidence_add(request: HttpRequest, run_id: str, key: str) -> HttpResponse:
    """Add files to a step, also to one that is done and of a run that is closed."""
    visit = Visit.of(request, run_id, key)
    if not request.FILES.getlist(_FIELD):
        messages.info(request, _("No file was chosen."))
    keep_files(request, visit.run, key)
    return visit.back(stays=True)


@login_required
def evidence_file(request: HttpRequest, evidence_id: str) -> HttpResponse:
    """Give the file to its holder, to be saved and never to be run."""
    row = evidence_of(person_of(request), evidence_id)
    return _file(row, is_shown=False)


@login_required
def evidence_preview(request: HttpRequest, evidence_id: str) -> HttpResponse:
    """Show a picture in the page; other kinds are for saving only."""
    row = evidence_of(person_of(request), evidence_id)
    if row.kind != EvidenceKind.PICTURE:
        raise Http404
    return _file(row, is_shown=True)


def _file(row: Evidence, *, is_shown: bool) -> HttpResponse:
    try:
        content = content_of(row)
    except FileNotFoundError:
        raise Http404 from None
    suffix = suffix_of(row.stored_as)
    response = HttpResponse(content, content_type=CONTENT_TYPES[suffix])
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    if is_shown:
        response["Content-Disposition"] = "inline"
    else:
        response.headers["Content-Disposition"] = _disposition(file_name(row))
    return response


def _disposition(name: str) -> str:
    header = content_disposition_header(as_attachment=True, filename=name)
    assert header is not None
    return header


def file_name(row: Evidence) -> str:
    """Return the name under which the file is saved: its own, with the ending of what it is."""
    suffix = suffix_of(row.stored_as)
    return row.name if row.name.lower().endswith(f".{suffix}") else f"{row.name}.{suffix}"


@login_required
def evidence_remove(request: HttpRequest, evidence_id: str) -> HttpResponse:
    """Remove a file, after asking."""
    person = person_of(request)
    row = evidence_of(person, evidence_id)
    back = Visit.of(request, row.run.public_id, row.step).back(stays=True)
    if request.method == "POST":
        remove_evidence(evidence=row, by=person, now=now_of(request))
        messages.success(request, _("Removed: %(name)s") % {"name": row.name})
        return back
    context = {"row": row, "card": row.card, "cancel_url": back["Location"]}
    return render(request, "runs/evidence_remove.html", context)


@login_required
def card_record(request: HttpRequest, card_id: str) -> FileResponse:
    """Give all that is on record of a card, its evidence too, as one ZIP."""
    card = card_of(person_of(request), card_id)
    # On the disk: a card's evidence may be as big as the memory of the whole program.
    out = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the answer
    write_card_record(card, out)
    out.seek(0)
    response = FileResponse(out, as_attachment=True, filename=f"{card.label}.zip")
    response.headers["Content-Type"] = "application/zip"
    response.headers["Cache-Control"] = "private, no-store"
    return response
