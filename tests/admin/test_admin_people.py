"""People in the panel: accounts, passwords, rights, preferences."""

from datetime import date
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from cards.accounts.people import LastSuperuser, Rights, set_rights
from cards.models import User
from tests.factories import NOW, PASSWORD, client_of, make_card, make_user, watch_of

pytestmark = pytest.mark.django_db
NEW = {
    "email": "carol@example.org",
    "new_password": PASSWORD,
    "language": "zh-hans",
    "time_zone": "Asia/Shanghai",
}
PERSON = {
    "name": "Alice", "language": "en", "time_zone": "Asia/Shanghai", "remind_at": "09:00",
    "leads": "30, 7, 1", "currency": "EUR", "theme": "auto", "is_active": "on",
}  # fmt: skip


@pytest.fixture
def root() -> User:
    return make_user("root@example.org", is_staff=True, is_superuser=True)


def post(user: User, path: str, data: dict[str, Any]) -> Any:
    with time_machine.travel(NOW, tick=False):
        return client_of(user).post(path, data)


def change(pk: int) -> str:
    return reverse("admin:cards_user_change", args=[pk])


def test_an_added_person_can_sign_in_at_once(root: User) -> None:
    assert post(root, reverse("admin:cards_user_add"), NEW).status_code == 302
    carol = User.objects.get(email="carol@example.org")
    assert (carol.language, carol.time_zone) == ("zh-hans", "Asia/Shanghai")
    assert (carol.is_active, carol.is_staff, carol.is_superuser) == (True, False, False)
    assert EmailAddress.objects.get(user=carol).verified
    response = Client().post("/account/login/", {"login": carol.email, "password": PASSWORD})
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "carol"), ("email", "ROOT@example.org"), ("new_password", "12345678"), ("new_password", ""),
        ("time_zone", "Mars/Olympus"), ("language", "xx"),
    ],
)  # fmt: skip
def test_bad_input_for_a_new_person_is_a_field_error(field: str, value: str, root: User) -> None:
    response = post(root, reverse("admin:cards_user_add"), {**NEW, field: value})
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert User.objects.count() == 1


def test_a_new_password_ends_the_old_one_and_the_sessions(root: User) -> None:
    alice = make_user()
    session = client_of(alice)
    path = reverse("admin:auth_user_password_change", args=[alice.pk])
    data = {"password1": "a different long one", "password2": "a different long one"}
    assert post(root, path, data).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("a different long one")
    assert session.get("/preferences/").status_code == 302


@pytest.mark.parametrize(
    "data", [{}, {"password1": "12345678", "password2": "12345678"}, {"usable_password": "false"}]
)
def test_a_bad_password_is_refused(data: dict[str, str], root: User) -> None:
    alice = make_user()
    path = reverse("admin:auth_user_password_change", args=[alice.pk])
    assert post(root, path, data).status_code == 200
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_preferences_are_saved_through_the_service_so_that_reminders_move(root: User) -> None:
    alice = make_user()
    card = make_card(alice, expires_on=date(2027, 3, 1), zone="Asia/Shanghai", margin_days=0)
    response = post(root, change(alice.pk), {**PERSON, "leads": "5", "remind_at": "20:00"})
    assert response.status_code == 302
    watch = watch_of(card)
    assert watch.slot == "lead:5" and watch.next_at is not None
    assert watch.next_at.hour == 12
    alice.refresh_from_db()
    assert (alice.leads, alice.name) == ([5], "Alice")


def test_rights_are_given_and_taken(root: User) -> None:
    alice = make_user()
    post(root, change(alice.pk), {**PERSON, "is_staff": "on"})
    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser, alice.is_active) == (True, False, True)
    post(root, change(alice.pk), {key: value for key, value in PERSON.items() if key != "is_active"})
    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_active) == (False, False)
    assert alice.check_password(PASSWORD) and alice.email == "alice@example.org"


def test_the_last_superuser_keeps_the_rights(root: User) -> None:
    response = post(root, change(root.pk), {**PERSON, "is_staff": "on"})
    assert response.status_code == 200
    assert "the last account that may give rights" in response.content.decode()
    root.refresh_from_db()
    assert root.is_superuser
    with pytest.raises(LastSuperuser):
        set_rights(user=root, rights=Rights(is_staff=True))


@pytest.mark.parametrize(
    ("field", "value"), [("leads", "soon"), ("remind_at", "25:00"), ("time_zone", "x"), ("name", "\x00")]
)
def test_bad_preferences_are_field_errors(field: str, value: str, root: User) -> None:
    alice = make_user()
    response = post(root, change(alice.pk), {**PERSON, field: value})
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]


def test_staff_may_look_at_people_but_change_nothing() -> None:
    staff, alice = make_user("staff@example.org", is_staff=True), make_user()
    with time_machine.travel(NOW, tick=False):
        page = client_of(staff).get(change(alice.pk))
    assert page.status_code == 200
    assert "alice@example.org" in page.content.decode()
    assert alice.password not in page.content.decode()
    paths = (change(staff.pk), reverse("admin:cards_user_add"))
    wish = {**PERSON, **NEW, "is_superuser": "on"}
    assert [post(staff, path, wish).status_code for path in paths] == [403, 403]
    password = reverse("admin:auth_user_password_change", args=[alice.pk])
    data = {"password1": "a different long one", "password2": "a different long one"}
    assert post(staff, password, data).status_code == 403
    staff.refresh_from_db()
    alice.refresh_from_db()
    assert not staff.is_superuser and alice.check_password(PASSWORD)
