"""The one field type for what opens a line."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from cards.platform.crypto import seal, unseal

if TYPE_CHECKING:  # Django's fields take no type arguments at run time
    TextBase = models.TextField[str, str]
else:
    TextBase = models.TextField


class SealedTextField(TextBase):
    """Text that is encrypted in the database and clear in Python. It can't be searched."""

    def get_prep_value(self, value: Any) -> Any:
        return seal(str(value)) if value else ""

    def from_db_value(self, value: str, expression: Any, connection: BaseDatabaseWrapper) -> str:
        return unseal(value)


def money(**options: Any) -> "models.DecimalField[Any, Any]":
    """Return a column for an amount: three decimals, because BHD and KWD have three."""
    return models.DecimalField(max_digits=12, decimal_places=3, **options)
