"""A language as the check sees it: patterns, tables of words and small functions.

Every pattern and word is matched against the plain text: NFKC, lower case, one kind of hyphen and
apostrophe (see `clarity.domain.words.quantities.plain`). A pattern is searched for, not matched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from re import Pattern

Bound = Literal["above", "below", "at_least", "at_most"]
_NO_WORD = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Words:
    """A list of words, some of them open at an end, and phrases.

    Attributes:
        exact: whole words.
        stems: what a word may begin with.
        parts: endings, and parts that a word may hold anywhere.
        phrases: of several words, as a pattern.
        spared: words that only look like one of the list.
    """

    exact: frozenset[str]
    stems: frozenset[str]
    parts: Pattern[str]
    phrases: Pattern[str]
    spared: frozenset[str]

    @classmethod
    def of(cls, words: str, *, phrases: str = "", spared: str = "") -> Words:
        """Read "pill diagnos* *itis *apnoe*": a star stands for any letters, or none."""
        each = words.split()
        ends = [f"{word[1:]}$" for word in each if word[0] == "*" and word[-1] != "*"]
        inner = [word[1:-1] for word in each if word[0] == word[-1] == "*"]
        parts = "|".join(ends + inner)
        return cls(
            frozenset(word for word in each if "*" not in word),
            frozenset(word[:-1] for word in each if word[0] != "*" and word[-1] == "*"),
            re.compile(parts) if parts else _NO_WORD,
            re.compile(phrases) if phrases else _NO_WORD,
            frozenset(spared.split()),
        )

    def found(self, text: str, words: Iterable[str]) -> list[str]:
        """What of this list stands in a text with these words, each once."""
        single = {word for word in words if self.holds(word)}
        return sorted(single | {match.group() for match in self.phrases.finditer(text)})

    def holds(self, word: str) -> bool:
        """Whether the word is on the list."""
        if word in self.spared:
            return False
        begins = any(word[:end] in self.stems for end in range(2, len(word) + 1))
        return word in self.exact or begins or bool(self.parts.search(word))


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number written with words: "twenty-five", "half an", "7 and a half", "an hour and a half".

    Attributes:
        length: how many of the tokens write it.
        value: of the number.
        unit: the unit's token, where it stands inside ("an hour and a half"); else empty, and the
            unit is looked for after it.
        step: how exact it is: 1, or 0.5 for a half.
    """

    length: int
    value: float
    unit: str = ""
    step: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How numbers are written, and how what they count is read.

    Attributes:
        decimal: the mark before decimals.
        thousands: the mark between groups of three digits; the other mark followed by one or two
            digits is read as decimals too ("7.5 Stunden"), followed by three as what it says.
        numeral: reads the tokens (words, hyphens, and digits as Python writes them) from the first
            on; None where no number begins there. "one" is none where it is a pronoun.
        units: a unit's word to its dimension and the factor to the dimension's own unit. The
            dimensions: duration (min), percent, points, steps, pulse, days, nights, weeks, months,
            years, times, clock, milliseconds; any other name is one that no fact has.
        between: words that may stand between a number and its unit ("7 full days").
        joins: words that join two numbers with one unit ("6 to 7 h", "6 of 7 days").
        of: those of the joins that make the first number a part of the second.
        links: words inside a duration ("7 hours and 12 minutes").
        before: words right before a number that bound it, to be matched at the end of what
            precedes it; the first that matches counts.
        after: the same, matched at the start of what follows the unit.
        during: words before a number of days or weeks that make it a span ("over 7 nights"), though
            `before` takes them for a bound.
        about: words before a number that make it a round one.
        vague: amounts without a value; no fact states one ("twice", "a third", "xii").
        uncounted: phrases whose number counts nothing ("two things", "one of them").
        rates: "a day", "per week" right after the unit: minute, hour, day, night, week, month.
        total: says that a number is a sum ("in total"); no fact is one.
        averaged: says that it is none ("on average", "a day"); makes up for `total`.
        clocks: patterns of times of day with the groups hour, and if they have them minute and
            half; read before numbers are.
        afternoon: what the group half says for the second half of the day.
        night: what it says for hours on both sides of midnight.
        dates: patterns of dates with the groups day, month and if they have them until ("8 to 14
            June") and year; month is a name in `months` or a number.
        months: their names to 1 to 12.
        month: a month without a day ("in June"), with the group month.
    """

    decimal: Literal[".", ","]
    thousands: Literal[".", ","]
    numeral: Callable[[Sequence[str]], Numeral | None]
    units: Mapping[str, tuple[str, float]]
    between: frozenset[str]
    joins: frozenset[str]
    of: frozenset[str]
    links: frozenset[str]
    before: Sequence[tuple[Bound, Pattern[str]]]
    after: Sequence[tuple[Bound, Pattern[str]]]
    during: Pattern[str]
    about: Pattern[str]
    vague: Pattern[str]
    uncounted: Pattern[str]
    rates: Sequence[tuple[str, Pattern[str]]]
    total: Pattern[str]
    averaged: Pattern[str]
    clocks: Sequence[Pattern[str]]
    afternoon: frozenset[str]
    night: frozenset[str]
    dates: Sequence[Pattern[str]]
    months: Mapping[str, int]
    month: Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """How one number is set against another, or said to have moved.

    Attributes:
        breaks: where one clause ends and the next begins ("," "and" "but"); the group `against`
            where the next is what something is compared with ("than", "compared with").
        usual: says that a number is the person's own of the weeks before ("usual", "before").
        origin: right before a number: it is where something came from ("from", "up from").
        reference: says that a number is a published one ("recommended").
        span: says that a number is one of several weeks ("over the last weeks", "this month").
        pace: says that a number is a change per week ("a week", "week by week").
        apart_after: right after a number with its unit: it is a difference, not a level ("less",
            "longer", "below", "of difference").
        apart_before: right before a number: the same ("by", "a difference of", "another").
        up: says that something is or became more.
        down: says that it is or became less.
        same: says that it did not change; also "within your usual range".
        moved: says that it changed, but not which way.
        steadier: "more regular": less of a variation, more of a steadiness; told apart by metric.
        unsteadier: "less regular".
        neutral: phrases that only look like one of these ("the higher the value, the more",
            "more or less", "no more than", "over the week").
        lasting: says that a change goes on ("keeps falling", "for weeks", "trend"): only a trend or
            a change of level does.
        denied: before a word of direction, in its clause: turns it round ("not", "anything but");
            what is not more may be less or the same, so it is refused.
        meets: says that a reference is met; the group `not` where it is denied.
        misses: says that it is not.
    """

    breaks: Pattern[str]
    usual: Pattern[str]
    origin: Pattern[str]
    reference: Pattern[str]
    span: Pattern[str]
    pace: Pattern[str]
    apart_after: Pattern[str]
    apart_before: Pattern[str]
    up: Pattern[str]
    down: Pattern[str]
    same: Pattern[str]
    moved: Pattern[str]
    steadier: Pattern[str]
    unsteadier: Pattern[str]
    neutral: Pattern[str]
    meets: Pattern[str]
    misses: Pattern[str]
    lasting: Pattern[str] = _NO_WORD
    denied: Pattern[str] = _NO_WORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """All that the check knows about a language.

    Attributes:
        code: ISO 639-1.
        respell: rewrites the plain text before anything is read from it: "siebenstündig" becomes
            "sieben stunden", "siete horas y media" "7,5 horas", "más" "mas".
        letters: letters beyond a to z, lower case; any other letter is not of this language.
        marks: punctuation beyond the ASCII that every language uses ("¿¡«»").
        telling: small words of which every sentence has one, and which tell this language.
        knows: whether a text may use the word (lower case, no digits). The vocabulary is closed:
            an illness or a drug that nobody thought of is not in it.
        states: whether a statement, which is no advice, may use the word; a part of what it knows.
        numbers: how numbers are written.
        relations: how numbers are compared.
        subjects: a topic to the words of which a sentence about it has one.
        claims: a topic to the words with which a sentence says something about it; a statement
            with one must cite a fact of that topic.
        names: a metric to the words that tell it from others of its topic; it is also how a number
            finds its fact, so "awake" is no name of sleep and "fell asleep" neither.
        times: claims about a day, a part of the day, or the best of something.
        advised: those of `times` that advice may say ("weekend", "tonight").
        offers: what advice may suggest; a suggestion has one of these.
        tells: words of a statement about the past ("was", "slept", "rose"); in advice, words like
            "more" and "earlier" claim nothing without them.
        personal: says that a sentence is about the reader ("you", "your"), "your age" left out.
        unknown: says that something is not known, for whatever reason; "does not reach" does not.
        too_little: says that there is not enough data.
        cannot_tell: says that the device does not measure it.
        estimated: says that something is estimated.
        unsafe: diagnoses, illness, medication, supplements, body, food, weight, crises, alarm,
            promises, certainty, shame, verdicts on health.
        judging: verdicts on a number or a night ("good", "poor", "well"); advice may use `kind`.
        kind: phrases of advice in which such a word judges nothing ("a good way").
        professional: words that send to a professional.
        causes: says that one thing comes from another.
        qualities: a metric to how a small and how a large value of it is called ("a steady time",
            "varied a lot"); "more steady" and "not strong" are not the word itself.
        injected: words of a text that follows someone else's orders: prompts, systems, secrets,
            advertisements, persons.
    """

    code: str
    respell: Callable[[str], str]
    letters: str
    marks: str
    telling: Pattern[str]
    knows: Callable[[str], bool]
    numbers: Numbers
    relations: Relations
    subjects: Mapping[str, Pattern[str]]
    claims: Mapping[str, Pattern[str]]
    names: Mapping[str, Pattern[str]]
    times: Pattern[str]
    advised: Pattern[str]
    offers: Pattern[str]
    tells: Pattern[str]
    personal: Pattern[str]
    unknown: Pattern[str]
    too_little: Pattern[str]
    cannot_tell: Pattern[str]
    estimated: Pattern[str]
    unsafe: Words
    judging: Pattern[str]
    kind: Pattern[str]
    professional: Words
    causes: Pattern[str]
    injected: Words
    states: Callable[[str], bool] = bool
    qualities: Mapping[str, tuple[Pattern[str], Pattern[str]]] = field(default_factory=dict)


def units(*rows: tuple[str, str, float]) -> dict[str, tuple[str, float]]:
    """The table of units from rows of words, dimension and factor.

    >>> units(("h hour", "duration", 60.0))
    {'h': ('duration', 60.0), 'hour': ('duration', 60.0)}
    """
    return {
        word: (dimension, factor) for words, dimension, factor in rows for word in words.split()
    }
