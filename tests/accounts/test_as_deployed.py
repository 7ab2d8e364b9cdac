"""A site as it stands on the net: real start, https, a proxy, no debugging."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.apart import answer_of, command
from tests.factories import PASSWORD

HOST = "sim.example.com"
SITE = {"SITE_URL": f"https://{HOST}", "TRUSTED_PROXIES": "1"}
THROUGH_PROXY = """
browser = Client(SERVER_NAME="sim.example.com", headers={
    "x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.7",
}, raise_request_exception=False)

def told(path, **options):
    page = browser.get(path, **options)
    return {"status": page.status_code, **{name.lower(): value for name, value in page.headers.items()}}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Prepare it as the start does, in a folder that others may enter, and make an account."""
    folder = tmp_path_factory.mktemp("deployed")
    folder.chmod(0o755)
    values = {"DATA_DIR": str(folder), **SITE}
    assert command("-m", "tracker.prepare", **values).returncode == 0
    made = command(
        "manage.py", "createsuperuser", "--noinput", "--email=Alice@example.org",
        DJANGO_SUPERUSER_PASSWORD=PASSWORD, **values,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return values


def ask(site: dict[str, str], code: str, **more: str) -> Any:
    return answer_of(THROUGH_PROXY + code, **{**site, **more})


def test_cookies_go_over_https_only_and_no_script_reads_them(site: dict[str, str]) -> None:
    code = f"""
browser.get("/account/login/")
browser.post("/i18n/setlang/", {{"language": "en", "next": "/"}})
page = browser.post("/account/login/", {{"login": "alice@example.org", "password": {PASSWORD!r}}})
keys = ("secure", "httponly", "samesite")
flags = {{name: [cookie[key] for key in keys] for name, cookie in browser.cookies.items()}}
answer = [page.status_code, flags]
"""
    status, cookies = ask(site, code)
    # the account that createsuperuser made is in at once
    assert status == 302
    assert {"keepline_session", "keepline_csrf", "keepline_language"} <= set(cookies)
    for name, flags in cookies.items():
        assert flags == [True, True, "Lax"], name


def test_every_answer_carries_the_headers(site: dict[str, str]) -> None:
    code = """
import logging; logging.disable()
from django.conf import settings
paths = ["/account/login/", "/admin/", "/healthz/", "/livez/", "/no-such-page/", "/static/none.css",
         "/cards/", "/setup/x/", "/account/password/reset/", "/static/cards/manifest.webmanifest"]
answer = {path: told(path) for path in paths}
answer["wrong host"] = told("/", headers={"host": "evil.example"})
strict = Client(enforce_csrf_checks=True, SERVER_NAME="sim.example.com")
page = strict.post("/account/login/", {"login": "a"})
answer["forged form"] = {"status": page.status_code, **{n.lower(): v for n, v in page.headers.items()}}
from django.db import connection
def away(*_):
    raise RuntimeError("broken on purpose, hunter2")
with connection.execute_wrapper(away):
    page = browser.post("/account/login/", {"login": "alice@example.org", "password": "x"})
answer["error"] = {"status": page.status_code, "text": page.content.decode(),
                   **{n.lower(): v for n, v in page.headers.items()}}
"""
    answers = ask(site, code)
    for path, headers in answers.items():
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'"), path
        assert "unsafe" not in policy and "frame-ancestors 'none'" in policy, path
        if path != "forged form":  # that one did not come through the proxy
            assert headers["strict-transport-security"] == "max-age=31536000", path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin", path
        if not path.startswith("/static/cards"):
            assert "no-store" in headers["cache-control"], path
    statuses = {path: headers["status"] for path, headers in answers.items()}
    assert (statuses["wrong host"], statuses["forged form"], statuses["error"]) == (400, 403, 500)
    assert statuses["/setup/x/"] == statuses["/no-such-page/"] == 404
    assert "hunter2" not in answers["error"]["text"]
    assert "Something broke on the server" in answers["error"]["text"]


def test_static_files_with_a_hash_in_their_name_are_kept_for_ever(site: dict[str, str]) -> None:
    code = """
