"""The whole main job, as a stranger does it: in a real browser, with a real mail server."""

import re
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cards.models import Card
from cards.tasks import tick
from tests.factories import PASSWORD, make_card, make_operator, make_user, utc
from tests.mail_server import MailServer, text_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, site: str, email: str = "alice@example.org") -> None:
    page.goto(f"{site}/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{site}/")


def test_a_card_is_added_reminded_renewed_and_has_its_new_date(
    page: Page, site: str, mail_server: MailServer
) -> None:
    make_user(time_zone="Asia/Shanghai")
    with time_machine.travel(utc("2026-12-01 02:00")) as clock:
        sign_in(page, site)
        page.get_by_role("link", name="Add card").first.click()
        page.get_by_label("Label").fill("Bank codes")
        page.get_by_label("Phone number").fill("+965 5000 1234")
        page.get_by_label("Operator").fill("Zain")
        page.get_by_label("Country").select_option("KW")
        page.get_by_label("Last day of validity").fill("2026-12-31")
        page.get_by_role("button", name="Add card").click()
        expect(page.get_by_role("heading", name="Bank codes")).to_be_visible()
        assert Card.objects.get().number == "+96550001234"

        due = _next_reminder()
        clock.move_to(due)
        tick(due)
        [mail] = mail_server.mails
        assert mail["To"] == "alice@example.org"
        assert mail["Subject"].startswith("Bank codes: ")
        [link] = re.findall(rf"{site}/cards/\S+/actions/add/", text_of(mail))

        page.goto(link)
        page.get_by_label("New expiry").fill("2027-06-30")
        # the effect is shown before anything is saved
        expect(page.locator("#effect").get_by_text("Wed, 30 Jun 2027").first).to_be_visible()
        assert Card.objects.get().actions.count() == 1
        page.get_by_role("button", name="Save").click()
        expect(page).to_have_url(re.compile(r"/cards/[^/]+/$"))
        expect(page.get_by_text("Wed, 30 Jun 2027").first).to_be_visible()
        # nothing more is said of the old date
        tick(utc("2026-12-31 01:00"))
        assert len(mail_server.mails) == 1


def _next_reminder() -> datetime:
    at = Card.objects.get().leading.watches.get().next_at  # type: ignore[union-attr]
    assert at is not None
    return at


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_pages_have_no_axe_violations_and_never_scroll_sideways(
    page: Page, site: str, width: int, scheme: str
) -> None:
    now = utc("2026-12-01 02:00")
    alice = make_user(time_zone="Asia/Shanghai")
    with time_machine.travel(now):
        card = make_card(
            alice, operator=make_operator(), number="+97333334567", period=(180, "day"),
            expires_on=datetime(2026, 12, 31).date(), now=now,
        )  # fmt: skip
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{site}/")
        paths = ["/account/login/"]
        _look(page, site, paths)
        sign_in(page, site)
        paths = ["/", "/cards/", "/cards/add/", f"/cards/{card.public_id}/"]
        paths += [
            f"/cards/{card.public_id}/{name}/" for name in ("actions/add", "rule", "plans/add", "dates/add")
        ]
        paths += ["/reminders/", "/preferences/", "/mailbox/"]
        _look(page, site, paths)


def _look(page: Page, site: str, paths: list[str]) -> None:
    for path in paths:
        page.goto(site + path)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), path


def test_the_main_job_works_without_javascript(browser: object, site: str, tmp_path: Path) -> None:
    alice = make_user(time_zone="Asia/Shanghai")
    now = utc("2026-12-01 02:00")
    with time_machine.travel(now):
        # read off the day before: a reading already contains what was done on its own day
        known = utc("2026-11-30 02:00")
        make_card(alice, period=(180, "day"), expires_on=datetime(2026, 12, 31).date(), now=known)
        context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
        page = context.new_page()
        sign_in(page, site)
        page.get_by_role("link", name="Record what I did").first.click()
        page.get_by_label("Amount", exact=True).fill("5")
        page.get_by_role("button", name="Show what it changes").click()
        expect(page.get_by_text("Sun, 30 May 2027").first).to_be_visible()
        assert Card.objects.get().leading.ends_on == datetime(2026, 12, 31).date()  # type: ignore[union-attr]
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Sun, 30 May 2027").first).to_be_visible()
        context.close()
