"""The proof of a step on a narrow screen."""

import pytest
import time_machine
from playwright.sync_api import Page

from .playing import Player, chat, kept_card, photo

pytestmark = [
    pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("playbooks"),
]  # fmt: skip


@pytest.mark.parametrize("width", [375, 320])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_file_its_name_and_its_bin_stand_in_one_line_under_their_heading(
    page: Page, site: str, clock: time_machine.Traveller, language: str, width: int
) -> None:
    card = kept_card()
    card.owner.language = language
    card.owner.save()
    alice = Player(page, site, card, clock).start("top-up", looks=False)
    page.set_viewport_size({"width": width, "height": 800})
    step = page.locator(".step-now")
    step.locator("form[action$='/evidence/'] input[type=file]").set_input_files(
        [{**photo(), "name": "screenshot of the operator's page 10.22.13.jpg"}, chat()]
    )
    step.locator("details:has(form[action$='/evidence/']) > summary").click()
    alice.press(step.locator("form[action$='/evidence/'] button"))
    # All at once: the page may still be moving to its step.
    boxes = step.evaluate(
        """step => [...step.querySelectorAll('.evidence > li')].map(row =>
        [step.querySelector('h3'), row, row.querySelector('li > span'), row.querySelector('li > .btn')]
        .map(found => found.getBoundingClientRect().toJSON()))"""
    )
    assert len(boxes) == 2
    for heading, line, name, button in boxes:
        assert line["left"] == pytest.approx(heading["left"], abs=1)
        assert name["right"] <= button["left"] and button["right"] <= line["right"] + 1
        assert abs(name["top"] + name["bottom"] - button["top"] - button["bottom"]) <= 4
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
