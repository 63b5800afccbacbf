"""German without umlauts, as people also write it: one spelling for every pattern and word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from re import Pattern

_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def unaccented(text: str) -> str:
    """Lower-case German in the letters a to z.

    >>> unaccented("zwölf größere")
    'zwoelf groessere'
    """
    return text.translate(_ASCII)


def pattern(words: str) -> Pattern[str]:
    """The pattern of such words, for a text without umlauts."""
    return re.compile(unaccented(words))
