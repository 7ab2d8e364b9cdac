"""Every address of the site. Each one is in the tenancy test of tests/test_tenancy.py."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from cards.views import (
    actions,
    card_dates,
    card_edit,
    card_list,
    card_page,
    card_state,
    health,
    mailbox,
    owner,
    plans,
    preferences,
    reminder_log,
    rule,
    start,
    test_mail,
    watches,
)


def _change_password(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """The panel's own page would let whoever found an open browser try old passwords without a limit."""
    return redirect("account_change_password")


admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = _change_password  # type: ignore[method-assign,assignment]

_cards: list[URLPattern | URLResolver] = [
    path("", card_list.card_list, name="card_list"),
    path("add/", card_edit.card_add, name="card_add"),
    path("<str:card_id>/", card_page.card, name="card"),
    path("<str:card_id>/edit/", card_edit.card_edit, name="card_edit"),
    path("<str:card_id>/archive/", card_state.card_archive, name="card_archive"),
    path("<str:card_id>/restore/", card_state.card_restore, name="card_restore"),
    path("<str:card_id>/delete/", card_state.card_delete, name="card_delete"),
    path("<str:card_id>/intent/", card_state.card_intent, name="card_intent"),
    path("<str:card_id>/rule/", rule.rule_edit, name="rule_edit"),
    path("<str:card_id>/actions/add/", actions.action_add, name="action_add"),
    path("<str:card_id>/plans/add/", plans.plan_add, name="plan_add"),
    path("<str:card_id>/dates/add/", card_dates.date_add, name="date_add"),
]

handler400 = "cards.views.errors.bad_request"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.start, name="start"),
    path("cards/", include(_cards)),
    path("actions/<str:action_id>/undo/", actions.action_undo, name="action_undo"),
    path("actions/<str:action_id>/correct/", actions.action_correct, name="action_correct"),
    path("plans/<str:plan_id>/edit/", plans.plan_edit, name="plan_edit"),
    path("plans/<str:plan_id>/close/", plans.plan_close, name="plan_close"),
    path("plans/<str:plan_id>/reopen/", plans.plan_reopen, name="plan_reopen"),
    path("dates/<str:date_id>/edit/", card_dates.date_edit, name="date_edit"),
    path("dates/<str:date_id>/met/", card_dates.date_met, name="date_met"),
    path("dates/<str:date_id>/delete/", card_dates.date_delete, name="date_delete"),
    path("watches/<str:watch_id>/seen/", watches.watch_seen, name="watch_seen"),
    path("watches/<str:watch_id>/snooze/", watches.watch_snooze, name="watch_snooze"),
    path("watches/<str:watch_id>/mute/", watches.watch_mute, name="watch_mute"),
    path("watches/<str:watch_id>/reset/", watches.watch_reset, name="watch_reset"),
    path("watches/<str:watch_id>/leads/", watches.watch_leads, name="watch_leads"),
    path("reminders/", reminder_log.reminder_log, name="reminder_log"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<str:message_id>/", mailbox.letter, name="letter"),
    path("staff/test-mail/", test_mail.test_mail, name="test_mail"),
    path("setup/<str:token>/", owner.owner_setup, name="owner_setup"),
    path("healthz/", health.healthz, name="healthz"),
    path("livez/", health.livez, name="livez"),
    path("i18n/setlang/", set_language, name="set_language"),
    path("account/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]
