"""The units of every period, kept apart: 180 days is not 6 months."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PeriodUnit(models.TextChoices):
    HOUR = "hour", _("hours")
    DAY = "day", _("days")
    WEEK = "week", _("weeks")
    MONTH = "month", _("months")
    QUARTER = "quarter", _("quarters")
    YEAR = "year", _("years")
