"""Runs: one playbook carried out for one card, and the record of what was done in its steps."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.platform.ids import public_id

from .action import Action
from .card import Card
from .playbook import Playbook, PlaybookVersion


class RunState(models.TextChoices):
    OPEN = "open", _("open")
    DONE = "done", _("done")
    ABANDONED = "abandoned", _("abandoned")


class Run(models.Model):
    """One playbook carried out for one card. The state of its steps is worked out from their records."""

    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    card = models.ForeignKey(Card, models.CASCADE, related_name="runs", verbose_name=_("card"))
    playbook = models.ForeignKey(Playbook, models.PROTECT, related_name="runs", verbose_name=_("playbook"))
    version = models.ForeignKey(
        PlaybookVersion, models.PROTECT, related_name="runs", verbose_name=_("version")
    )
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.OPEN)
    # The day at the card's place.
    opened_on = models.DateField(_("opened on"))
    opened_at = models.DateTimeField(_("opened"))
    # null: opened by the system
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    # By when it shall be over: the last day to apply is counted back from it.
    wished_on = models.DateField(_("wished end"), null=True, blank=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["card", "playbook"],
                condition=models.Q(state="open"),
                name="run_open_once",
            ),
            models.CheckConstraint(condition=models.Q(state__in=RunState.values), name="run_state_known"),
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at=None)
                | (~models.Q(state="open") & models.Q(closed_at__isnull=False)),
                name="run_closed_when_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.playbook} {self.opened_on}"


class RecordKind(models.TextChoices):
    DONE = "done", _("done")
    SKIPPED = "skipped", _("skipped")
    REOPENED = "reopened", _("opened again")
    NOT_YET = "not-yet", _("not yet")
    LOOKED = "looked", _("looked")
    CHASED = "chased", _("chased")
    NEEDED = "needed", _("needed after all")
    NOTED = "noted", _("noted")
    TICKED = "ticked", _("ticked")
    UNTICKED = "unticked", _("tick taken back")
    OVERRIDDEN = "overridden", _("finished in spite of open items")
    REMINDED = "reminded", _("reminder sent")
    OVERDUE = "overdue", _("no confirmation in time")
    REACHED = "reached", _("date reached")


class StepRecord(models.Model):
    """What was done in a step, by whom and when. Append-only; secrets are never in it."""

    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    run = models.ForeignKey(Run, models.CASCADE, related_name="records", verbose_name=_("run"))
    step = models.CharField(_("step"), max_length=40)
    kind = models.CharField(_("what"), max_length=10, choices=RecordKind.choices)
    # Which item of a list: the public id of a bound service; its name is kept with it.
    item = models.CharField(_("item"), max_length=16, blank=True)
    values = models.JSONField(_("values"), default=dict, blank=True)
    note = models.TextField(_("note"), max_length=4000, blank=True)
    # The day at the card's place.
    recorded_on = models.DateField(_("day"))
    recorded_at = models.DateTimeField(_("recorded"))
    # null: done by the system, never by a person
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    # What it wrote into the ledger. The step is done while none of these is voided.
    entries = models.ManyToManyField(
        Action, blank=True, related_name="step_records", verbose_name=_("ledger entries")
    )

    class Meta:
        verbose_name = _("record of a step")
        verbose_name_plural = _("records of steps")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=RecordKind.values), name="step_record_kind_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.get_kind_display()}"
