"""What the tests of accounts look for in mails and pages."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from tests.factories import PASSWORD
from tests.mail_server import MailServer, text_of

NEW_PASSWORD = "a quite different long sentence"


def sign_in(email: str = "alice@example.org", password: str = PASSWORD, **options: Any) -> tuple[Client, Any]:
    """Sign in through the page, with a browser of its own."""
    client = Client(**options)
    return client, client.post("/account/login/", {"login": email, "password": password})


def link_in(server: MailServer, address: str) -> str:
    """Return the only link with a path in the newest mail to the address."""
    links = re.findall(r"https?://[^\s/]+/\S+", text_of(server.to(address)[-1]))
    assert len(links) == 1, links
    return str(links[0])


def path_of(link: str) -> str:
    return urlsplit(link).path
