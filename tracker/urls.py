"""Every address of the site. Each one is in the tenancy test of tests/test_tenancy.py."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from cards.views import (
    actions,
    advice,
    bound_services,
    card_dates,
    card_edit,
    card_list,
    card_page,
    card_state,
    charges,
    devices,
    emergency,
    evidence,
    health,
    identity,
    keeping,
    letter,
    mailbox,
    offers,
    operator_parts,
    operators,
    owner,
    plans,
    preferences,
    reminder_log,
    rule,
    rule_choice,
    run_steps,
    runs,
    search,
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
    path("<str:card_id>/identity/", identity.card_identity, name="card_identity"),
    path("<str:card_id>/secrets/", identity.secrets_edit, name="secrets_edit"),
    path("<str:card_id>/secrets/show/", identity.secrets_show, name="secrets_show"),
    path("<str:card_id>/services/add/", bound_services.service_add, name="service_add"),
    path("<str:card_id>/rule/", rule.rule_edit, name="rule_edit"),
    path("<str:card_id>/rule/choose/", rule_choice.rule_choose, name="rule_choose"),
    path("<str:card_id>/rule/changed/", rule_choice.rule_proposal, name="rule_proposal"),
    path("<str:card_id>/rule/changed/decline/", rule_choice.rule_decline, name="rule_decline"),
    path("<str:card_id>/costs/", keeping.costs_edit, name="costs_edit"),
    path("<str:card_id>/charges/add/", charges.charge_add, name="charge_add"),
    path("<str:card_id>/top-up/", charges.auto_topup, name="auto_topup"),
    path("<str:card_id>/actions/add/", actions.action_add, name="action_add"),
    path("<str:card_id>/plans/add/", plans.plan_add, name="plan_add"),
    path("<str:card_id>/dates/add/", card_dates.date_add, name="date_add"),
    path("<str:card_id>/record.zip", evidence.card_record, name="card_record"),
    path("<str:card_id>/runs/", runs.run_list, name="run_list"),
    path("<str:card_id>/start/<str:key>/", runs.run_start, name="run_start"),
]

_steps: list[URLPattern | URLResolver] = [
    path("done/", run_steps.step_done, name="step_done"),
    path("skip/", run_steps.step_skip, name="step_skip"),
    path("reopen/", run_steps.step_reopen, name="step_reopen"),
    path("not-yet/", run_steps.step_not_yet, name="step_not_yet"),
    path("look/", run_steps.step_look, name="step_look"),
    path("chase/", run_steps.step_chase, name="step_chase"),
    path("need/", run_steps.step_need, name="step_need"),
    path("note/", run_steps.step_note, name="step_note"),
    path("tick/", run_steps.step_tick, name="step_tick"),
    path("start/", run_steps.step_start, name="step_start"),
    path("evidence/", evidence.evidence_add, name="evidence_add"),
]

_runs: list[URLPattern | URLResolver] = [
    path("<str:run_id>/", runs.run, name="run"),
    path("<str:run_id>/print/", runs.run_print, name="run_print"),
    path("<str:run_id>/letter/", letter.run_letter, name="run_letter"),
    path("<str:run_id>/abandon/", runs.run_abandon, name="run_abandon"),
    path("<str:run_id>/take-up/", runs.run_take_up, name="run_take_up"),
    path("<str:run_id>/wish/", runs.run_wish, name="run_wish"),
    path("<str:run_id>/steps/<str:key>/", include(_steps)),
]

handler400 = "cards.views.errors.bad_request"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.start, name="start"),
    path("cards/", include(_cards)),
    path("actions/<str:action_id>/undo/", actions.action_undo, name="action_undo"),
    path("actions/<str:action_id>/correct/", actions.action_correct, name="action_correct"),
    path("charges/<str:charge_id>/edit/", charges.charge_edit, name="charge_edit"),
    path("charges/<str:charge_id>/end/", charges.charge_end, name="charge_end"),
    path("services/<str:service_id>/edit/", bound_services.service_edit, name="service_edit"),
    path("services/<str:service_id>/moved/", bound_services.service_move, name="service_move"),
    path("services/<str:service_id>/remove/", bound_services.service_remove, name="service_remove"),
    path("devices/", devices.device_list, name="device_list"),
    path("devices/add/", devices.device_add, name="device_add"),
    path("devices/<str:device_id>/edit/", devices.device_edit, name="device_edit"),
    path("devices/<str:device_id>/delete/", devices.device_delete, name="device_delete"),
    path("runs/", include(_runs)),
    path("evidence/<str:evidence_id>/", evidence.evidence_file, name="evidence_file"),
    path("evidence/<str:evidence_id>/preview/", evidence.evidence_preview, name="evidence_preview"),
    path("evidence/<str:evidence_id>/remove/", evidence.evidence_remove, name="evidence_remove"),
    path("emergency/", emergency.emergency_sheet, name="emergency_sheet"),
    path("plans/<str:plan_id>/edit/", plans.plan_edit, name="plan_edit"),
    path("plans/<str:plan_id>/close/", plans.plan_close, name="plan_close"),
    path("plans/<str:plan_id>/reopen/", plans.plan_reopen, name="plan_reopen"),
    path("operators/", operators.operator_list, name="operator_list"),
    path("operators/add/", operators.operator_add, name="operator_add"),
    path("operators/import/", operators.operator_import, name="operator_import"),
    path("operators/<str:operator_id>/", operators.operator, name="operator"),
    path("operators/<str:operator_id>/edit/", operators.operator_edit, name="operator_edit"),
    path("operators/<str:operator_id>/rules/edit/", operator_parts.own_rule_edit, name="own_rule_edit"),
    path("operators/<str:operator_id>/rules/remove/", operator_parts.own_rule_remove, name="own_rule_remove"),
    path("operators/<str:operator_id>/codes/edit/", operator_parts.own_code_edit, name="own_code_edit"),
    path("operators/<str:operator_id>/codes/remove/", operator_parts.own_code_remove, name="own_code_remove"),
    path("operators/<str:operator_id>/export/", operators.operator_export, name="operator_export"),
    path("operators/<str:operator_id>/plans/", offers.offers, name="offers"),
    path("operators/<str:operator_id>/plans/add/", offers.offers_add, name="offers_add"),
    path("operators/<str:operator_id>/advice/", advice.advice, name="advice"),
    path("offers/<str:offer_id>/edit/", offers.offer_edit, name="offer_edit"),
    path("offers/<str:offer_id>/retire/", offers.offer_retire, name="offer_retire"),
    path("offers/<str:offer_id>/restore/", offers.offer_restore, name="offer_restore"),
    path("offers/<str:offer_id>/buy/", offers.offer_buy, name="offer_buy"),
    path("dates/<str:date_id>/edit/", card_dates.date_edit, name="date_edit"),
    path("dates/<str:date_id>/met/", card_dates.date_met, name="date_met"),
    path("dates/<str:date_id>/delete/", card_dates.date_delete, name="date_delete"),
    path("watches/<str:watch_id>/seen/", watches.watch_seen, name="watch_seen"),
    path("watches/<str:watch_id>/snooze/", watches.watch_snooze, name="watch_snooze"),
    path("watches/<str:watch_id>/mute/", watches.watch_mute, name="watch_mute"),
    path("watches/<str:watch_id>/reset/", watches.watch_reset, name="watch_reset"),
    path("watches/<str:watch_id>/leads/", watches.watch_leads, name="watch_leads"),
    path("reminders/", reminder_log.reminder_log, name="reminder_log"),
    path("search/", search.search, name="search"),
    path("keeping/", keeping.keeping, name="keeping"),
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
