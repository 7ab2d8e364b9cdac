"""Where a value of the catalogue is from, and how sure it is."""

import re
from dataclasses import dataclass
from datetime import date

_URL = re.compile(r"https?://[^\s;,()]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """Where something is from. `seen`: the day the source was read; `seen_note`: what is known instead.

    `confidence`: A the operator's own words, B another source, C hearsay; `is_old`: an old page.
    """

    source: str
    seen: date | None
    confidence: str
    seen_note: str = ""
    is_old: bool = False

    @property
    def links(self) -> tuple[str, ...]:
        """The addresses named in the source."""
        return tuple(_URL.findall(self.source))
