"""What the catalogue says about an operator: rules, codes, offers for some days."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .operator import Operator
from .sourced import Sourced


class CatalogueRule(Sourced):
    """One rule that a card of the operator may have. `data` holds a rule's columns, as services take them.

    `others` are sources that say otherwise and are shown beside it. Cards keep copies: a changed
    rule reaches them only by their owner's choice.
    """

    operator = models.ForeignKey(Operator, models.CASCADE, related_name="rules", verbose_name=_("operator"))
    key = models.CharField(_("key"), max_length=200)
    title = models.CharField(_("for which cards"), max_length=200, blank=True)
    subject = models.CharField(_("what it keeps"), max_length=20, default="line")
    data = models.JSONField(_("rule"), default=dict)
    others = models.JSONField(_("what other sources say"), default=list, blank=True)
    note = models.TextField(_("note"), blank=True)
    digest = models.CharField(max_length=64, editable=False)
    # False: the file does not name it any more; cards that have a copy keep it.
    is_current = models.BooleanField(_("in the catalogue"), default=True)

    class Meta:
        verbose_name = _("rule of an operator")
        verbose_name_plural = _("rules of operators")
        ordering = ["operator", "pk"]
        constraints = [models.UniqueConstraint("operator", "key", name="catalogue_rule_key")]

    def __str__(self) -> str:
        return f"{self.operator}: {self.title or self.key}"


class CodePurpose(models.TextChoices):
    BALANCE = "balance", _("Balance")
    TOP_UP = "top-up", _("Top-up")
    OTHER = "other", _("Other")


class OperatorCode(Sourced):
    """A short code. `dial` is what a phone can dial as it stands, `text` how to use it in words."""

    operator = models.ForeignKey(Operator, models.CASCADE, related_name="codes", verbose_name=_("operator"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=CodePurpose.choices)
    label = models.CharField(_("label"), max_length=100)
    text = models.CharField(_("how to use it"), max_length=200)
    dial = models.CharField(_("code to dial"), max_length=50, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("code of an operator")
        verbose_name_plural = _("codes of operators")
        ordering = ["operator", "pk"]

    def __str__(self) -> str:
        return f"{self.label} {self.text}"


class Promotion(Sourced):
    """An offer for some days; a null start runs already, a null end is not known."""

    operator = models.ForeignKey(
        Operator, models.CASCADE, related_name="promotions", verbose_name=_("operator")
    )
    title = models.CharField(_("title"), max_length=100)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering = ["ends_on", "pk"]

    def __str__(self) -> str:
        return self.title
