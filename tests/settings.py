"""The project's own settings in an environment of the tests: nothing is kept, no mail leaves."""

import os
import tempfile

os.environ.update(
    DATA_DIR=tempfile.mkdtemp(prefix="keepline-test-"), SITE_URL="http://testserver", TZ="UTC", DEBUG="1"
)
for _name in (
    "EMAIL_URL",
    "EMAIL_FROM",
    "SECRET_KEY",
    "CACHE_URL",
    "OPEN_SIGNUP",
    "TRUSTED_PROXIES",
    "HOST",
    "PORT",
):
    os.environ.pop(_name, None)

from tracker.settings import *  # noqa: E402, F403

# The real hasher takes a tenth of a second for each of a thousand people.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A real file, as in life: threads have connections and locks of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # noqa: F405
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
