"""What a deadline's link to the form for an action asks for, so that the right entry stands there."""

from urllib.parse import urlencode

from cards.models import ActionKind, Deadline, DeadlineKind

_KINDS = {
    DeadlineKind.ASK_VALIDITY: ActionKind.READING,
    DeadlineKind.CREDIT_LOT: ActionKind.TOP_UP,
    DeadlineKind.ZERO_BALANCE: ActionKind.TOP_UP,
    DeadlineKind.BALANCE: ActionKind.TOP_UP,
    DeadlineKind.DATA: ActionKind.READING,
    DeadlineKind.INSTALL_BY: ActionKind.INSTALLED,
    DeadlineKind.FIRST_USE: ActionKind.FIRST_USED,
    DeadlineKind.SUSPENSION: ActionKind.RESTORED,
}
_NAMED = {
    DeadlineKind.PLAN_END: "plan",
    DeadlineKind.DATA: "plan",
    DeadlineKind.FIRST_USE: "plan",
    DeadlineKind.CHARGE: "charge",
    DeadlineKind.BILL: "charge",
}


def step_query(deadline: Deadline) -> str:
    """Return "?kind=restored", "?charge=7" and the like; nothing where what was done is open."""
    kind = DeadlineKind(deadline.kind)
    asked: dict[str, str] = {}
    if kind in _KINDS:
        asked["kind"] = _KINDS[kind].value
    if kind in _NAMED and deadline.subject:
        asked[_NAMED[kind]] = deadline.subject
    return f"?{urlencode(asked)}" if asked else ""
