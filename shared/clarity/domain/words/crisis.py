"""Finds phrases of a crisis in free words, however they are spelled.

Words are compared without accents and doubled letters, and with digits and stars read as letters.
A phrase that is negated ("I would never ...") or that is an idiom ("killing me") is none.

The phrases stand in `phrases`, a file a language; all are read, whatever the person's language is.
A line of words separated by spaces is a phrase, in which

* `a|b` is either, `a|b?` either or nothing, `a*` what begins so, `~a` with one slip of the pen,
  `{name}` a list of the section [names], and `...` up to four words;
* ` / ` comes before the words that make it an idiom when they stand near;
* `!` at the beginning says that the phrase holds its own negation ("don't want to live").

[fillers] are words that are not read, [light] may stand between two words of a phrase, [negators]
deny, [lifters] take that back ("don't know if"), and [close] are of an idiom only right beside it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Final, get_args

from clarity.domain.words.helplines import Concern

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LONGEST: Final = 20_000  # characters that are read
_GAP: Final = 4  # words that "..." stands for, at most
_BEFORE: Final = 4  # words before a phrase in which a negation counts
_AFTER: Final = 5  # words after a phrase in which it may turn out an idiom
_LEAST_FUZZY: Final = 5
_LEAST_SPELLED: Final = 4  # single letters that make a word
_LEAST_STARRED: Final = 3
_LETTERS: Final = str.maketrans("0134578@$!|", "oieastbasil")
_DIGRAPHS: Final = re.compile("([aou])e")
_TWICE: Final = re.compile(r"([a-z])\1+")
_CLAUSE: Final = re.compile(r"[.,;:!?()\u2026\u2014\u2013]+\s|\n|\s[-\u2014\u2013]+\s")
_TOKEN: Final = re.compile(r"[a-z0-9@$!|*]+")
_FILES: Final = ("english", "german", "spanish")
_CONCERNS: Final[tuple[Concern, ...]] = get_args(Concern)
_JOINED: Final = frozenset({"and", "but", "und", "aber", "y", "pero", "or", "oder", "o"})


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    clause: int


@dataclass(frozen=True, slots=True)
class _Slot:
    """One place of a phrase: the words that may stand there."""

    words: frozenset[str]
    beginnings: tuple[str, ...]
    fuzzy: tuple[str, ...]
    optional: bool
    gap: bool

    def takes(self, word: str) -> bool:
        if word in self.words or word.startswith(self.beginnings):
            return True
        if "*" in word and len(word) >= _LEAST_STARRED:
            hidden = re.compile(re.escape(word).replace(r"\*", "[a-z]{1,2}"))
            return any(hidden.fullmatch(each) for each in (*self.words, *self.fuzzy))
        return any(_nearly(word, each) for each in self.fuzzy)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase, and the words that make it an idiom when they follow it.

    `negates` says that the phrase holds its own negation ("don't want to live").
    """

    concern: Concern
    slots: tuple[_Slot, ...]
    unless: frozenset[str]
    negates: bool


def found_in(words: str) -> Concern | None:
    """The first concern of the list of phrases that the words give reason for."""
    tokens = _tokens(words[:_LONGEST])
    for phrase in _lexicon().phrases:
        if any(_means(phrase, tokens, start) for start in range(len(tokens))):
            return phrase.concern
    return None


def _means(phrase: _Phrase, tokens: list[_Word], start: int) -> bool:
    """Whether the phrase stands here, is meant, and is not negated."""
    end = _end(phrase.slots, tokens, start)
    if end is None or _is_idiom(phrase, tokens, start, end):
        return False
    return phrase.negates or not _negated(tokens, start, end)


def _is_idiom(phrase: _Phrase, tokens: list[_Word], start: int, end: int) -> bool:
    """Whether the words around it give the phrase another meaning; prepositions only next to it."""
    clause = tokens[end - 1].clause
    near = [*tokens[max(start - 2, 0) : end], *tokens[end + 1 : end + _AFTER]]
    around = [word for word in near if word.text not in _lexicon().close] + tokens[end : end + 1]
    return any(word.text in phrase.unless for word in around if word.clause == clause)


def _end(slots: tuple[_Slot, ...], tokens: list[_Word], at: int) -> int | None:
    """Where the phrase that begins here ends; None where it is another one."""
    if not slots:
        return at
    slot, rest = slots[0], slots[1:]
    if slot.gap:
        ends = (_end(rest, tokens, at + skipped) for skipped in range(_GAP + 1))
        return next((end for end in ends if end is not None), None)
    if at >= len(tokens):
        return None if any(not each.optional for each in slots) else at
    if slot.takes(tokens[at].text):
        end = _after(rest, tokens, at + 1)
        if end is not None:
            return end
    return _end(rest, tokens, at) if slot.optional else None


def _after(slots: tuple[_Slot, ...], tokens: list[_Word], at: int) -> int | None:
    """Where the rest of a phrase ends, which a small word may keep apart from its beginning."""
    end = _end(slots, tokens, at)
    if end is None and at < len(tokens) and tokens[at].text in _lexicon().light:
        return _end(slots, tokens, at + 1)
    return end


