"""The environment: what each variable becomes, and the sentence that refuses what makes no sense."""

import base64
import re
import stat
from pathlib import Path

import pytest

from tracker.env import ROOT, SETTINGS, Env, EnvError, Smtp, ensure_secrets, read_env, with_env_file


def env(**values: str) -> Env:
    return read_env(values)


def refusal(**values: str) -> str:
    with pytest.raises(EnvError) as caught:
        read_env(values)
    return str(caught.value)


def test_an_empty_environment_gives_a_local_program_on_sqlite() -> None:
    read = env()

    assert (read.host, read.port, read.site_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert (read.smtp, read.email_from) == (None, "Keepline <keepline@localhost>")
    assert (read.trusted_proxies, read.web_workers, read.tz) == (0, 1, "UTC")
    assert (read.debug, read.open_signup, read.cache_url, read.log_level) == (False, False, "", "INFO")
    assert read.data_dir == ROOT / "var"
    assert read.database["NAME"] == str(ROOT / "var" / "keepline.sqlite3")


def test_an_empty_value_counts_as_not_set() -> None:
    assert env(PORT="", EMAIL_URL=" ", DEBUG="") == env()


def test_sqlite_gets_the_options_that_keep_two_writers_apart() -> None:
    assert env().database["OPTIONS"] == {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://localhost", Smtp("localhost", 25, "none")),
        ("smtp://127.0.0.1:2525", Smtp("127.0.0.1", 2525, "none")),
        ("smtp+starttls://mail.example.com", Smtp("mail.example.com", 587, "starttls")),
        ("smtps://mail.example.com/", Smtp("mail.example.com", 465, "tls")),
        ("smtps://a:b@mail.example.com:994", Smtp("mail.example.com", 994, "tls", "a", "b")),
        (
            "smtps://12345%40qq.com:p%2Fw%3A%23%25@smtp.qq.com",
            Smtp("smtp.qq.com", 465, "tls", "12345@qq.com", "p/w:#%"),
        ),
        ("smtp+starttls://al@x.org:b@h.org:25", Smtp("h.org", 25, "starttls", "al@x.org", "b")),
        ("smtp://u:p@[::1]:25", Smtp("::1", 25, "none", "u", "p")),
    ],
)
def test_email_url_says_server_encryption_and_login(url: str, expected: Smtp) -> None:
    assert env(EMAIL_URL=url).smtp == expected


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "smtp+starttls://h:465",
            "EMAIL_URL: port 465 is encrypted from the start; write smtps:// instead of smtp+starttls://.",
        ),
        (
            "smtp://h:465",
            "EMAIL_URL: port 465 is encrypted from the start; write smtps:// instead of smtp://.",
        ),
        (
            "smtps://h:587",
            "EMAIL_URL: port 587 is not encrypted from the start; "
            "write smtp+starttls:// with port 587, or smtps:// with port 465.",
        ),
        ("mail.example.com", "EMAIL_URL: must start with smtp://, smtp+starttls:// or smtps://."),
        ("imaps://h", "EMAIL_URL: must start with smtp://, smtp+starttls:// or smtps://."),
        (
            "smtps://user@h",
            "EMAIL_URL: a login needs both a user name and a password, as in smtps://user:password@host.",
        ),
    ],
)
def test_an_email_url_that_cannot_work_is_refused(url: str, sentence: str) -> None:
    assert refusal(EMAIL_URL=url) == sentence


@pytest.mark.parametrize(
    "url", ["smtps://u:s3cr3t#x@h", "smtps://u:s3/cr3t@h", "smtps://u:s3cr3t@h:99999", "smtps://[s3cr3t"]
)
def test_a_refusal_never_repeats_the_password(url: str) -> None:
    message = refusal(EMAIL_URL=url)

    assert message.startswith("EMAIL_URL: ")
    assert "s3" not in message


def test_secrets_do_not_show_in_the_text_of_the_environment() -> None:
    read = env(
        EMAIL_URL="smtps://u:s3cr3t@h", SECRET_KEY="s3cr3t" * 8, DATABASE_URL="postgres://u:s3cr3t@h/db"
    )

    assert "s3cr3t" not in repr(read)


def test_the_login_is_the_sender_unless_told() -> None:
    url = "smtps://12345%40qq.com:code@smtp.qq.com"

    assert env(EMAIL_URL=url).email_from == "Keepline <12345@qq.com>"
    assert env(EMAIL_URL=url, EMAIL_FROM="卡 <me@qq.com>").email_from == "卡 <me@qq.com>"
    assert env(EMAIL_URL="smtp://u:p@h").email_from == "Keepline <keepline@localhost>"


