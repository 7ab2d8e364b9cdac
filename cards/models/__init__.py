"""Tables: one file a noun, constraints in the database, no logic in save()."""

from .action import Action, ActionKind
from .card import Billing, Card, Form, Intent, Purpose
from .card_date import CardDate, CardDateKind
from .deadline import Deadline, DeadlineKind, DeadlineState
from .event import Event, EventKind
from .heartbeat import Heartbeat
from .message import Message, MessageKind, MessageReminder, MessageState
from .operator import Operator
from .rule import Confidence, CountsFrom, ExtendMode, Rule
from .subscription import PeriodUnit, Subscription, SubscriptionIntent
from .user import DEFAULT_LEADS, Theme, User
from .watch import Reminder, ReminderState, Watch

__all__ = [
    "DEFAULT_LEADS", "Action", "ActionKind", "Billing", "Card", "CardDate", "CardDateKind",
    "Confidence", "CountsFrom", "Deadline", "DeadlineKind", "DeadlineState", "Event", "EventKind",
    "ExtendMode", "Form", "Heartbeat", "Intent", "Message", "MessageKind", "MessageReminder",
    "MessageState", "Operator", "PeriodUnit", "Purpose", "Reminder", "ReminderState", "Rule",
    "Subscription", "SubscriptionIntent", "Theme", "User", "Watch",
]  # fmt: skip
