"""What belongs to a card: further numbers, secrets that open the line, services that need the number."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.platform.ids import public_id

from .card import Card
from .fields import SealedTextField


class CardNumber(models.Model):
    """A further number of the card; the first one stands on the card itself."""

    card = models.ForeignKey(Card, models.CASCADE, related_name="numbers", verbose_name=_("card"))
    number = models.CharField(_("phone number"), max_length=32)
    label = models.CharField(_("what for"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("further number")
        verbose_name_plural = _("further numbers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("card", "number", name="card_number_once")]

    def __str__(self) -> str:
        return self.number


class CardSecrets(models.Model):
    """What opens the line. A table of its own, so that no list ever decrypts it."""

    card = models.OneToOneField(Card, models.CASCADE, related_name="secrets", verbose_name=_("card"))
    activation_code = SealedTextField(_("activation code"), blank=True)
    confirmation_code = SealedTextField(_("confirmation code"), blank=True)
    pin = SealedTextField("PIN", blank=True)
    puk = SealedTextField("PUK", blank=True)
    pin2 = SealedTextField("PIN2", blank=True)
    puk2 = SealedTextField("PUK2", blank=True)

    class Meta:
        verbose_name = _("secrets of a card")
        verbose_name_plural = _("secrets of cards")

    def __str__(self) -> str:
        return str(self.card_id)


class ServiceKind(models.TextChoices):
    BANK = "bank", _("Bank or payment")
    MESSENGER = "messenger", _("Messenger")
    TWO_FACTOR = "2fa", _("Second factor")
    RECOVERY = "recovery", _("Account recovery")
    OTHER = "other", _("Other")


class BoundService(models.Model):
    """An account that needs this number. Moved away, it hangs on the number no more."""

    public_id = models.CharField(
        _("public id"), max_length=16, unique=True, default=public_id, editable=False
    )
    card = models.ForeignKey(Card, models.CASCADE, related_name="services", verbose_name=_("card"))
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=ServiceKind.choices, default=ServiceKind.OTHER)
    is_critical = models.BooleanField(_("critical"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    moved_to = models.CharField(_("moved to"), max_length=100, blank=True)
    moved_on = models.DateField(_("moved on"), null=True, blank=True)

    class Meta:
        verbose_name = _("bound service")
        verbose_name_plural = _("bound services")
        ordering = ["-is_critical", "name", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=ServiceKind.values), name="service_kind_known")
        ]

    def __str__(self) -> str:
        return self.name