page = browser.get("/account/login/").content.decode()
import re
files = sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page)))
answer = {path: told(path) for path in files}
"""
    files = ask(site, code)
    assert len(files) > 5
    for path, headers in files.items():
        assert headers["status"] == 200, path
        assert re.search(r"\.[0-9a-f]{12}\.", path), path
        assert "immutable" in headers["cache-control"], path
        assert headers["content-security-policy"].startswith("default-src 'none'"), path


def test_only_this_account_reads_what_is_kept(site: dict[str, str]) -> None:
    folder = Path(site["DATA_DIR"])
    # a mail of the local mailbox too
    ask(site, 'answer = browser.post("/account/password/reset/", {"email": "alice@example.org"}).status_code')
    kept = [path for path in folder.rglob("*") if "static" not in path.relative_to(folder).parts]
    assert {"field-key", "secret-key", "keepline.sqlite3", "mail"} <= {path.name for path in kept}
    assert any(path.suffix == ".eml" for path in kept)
    assert [str(path) for path in kept if path.stat().st_mode & 0o077] == []


def test_a_folder_that_the_start_makes_is_closed_to_others(tmp_path: Path) -> None:
    made = command("manage.py", "check", DATA_DIR=str(tmp_path / "var"))
    assert made.returncode == 0, made.stderr
    modes = {
        path.name: path.stat().st_mode & 0o777 for path in [tmp_path / "var", *(tmp_path / "var").iterdir()]
    }
    assert modes == {"var": 0o700, "field-key": 0o600, "secret-key": 0o600}


def test_a_new_secret_key_ends_sessions_and_links_but_opens_what_is_sealed(site: dict[str, str]) -> None:
    made = ask(
        site,
        f"""
from cards.platform.crypto import seal
browser.post("/account/login/", {{"login": "alice@example.org", "password": {PASSWORD!r}}})
answer = [seal("JBSWY3DP"), browser.cookies["keepline_session"].value, told("/preferences/")["status"]]
""",
    )
    sealed, session, status = made
    assert status == 200
    code = f"""
from cards.platform.crypto import unseal
browser.cookies["keepline_session"] = {session!r}
answer = [unseal({sealed!r}), told("/preferences/")["status"]]
"""
    assert ask(site, code, SECRET_KEY="another" * 8) == ["JBSWY3DP", 302]


def test_the_table_of_the_limits_comes_with_the_other_tables(tmp_path: Path) -> None:
    """`manage.py migrate` and `runserver` are enough; without it every sign-in would fail."""
    values = {"DATA_DIR": str(tmp_path), "SITE_URL": "http://localhost:8000"}
    assert command("manage.py", "migrate", "-v0", **values).returncode == 0
    code = """
from django.core.cache import cache
cache.set("a", 1)
answer = cache.get("a")
"""
    assert answer_of(code, **values) == 1


@pytest.mark.parametrize(
    ("host", "header"),
    [("fd00::1", "[fd00::1]:8000"), ("::1", "[::1]:8000"), ("192.0.2.5", "192.0.2.5:8000")],
)
def test_the_address_it_listens_on_is_answered(host: str, header: str, tmp_path: Path) -> None:
    code = f'answer = Client().get("/livez/", headers={{"host": {header!r}}}).status_code'
    assert answer_of(code, HOST=host, DATA_DIR=str(tmp_path)) == 200


@pytest.mark.parametrize(
    "variables",
    [
        {"EMAIL_URL": "smtps://robot:hunter2@mail.example.com:587"},
        {"EMAIL_URL": "imap://robot:hunter2@mail.example.com"},
        {"EMAIL_URL": "smtps://robot:hun/hunter2@mail.example.com"},
        {"DATABASE_URL": "postgres://keepline:hunter2@127.0.0.1:99999/x"},
        {"DATABASE_URL": "mysql://keepline:hunter2@127.0.0.1/x"},
        {"DATABASE_URL": "postgres://keepline:hunter2@127.0.0.1:1/x?nonsense=1"},
        {"SECRET_KEY": "hunter2"},
        {"CACHE_URL": "memcached://:hunter2@127.0.0.1"},
    ],
    ids=lambda variables: next(iter(variables.values())).partition("hunter2")[0],
)
def test_a_start_that_fails_repeats_no_password(variables: dict[str, str], tmp_path: Path) -> None:
    ended = command("-m", "tracker.prepare", DATA_DIR=str(tmp_path), **variables)
    assert ended.returncode != 0
    assert "hunter2" not in ended.stderr + ended.stdout
    (name,) = variables
    assert ended.stderr.startswith(f"{name}:"), ended.stderr
    assert len(ended.stderr.splitlines()) == 1
