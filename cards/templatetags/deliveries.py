"""How deliveries stand, for the panel's first page."""

from django import template

from cards.queries.mailbox import Deliveries, deliveries

register = template.Library()


@register.simple_tag
def delivery_counts() -> Deliveries:
    """Count what waits and what failed, over all people. Only for pages of staff."""
    return deliveries()
