"""Django settings; every value that differs between machines comes from `tracker.env`."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tracker import __version__
from tracker.env import EnvError, ensure_secrets, read_env, with_env_file

BASE_DIR = Path(__file__).resolve().parent.parent

# The database and its -wal are for this account only, also in a DATA_DIR made by hand that others may enter.
os.umask(0o077)

try:
    ENV = read_env(with_env_file(os.environ, BASE_DIR / ".env"))
    ensure_secrets(ENV.data_dir)
except EnvError as error:
    sys.exit(str(error))

VERSION = __version__
DATA_DIR = ENV.data_dir
DEBUG = ENV.debug
SECRET_KEY = ENV.secret_key or (DATA_DIR / "secret-key").read_text().strip()
# The first key encrypts, all of them decrypt: rotation is "put a new line first".
FIELD_KEYS = [line for line in (DATA_DIR / "field-key").read_text().split() if line]

SITE_URL = ENV.site_url
_site = urlsplit(SITE_URL)
_secure = _site.scheme == "https"
# A browser writes an IPv6 address in brackets, and so does Django's list.
_hosts = (f"[{name}]" if ":" in name else name for name in (_site.hostname or "localhost", ENV.host))
ALLOWED_HOSTS = sorted({*_hosts, "localhost", "127.0.0.1", "[::1]"})
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]

INSTALLED_APPS = [
    "cards",  # first: its createsuperuser and templates win
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "template_partials",
    "django_q",
]

MIDDLEWARE = [
    "cards.web.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cards.web.middleware.request_now",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cards.web.middleware.preferences",
    "django.contrib.messages.middleware.MessageMiddleware",
    "cards.web.middleware.body_limit",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "cards.web.context.page",
            ],
            "builtins": ["cards.templatetags.cards"],
        },
    }
]

DATABASES = {"default": ENV.database}
if sys.argv[1:2] == ["qcluster"]:
    # It forks, and a pool's threads and sockets do not survive that.
    DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared by all web processes, so that rate limits hold across them.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV.cache_url}
    if ENV.cache_url
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # With Django's 300 anybody could push a limit out of the table by filling it with others.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    # django-q2 writes its statistics every half second: never into a shared cache.
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "q"},
}

AUTH_USER_MODEL = "cards.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "cards.accounts.adapter.AccountAdapter"
MFA_ADAPTER = "cards.accounts.mfa.MFAAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # an open browser must not be enough to move the account elsewhere
# "You have no account here" goes to strangers' addresses: only where strangers are welcome. Elsewhere anybody
# could make this machine write to anybody, until the provider blocks the account that reminders need.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = ENV.open_signup
# allauth's 5 a minute would be 7,200 mails a day into one person's mailbox; the other limits are its own.
ACCOUNT_RATE_LIMITS = {"reset_password": "20/h/ip,5/h/key", "signup": "20/h/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxies
OPEN_SIGNUP = ENV.open_signup

SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_NAME = "keepline_session"
CSRF_COOKIE_NAME = "keepline_csrf"
CSRF_COOKIE_HTTPONLY = True  # no script reads it: forms carry the token
SECURE_SSL_REDIRECT = False  # the proxy's work; behind one, the header below tells
if ENV.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if _secure else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
FILE_UPLOAD_HANDLERS = ["cards.web.uploads.InMemory"]
CSRF_FAILURE_VIEW = "cards.views.errors.csrf_failure"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]  # each in its own words
LOCALE_PATHS = [BASE_DIR / "cards" / "locale"]
LANGUAGE_COOKIE_NAME = "keepline_language"
LANGUAGE_COOKIE_SECURE = _secure
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = ENV.tz
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

EMAIL_FROM = ENV.email_from
DEFAULT_FROM_EMAIL = SERVER_EMAIL = EMAIL_FROM
SMTP = ENV.smtp  # None: the local mailbox
MAILBOX_DIR = DATA_DIR / "mail"
EVIDENCE_DIR = DATA_DIR / "evidence"
# Mail that Django itself or an add-on sends goes the same way as ours.
EMAIL_BACKEND = "cards.web.mail_backend.OutboxBackend"

# An alarm clock, nothing more: the tables hold the work (STYLE.md says how it fails).
Q_CLUSTER = {
    "name": "keepline",
    "orm": "default",
    "workers": 1,
    "timeout": 240,
    "retry": 600,
    "queue_limit": 1,
    "bulk": 1,
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": 20,
    "poll": 1,
    "cache": "local",
    "label": "Queue",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": ENV.log_level},
}
# The redirect to https is the proxy's; sub-domains and the preload list are not ours to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
