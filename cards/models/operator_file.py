"""The catalogue's file of an operator, whole: what its page shows and its export writes."""

from django.db import models

from .operator import Operator


class OperatorFile(models.Model):
    """A table of its own, so that no list of cards ever loads it."""

    operator = models.OneToOneField(Operator, models.CASCADE, primary_key=True, related_name="file")
    text = models.TextField()

    def __str__(self) -> str:
        return str(self.operator_id)
