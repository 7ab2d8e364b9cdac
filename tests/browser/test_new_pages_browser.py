"""The pages of money, identity, plans and operators on the narrowest phone, in both languages."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cards.models import Card, Plan, User
from cards.services.bound import BoundFacts, add_service
from cards.services.charges import ChargeFacts, add_charge
from cards.services.devices import DeviceFacts, add_device
from cards.services.secrets import keep_secrets
from tests.browser.test_main_job import sign_in
from tests.catalogue_pages.files import example, follower
from tests.factories import NOW, PASSWORD, act, make_plan
from tests.plans.offers import make_offer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh-hans", "dark")])
def test_every_new_page_fits_a_narrow_phone_and_has_no_axe_violation(
    page: Page, site: str, tmp_path: Path, language: str, scheme: str
) -> None:
    with time_machine.travel(NOW):
        card, offer = _household(tmp_path)
        User.objects.update(language=language)
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": 320, "height": 800})
        sign_in(page, site)
        for path in _paths(card, offer):
            page.goto(site + path)
            expect(page.locator("html")).to_have_attribute("lang", language)
            expect(page.locator("main h1")).to_have_count(1)
            _is_fit(page, path)
        page.goto(f"{site}/cards/{card.public_id}/identity/")
        page.locator("form[action$='/secrets/show/'] button").click()
        _is_fit(page, "the password, once more")
        page.locator("input[name='password']").fill(PASSWORD)
        page.locator("main button[type='submit']").click()
        expect(page.get_by_text("LPA:1$smdp.example.com$ABCD-1234")).to_be_visible()
        _is_fit(page, "the shown secrets")
        page.goto(f"{site}/emergency/?full=1")
        expect(page.get_by_text("+973 3612 3456")).to_be_visible()
        _is_fit(page, "the full sheet")


def _household(folder: Path) -> tuple[Card, Plan]:
    """A card with everything a card can have, at an operator that is in the catalogue and sells a plan."""
    operator = example(folder)
    card = follower(operator)
    alice = card.owner
    card.number = "+97336123456"
    card.save(update_fields=["number"])
    service = BoundFacts(name="A bank with a rather long name", kind="bank", is_critical=True)
    add_service(card=card, facts=service, by=alice, now=NOW)
    fee = ChargeFacts(
        name="Line rental", first_on=date(2026, 12, 20), amount=Decimal(2), currency="BHD", period_count=1
    )
    add_charge(card=card, facts=fee, by=alice, now=NOW)
    act(card, "reading", on=NOW.date(), balance=Decimal("5.5"), currency="BHD")
    add_device(owner=alice, facts=DeviceFacts(name="Desk drawer", kind="drawer"))
    secrets = {"activation_code": "LPA:1$smdp.example.com$ABCD-1234", "pin": "1234"}
    keep_secrets(card=card, values=secrets, by=alice, now=NOW)
    make_plan(card, on=NOW.date())
    return card, make_offer(operator, alice)


def _paths(card: Card, offer: Plan) -> list[str]:
    own = ("", "rule/", "identity/", "secrets/", "top-up/", "actions/add/", "charges/add/")
    sold = ("", "plans/", "plans/add/", "advice/?preset=frequent-traveller")
    service = card.services.get()
    return [
        "/",
        *(f"/cards/{card.public_id}/{name}" for name in own),
        *(f"/operators/{offer.operator.public_id}/{name}" for name in sold),
        f"/offers/{offer.public_id}/edit/",
        f"/services/{service.public_id}/moved/",
        *("/operators/", "/operators/import/", "/devices/", "/keeping/", "/emergency/"),
    ]


def _is_fit(page: Page, path: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{path}: {found.generate_report()}"
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), path
