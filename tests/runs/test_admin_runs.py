"""Staff: playbooks are theirs to change, runs are only looked at and tell nothing that was typed."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cards.models import Playbook, PlaybookVersion, Run, User
from cards.runs.starting import abandon_run, start_run
from tests.factories import NOW, client_of, make_card, make_operator, make_user

from .play import Play

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=40)


@pytest.fixture
def staff() -> User:
    return make_user("staff@example.org", is_staff=True)


def get(person: User, path: str) -> Any:
    with time_machine.travel(LATER, tick=False):
        return client_of(person).get(path)


def post(person: User, path: str, **data: Any) -> Any:
    with time_machine.travel(LATER, tick=False):
        return client_of(person).post(path, data)


def book(key: str = "top-up") -> Playbook:
    return Playbook.objects.select_related("current").get(key=key)


def change(key: str = "top-up") -> str:
    return reverse("admin:cards_playbook_change", args=[book(key).pk])


def text_of(key: str = "top-up") -> str:
    current = book(key).current
    assert current is not None
    return current.text


def test_the_list_shows_versions_and_what_is_open(staff: User) -> None:
    start_run(card=make_card(make_user()), key="top-up", by=None, now=NOW)
    page = get(staff, "/admin/cards/playbook/").content.decode()
    assert "Cancel a roaming card" in page and 'class="field-open_runs">1<' in page


def test_a_changed_text_becomes_a_version_that_new_runs_follow(staff: User) -> None:
    card = make_card(make_user())
    old = start_run(card=card, key="top-up", by=None, now=NOW)
    text = text_of().replace("Top up", "Top up at the kiosk")
    response = post(staff, change(), text=text.replace("\n", "\r\n"))
    assert response.status_code == 302
    row = book()
    assert row.current is not None
    assert (row.current.number, row.current.by, row.current.is_by_staff) == (2, staff, True)
    assert row.current.text == text
    other = start_run(card=make_card(card.owner), key="top-up", by=None, now=NOW)
    assert (old.version.number, other.version.number) == (1, 2)
    assert post(staff, change(), text=text).status_code == 302
    assert row.versions.count() == 2


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("guide = ", "top-up.toml: is not TOML"),
        ('guide = "own"\ntitle = { en = "A", zh = "B" }\n', "step: must be [[step]] tables"),
        (
            'guide = "own"\ntitle = { en = "A", zh = "B" }\n[[step]]\nkey = "a"\nkind = "wait"\n'
            'title = { en = "A", zh = "B" }\n',
            "step[0].wait: is missing in a step of this kind",
        ),
    ],
)
def test_an_error_names_the_field_and_nothing_typed_is_lost(staff: User, broken: str, told: str) -> None:
    response = post(staff, change(), text=broken)
    assert response.status_code == 200
    assert told in response.context["adminform"].form.errors["text"][0]
    assert response.context["adminform"].form["text"].value() == broken
    assert book().versions.count() == 1


def test_an_error_is_said_in_the_language_of_the_staff_member() -> None:
    zhang = make_user("zhang@example.org", is_staff=True, language="zh-hans")
    response = post(zhang, change(), text='guide = "own"\ntitle = { en = "A", zh = "B" }\n')
    assert response.context["adminform"].form.errors["text"] == [
        "top-up.toml：step：必须是 [[step]] 表，1 到 60 个"
    ]


def test_staff_add_their_own_playbook(staff: User) -> None:
    path = reverse("admin:cards_playbook_add")
    text = text_of("troubleshoot")
    refused = post(staff, path, key="Our Desk", text=text)
    assert refused.status_code == 200 and "key" in refused.context["adminform"].form.errors
    assert post(staff, path, key="top-up", text=text).status_code == 200
    assert post(staff, path, key="our-desk", text=text).status_code == 302
    row = book("our-desk")
    assert not row.is_built_in and row.current is not None and row.current.is_by_staff


def test_an_older_version_can_be_put_in_force_and_a_playbook_retired(staff: User) -> None:
    post(staff, change(), text=text_of().replace("Top up", "Top up twice"))
    first = PlaybookVersion.objects.get(playbook__key="top-up", number=1)
    data = {"action": "use", "_selected_action": [first.pk]}
    post(staff, "/admin/cards/playbookversion/", **data)
    assert book().current == first
    both = list(PlaybookVersion.objects.filter(playbook__key="top-up").values_list("pk", flat=True))
    post(staff, "/admin/cards/playbookversion/", action="use", _selected_action=both)
    assert book().current == first
    post(staff, "/admin/cards/playbook/", action="retire", _selected_action=[book().pk])
    assert book().retired_at is not None
    post(staff, "/admin/cards/playbook/", action="offer_again", _selected_action=[book().pk])
    assert book().retired_at is None


def test_versions_are_read_only(staff: User) -> None:
    path = reverse("admin:cards_playbookversion_change", args=[PlaybookVersion.objects.all()[0].pk])
    assert get(staff, path).status_code == 200
    assert post(staff, path, text="x").status_code == 403


def found(person: User, query: str) -> set[str]:
    response = get(person, f"/admin/cards/run/?{query}")
    assert response.status_code == 200
    return {run.card.label for run in response.context["cl"].result_list}


def test_runs_are_found_by_state_age_playbook_and_what_is_overdue(staff: User) -> None:
    alice = make_user()
    waits = make_card(alice, label="waits", purposes=("roaming",), operator=make_operator())
    play = Play.of(waits, "cancel-roaming")
    play.does("balance", balance=Decimal(5), currency="BHD")
    play.does("apply", channel="SECRET", applied_on=date(2026, 12, 1))
    play.does_all("bound", "backup", "contact", "identity")
    fresh = start_run(card=make_card(alice, label="fresh"), key="top-up", by=None, now=LATER)
    late = start_run(card=make_card(alice, label="given up"), key="top-up", by=alice, now=NOW)
    abandon_run(run=late, reason="SECRET", by=alice, now=NOW)
    assert found(staff, "") == {"waits", "fresh", "given up"}
    assert found(staff, "overdue=yes") == {"waits"}
    assert found(staff, "age=month") == {"waits", "given up"}
    assert found(staff, "age=quarter") == set()
    assert found(staff, "state__exact=open") == {"waits", "fresh"}
    assert found(staff, "playbook__key=top-up") == {"fresh", "given up"}
    assert found(staff, "q=fresh") == {"fresh"}
    for hidden in ("reason__startswith=SEC", "records__note__contains=S", "evidence__name=x"):
        assert get(staff, f"/admin/cards/run/?{hidden}").status_code == 400
    for row in Run.objects.all():
        page = get(staff, reverse("admin:cards_run_change", args=[row.pk])).content.decode()
        assert "SECRET" not in page
    assert fresh.by is None
