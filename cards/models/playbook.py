"""Playbooks: ordered lists of steps, built-in or written by staff, in versions that never change."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.catalogue.playbooks import LONGEST_KEY, parse_playbook
from cards.rules.playbook import Playbook as Definition


class Playbook(models.Model):
    """One playbook. What a card's run follows is a version of it."""

    key = models.CharField(_("key"), max_length=LONGEST_KEY, unique=True)
    current = models.ForeignKey(
        "cards.PlaybookVersion",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("current version"),
    )
    # The program brings it: a new built-in text becomes a version at the start after an update.
    is_built_in = models.BooleanField(_("built-in"), default=False)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("playbook")
        verbose_name_plural = _("playbooks")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class PlaybookVersion(models.Model):
    """The text of a playbook at one time. Nothing changes it; a run keeps the one it started with."""

    playbook = models.ForeignKey(
        Playbook, models.CASCADE, related_name="versions", verbose_name=_("playbook")
    )
    number = models.PositiveIntegerField(_("version"))
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("added"))
    # null: brought by the program
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    is_by_staff = models.BooleanField(_("by staff"), default=False)

    class Meta:
        verbose_name = _("version of a playbook")
        verbose_name_plural = _("versions of playbooks")
        ordering = ["playbook", "-number"]
        constraints = [models.UniqueConstraint("playbook", "number", name="playbook_version_once")]

    def __str__(self) -> str:
        return f"{self.playbook.key} {self.number}"

    @property
    def definition(self) -> Definition:
        """Return the steps; read once a text, whatever asks for them."""
        return parse_playbook(self.text, key=self.playbook.key)
