"""No other site can send a form of ours in somebody's name."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from cards.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def paths(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    """Give an address for every entry of the URL table, with ids that need not exist."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from paths(entry.url_patterns, f"{space}{entry.namespace}:" if entry.namespace else space)
            continue
        for args in ([], ["1"], ["1", "2"], ["cards"]):
            try:
                yield reverse(f"{space}{entry.name}", args=args)
                break
            except NoReverseMatch:
                continue


def test_a_post_without_its_token_is_refused_at_every_address() -> None:
    root = make_user(is_staff=True, is_superuser=True)
    client = Client(enforce_csrf_checks=True)
    client.force_login(root)
    found = sorted(set(paths(get_resolver().url_patterns)))
    assert len(found) > 100
    statuses = {path: client.post(path).status_code for path in found}
    assert {path: status for path, status in statuses.items() if status != 403} == {}


def test_the_refusal_is_a_page_of_ours() -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.post("/account/login/", {"login": "a", "password": "b"}).content.decode()
    assert "This form is too old to be accepted" in page
    assert "style=" not in page and "<style" not in page


def test_a_token_from_another_site_does_not_help() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    client.get("/preferences/")
    token = client.cookies["keepline_csrf"].value
    data = {"csrfmiddlewaretoken": token, "language": "zh-hans"}
    answer = client.post("/preferences/", data, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert User.objects.get().language == "en"
