"""Files that prove a step: kept outside the web root under random names, gone with their card."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.platform.ids import public_id

from .card import Card
from .run import Run


class EvidenceKind(models.TextChoices):
    PICTURE = "picture", _("picture")
    PDF = "pdf", _("PDF")
    EMAIL = "email", _("e-mail")
    TEXT = "text", _("text")


class Evidence(models.Model):
    """One file. `stored_as` is its name in the evidence folder; `name` is what the person called it."""

    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    card = models.ForeignKey(Card, models.CASCADE, related_name="evidence", verbose_name=_("card"))
    run = models.ForeignKey(Run, models.CASCADE, related_name="evidence", verbose_name=_("run"))
    step = models.CharField(_("step"), max_length=40)
    kind = models.CharField(_("kind"), max_length=8, choices=EvidenceKind.choices)
    name = models.CharField(_("name"), max_length=120)
    stored_as = models.CharField(_("stored as"), max_length=80, unique=True)
    size = models.PositiveIntegerField(_("size in bytes"))
    digest = models.CharField("SHA-256", max_length=64)
    added_at = models.DateTimeField(_("added"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=EvidenceKind.values), name="evidence_kind_known"
            )
        ]

    def __str__(self) -> str:
        # Not its name: the panel shows this, and the name is its holder's.
        return f"{self.get_kind_display()} {self.added_at:%Y-%m-%d %H:%M}"
