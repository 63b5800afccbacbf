"""What a bank of phrases holds for one language: what an honest answer can say of each fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Phrases = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Noun:
    """One metric in words.

    Attributes:
        name: With its article or possessive, singular, as the subject of a sentence.
        more: What it is when its number is higher: "longer".
        less: And when it is lower.
    """

    name: str
    more: str
    less: str


@dataclass(frozen=True, slots=True)
class Bank:
    """Clauses without their full stop and capital, with {x}, {y}, {name}, {more} ... to fill.

    Attributes:
        nouns: By metric.
        measure: By metric, with {x}; under "" with {label} and {text}, for any other.
        days: How many days count, with {x} of {y}.
        coverage: Share of the time with data, with {x}.
        weeks: How many weeks count, with {x}.
        window: The dates of the week, with {text}.
        met: By metric, a value on the advised side of its reference {y}; under "least" and
            "most" for any other lower or upper bound.
        missed: The same, a value on the other side.
        usual: With {name} and {x}.
        change: Against what is usual, with {name}, {x} and {more}; for either direction.
        level: No change, with {name}.
        average: Over the timeframe, with {name} and {x}.
        rise: A trend upwards, with {name} and {x}.
        fall: A trend downwards, with {name} and {x}.
        steady: No trend, with {name}.
        shift: From the level {x} to {y} since the date {day}, with {name}.
        unknown: Too little data, with {name}.
        unable: The device cannot tell, with {name}.
        advice: By the metric that gives reason, small things to try.
        joints: Between two clauses.
        fillers: Between a number and nothing: openings that add no claim, before a clause.
    """

    nouns: Mapping[str, Noun]
    measure: Mapping[str, Phrases]
    days: Phrases
    coverage: Phrases
    weeks: Phrases
    window: Phrases
    met: Mapping[str, Phrases]
    missed: Mapping[str, Phrases]
    usual: Phrases
    change: Phrases
    level: Phrases
    average: Phrases
    rise: Phrases
    fall: Phrases
    steady: Phrases
    shift: Phrases
    unknown: Phrases
    unable: Phrases
    advice: Mapping[str, Phrases]
    joints: Phrases
    fillers: Phrases
