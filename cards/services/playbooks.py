"""Playbooks into the database: the built-in ones at each start, those of staff when they are saved."""

from datetime import datetime

from django.db import transaction

from cards.catalogue.playbooks import built_in_playbooks, parse_playbook
from cards.models import Playbook, PlaybookVersion, User


@transaction.atomic
def load_playbooks(*, now: datetime) -> list[str]:
    """Bring the built-in playbooks up to date; return the keys of those with a new version. Idempotent.

    What staff have changed stays in force: the program's new text becomes a version beside it, which
    they can make the current one.
    """
    stored = {row.key: row for row in Playbook.objects.select_related("current")}
    brought: dict[str, str] = {}
    for key, text in (
        PlaybookVersion.objects.filter(is_by_staff=False)
        .order_by("number")
        .values_list("playbook__key", "text")
    ):
        brought[key] = text  # the newest of each
    written = []
    for key, text in built_in_playbooks().items():
        if brought.get(key) == text:
            continue
        row = stored.get(key) or Playbook(key=key)
        row.is_built_in = True
        row.save()
        is_ours = row.current is None or not row.current.is_by_staff
        _add(row, text, now=now, by=None, is_current=is_ours)
        written.append(key)
    return written


@transaction.atomic
def save_playbook(*, key: str, text: str, by: User, now: datetime) -> PlaybookVersion:
    """Write a playbook, or a new version of it, and have new runs follow it.

    Raise CatalogueError, naming the field, for a text that is none; runs under way keep their version.
    """
    parse_playbook(text, key=key)
    row, _is_new = Playbook.objects.get_or_create(key=key)
    row = Playbook.objects.select_for_update(of=("self",)).select_related("current").get(pk=row.pk)
    if row.current is not None and row.current.text == text:
        return row.current
    return _add(row, text, now=now, by=by, is_current=True)


@transaction.atomic
def use_version(*, version: PlaybookVersion) -> None:
    """Have new runs follow this version."""
    Playbook.objects.filter(pk=version.playbook_id).update(current=version)


@transaction.atomic
def retire_playbook(*, playbook: Playbook, is_retired: bool, now: datetime) -> None:
    """Offer a playbook no more, or again; runs under way go on."""
    playbook.retired_at = now if is_retired else None
    playbook.save(update_fields=["retired_at"])


def _add(row: Playbook, text: str, *, now: datetime, by: User | None, is_current: bool) -> PlaybookVersion:
    last = row.versions.order_by("-number").first()
    version = PlaybookVersion.objects.create(
        playbook=row,
        number=(last.number if last else 0) + 1,
        text=text,
        created_at=now,
        by=by,
        is_by_staff=by is not None,
    )
    if is_current:
        row.current = version
        row.save(update_fields=["current"])
    return version
