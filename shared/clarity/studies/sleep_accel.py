"""Reads nights in the layout of PhysioNet's sleep-accel (Walch et al. 2019, ODC-By 1.0).

doi:10.1093/sleep/zsz180, doi:10.13026/hmhs-py35. Three files a person, gzipped or plain: heart
rate, activity counts and the stages that polysomnography found, in seconds since the recording
began. Who lacks counts or stages is left out, and that is said.
"""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

COLUMNS: Final = {
    "activity_counts": "seconds,count",
    "heart_rate": "seconds,bpm",
    "psg_stage": "seconds,stage",
}
PACKED, PLAIN = ".csv.gz", ".csv"
QUARTERS: Final = 4  # readings of 15 seconds in a minute of counts
HISTORY_MINUTES: Final = 720  # heart rate before the recording that is kept
UNSCORED: Final = -1


class UnusableNightError(Exception):
    """A night's file that is missing or not what the layout says."""


@dataclass(frozen=True, slots=True, eq=False)
class Night:
    """One person's night.

    Attributes:
        person: The id in the file names.
        counts: (n,) activity counts a minute from the recording's start, NaN where not observed.
        heart_rate: (m,) beats a minute; the last n are the recording's, the others came before;
            all NaN without a file.
        minute: (e,) the minute of each 30-second epoch that was scored and has counts.
        asleep: (e,) whether polysomnography called it sleep.
        without_counts: Scored epochs that have no counts, so that nothing can be said of them.
    """

    person: str
    counts: NDArray[np.float64]
    heart_rate: NDArray[np.float64]
    minute: NDArray[np.int64]
    asleep: NDArray[np.bool_]
    without_counts: int


class NothingToScoreError(UnusableNightError):
    """A person who lacks what a detector needs, or what it is compared with."""


def read_nights(
    folder: Path, progress: Callable[[int, int], None]
) -> tuple[list[Night], list[str]]:
    """Everybody in the folder who can be scored, in the order of their ids, and what to say of it.

    Files of other names are not looked at. Of a plain file beside its gzipped one the gzipped one
    is read.

    Raises:
        UnusableNightError: There is nobody, or a file is broken; it says which.
    """
    people = _people(folder)
    if not people:
        raise UnusableNightError(
            f"expected files such as ID_psg_stage{PACKED}, found none: {folder}"
        )
    nights, remarks = [], _twice(folder, people)
    for done, person in enumerate(people):
        progress(done, len(people))
        try:
            night = read_night(folder, person)
        except NothingToScoreError as error:
            remarks.append(f"{person} is left out: {error}")
            continue
        nights.append(night)
        if np.isnan(night.heart_rate).all():
            remarks.append(f"{person}: no heart rate, scored by movement alone")
    progress(len(people), len(people))
    if not nights:
        raise UnusableNightError(f"expected somebody who can be scored, found: {remarks[-1]}")
    return nights, remarks


def read_night(folder: Path, person: str) -> Night:
    """One person's files, by the minute.

    Raises:
        NothingToScoreError: Counts or stages are missing, or there are none at one time.
        UnusableNightError: A file is broken.
    """
    stages, counted = (_needed(folder, person, kind) for kind in ("psg_stage", "activity_counts"))
    minutes = int(stages[:, 0].max() // 60) + 1
    counts = _by_minute(counted, 0, minutes) * QUARTERS
    pulse = np.full(HISTORY_MINUTES + minutes, np.nan)
    if beats := _path(folder, person, "heart_rate"):
        pulse = _by_minute(_table(beats, "heart_rate"), HISTORY_MINUTES, minutes)
    scored = stages[stages[:, 1] > UNSCORED]
    minute = (scored[:, 0] // 60).astype(np.int64)
    seen = ~np.isnan(counts[minute])
    if not seen.any():
        raise NothingToScoreError("expected counts during the scored recording, found none")
    return Night(person, counts, pulse, minute[seen], scored[seen, 1] > 0, int((~seen).sum()))


def _people(folder: Path) -> list[str]:
    """The ids in the names of the files."""
    endings = [f"_{kind}{ending}" for kind in COLUMNS for ending in (PACKED, PLAIN)]
    return sorted(
        {
            path.name.removesuffix(ending)
            for path in folder.iterdir()
            for ending in endings
            if path.name.endswith(ending) and not path.name.startswith(".") and path.is_file()
        }
    )


def _twice(folder: Path, people: list[str]) -> list[str]:
    """What to say of files that are there gzipped and plain."""
    twice = [
        name
        for person in people
        for kind in COLUMNS
        if (folder / f"{(name := f'{person}_{kind}')}{PACKED}").is_file()
        and (folder / f"{name}{PLAIN}").is_file()
    ]
    if not twice:
        return []
    return [f"{len(twice)} plain {PLAIN} files beside their {PACKED} are not read, as {twice[0]}"]


def _needed(folder: Path, person: str, kind: str) -> NDArray[np.float64]:
    path = _path(folder, person, kind)
    if path is None:
        raise NothingToScoreError(f"expected {person}_{kind}{PACKED}, found no such file")
    return _table(path, kind)


def _path(folder: Path, person: str, kind: str) -> Path | None:
    """The gzipped file, else the plain one, else none."""
    for ending in (PACKED, PLAIN):
        path = folder / f"{person}_{kind}{ending}"
        if path.is_file():
            return path
    return None


def _by_minute(table: NDArray[np.float64], before: int, minutes: int) -> NDArray[np.float64]:
    """Mean reading of each minute, from `before` minutes ahead of the start; NaN without one."""
    at = np.floor(table[:, 0] / 60).astype(np.int64) + before
    inside = (at >= 0) & (at < before + minutes)
    size = before + minutes
    number = np.bincount(at[inside], minlength=size)
    total = np.bincount(at[inside], table[inside, 1], minlength=size)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _table(path: Path, kind: str) -> NDArray[np.float64]:
    """(rows, 2) seconds and values."""
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.name.endswith(PACKED) else raw).decode("ascii")
        header, _, body = text.partition("\n")
        rows = np.loadtxt(io.StringIO(body), delimiter=",", ndmin=2) if body.strip() else None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise UnusableNightError(
            f"expected CSV, gzipped if so named, found {error}: {path}"
        ) from error
    if header.strip() != COLUMNS[kind]:
        raise UnusableNightError(
            f"expected columns {COLUMNS[kind]!r}, found {header[:80]!r}: {path}"
        )
    if rows is None or rows.shape[1] != 2 or not np.isfinite(rows).all():  # noqa: PLR2004 - columns
        raise UnusableNightError(f"expected rows of two finite numbers, found others: {path}")
    if kind == "psg_stage" and rows[:, 0].min() < 0:
        raise UnusableNightError(f"expected seconds from 0, found {rows[:, 0].min():g}: {path}")
    return rows
