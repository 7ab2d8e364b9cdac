"""Tables: one file a noun, constraints in the database, no logic in save()."""

from .action import Action, ActionKind
from .card import Billing, Card, Form, Intent, Purpose
from .card_date import CardDate, CardDateKind
from .card_parts import BoundService, CardNumber, CardSecrets, ServiceKind
from .catalogue_rule import CatalogueRule, CodePurpose, OperatorCode, Promotion
from .charge import Charge, ChargeKind
from .deadline import Deadline, DeadlineKind, DeadlineState
from .device import Device, DeviceKind
from .event import Event, EventKind
from .evidence import Evidence, EvidenceKind
from .heartbeat import Heartbeat
from .message import Message, MessageKind, MessageReminder, MessageState
from .operator import Operator
from .operator_file import OperatorFile
from .period_unit import PeriodUnit
from .plan import UNLIMITED, Plan, PlanKind
from .playbook import Playbook, PlaybookVersion
from .rule import CountsFrom, ExtendMode, Rule
from .run import RecordKind, Run, RunState, StepRecord
from .sourced import Confidence
from .subscription import Subscription, SubscriptionIntent
from .user import DEFAULT_LEADS, Theme, User
from .watch import Reminder, ReminderState, Watch

__all__ = [
    "DEFAULT_LEADS", "UNLIMITED", "Action", "ActionKind", "Billing", "BoundService", "Card", "CardDate",
    "CardDateKind", "CardNumber", "CardSecrets", "CatalogueRule", "Charge", "ChargeKind", "CodePurpose",
    "Confidence", "CountsFrom", "Deadline", "DeadlineKind", "DeadlineState", "Device", "DeviceKind",
    "Event", "EventKind", "Evidence", "EvidenceKind", "ExtendMode", "Form", "Heartbeat", "Intent",
    "Message", "MessageKind", "MessageReminder", "MessageState", "Operator", "OperatorCode", "OperatorFile",
    "PeriodUnit", "Plan", "PlanKind", "Playbook", "PlaybookVersion", "Promotion", "Purpose", "RecordKind",
    "Reminder", "ReminderState", "Rule", "Run", "RunState", "ServiceKind", "StepRecord", "Subscription",
    "SubscriptionIntent", "Theme", "User", "Watch",
]  # fmt: skip
