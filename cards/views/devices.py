"""Devices, and which card is where."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cards.forms.device import DeviceForm, initial_of
from cards.queries.access import device_of
from cards.queries.devices import places_of
from cards.services import devices
from cards.services.devices import DeviceFacts
from cards.web.clock import now_of
from cards.web.person import person_of

TEMPLATE = "devices/device_form.html"


@login_required
def device_list(request: HttpRequest) -> HttpResponse:
    """Show each device with its cards and its room."""
    return render(request, "devices/device_list.html", {"places": places_of(person_of(request))})


@login_required
def device_add(request: HttpRequest) -> HttpResponse:
    """Add a device or a place."""
    person = person_of(request)
    form = DeviceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        row = devices.add_device(owner=person, facts=DeviceFacts(**form.cleaned_data))
        messages.success(
            request, _("%(device)s is added. Put a card there on its identity page.") % {"device": row}
        )
        return redirect("device_list")
    return render(request, TEMPLATE, {"form": form}, status=422 if form.is_bound else 200)


@login_required
def device_edit(request: HttpRequest, device_id: str) -> HttpResponse:
    """Change what is known about a device."""
    row = device_of(request.user, device_id)
    form = DeviceForm(request.POST if request.method == "POST" else None, initial=initial_of(row))
    if form.is_valid():
        devices.edit_device(device=row, facts=DeviceFacts(**form.cleaned_data))
        messages.success(request, _("Saved."))
        return redirect("device_list")
    return render(request, TEMPLATE, {"form": form, "row": row}, status=422 if form.is_bound else 200)


@login_required
def device_delete(request: HttpRequest, device_id: str) -> HttpResponse:
    """Ask, then delete it; its cards stay."""
    person = person_of(request)
    row = device_of(person, device_id)
    if request.method != "POST":
        return render(request, "devices/device_delete.html", {"row": row, "count": row.cards.count()})
    devices.delete_device(device=row, by=person, now=now_of(request))
    messages.success(request, _("%(device)s is deleted. Its cards are kept.") % {"device": row})
    return redirect("device_list")
