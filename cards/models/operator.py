"""Who runs the card's network: its place decides where a day ends."""

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.platform.ids import public_id

from .sourced import Sourced


class Operator(Sourced):
    """An operator: shared when it has no owner, else one person's own."""

    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="operators",
        verbose_name=_("owner"),
    )
    key = models.SlugField(_("key"), max_length=80, blank=True)
    name = models.CharField(_("name"), max_length=100)
    country = models.CharField(_("country"), max_length=2, blank=True)
    time_zones = models.JSONField(_("time zones"), default=list, blank=True)
    weekend = models.JSONField(_("weekend"), default=list, blank=True)
    site_url = models.CharField(
        _("site"), max_length=300, blank=True, validators=[URLValidator(schemes=["https", "http"])]
    )
    hotline = models.CharField(_("hotline"), max_length=50, blank=True)
    app = models.CharField(_("app"), max_length=100, blank=True)
    aliases = models.JSONField(_("other names"), default=list, blank=True)
    retired_on = models.DateField(_("closed on"), null=True, blank=True)
    number_prefixes = models.JSONField(_("number prefixes"), default=list, blank=True)
    iccid_prefixes = models.JSONField(_("ICCID prefixes"), default=list, blank=True)
    # [{"label", "value", "source", "seen", "confidence"}]
    facts = models.JSONField(_("more to know"), default=list, blank=True)
    # {"en", "zh"}: what to ask a holder where no rule is known
    ask = models.JSONField(_("question to the holder"), default=dict, blank=True)
    note = models.TextField(_("note"), blank=True)
    # Of the catalogue's file it was read from; blank for what people made.
    digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        ordering = ["name", "country"]
        constraints = [
            models.UniqueConstraint("owner", "name", "country", name="operator_unique_per_owner"),
            models.UniqueConstraint(
                "name", "country", name="operator_unique_shared", condition=models.Q(owner=None)
            ),
            models.UniqueConstraint(
                "key", name="operator_key_unique", condition=models.Q(owner=None) & ~models.Q(key="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.country})" if self.country else self.name
