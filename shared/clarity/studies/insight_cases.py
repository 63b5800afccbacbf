"""Analyses of generated people in many states, as the facts that an insight is written from.

Each person's three months are lived once as they are and once with a fault: what devices, habits
and drawers do to data. Of both, some weeks are told, each in every language.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np

from clarity.domain.analysis import analyse, recent_days
from clarity.domain.consent import Consent
from clarity.domain.intake.samples import parse_upload
from clarity.domain.job import InsightType, Timeframe
from clarity.domain.metrics.history import WEEK, History, history_of
from clarity.domain.minutes.quality import assess
from clarity.domain.person import Language, Level, Person
from clarity.domain.words.facts import facts_from
from clarity.sources.generated.people import generate, uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from clarity.domain.minutes.grid import Grid
    from clarity.domain.words.facts import Fact
    from clarity.sources.healthkit import Json

DAYS: Final = 98
WEEKS: Final = DAYS // WEEK
FIRST_DAY: Final = date(2025, 9, 1)  # a Monday; the weeks reach over a change of the clock
TOLD: Final = (0, 3, 5, 8, 11, 13)  # weeks, by place: with nothing before them, and with a quarter
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
_LEVELS: Final[tuple[Level, ...]] = get_args(Level)
_FRAMES: Final[tuple[Timeframe, ...]] = get_args(Timeframe)
# Two, three, seven and five: no two of them keep step.
_TYPES: Final[tuple[InsightType, ...]] = ("general", "sleep", "general", "activity", "general")
_CONSENT: Final = Consent(analysis=True, language_model=True)
_AGES: Final = (None, 34, None, 71, 52, None, 15)
# How many weeks up to the one told are known, by what was asked for.
_KNOWN_WEEKS: Final[Mapping[Timeframe, int]] = {"1week": 5, "1month": 8, "3months": 14}
_MONDAY_TO_FRIDAY: Final = 5
_NIGHT: Final = (22, 7)  # hours of UTC between which a night is lost
_SINCE_WEEK: Final = 9  # a change of life, three quarters of the way
_FADING: Final = 0.93  # of the steps of the week before


@dataclass(frozen=True, slots=True)
class Case:
    """One insight to be written.

    Attributes:
        name: Who: of `people.PEOPLE` or `people.STRANGERS`.
        life: What happened to the data.
        first_day: Of the week that is told.
        asked: Settings of the person who reads it.
        insight_type: What it is about.
        timeframe: How many weeks.
        facts: What may be said.
    """

    name: str
    life: str
    first_day: date
    asked: Person
    insight_type: InsightType
    timeframe: Timeframe
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """One analysed week of somebody, and the weeks before it."""

    name: str
    life: str
    first_day: date
    analysis: Mapping[str, Any]
    history: History

    def document(self, timeframe: Timeframe) -> Mapping[str, object]:
        """The history that goes with the week, as it is stored."""
        known = _last(self.history, _KNOWN_WEEKS[timeframe])
        return {**known.to_document(), "data_timeframe": timeframe}


def weeks_of(name: str, seed: int, lives: Sequence[str]) -> Iterator[Week]:
    """Somebody's weeks that pass the quality gate, for each of these lives.

    Raises:
        ValueError: No such person.
    """
    last_day = FIRST_DAY + timedelta(DAYS - 1)
    person = generate(name, days=DAYS, last_day=last_day, seed=seed)
    for life in lives:
        samples = [each for sample in person.samples if (each := LIVES[life](sample))]
        if not samples:
            continue
        grid = _grid(replace(person, samples=samples), last_day)
        history = history_of(grid)
        for place, first_day in enumerate(history.first_days):
            if WEEKS - len(history.first_days) + place not in TOLD:
                continue
            week = grid.window((first_day - grid.first_day).days, WEEK)
            quality = assess(week)
            if quality.sufficient:
                document = analyse(week, quality).to_document()
                yield Week(name, life, first_day, document, _first(history, place + 1))


def cases_of(weeks: Sequence[Week]) -> Iterator[Case]:
    """Each week in each language; level, timeframe, age and type take turns."""
    turns = zip(cycle(_LEVELS), cycle(_FRAMES), cycle(_AGES), cycle(_TYPES), strict=False)
    for week, (level, frame, age, insight_type) in zip(weeks, turns, strict=False):
        for language in LANGUAGES:
            asked = Person(language=language, level=level, age=age, consent=_CONSENT)
            facts = facts_from(
                week.analysis,
                insight_type=insight_type,
                person=asked,
                history=week.document(frame),
            )
            yield Case(week.name, week.life, week.first_day, asked, insight_type, frame, facts)


def all_weeks(
    names: Sequence[str], seeds: Sequence[int], done: Callable[[], None]
) -> Iterator[Week]:
    """The weeks of these people: as recorded, and with a fault that takes turns."""
    faults = cycle([life for life in LIVES if life != AS_RECORDED])
    for seed in seeds:
        for name in names:
            yield from weeks_of(name, seed, (AS_RECORDED, next(faults)))
            done()


def _grid(person: Any, last_day: date) -> Grid:
    received = datetime.combine(last_day + timedelta(2), time(), UTC)
    parsed = [
        parse_upload(document, received_at=received) for _, document in uploads(person, batch=5000)
    ]
    samples = type(parsed[0].samples).concat([each.samples for each in parsed])
    return recent_days(samples, DAYS)


def _first(history: History, weeks: int) -> History:
    series = (replace(each, weeks=each.weeks[:weeks]) for each in history.series)
    return History(
        history.first_days[:weeks],
        history.sufficient[:weeks],
        tuple(each for each in series if not np.isnan(each.weeks).all()),
    )


def _last(history: History, weeks: int) -> History:
    series = (replace(each, weeks=each.weeks[-weeks:]) for each in history.series)
    return History(
        history.first_days[-weeks:],
        history.sufficient[-weeks:],
        tuple(each for each in series if not np.isnan(each.weeks).all()),
    )


def _start(sample: Json) -> datetime:
    return datetime.fromisoformat(sample["start_date"])


def _place(sample: Json) -> int:
    """Which week of the three months."""
    return (_start(sample).date() - FIRST_DAY).days // WEEK


def _no_sleep(sample: Json) -> Json | None:
    return None if sample["sample_type"] == "sleepAnalysis" else sample


def _no_nights(sample: Json) -> Json | None:
    return None if _at_night(sample) else sample


def _at_night(sample: Json) -> bool:
    return not _NIGHT[1] <= _start(sample).hour < _NIGHT[0]


def _missing_nights(sample: Json) -> Json | None:
    return None if _at_night(sample) and _start(sample).day % 3 == 0 else sample


def _few_days(sample: Json) -> Json | None:
    return sample if _start(sample).weekday() < _MONDAY_TO_FRIDAY else None


def _no_heart(sample: Json) -> Json | None:
    return None if sample["sample_type"] in {"heartRate", "restingHeartRate"} else sample


def _scaled(sample: Json, factor: float) -> Json:
    if sample["sample_type"] != "stepCount":
        return sample
    return sample | {"value": float(round(sample["value"] * factor))}


def _gaps_of_weeks(sample: Json) -> Json | None:
    return None if _place(sample) in {2, 3, 7, 10} else sample


AS_RECORDED: Final = "as recorded"
LIVES: Final[Mapping[str, Callable[[Json], Json | None]]] = {
    AS_RECORDED: lambda sample: sample,
    "missing nights": _missing_nights,
    "few days": _few_days,
    "no nights": _no_nights,
    "no recorded sleep": _no_sleep,
    "no heart rate": _no_heart,
    "fading steps": lambda sample: _scaled(sample, _FADING ** max(_place(sample), 0)),
    "half the steps": lambda sample: _scaled(sample, 0.5 if _place(sample) >= _SINCE_WEEK else 1),
    "weeks in a drawer": _gaps_of_weeks,
}
