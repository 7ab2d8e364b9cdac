"""A real Chromium against a real server in this process, whose clock travels."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from playwright.sync_api import BrowserContext, ConsoleMessage, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from cards.services.playbooks import load_playbooks
from tests.factories import NOW, utc

# Playwright's own event loop runs in this thread; Django takes it for an async context.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's own Chromium; it may not call out."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is needed: apt-get install chromium"
    quiet = ("background-networking", "component-update", "sync", "quic", "gpu")
    flags = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    return {"executable_path": path, "args": flags}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}


@pytest.fixture
def site(live_server: LiveServer, settings: Settings) -> str:
    """The address of the running site; mails link to it."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails the test when the browser reports a violated policy or a script error."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # Saving leaves the page while a preview may be under way: the browser gives that request up.
        is_given_up = message.text.startswith(("htmx:afterRequest", "htmx:sendError", "htmx:sendAbort"))
        if message.type == "error" and "status of 4" not in message.text and not is_given_up:
            complaints.append(message.text)

    page = context.new_page()
    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


@pytest.fixture
def playbooks(transactional_db: None, settings: Settings, tmp_path: Path) -> None:
    """The playbooks as a start loads them, and an empty folder for what proves their steps."""
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    load_playbooks(now=NOW)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock of this process, the server's as well: the morning of 1 December in Shanghai."""
    with time_machine.travel(utc("2026-12-01 02:00")) as clock:
        yield clock
