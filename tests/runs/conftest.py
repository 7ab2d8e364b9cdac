"""The playbooks as a start loads them."""

import pytest

from cards.services.playbooks import load_playbooks
from tests.factories import NOW


@pytest.fixture(autouse=True)
def playbooks(db: None) -> None:
    load_playbooks(now=NOW)
