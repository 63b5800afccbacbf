"""What a person has set for themselves in `users/{uid}`: how they want to be told, and what not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from clarity.domain.consent import Consent, odd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Language = Literal["en", "de", "es"]
Level = Literal["plain", "detailed"]
Insights = Literal["automatic", "on_request"]
Topic = Literal["sleep", "rhythm", "activity", "heart"]

OF_AGE: Final = 18
OLDEST: Final = 130
# An analysis looks back on weeks: less would leave none of them.
LEAST_RETENTION_DAYS: Final = 28
_MOST_RETENTION_DAYS: Final = 36_500
# Of what else is in the document: so many texts, so long, so deep.
_MOST_TEXTS: Final = 200
_LONGEST_TEXT: Final = 200
_DEEPEST: Final = 4
_FARTHEST_EAST: Final = timedelta(hours=14)
_LANGUAGES: tuple[Language, ...] = get_args(Language)
_LEVELS: tuple[Level, ...] = get_args(Level)
_INSIGHTS: tuple[Insights, ...] = get_args(Insights)
_TOPICS: tuple[Topic, ...] = get_args(Topic)
_REGION = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Person:
    """A person's own settings, each readable or left at what holds for everybody.

    Attributes:
        language: Of what they read; "de-AT" counts as German.
        level: "plain" for short everyday sentences, "detailed" for more numbers.
        insights: Whether an insight follows each burst of uploads, or only a request.
        region: ISO 3166 code of two letters, from `region` or the language tag; empty if unknown.
        age: In full years, from `birth_date`; None if unknown.
        avoid: What they do not want to be told of.
        push: Whether a notification may announce an insight.
        consent: What they have agreed to.
        retention: How long what their devices recorded is kept; None: as long as everybody's.
        ignored: Fields whose values cannot be used, or not all of them, by name.
        texts: What the document says beside its settings: names and addresses, for all we know.
    """

    language: Language = "en"
    level: Level = "detailed"
    insights: Insights = "automatic"
    region: str = ""
    age: int | None = None
    avoid: frozenset[Topic] = frozenset()
    push: bool = False
    consent: Consent = field(default_factory=Consent)
    retention: timedelta | None = None
    ignored: tuple[str, ...] = ()
    texts: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def minor(self) -> bool:
        """Whether the person is known to be under 18."""
        return self.age is not None and self.age < OF_AGE

    @staticmethod
    def parse(
        document: Mapping[str, object], today: date, longest: timedelta = timedelta.max
    ) -> Person:
        """The settings in the person's document: what cannot be used is ignored by name.

        Nothing is kept longer than `longest`, whatever they wish.

        >>> found = Person.parse({"language": "de-AT", "reading_level": "easy"}, date(2026, 6, 1))
        >>> found.language, found.region, found.level, found.ignored
        ('de', 'AT', 'detailed', ('reading_level',))
        """
        given = {
            name: value for name, value in document.items() if value is not None and value != []
        }
        read = {
            name: reader(given[name], today) for name, reader in _READERS.items() if name in given
        }
        if (read.get("retention_days") or longest) > longest:
            read["retention_days"] = None
        usable = {name: value for name, value in read.items() if value is not None}
        usable.setdefault("region", _tagged_region(given.get("language")))
        ignored = tuple(
            name for name, value in read.items() if value is None or _odd(name, given[name])
        )
        fields = {_FIELDS.get(name, name): value for name, value in usable.items()}
        others = [value for name, value in document.items() if name not in _READERS]
        return Person(**fields, ignored=ignored, texts=_texts_in(others))


def _language(value: object, _: date) -> Language | None:
    primary = re.split("[-_]", value)[0].lower() if isinstance(value, str) else None
    return next((each for each in _LANGUAGES if each == primary), None)


def _level(value: object, _: date) -> Level | None:
    return next((each for each in _LEVELS if each == value), None)


def _insights(value: object, _: date) -> Insights | None:
    return next((each for each in _INSIGHTS if each == value), None)


def _region(value: object, _: date) -> str | None:
    code = value.strip().upper() if isinstance(value, str) else ""
    return code if _REGION.fullmatch(code) else None


def _tagged_region(tag: object) -> str:
    """The region in a language tag: AT in "de-AT" and "de_AT", none in "zh-Hant".

    >>> _tagged_region("de-AT"), _tagged_region("en")
    ('AT', '')
    """
    parts = re.split("[-_]", tag)[1:] if isinstance(tag, str) else []
    return next((part.upper() for part in parts if _REGION.fullmatch(part.upper())), "")


def _age(value: object, today: date) -> int | None:
    born = _day(value)
    if born is None:
        return None
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return age if 0 <= age <= OLDEST else None


def _day(value: object) -> date | None:
    try:
        if isinstance(value, datetime):
            # Midnight where the person was born may be the day before in UTC: nobody is of age
            # early.
            return (value + _FARTHEST_EAST).date()
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except (OverflowError, ValueError):
        return None


def _topics(value: object, _: date) -> frozenset[Topic] | None:
    """The topics in a list, or the one that stands alone; None where there is none.

    What else the list holds takes nothing away: whoever does not want to hear of their sleep is
    not told of it for a misspelt second wish.
    """
    named = _named(value)
    return frozenset(each for each in _TOPICS if each in named) or None


def _named(value: object) -> set[str]:
    """The words in a setting, in lower case."""
    entries = value if isinstance(value, list) else [value]
    return {each.strip().lower() for each in entries if isinstance(each, str)}


def _odd(name: str, given: object) -> bool:
    """Whether a setting that was read holds more than could be used."""
    if name == "consent":
        return odd(given)
    entries = len(given) if isinstance(given, list) else 1
    named = _named(given)
    return name == "avoid" and (not named <= set(_TOPICS) or len(named) < entries)


def _yes_or_no(value: object, _: date) -> bool | None:
    return value if isinstance(value, bool) else None


def _consent(value: object, _: date) -> Consent | None:
    return Consent.parse(value) if isinstance(value, dict) else None


def _retention(value: object, _: date) -> timedelta | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Some clients know no whole numbers: 28.0 is 28.
    whole = LEAST_RETENTION_DAYS <= value <= _MOST_RETENTION_DAYS and value == int(value)
    return timedelta(days=value) if whole else None


def _texts_in(value: object) -> frozenset[str]:
    """The texts in a part of the document, as many as anybody may need."""
    texts = (text[:_LONGEST_TEXT] for text in _texts(value, _DEEPEST))
    return frozenset(islice(texts, _MOST_TEXTS))


def _texts(value: object, deepest: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif deepest and isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each, deepest - 1)


# By the document's names; where the attribute is called otherwise, `_FIELDS` says how.
_READERS: Final[Mapping[str, Callable[[object, date], Any]]] = {
    "language": _language,
    "reading_level": _level,
    "insights": _insights,
    "region": _region,
    "birth_date": _age,
    "avoid": _topics,
    "push": _yes_or_no,
    "consent": _consent,
    "retention_days": _retention,
}
_FIELDS: Final[Mapping[str, str]] = {
    "reading_level": "level",
    "birth_date": "age",
    "retention_days": "retention",
}