def _negated(tokens: list[_Word], start: int, end: int) -> bool:
    """Whether a negation of the same clause stands before or within, and nothing lifts it."""
    clause = tokens[start].clause
    before = [
        word.text for word in tokens[max(start - _BEFORE, 0) : start] if word.clause == clause
    ]
    joined = [place for place, word in enumerate(before) if word in _JOINED]
    before = before[joined[-1] + 1 :] if joined else before
    near = [*before, *(word.text for word in tokens[start:end])]
    near = [word for word, following in pairwise([*near, ""]) if (word, following) != ("no", "i")]
    return any(word in _lexicon().negators for word in near) and not any(
        word in _lexicon().lifters for word in near
    )


def _tokens(words: str) -> list[_Word]:
    """The words that carry meaning, each with the clause that it stands in."""
    found: list[_Word] = []
    for clause, part in enumerate(_CLAUSE.split(f"{_plain(words)} ")):
        found += [_Word(word, clause) for word in _spelled(_TOKEN.findall(part))]
    return [word for word in found if not _lexicon().fillers.takes(word.text)]


def _spelled(parts: list[str]) -> list[str]:
    """The words; "s u i c i d e" is one, and so is "my self"."""
    words: list[str] = []
    letters = ""
    for part in [*parts, ""]:
        if len(part) == 1 and part.isalpha():
            letters += part
            continue
        words += [letters] if len(letters) >= _LEAST_SPELLED else list(letters)
        letters = ""
        words += [part] if part else []
    text = " ".join(_squeezed(word) for word in words)
    return text.replace("my self", "myself").split()


def _plain(text: str) -> str:
    """Lower case, without accents and apostrophes."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if char.isprintable() or char == "\n").translate(_QUOTES)


_QUOTES: Final = {ord(char): None for char in "'\u2019\u02bc`\u00b4\u2018"} | dict.fromkeys(
    range(0x300, 0x370)
)


def _squeezed(word: str) -> str:
    """A word with one way to spell it: digits as letters, digraphs and doubled letters as one."""
    if any(char.isalpha() for char in word):
        word = word.rstrip("!|").translate(_LETTERS)
    return _TWICE.sub(r"\1", _DIGRAPHS.sub(r"\1", word))


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """What the files hold, of all languages together; a danger to life comes first."""

    fillers: _Slot
    light: frozenset[str]
    negators: frozenset[str]
    lifters: frozenset[str]
    close: frozenset[str]
    phrases: tuple[_Phrase, ...]


@cache
def _lexicon() -> _Lexicon:
    folder = files("clarity.domain.words").joinpath("phrases")
    texts = [folder.joinpath(f"{name}.txt").read_text("utf-8") for name in _FILES]
    every = [_sections(text) for text in texts]

    def words(section: str) -> str:
        return " ".join(line for each in every for line in each[section])

    return _Lexicon(
        fillers=_slot("|".join(words("fillers").split())),
        light=_normal(words("light")),
        negators=_normal(words("negators")),
        lifters=_normal(words("lifters")),
        close=_normal(words("close")),
        phrases=tuple(
            _phrase(concern, line)
            for concern in _CONCERNS
            for each in every
            for line in each[concern]
        ),
    )


def _sections(text: str) -> Mapping[str, list[str]]:
    """The lines of a file by section, with names in place."""
    found: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    section = ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
            found[section] = []
        elif section == "names" and line:
            name, _, words = line.partition(" = ")
            names[name] = words
        elif line and not line.startswith("#"):
            found[section].append(line.format_map(names))
    return found


def _normal(words: str) -> frozenset[str]:
    return frozenset(_each(words.split()))


def _phrase(concern: Concern, line: str) -> _Phrase:
    said, _, unless = line.partition(" / ")
    slots = tuple(_slot(part) for part in said.removeprefix("!").split())
    return _Phrase(concern, slots, _normal(unless), negates=said.startswith("!"))


def _slot(part: str) -> _Slot:
    optional, gap = part.endswith("?"), part == "..."
    words = [] if gap else [word for word in part.removesuffix("?").split("|") if word]
    return _Slot(
        words=frozenset(_each(word for word in words if word[0] != "~" and word[-1] != "*")),
        beginnings=tuple(_each(word.strip("~*") for word in words if word[-1] == "*")),
        fuzzy=tuple(_each(word.strip("~*") for word in words if word[0] == "~")),
        optional=optional,
        gap=gap,
    )


def _each(words: Iterable[str]) -> list[str]:
    return [_squeezed(_plain(word)) for word in words]


def _nearly(word: str, other: str) -> bool:
    """Whether one letter is missing, added, changed or swapped with its neighbour.

    The first letter is right, for another one often makes another word.
    """
    if word == other:
        return True
    if min(len(word), len(other)) < _LEAST_FUZZY or word[0] != other[0]:
        return False
    at = next(
        (n for n, pair in enumerate(zip(word, other, strict=False)) if len(set(pair)) > 1), -1
    )
    one, two = (word[at:], other[at:]) if at >= 0 else (word[len(other) :], other[len(word) :])
    swapped = len(one) > 1 and one[:2] == two[1::-1] and one[2:] == two[2:]
    return swapped or one[1:] == two[1:] or one[1:] == two or one == two[1:]
