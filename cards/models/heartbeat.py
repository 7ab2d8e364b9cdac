"""The sign of life of what works in the background, written by the tick itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    name = models.CharField(_("name"), max_length=20, primary_key=True)
    beat_at = models.DateTimeField(_("last beat"))
    took_ms = models.PositiveIntegerField(_("took, ms"), default=0)
    report = models.JSONField(_("report"), default=dict, blank=True)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