@pytest.mark.parametrize(
    "text", ["keepline", "a@b.c, d@e.f", "<@>", "Me <me@>", "a@b.c\nBcc: d@e.f", "a b@c.d"]
)
def test_a_sender_that_is_not_one_address_is_refused(text: str) -> None:
    assert refusal(EMAIL_FROM=text).startswith("EMAIL_FROM: must be one mail address")


def test_postgres_is_read_with_its_pool() -> None:
    database = env(DATABASE_URL="postgres://al:p%40ss@db.example.com:5433/keep?sslmode=require").database

    assert database == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "keep",
        "USER": "al",
        "PASSWORD": "p@ss",
        "HOST": "db.example.com",
        "PORT": "5433",
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"sslmode": "require", "pool": {"min_size": 1, "max_size": 8, "timeout": 10}},
    }


def test_postgres_may_be_a_unix_socket() -> None:
    database = env(DATABASE_URL="postgres://al@/keep?host=/run/postgresql").database

    assert (database["HOST"], database["PORT"], database["USER"]) == ("/run/postgresql", "", "al")


@pytest.mark.parametrize(
    ("url", "path"),
    [("sqlite:///var/a.sqlite3", ROOT / "var/a.sqlite3"), ("sqlite:////srv/a b.db", Path("/srv/a b.db"))],
)
def test_sqlite_paths_start_at_the_repository_or_at_the_root(url: str, path: Path) -> None:
    assert env(DATABASE_URL=url).database["NAME"] == str(path)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite://a.db",
        "sqlite:///",
        "mysql://h/db",
        "postgres://h",
        "postgres://h/db?ssl=1",
        "postgres://h:x/db",
        "db",
    ],
)
def test_a_database_that_is_none_is_refused(url: str) -> None:
    assert refusal(DATABASE_URL=url).startswith("DATABASE_URL: ")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("PORT", ["0", "65536", "-1", "80.0", "８０", "http"]),
        ("TRUSTED_PROXIES", ["-1", "11", "yes"]),
        ("WEB_WORKERS", ["0", "33", "two"]),
        ("HOST", ["a b", "http://x", "127.0.0.1:8000", "x/y"]),
        (
            "SITE_URL",
            [
                "example.com",
                "ftp://x",
                "https://x/path",
                "https://x?q=1",
                "https://u@x",
                "https://x:0",
                "https://",
            ],
        ),
        ("TZ", ["Mars/Olympus", "../etc/passwd", "/etc/localtime", "Asia"]),
        ("DEBUG", ["maybe", "2", "y"]),
        ("OPEN_SIGNUP", ["ja"]),
        ("SECRET_KEY", ["short"]),
        ("CACHE_URL", ["memcached://h", "redis://", "h:6379"]),
        ("LOG_LEVEL", ["LOUD"]),
    ],
)
def test_a_value_without_sense_is_refused_by_name(name: str, values: list[str]) -> None:
    for value in values:
        assert refusal(**{name: value}).startswith(f"{name}: must ")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", True), ("YES", True), ("on", True), ("0", False), ("False", False), ("off", False)],
)
def test_yes_and_no_have_several_spellings(text: str, value: bool) -> None:
    assert (env(DEBUG=text).debug, env(OPEN_SIGNUP=text).open_signup) == (value, value)


def test_the_site_address_follows_host_and_port_unless_told() -> None:
    assert env(HOST="0.0.0.0", PORT="81").site_url == "http://localhost:81"
    assert env(HOST="::1", PORT="81").site_url == "http://[::1]:81"
    assert env(SITE_URL="https://sim.example.com/").site_url == "https://sim.example.com"


def test_the_secret_key_comes_from_the_variable_or_from_the_file(tmp_path: Path) -> None:
    assert env(DATA_DIR=str(tmp_path)).secret_key == ""
    ensure_secrets(tmp_path)

    assert env(DATA_DIR=str(tmp_path)).secret_key == (tmp_path / "secret-key").read_text().strip()
    assert env(DATA_DIR=str(tmp_path), SECRET_KEY="k" * 32).secret_key == "k" * 32


def test_a_damaged_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("")

    assert refusal(DATA_DIR=str(tmp_path)).startswith("DATA_DIR: ")


