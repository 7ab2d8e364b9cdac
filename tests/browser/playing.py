"""A person who plays a playbook in a browser: presses what is on the page, travels, follows mails."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import time_machine
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from cards.catalogue.asks import ASKS, Shape
from cards.models import Action, Card, Deadline, Evidence, Run, StepRecord
from cards.rules.playbook import Step
from cards.services.bound import BoundFacts, add_service
from cards.tasks import tick
from tests.factories import NOW, client_of, make_card, make_operator, make_user
from tests.mail_server import MailServer, text_of


def kept_card(**facts: Any) -> Card:
    """Return Alice's card: a top-up gives 180 days; what it holds was read ten days ago."""
    values = {
        "operator": make_operator(),
        "purposes": ("number-keeping",),
        "number": "+97333334567",
        "expires_on": date(2026, 12, 31),
        "period": (180, "day"),
        "counts": ("top-up", "renewal"),
        "now": NOW - timedelta(days=10),
    }
    owner = facts.pop("owner", None) or make_user()
    return make_card(owner, **{**values, **facts})


def bind(card: Card, *names: str, now: datetime = NOW) -> None:
    """Hang critical services on the card's number."""
    for name in names:
        add_service(card=card, facts=BoundFacts(name=name, is_critical=True), by=card.owner, now=now)


