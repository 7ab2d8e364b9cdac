"""The one domain app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CardsConfig(AppConfig):
    name = "cards"
    verbose_name = _("Cards")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cards.accounts import receivers as _receivers  # noqa: F401, PLC0415
        from cards.web import checks as _checks  # noqa: F401, PLC0415
