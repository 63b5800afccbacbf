"""A person's week from the upload to the metrics: decoding, the minute grid, and the whole."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from clarity.domain.analysis import analyse, best_week
from clarity.domain.intake.columns import Samples, Source
from clarity.domain.intake.samples import KIND_INDEX, parse_upload
from clarity.domain.minutes.amounts import amount_channel, source_order
from clarity.domain.minutes.channels import Stretch, heart_rate_channel
from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.quality import assess
from clarity.sources.generated import people
from tests.bench import frames, plain, rows
from tests.bench.contest import Contest, Goal, Limit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Document = Mapping[str, Any]

LAST_DAY: Final = date(2025, 6, 8)
RECEIVED: Final = datetime(2025, 7, 1, tzinfo=UTC)
PERSON: Final = "office-worker"
LARGE: Final = 20_000  # samples of one document
PULSES, INTERVALS = 20_000, 3_000
MINUTES: Final = 7 * 1440
WEEK: Final = Stretch(0, MINUTES)
STEPS: Final = "stepCount"
LONGEST_INTERVAL_S: Final = 600.0
WATCH: Final = Source("Apple Watch", "com.apple.health.1", "Watch7,1")
LONG_DAYS: Final = 98  # three months, the longest timeframe that a request can name
LIMIT_MS: Final = 10.0  # from stored columns to the week's metrics, without PAT
PYTHON, PANDAS, PYDANTIC = "Python", "pandas", "pydantic"


@cache
def documents(days: int = 7, batch: int = 100) -> tuple[Document, ...]:
    """What a person's phone uploads of so many days."""
    person = people.generate(PERSON, days=days, last_day=LAST_DAY)
    return tuple(document for _, document in people.uploads(person, batch=batch))


def parse(uploads: Sequence[Document]) -> list[Samples]:
    """Our reading of uploads."""
    return [parse_upload(document, received_at=RECEIVED).samples for document in uploads]


def columns(parts: Sequence[Samples]) -> list[list[float]]:
    """What the peers read of them, in their order."""
    whole = Samples.concat(parts)
    names = ("kind", "start", "end", "value", "offset", "source")
    return [getattr(whole, name).tolist() for name in names]


def stored(uploads: Sequence[Document]) -> list[dict[str, object]]:
    """Chunk documents as `ingest` stores them."""
    return [samples.to_columns() for samples in parse(uploads)]


def load(chunks: Sequence[Mapping[str, object]]) -> Samples:
    """A week's samples from stored chunks, each once."""
    return Samples.concat([Samples.from_columns(chunk) for chunk in chunks]).unique()


def decoding(large: int = LARGE) -> list[Contest]:
    """Uploads and stored chunks become samples.

    The peers trust what they are given; ours also checks every field and every bound, converts
    units, survives what is broken, and gives each sample its identity.
    """
    week, one = documents(), documents(30, large)[:1]
    chunks, texts = stored(week), [orjson.dumps(document) for document in week]
    return [
        _reading(f"{len(week)} uploads of 100", week),
        _reading(f"an upload of {len(one[0]['samples']):,}", one),
        Contest(
            f"{len(chunks)} stored chunks (peers: JSON)",
            lambda: load(chunks),
            {
                PYTHON: lambda: plain.read(json.loads(text) for text in texts),
                PYDANTIC: lambda: rows.read_json(texts),
            },
            seen=lambda samples: columns([samples]),
        ),
    ]


def preparing(days: int = LONG_DAYS) -> list[Contest]:
    """Samples become minutes: the two loops of it apart, then the whole grid.

    Args:
        days: Of the longest record, of which the best week is found.
    """
    pulse, walks = pulses(), intervals()
    goal = Goal(30.0, PANDAS)
    bounds = (walks.start, walks.end, walks.value)
    lists = [each.tolist() for each in bounds]
    week = load(stored(documents()))
    long = load(stored(documents(days)))
    fortnight = long.select(long.start >= long.start.max() - 14 * 86_400.0)
    first = best_week(week).first_day
    return [
        Contest(
            f"bin {PULSES:,} pulses",
            lambda: heart_rate_channel(pulse, WEEK).value,
            {
                PYTHON: _loop(plain.mean_by_minute, pulse.start.tolist(), pulse.value.tolist()),
                PANDAS: lambda: frames.mean_by_minute(pulse.start, pulse.value, MINUTES),
            },
            goal,
        ),
        Contest(
            f"spread {INTERVALS:,} walks",
            lambda: spread(walks),
            {
                PYTHON: _loop(plain.spread, *lists),
                PANDAS: lambda: frames.spread(*bounds, MINUTES),
            },
            goal,
        ),
        Contest(f"grid of 7 days ({len(week):,})", lambda: build_grid(week, first)),
        Contest(f"best of 14 days ({len(fortnight):,})", lambda: best_week(fortnight)),
        Contest(f"best of {days} days ({len(long):,})", lambda: best_week(long)),
    ]


def whole() -> list[Contest]:
    """From stored columns to the analysis document, step by step and together."""
    chunks = stored(documents())
    samples = load(chunks)
    grid = best_week(samples)
    quality = assess(grid)

    def everything() -> object:
        week = best_week(load(chunks))
        return analyse(week, assess(week)).to_document()

    return [
        Contest("decode stored chunks", lambda: load(chunks)),
        Contest("grid of the best week", lambda: best_week(samples)),
        Contest("quality", lambda: assess(grid)),
        Contest("metrics", lambda: analyse(grid, quality).to_document()),
        Contest("all of them", everything, goal=Limit(LIMIT_MS)),
        Contest("apart: ingest's parsing", lambda: parse(documents())),
    ]


def spread(walks: Samples) -> NDArray[np.float64]:
    """Our steps per minute of one device."""
    return amount_channel(walks, STEPS, WEEK, source_order(walks, STEPS)).sources[0].fine


def pulses(number: int = PULSES, seed: int = 1) -> Samples:
    """Heart rates at random moments of a week."""
    rng = np.random.default_rng(seed)
    start = np.sort(rng.uniform(0, 60 * MINUTES - 1, number)).round(3)
    return _samples("heartRate", start, start, rng.normal(70, 9, number))


def intervals(number: int = INTERVALS, seed: int = 2) -> Samples:
    """Step intervals of up to ten minutes, at random moments of a week."""
    rng = np.random.default_rng(seed)
    start = np.sort(rng.uniform(0, 60 * MINUTES - LONGEST_INTERVAL_S - 1, number)).round(3)
    end = (start + rng.uniform(1, LONGEST_INTERVAL_S, number)).round(3)
    return _samples(STEPS, start, end, rng.integers(1, 900, number).astype(float))


def _samples(
    kind: str, start: NDArray[np.float64], end: NDArray[np.float64], value: NDArray[np.float64]
) -> Samples:
    number = len(start)
    return Samples(
        kind=np.full(number, KIND_INDEX[kind], np.int8),
        start=start,
        end=end,
        value=value,
        offset=np.zeros(number, np.int32),
        source=np.zeros(number, np.int16),
        identity=np.arange(number, dtype=np.uint64),
        sources=(WATCH,),
    )


def _reading(name: str, uploads: Sequence[Document]) -> Contest:
    peers = {PYTHON: lambda: plain.read(uploads), PYDANTIC: lambda: rows.read(uploads)}
    return Contest(name, lambda: parse(uploads), peers, seen=columns)


def _loop(work: Any, *lists: list[float]) -> Any:
    return lambda: work(*lists, MINUTES)
