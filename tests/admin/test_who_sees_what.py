"""Who may open the panel, and that nothing leaks through it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cards.accounts.mail import post
from cards.models import (
    Action,
    Card,
    CatalogueRule,
    Charge,
    Deadline,
    Event,
    EventKind,
    Evidence,
    Message,
    OperatorCode,
    Plan,
    Promotion,
    Rule,
    Subscription,
    User,
)
from cards.runs.doing import do_step
from cards.runs.homes import Typed
from cards.runs.starting import abandon_run, start_run
from cards.services.dates import add_date
from cards.services.playbooks import load_playbooks
from cards.tasks import sync_schedules, tick
from tests.factories import NOW, act, client_of, make_card, make_operator, make_plan, make_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
# Secrets, services and further numbers of cards, places at home, whole files: never for staff.
NEVER = {"boundservice", "cardnumber", "cardsecrets", "device", "operatorfile"}
OURS = sorted({model.__name__.lower() for model in apps.get_app_config("cards").get_models()} - NEVER)
READ_ONLY = (
    "action", "cataloguerule", "charge", "event", "heartbeat", "message", "messagereminder",
    "evidence", "operatorcode", "plan", "playbookversion", "promotion", "reminder", "rule", "run",
    "steprecord", "watch",
)  # fmt: skip
SECRETS = ("SECRET", "+97336124567", "36124567", "3612 4567", "778899", "12.345")


def lists() -> list[str]:
    """Return the addresses of all lists of the panel."""
    return [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]


def fill(owner: User, number: int = 1) -> None:
    """Create what could leak, wherever a person can write it, and rows in every table."""
    operator = make_operator(f"Operator {number}")
    for index in range(number):
        card = make_card(
            owner,
            label=f"Card {index}",
            operator=operator,
            number="+97336124567",
            note="SECRET note",
            seller="SECRET seller",
            period=(6, "month"),
            expires_on=date(2026, 12, 12) + timedelta(days=index),
        )
        told = {"note": "SECRET act", "method": "SECRET way", "order_number": "SECRET order"}
        money = {"amount": Decimal("12.345"), "currency": "BHD", "balance": Decimal("12.345")}
        act(card, "top-up", on=date(2026, 11, 1), **told, **money)
        make_plan(card, on=date(2026, 11, 28), price=Decimal("12.345"), currency="BHD")
        add_date(card=card, kind="own", due_on=date(2026, 12, 20), note="SECRET date", by=owner, now=NOW)
        details = {"changed": ["line"], "note": "SECRET event"}
        Event.objects.create(card=card, kind=EventKind.DRIFT, happened_at=NOW, details=details)
        stage = {"name": "SECRET stage", "count": 30, "unit": "day", "consequence": "service"}
        Rule.objects.filter(card=card).update(source="SECRET source", stages=[stage])
        post(EmailMessage("Your code 778899", "SECRET body 778899", to=[owner.email]), now=NOW)
        tick(LATER + timedelta(minutes=index))
        Charge.objects.create(
            card=card,
            name="SECRET fee",
            amount=Decimal("12.345"),
            currency="BHD",
            period_count=1,
            first_on=date(2026, 12, 20),
            created_at=NOW,
        )
        told = {"operator": operator, "source": "somewhere", "confidence": "A"}
        CatalogueRule.objects.create(key=f"rule {index}", digest=f"{index}", **told)
        OperatorCode.objects.create(purpose="balance", label="Balance", text="*100#", **told)
        Promotion.objects.create(title="Twice the data", **told)
        Plan.objects.create(name="Month", **told)
        Plan.objects.create(name="SECRET plan", owner=owner, **told)
        carry_out(card)
    Authenticator.objects.create(user=owner, type="totp", data={"secret": "SECRET seed"})
    sync_schedules()


def carry_out(card: Card) -> None:
    """A run given up for a secret reason, with secret values, notes and a file."""
    who = {"by": card.owner, "now": NOW}
    load_playbooks(now=NOW)
    run = start_run(card=card, key="cancel-roaming", **who)
    values = {"case_number": "SECRET case"}
    do_step(run=run, key="contact", typed=Typed(values=values, note="SECRET step"), **who)
    Evidence.objects.create(
        card=card, run=run, step="contact", kind="pdf", name="SECRET file.pdf", digest="SECRET",
        stored_as=f"SECRET {run.pk}", size=7, added_at=NOW, by=card.owner,
    )  # fmt: skip
    abandon_run(run=run, reason="SECRET reason", **who)


def staff() -> User:
    return make_user("staff@example.org", is_staff=True)


def get(client: Client, path: str) -> Any:
    with time_machine.travel(LATER, tick=False):
        return client.get(path)


def test_every_table_is_in_the_panel_but_those_that_staff_never_see() -> None:
    models = [model for model in admin.site._registry if model._meta.app_label == "cards"]
    assert sorted(model.__name__.lower() for model in models) == OURS


def test_strangers_are_sent_to_sign_in_and_others_are_refused() -> None:
    chain = Client().get("/admin/", follow=True).redirect_chain
    assert chain[-1] == ("/account/login/?next=%2Fadmin%2F", 302)
    alice = client_of(make_user())
    for path in ("/admin/", *lists()):
        assert alice.get(path, follow=True).status_code == 403


def test_staff_without_rights_of_their_own_see_all_tables_but_the_queue_and_second_factors() -> None:
    client = client_of(staff())
    statuses = {path: get(client, path).status_code for path in lists()}
    closed = {path for path, status in statuses.items() if status != 200}
    assert {path.split("/")[2] for path in closed} == {"django_q", "mfa"}
    assert {statuses[path] for path in closed} == {403}


def test_superusers_see_all_of_it(mailbox_dir: Any) -> None:
    root = make_user("root@example.org", is_staff=True, is_superuser=True)
    fill(root)
    client = client_of(root)
    for path in ("/admin/", *lists()):
        assert get(client, path).status_code == 200


@pytest.mark.parametrize("is_superuser", [False, True])
def test_no_page_of_the_panel_shows_what_is_its_holders(is_superuser: bool, mailbox_dir: Any) -> None:
    fill(make_user())
    person = make_user("staff@example.org", is_staff=True, is_superuser=is_superuser)
    client = client_of(person)
    seen = 0
    for model, panel in admin.site._registry.items():
        opts = model._meta
        base = f"admin:{opts.app_label}_{opts.model_name}"
        paths = [reverse(f"{base}_changelist")]
        for row in model._default_manager.all():
            if isinstance(row, Plan) and row.owner_id is not None:
                # A person's own offer is not there at all.
                assert get(client, reverse(f"{base}_change", args=[row.pk])).status_code == 302
                continue
            paths += [reverse(f"{base}_{page}", args=[row.pk]) for page in ("change", "history")]
        for path in paths:
            response = get(client, path)
            if not is_superuser and opts.app_label in ("django_q", "mfa"):
                assert response.status_code == 403
                continue
            assert response.status_code == 200, (path, panel)
            page = response.content.decode()
            assert [secret for secret in SECRETS if secret in page] == [], path
            seen += 1
    assert seen > 60
    masked = get(client, reverse("admin:cards_card_changelist")).content.decode()
    assert "+973 •••• 4567" in masked and "Card 0" in masked


@pytest.mark.parametrize(
    ("table", "query"),
    [
        ("card", "note__startswith=SECRET"),
        ("card", "number__startswith=%2B973"),
        ("card", "seller=SECRET+seller"),
        ("card", "owner__password__startswith=argon"),
        ("card", "operator__cards__note__contains=SECRET"),
        ("card", "operator__country__startswith=B"),
        ("action", "note__contains=SECRET"),
        ("action", "card__note__contains=SECRET"),
        ("message", "sealed_body__contains=x"),
        ("carddate", "note__contains=SECRET"),
        ("deadline", "title__contains=SECRET"),
        ("user", "password__startswith=argon"),
        ("watch", "deadline__card__note__contains=SECRET"),
    ],
)
def test_a_lists_address_can_not_ask_about_hidden_columns(table: str, query: str, mailbox_dir: Any) -> None:
    fill(make_user())
    response = get(client_of(staff()), f"/admin/cards/{table}/?{query}")
    assert response.status_code == 400


@pytest.mark.parametrize("words", ["SECRET", "36124567", "778899"])
def test_the_search_finds_nothing_by_hidden_words(words: str, mailbox_dir: Any) -> None:
    fill(make_user())
    client = client_of(staff())
    for path in lists():
        if "/django_q/" in path or "/mfa/" in path or "heartbeat" in path:
            continue
        page = get(client, f"{path}?q={words}")
        assert page.context["cl"].result_count == 0, path


def test_the_filters_that_are_shown_do_work(mailbox_dir: Any) -> None:
    fill(make_user())
    client = client_of(staff())
    for path in (
        "/admin/cards/card/?intent__exact=keep",
        "/admin/cards/card/?archived_at__isnull=True",
        "/admin/cards/card/?operator__country=BH",
        "/admin/cards/message/?state__exact=sent",
        "/admin/cards/message/?created_at__gte=2026-12-01+00:00:00%2B08:00",
        "/admin/cards/deadline/?kind__exact=line",
        "/admin/cards/watch/?deadline__kind=line",
    ):
        response = get(client, path)
        assert response.status_code == 200
        assert response.context["cl"].result_count > 0, path


@pytest.mark.parametrize("table", READ_ONLY)
def test_history_can_not_be_added_to_changed_or_deleted(table: str, mailbox_dir: Any) -> None:
    root = make_user("root@example.org", is_staff=True, is_superuser=True)
    fill(root)
    client = client_of(root)
    row = apps.get_model("cards", table)._default_manager.first()
    assert row is not None
    change = reverse(f"admin:cards_{table}_change", args=[row.pk])
    page = get(client, change)
    assert page.status_code == 200
    assert not page.context["has_change_permission"] and b'name="_save"' not in page.content
    assert client.post(change, {}).status_code == 403
    assert client.get(reverse(f"admin:cards_{table}_add")).status_code == 403
    delete = reverse(f"admin:cards_{table}_delete", args=[row.pk])
    assert [client.get(delete).status_code, client.post(delete, {"post": "yes"}).status_code] == [403, 403]


@pytest.mark.parametrize("table", OURS)
def test_nothing_is_deleted_in_the_panel(table: str, mailbox_dir: Any) -> None:
    root = make_user("root@example.org", is_staff=True, is_superuser=True)
    fill(root)
    client = client_of(root)
    model = apps.get_model("cards", table)
    before = model._default_manager.count()
    row = model._default_manager.first()
    assert row is not None
    path = reverse(f"admin:cards_{table}_delete", args=[row.pk])
    assert client.post(path, {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    client.post(reverse(f"admin:cards_{table}_changelist"), data)
    assert model._default_manager.count() == before


@pytest.mark.parametrize("table", OURS)
def test_the_queries_of_a_list_do_not_grow_with_it(table: str, mailbox_dir: Any) -> None:
    root = client_of(make_user("root@example.org", is_staff=True, is_superuser=True))
    path = reverse(f"admin:cards_{table}_changelist")
    counts = []
    for email, number in (("alice@example.org", 1), ("bob@example.org", 3)):
        fill(make_user(email), number)
        with CaptureQueriesContext(connection) as queries:
            assert get(root, path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_first_page_tells_how_it_stands(mailbox_dir: Any) -> None:
    alice = make_user()
    fill(alice)
    Message.objects.filter(kind="account").update(state="failed")
    page = " ".join(get(client_of(staff()), "/admin/").content.decode().split())
    assert "The reminder worker last ran: Wed, 2 Dec 2026 08:00" in page
    assert "1 message failed for good" in page
    assert "0 messages wait" in page


def test_the_pages_keep_to_the_strict_policy(mailbox_dir: Any) -> None:
    root = make_user("root@example.org", is_staff=True, is_superuser=True)
    fill(root)
    card, line = Card.objects.get(), Deadline.objects.get(kind="line")
    for path in (
        "/admin/",
        *lists(),
        reverse("admin:cards_card_change", args=[card.pk]),
        reverse("admin:cards_deadline_change", args=[line.pk]),
        reverse("admin:cards_user_add"),
        reverse("admin:auth_user_password_change", args=[root.pk]),
    ):
        response = get(client_of(root), path)
        assert "'unsafe" not in response["Content-Security-Policy"]
        page = response.content.decode()
        assert " style=" not in page and " onclick=" not in page, path


def test_rows_that_could_leak_were_there(mailbox_dir: Any) -> None:
    """The tests above prove something only if the secrets are in the tables."""
    fill(make_user())
    assert Card.objects.get().note == "SECRET note"
    assert Action.objects.filter(note="SECRET act").exists()
    assert Deadline.objects.filter(title="SECRET date").exists()
    assert str(Subscription.objects.get().price) == "12.345"
    assert Message.objects.filter(kind="account", subject="Your code 778899").exists()
