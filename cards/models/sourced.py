"""Where a fact comes from, and how sure it is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Confidence(models.TextChoices):
    A = "A", _("the operator says so")
    B = "B", _("several users say so")
    C = "C", _("hearsay")


class Sourced(models.Model):
    """Columns of everything that was read somewhere. A null day was not noted: it is never invented."""

    source = models.CharField(_("source"), max_length=700, blank=True)
    seen_on = models.DateField(_("source seen on"), null=True, blank=True)
    confidence = models.CharField(_("confidence"), max_length=1, choices=Confidence.choices, blank=True)

    class Meta:
        abstract = True
