"""What tells who somebody is, taken out of their own words before a language model reads them.

Addresses, numbers to call and tokens are known by their form; names where the person's own document
has them, or where the person says that they are theirs (introductions.py). Any other name stays:
nothing here knows it for one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from clarity.domain.words.introductions import introduced

if TYPE_CHECKING:
    from collections.abc import Collection

REMOVED: Final = "[removed]"
_LEAST_LETTERS: Final = 3  # "Al" and "Jo" are in too many words
_LEAST_DIGITS: Final = 7  # of a number to call; so many steps have commas, or are told in words
_FORMS: Final = re.compile(
    r"\S*@\S+"
    r"|(?:https?://|www\.)\S+"
    # Ids and tokens: long, with letters and digits.
    r"|(?<![\w:-])(?=[\w:-]*\d)(?=[\w:-]*[^\W\d_])[\w:-]{16,}",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\+?\(?\d+(?:[ ()./-]{1,2}\d+)*")


def redacted(words: str, known: Collection[str]) -> str:
    """The words without addresses, numbers, tokens, and what is known or said of who it is.

    >>> redacted("I'm Ada Lovelace. Shorter!", set())
    "I'm [removed]. Shorter!"
    >>> redacted("Shorter, please. Ada (ada@example.com, 0171 234 56 78)", {"Ada Lovelace"})
    'Shorter, please. [removed] [removed] [removed])'
    """
    before = len(words)
    for start, end in sorted(introduced(words), reverse=True):  # from the end: the places stay
        words, before = words[:start] + REMOVED + words[min(end, before) :], start
    words = _FORMS.sub(REMOVED, words)
    words = _NUMBER.sub(_unless_short, words)
    texts = {each for text in known for each in (text, *text.split()) if _telling(each)}
    if not texts:
        return words
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    names = "|".join(map(re.escape, longest_first))
    return re.sub(rf"(?<!\w)(?:{names})(?!\w)", REMOVED, words, flags=re.IGNORECASE)


def _telling(text: str) -> bool:
    return sum(map(str.isalnum, text)) >= _LEAST_LETTERS


def _unless_short(found: re.Match[str]) -> str:
    digits = sum(map(str.isdigit, found[0]))
    return REMOVED if digits >= _LEAST_DIGITS else found[0]