def test_keys_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    ensure_secrets(folder)
    first = {path.name: path.read_text() for path in folder.iterdir()}
    ensure_secrets(folder)

    assert {path.name: path.read_text() for path in folder.iterdir()} == first
    assert sorted(first) == ["field-key", "secret-key"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600, 0o600]
    assert len(base64.urlsafe_b64decode(first["field-key"])) == 32


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(EnvError, match=r"^DATA_DIR: .*file/data cannot be written"):
        ensure_secrets(tmp_path / "file" / "data")


def test_the_file_fills_in_what_the_environment_lacks(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    lines = ["# mine", "", "PORT=9000", 'export TZ="Asia/Shanghai"  # home', "EMAIL_FROM='A <a@b.c>'"]
    file.write_text("\n".join([*lines, "SECRET_KEY=a#b # c", "HOST="]))

    merged = with_env_file({"PORT": "9001", "TZ": "", "PATH": "/bin"}, file)

    assert merged == {
        "PORT": "9001",
        "TZ": "Asia/Shanghai",
        "EMAIL_FROM": "A <a@b.c>",
        "SECRET_KEY": "a#b",
        "HOST": "",
        "PATH": "/bin",
    }
    assert with_env_file({"TZ": "UTC"}, tmp_path / "missing") == {"TZ": "UTC"}


def test_another_file_can_be_chosen_or_none(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("PORT=9000\n")
    (tmp_path / ".env").write_text("nonsense\n")

    assert with_env_file({"ENV_FILE": str(tmp_path / "other")}, tmp_path / ".env")["PORT"] == "9000"
    assert with_env_file({"ENV_FILE": "-"}, tmp_path / ".env") == {"ENV_FILE": "-"}
    with pytest.raises(EnvError, match=r"^ENV_FILE: there is no file"):
        with_env_file({"ENV_FILE": str(tmp_path / "gone")}, tmp_path / ".env")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("EMIAL_URL=x", ".env, line 2: EMIAL_URL is not a setting; did you mean EMAIL_URL?"),
        ("open_signup=yes", ".env, line 2: open_signup is not a setting; did you mean OPEN_SIGNUP?"),
        ("PORT 9000", ".env, line 2: must look like NAME=value."),
        ("=9000", ".env, line 2: must look like NAME=value."),
        ('TZ="UTC', ".env, line 2: the quotes do not match."),
        ('TZ="UTC" x', ".env, line 2: the quotes do not match."),
    ],
)
def test_a_line_that_is_not_understood_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    (tmp_path / ".env").write_text(f"# first\n{line}\n")

    with pytest.raises(EnvError) as caught:
        with_env_file({}, tmp_path / ".env")

    assert str(caught.value) == sentence


def test_the_example_file_and_the_documentation_name_every_setting_and_no_other() -> None:
    names = {setting.name for setting in SETTINGS}
    example = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    table = re.findall(
        r"^\| `([A-Z_]+)` \| (.*?) \|", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE
    )

    assert example == names
    assert {name for name, _ in table} == names


def test_the_documentation_shows_the_defaults() -> None:
    table = dict(
        re.findall(
            r"^\| `([A-Z_]+)` \| `([^`|]+)` \|",
            (ROOT / "docs" / "configuration.md").read_text(),
            re.MULTILINE,
        )
    )

    assert {s.name: s.default for s in SETTINGS if s.name in table} == table


def test_the_example_file_can_be_used_with_every_line_switched_on(tmp_path: Path) -> None:
    text = re.sub(r"^#([A-Z_]+=)", r"\1", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    (tmp_path / ".env").write_text(text.replace("ENV_FILE=.env", ""))

    read = read_env(with_env_file({}, tmp_path / ".env"))

    assert read.site_url == "https://sim.example.com"
    assert read.smtp == Smtp("smtp.example.com", 465, "tls", "name@example.com", "password")


def test_a_mail_password_that_no_server_takes_is_refused_at_the_start() -> None:
    with pytest.raises(EnvError, match=r"^EMAIL_URL: .*ASCII"):
        read_env({"EMAIL_URL": "smtps://a%40example.org:p%C3%A4ss@mail.example.org:465"})


@pytest.mark.parametrize("content", ["", "not a key", "AAAA\n"])
def test_a_damaged_key_file_stops_the_start(tmp_path: Path, content: str) -> None:
    ensure_secrets(tmp_path)
    (tmp_path / "field-key").write_text(content)
    with pytest.raises(EnvError, match="field-key is empty or damaged"):
        ensure_secrets(tmp_path)
