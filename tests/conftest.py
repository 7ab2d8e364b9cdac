"""Fixtures that every test may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.mail_server import MailServer


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    """A real SMTP server on loopback, set as the one to use."""
    with MailServer() as server:
        settings.SMTP = server.address
        yield server


@pytest.fixture
def mailbox_dir(settings: Settings, tmp_path: Path) -> Path:
    """An empty local mailbox of this test's own."""
    settings.MAILBOX_DIR = tmp_path / "mail"
    return tmp_path / "mail"
