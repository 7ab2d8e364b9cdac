"""Plain text as programs write it: UTF-8, UTF-16 that says so, GB18030 (GBK) on Chinese Windows."""

import codecs
import re
import unicodedata
from collections import Counter

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SPACES = "\n\t\r\f"
# GB2312: punctuation, full-width forms, hanzi. Its kana, Greek and Cyrillic are what other letters turn into.
_COMMON_ROWS = frozenset((0xA1, 0xA3, *range(0xB0, 0xF8)))


class NotText(ValueError):
    """The bytes are no text."""


class UnclearText(ValueError):
    """The bytes may be text, in letters that can't be told for certain."""


def read_text(content: bytes) -> str:
    """Return the text, without a byte order mark. Raise NotText or UnclearText."""
    if content.startswith(_UTF16):
        text = _strict(content, "utf-16")
    else:
        text = _strict(content, "utf-8-sig")
        if text is None and not _CONTROL.search(content):
            text = _strict(content, "gb18030")
            if text is None or not _is_chinese(text):
                raise UnclearText
    if text is None or any(unicodedata.category(mark) == "Cc" and mark not in _SPACES for mark in set(text)):
        raise NotText
    return text


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_chinese(text: str) -> bool:
    """Tell Chinese from other letters that are valid GB18030 by chance: most of its marks are everyday ones.

    An accent and the letter after it read as one rare hanzi, and Big5 as many of them.
    """
    beyond = {mark: count for mark, count in Counter(text).items() if "\x7f" < mark <= "\uffff"}
    if any(unicodedata.category(mark) in ("Cn", "Co") for mark in beyond):
        return False
    common = sum(count for mark, count in beyond.items() if _is_common(mark))
    return common * 4 >= sum(beyond.values()) * 3


def _is_common(mark: str) -> bool:
    code = mark.encode("gb2312", "ignore")
    return len(code) > 1 and code[0] in _COMMON_ROWS
