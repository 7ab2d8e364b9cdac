"""Where a card is: a phone, an eUICC card, a modem, a drawer."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.platform.ids import public_id


class DeviceKind(models.TextChoices):
    PHONE = "phone", _("Phone")
    EUICC = "euicc", _("eUICC card")
    MODEM = "modem", _("Modem or router")
    DRAWER = "drawer", _("Drawer")
    OTHER = "other", _("Other place")


class Device(models.Model):
    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="devices", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=8, choices=DeviceKind.choices, default=DeviceKind.PHONE)
    eid = models.CharField("EID", max_length=32, blank=True)
    # How many eSIM profiles it holds; null: not known.
    capacity = models.PositiveSmallIntegerField(_("room for eSIMs"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=DeviceKind.values), name="device_kind_known")
        ]

    def __str__(self) -> str:
        return self.name
