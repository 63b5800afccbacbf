"""One real person of the 2016 Fitbit data: minute steps and heart rate, in the client's JSON.

The files say nothing of a time zone, and of sleep they hold nightly totals only: no sleep sample
is made of a total, since nobody knows when it began. A minute of zero steps is a measurement here,
so still stretches are sent as samples of 0 steps.
"""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clarity.sources import healthkit, written
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.generated.people import Person

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clarity.sources.healthkit import Json

PERSON = "5553957443"  # the only one whose heart rate is there by the minute
STEPS_FILE = "minuteStepsWide_merged.csv.gz"
SLEEP_FILE = "sleepDay_merged.csv.gz"
BAND = healthkit.Device("Fitbit", "com.fitbit.FitbitMobile", "Fitbit", "2016")
LONGEST_STILL = 60  # minutes in one sample of 0 steps
DATES = ("%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p")  # the release has both


@dataclass(frozen=True, slots=True)
class Night:
    """What Fitbit says of one night: minutes, without a clock time."""

    asleep_minutes: int
    in_bed_minutes: int


@dataclass(frozen=True, slots=True)
class FitbitPerson:
    """The samples, and Fitbit's own nightly totals by the date of waking, to compare with."""

    person: Person
    nights: Mapping[date, Night]


def read_fitbit(
    folder: str | Path,
    *,
    user: str = PERSON,
    time_zone: str = "America/New_York",
    last_days: int | None = None,
) -> FitbitPerson:
    """Read one person's minutes.

    Args:
        folder: where the files lie.
        user: the person's number in the files.
        time_zone: an assumption: the data has local clock times and no zone.
        last_days: days to keep, up to the last one that has heart rate; None keeps all.

    Raises:
        UnreadableSourceError: the folder, a file or the person is missing, or a row is broken.
    """
    folder = Path(folder)
    zone = _zone(time_zone)
    steps, beats = _minutes(folder, user)
    if last_days is not None:
        newest = max(beats).date()
        since = newest - timedelta(last_days - 1)
        steps = {at: count for at, count in steps.items() if since <= at.date() <= newest}
        beats = {at: rate for at, rate in beats.items() if since <= at.date()}
    samples = [*_step_samples(steps, zone), *_beat_samples(beats, zone)]
    samples.sort(key=lambda sample: (sample["start_date"], sample["end_date"]))
    person = Person(
        name="fitbit",
        description=f"person {user} of the 2016 Fitbit data, {time_zone} assumed",
        time_zone=time_zone,
        samples=samples,
        zones=((0, time_zone),),
    )
    return FitbitPerson(person, _nights(folder, user))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnreadableSourceError(f"expected an IANA time zone, found {name!r}") from error


def _minutes(folder: Path, user: str) -> tuple[dict[datetime, int], dict[datetime, int]]:
    """Steps and heart rate by local minute.

    The wide file has whole days of steps; before it begins, the heart-rate file's own column
    serves (where both are there, they agree in every minute).
    """
    beats: dict[datetime, int] = {}
    steps: dict[datetime, int] = {}
    name = f"hr_minute_user{user}.csv.gz"
    for row in _rows(folder, name):
        at = _iso(row["time"], name)
        beats[at] = _whole(row["hr"], name)
        steps[at] = _whole(row["steps"], name)
    for row in _rows(folder, STEPS_FILE):
        if row["Id"] == user:
            hour = _local(row["ActivityHour"], STEPS_FILE)
            for minute in range(60):
                count = row[f"Steps{minute:02d}"]
                steps[hour + timedelta(minutes=minute)] = _whole(count, STEPS_FILE)
    if not beats:
        raise UnreadableSourceError(f"expected minutes of person {user} in {name}, found none")
    return steps, beats


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    path = folder / name
    if not path.is_file():
        missing = "no such folder" if not folder.is_dir() else "no such file"
        raise UnreadableSourceError(f"expected {name} in {folder}, found {missing}")
    with gzip.open(path) as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


def _iso(text: str, name: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableSourceError(f"expected a date in {name}, found {text!r}") from error


def _local(text: str, name: str) -> datetime:
    for form in DATES:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - local clock time, as the file has it
        except ValueError:
            continue
    raise UnreadableSourceError(f"expected a date in {name}, found {text!r}")


def _whole(text: str, name: str) -> int:
    try:
        return int(written.number(text))
    except (ValueError, OverflowError) as error:
        raise UnreadableSourceError(f"expected a number in {name}, found {text!r}") from error


def _epoch(at: datetime, zone: ZoneInfo) -> float:
    return at.replace(tzinfo=zone).timestamp()


def _step_samples(steps: Mapping[datetime, int], zone: ZoneInfo) -> Iterator[Json]:
    """A sample for each minute with steps, and one for each still stretch, an hour at most."""
    still: datetime | None = None
    for at in sorted(steps):
        after = at + timedelta(minutes=1)
        if steps[at]:
            yield _steps(steps[at], at, after, zone)
            continue
        still = still or at
        closes = steps.get(after) != 0 or after - still >= timedelta(minutes=LONGEST_STILL)
        if closes:
            yield _steps(0, still, after, zone)
            still = None


def _steps(count: int, start: datetime, stop: datetime, zone: ZoneInfo) -> Json:
    first, last = _epoch(start, zone), _epoch(stop, zone)
    return healthkit.quantity("stepCount", count, first, last, BAND)


def _beat_samples(beats: Mapping[datetime, int], zone: ZoneInfo) -> Iterator[Json]:
    for at, rate in beats.items():
        epoch = _epoch(at, zone)
        yield healthkit.quantity("heartRate", rate, epoch, epoch, BAND)


def _nights(folder: Path, user: str) -> dict[date, Night]:
    return {
        _local(row["SleepDay"], SLEEP_FILE).date(): Night(
            _whole(row["TotalMinutesAsleep"], SLEEP_FILE), _whole(row["TotalTimeInBed"], SLEEP_FILE)
        )
        for row in _rows(folder, SLEEP_FILE)
        if row["Id"] == user
    }