def photo() -> FilePayload:
    """A picture as a phone takes it: it tells where and with what."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "PhoneMaker", "Secret Model 7"
    file = io.BytesIO()
    Image.new("RGB", (320, 240), "teal").save(file, "JPEG", exif=exif)
    return {"name": "receipt.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def paper() -> FilePayload:
    """A small PDF that is really one."""
    file = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(file, "PDF")
    return {"name": "confirmation.pdf", "mimeType": "application/pdf", "buffer": file.getvalue()}


def chat(text: str = "09:12 Support: your case is noted.") -> FilePayload:
    return {"name": "chat.txt", "mimeType": "text/plain", "buffer": text.encode()}


def web_page() -> FilePayload:
    """What is not kept as proof."""
    return {"name": "chat.html", "mimeType": "text/html", "buffer": b"<html><script>alert(1)</script></html>"}


@dataclass
class Player:
    """One person at one card. `run` is the one whose page was seen last."""

    page: Page
    site: str
    card: Card
    clock: time_machine.Traveller
    mail_server: MailServer | None = None
    run: Run = field(init=False)

    def __post_init__(self) -> None:
        self.sign_in(self.page)

    def sign_in(self, page: Page) -> None:
        """Carry a session into the browser: signing in itself has a test of its own."""
        value = client_of(self.card.owner).cookies["keepline_session"].value
        page.context.add_cookies([{"name": "keepline_session", "value": value, "url": self.site}])

    # going to places

    def start(self, key: str, *, wished_on: str = "", looks: bool = True) -> "Player":
        """Begin a playbook from the card's list of them, over its start page."""
        self.page.goto(f"{self.site}/cards/{self.card.public_id}/runs/")
        self.press(self.page.locator(f"a[href$='/start/{key}/']").first)
        return self.begin(wished_on=wished_on, looks=looks)

    def begin(self, *, wished_on: str = "", looks: bool = True) -> "Player":
        """Press "Start" on a start page."""
        if looks:
            self.looks_right()
        if wished_on:
            self.page.locator("[name=wished_on]").fill(wished_on)
        self.press(self.page.locator("main .action-bar button.btn-primary"))
        self.arrives()
        if looks:
            self.looks_right()
        return self

    def press(self, button: Locator) -> None:
        """Press a button, and wait for the page that it leads to."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            button.click()

    def arrives(self) -> None:
        """Take note of the run whose page this is."""
        expect(self.page).to_have_url(re.compile(r"/runs/[^/]+/"))
        name = re.search(r"/runs/([^/]+)/", self.page.url)
        assert name is not None
        self.run = Run.objects.select_related("version__playbook").get(public_id=name[1])

    def opens(self, run: Run | None = None, *, step: str = "") -> None:
        run = run or self.run
        self.page.goto(f"{self.site}/runs/{run.public_id}/" + (f"?step={step}" if step else ""))
        self.arrives()

    def looks_right(self) -> None:
        """Nothing that hinders anybody, and nothing to the side, on the smallest phone either."""
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{self.page.url}: {found.generate_report()}"
        size = self.page.viewport_size
        assert size is not None
        for width in (320, size["width"]):
            self.page.set_viewport_size({"width": width, "height": size["height"]})
            self.fits()

    def fits(self) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, f"{self.page.url} scrolls sideways"

    # doing steps

    @property
    def now(self) -> Locator:
        """The step that stands large."""
        return self.page.locator("section.step-now")

    @property
    def current(self) -> str:
        """The key of the step that stands large; "" where none does."""
        place = self.now.get_attribute("id", timeout=2000) if self.now.count() else None
        return place.removeprefix("step-") if place else ""

    def step(self, key: str) -> Step:
        return self.run.version.definition.step(key)

    def does(self, key: str, *, files: Sequence[FilePayload] = (), note: str = "", **values: str) -> None:
        """Fill the step that stands large and press its button; it must be this one."""
        self.fills(key, files=files, note=note, **values)
        self.presses("done")

    def does_all(self, *keys: str) -> None:
        for key in keys:
            self.does(key)

    def fills(self, key: str, *, files: Sequence[FilePayload] = (), note: str = "", **values: str) -> None:
        assert self.current == key, f"{self.current} stands large, not {key}"
        assert self.step(key).title.in_language(self.card.owner.language) in self.now.inner_text()
        form = self._form("done")
        for name, value in values.items():
            self._fill(form, name, value)
        if files:
            form.locator("input[type=file]").first.set_input_files(list(files))
        if note:
            self._note(form, note)

    def _fill(self, form: Locator, name: str, value: str) -> None:
        shape = ASKS[name].shape if name in ASKS else Shape.CHOICE
        if name == "renew_or_let_end":
            form.locator(f"[name={name}][value={value}]").check()
        elif shape is Shape.CHOICE and name not in ("plan_text", "successor_name"):
            form.locator(f"[name={name}]").select_option(value)
        else:
            form.locator(f"[name={name}]").fill(value)

    def _note(self, form: Locator, note: str) -> None:
        self.unfolds(form.locator("details:has([name=note])"))
        form.locator("[name=note]").fill(note)

    def unfolds(self, details: Locator) -> None:
        if details.get_attribute("open") is None:
            details.locator("summary").first.click()

    def _form(self, what: str) -> Locator:
        return self.now.locator(f"form[action$='/{what}/']").first

    def presses(self, what: str) -> None:
        self.press(self._form(what).locator("button.btn-primary").first)

    def tells(self, what: str, **values: str) -> None:
        """Use one of the small folded forms under a step: skip, chase, reopen, note."""
        form = self._form(what)
        folded = self.now.locator(f"details:has(form[action$='/{what}/'])")
        if folded.count():
            self.unfolds(folded.first)
        for name, value in values.items():
            box = form.locator(f"[name={name}]")
            if value == "on":
                box.check()
            else:
                box.fill(value)
        self.press(form.locator("button[type=submit]").first)

    def skips(self, key: str, why: str = "Not for me") -> None:
        assert self.current == key
        self.tells("skip", note=why)

    def says_not_yet(self) -> None:
        self.press(self._form("done").locator("button[formaction$='/not-yet/']"))

    def moves(self, name: str, place: str = "") -> None:
        """Tick one item of the list; `place`: where it went."""
        item = self.now.locator(".ticks li").filter(has_text=name)
        if place:
            item.locator("[name=moved_to]").fill(place)
        self.press(item.locator("button[type=submit]"))

    # time and mail

    def later(self, when: datetime) -> list[EmailMessage]:
        """Let the clock go on to an instant and the scheduler do its work; return what it mailed."""
        assert self.mail_server is not None
        before = len(self.mail_server.raw)
        self.clock.move_to(when)
        tick(when)
        self.sign_in(self.page)
        return self.mail_server.mails[before:]

    def expects(self, *texts: str | re.Pattern[str]) -> None:
        """Every text can be read on the page."""
        for text in texts:
            expect(self.page.get_by_text(text).first).to_be_visible()

    def follows(self, mails: Sequence[EmailMessage], *words: str) -> str:
        """Follow the first link of the only mail with these words to the run; it names the step it leads to.

        A check-up's mail names the whole of it.
        """
        [mail] = [mail for mail in mails if all(word in text_of(mail) for word in words)]
        text = text_of(mail)
        assert mail["To"] == self.card.owner.email
        link = re.findall(rf"{self.site}/runs/\S+", text)[0]  # several dates of one card share a mail
        self.page.goto(link)
        self.arrives()
        playbook = self.run.version.definition
        key = link.rpartition("step=")[2] if "step=" in link else self.current
        named = playbook.title if playbook.every is not None else playbook.step(key).title
        assert named.in_language(self.card.owner.language) in text
        return text

    # what is on record

    def ledger(self) -> list[str]:
        """Return the card's entries in the order in which they were written, those of the set-up as well."""
        rows = Action.objects.filter(card=self.card).order_by("pk")
        return [row.kind for row in rows]

    def ends(self, kind: str) -> str:
        """Return the only open date of a kind, or "none"."""
        rows = Deadline.objects.filter(card=self.card, kind=kind, state="open")
        return str(rows.get().ends_on) if rows else "none"

    def records(self, run: Run | None = None) -> list[tuple[str, str]]:
        """Return what people did in a run, in order."""
        rows = StepRecord.objects.filter(run=run or self.run, by=self.card.owner).order_by("pk")
        return [(row.step, row.kind) for row in rows]

    def by_system(self) -> list[tuple[str, str]]:
        rows = StepRecord.objects.filter(run=self.run, by=None).order_by("pk")
        return [(row.step, row.kind) for row in rows]

    def proofs(self, run: Run | None = None) -> list[tuple[str, str]]:
        rows = Evidence.objects.filter(run=run or self.run).order_by("pk")
        assert all(row.by == self.card.owner and row.size for row in rows)
        return [(row.step, row.kind) for row in rows]

    def is_done(self, *secrets: str) -> bool:
        """Whether the run is over. No secret is in any record or entry; the system did only its own."""
        self.run.refresh_from_db()
        told = repr(list(StepRecord.objects.values())) + repr(list(Action.objects.values()))
        assert not [secret for secret in secrets if secret in told]
        assert {kind for _step, kind in self.by_system()} <= {"reminded", "reached", "overdue"}
        return self.run.state == "done" and self.run.closed_at is not None


def stored_bytes(folder: Path) -> bytes:
    """Return everything that lies in the folder of evidence."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
