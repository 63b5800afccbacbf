"""Where a person says who they are: "my name is ...", "I am ...", or a signature; en, de, es.

Nothing here knows a name for one. What is found is the place after such words, and there what is
written as names are: in capitals at the beginning. After words that say "name" small letters count,
too. German writes every noun like a name, so that "ich bin" counts before two of them only; a name
that stands anywhere else, such as somebody else's or a place's, is not found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_LETTERS: Final = r"[^\W\d_][\w'\u2019-]*"
_WORD: Final = re.compile(rf"{_LETTERS}\.?")
# The next word, where nothing else follows.
_AND_THAT_IS_ALL: Final = re.compile(
    rf" {_LETTERS}(?=\s*(?:[,.;!?)\n]|$| (?:and|but|und|aber|y|pero) ))"
)
_MOST: Final = 4  # words of a name
# They say that a name follows, in whatever letters.
_SAID: Final = re.compile(
    r"\b(?:my (?:full |first |last )?name(?: is|['\u2019]s|:)"
    r"|mein (?:voller )?(?:vor|nach)?name(?: ist|:)|ich hei(?:ß|ss)e"
    r"|mi nombre(?: es|:)|me llamo)\s+"
    r"|(?:^|[\n.;!?])\s*(?:name|nombre):\s*",
    re.IGNORECASE,
)
# A name may follow, or something else: then it is written in small letters.
_MAYBE: Final = re.compile(
    r"\b(?:i am|i['\u2019]m|soy|(?:call me|nenn(?:t|en sie)? mich|ll[aá]m(?:a|e)me))\s+",
    re.IGNORECASE,
)
# As above, but whatever else may follow is written like a name.
_GERMAN: Final = re.compile(r"\bich bin\s+", re.IGNORECASE)
# The end of a letter: a greeting, or a dash of its own, and the name as the last of all.
_SIGNED: Final = re.compile(
    r"(?:\b(?:(?:best|kind|warm) regards|regards|sincerely|yours|mfg|lg|vg|gr(?:ü|ue)(?:ß|ss)e?n?"
    r"|saludos|atentamente|un abrazo)\b(?: von| de| from)?[,\s]\s*"
    r"|\b(?:thanks|thank you|cheers|best|love|danke|gracias|besos)[,.!]?\s*\n\s*"
    r"|(?:\n|[.!?])\s*(?:[–—]|--)\s*)",  # noqa: RUF001  a dash, as people write it
    re.IGNORECASE,
)


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Between the parts of a name.
_INNER: Final = _listed("al bin da de del den der di du el la las los van von y zu")
_SHORT: Final = _listed("dr mr mrs ms prof fr hr sr sra st")
# Written like a name in English or by a phone, and none.
_NONE: Final = _listed(
    "i ok okay type typ tipo monday tuesday wednesday thursday friday saturday sunday january"
    " february march april may june july august september october november december"
)
# After "my name is", where no name follows.
_UNTOLD: Final = _listed(
    "not no never wrong spelled misspelled missing shown written used on in the a an nicht kein"
    " falsch auf im der die das so el la lo los un una muy mal igual"
)


def introduced(words: str) -> Iterator[tuple[int, int]]:
    """From where to where a person tells their name; two may overlap.

    >>> text = "Shorter, please. I'm Ada Lovelace, and I'm tired."
    >>> [text[slice(*each)] for each in introduced(text)]
    ['Ada Lovelace']
    """
    for opener, least, small in ((_SAID, 1, True), (_MAYBE, 1, False), (_GERMAN, 2, False)):
        for found in opener.finditer(words):
            if span := _name_at(words, found.end(), least, small=small):
                yield span
    for found in _SIGNED.finditer(words):
        span = _name_at(words, found.end(), 1, small=False)
        if span and not words[span[1] :].strip(" \t\r\n.!,)"):
            yield span


def _name_at(words: str, start: int, least: int, *, small: bool) -> tuple[int, int] | None:
    """The name that begins there: capitals, and what may stand between them."""
    at, end, number = start, start, 0
    while number < _MOST and (found := _WORD.match(words, at)):
        word = found[0].rstrip(".")
        if _is_written_like_a_name(word, shouted=small):
            number += 1
            end = found.end() if _is_short(word) else found.start() + len(word)
        elif not number or word.lower() not in _INNER:
            break
        sentence_ends = found[0].endswith(".") and not _is_short(word)
        if sentence_ends or words[found.end() : found.end() + 1] != " ":
            break
        at = found.end() + 1
    if number >= least:
        return start, end
    return _small_name_at(words, start) if small and not number else None


def _is_written_like_a_name(word: str, *, shouted: bool) -> bool:
    capital = word[0].isupper() and (shouted or len(word) == 1 or not word.isupper())
    return capital and word.lower() not in _NONE


def _is_short(word: str) -> bool:
    """Whether a point behind it is its own: "Dr.", "J."."""
    return len(word) == 1 or word.lower() in _SHORT


def _small_name_at(words: str, start: int) -> tuple[int, int] | None:
    """One word, whatever it is; and the next one where nothing else follows."""
    found = _WORD.match(words, start)
    if found is None or found[0].rstrip(".").lower() in _UNTOLD | _NONE:
        return None
    end = start + len(found[0].rstrip("."))
    more = _AND_THAT_IS_ALL.match(words, end)
    return start, more.end() if more else end
