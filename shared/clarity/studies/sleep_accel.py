"""Reads nights in the layout of PhysioNet's sleep-accel (Walch et al. 2019, ODC-By 1.0).

doi:10.1093/sleep/zsz180, doi:10.13026/hmhs-py35. Three files a person: heart rate, activity counts
and the stages that polysomnography found, in seconds since the recording began.
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
ENDING: Final = ".csv.gz"
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
        heart_rate: (m,) beats a minute; the last n are the recording's, the others came before.
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


def read_nights(folder: Path, progress: Callable[[int, int], None]) -> list[Night]:
    """Every person who has a file in the folder, in the order of their ids.

    Raises:
        UnusableNightError: There is nobody, or a file is missing or broken; it says which.
    """
    people = sorted(
        {
            path.name.removesuffix(f"_{kind}{ENDING}")
            for kind in COLUMNS
            for path in folder.glob(f"*_{kind}{ENDING}")
        }
    )
    if not people:
        raise UnusableNightError(
            f"expected files such as ID_psg_stage{ENDING}, found none: {folder}"
        )
    nights = []
    for done, person in enumerate(people):
        progress(done, len(people))
        nights.append(read_night(folder, person))
    progress(len(people), len(people))
    return nights


def read_night(folder: Path, person: str) -> Night:
    """One person's three files, by the minute."""
    tables = {kind: _table(folder / f"{person}_{kind}{ENDING}", kind) for kind in COLUMNS}
    stages = tables["psg_stage"]
    minutes = int(stages[:, 0].max() // 60) + 1
    counts = _by_minute(tables["activity_counts"], 0, minutes) * QUARTERS
    pulse = _by_minute(tables["heart_rate"], HISTORY_MINUTES, minutes)
    scored = stages[stages[:, 1] > UNSCORED]
    minute = (scored[:, 0] // 60).astype(np.int64)
    seen = ~np.isnan(counts[minute])
    if not seen.any():
        raise UnusableNightError(f"expected counts during the recording, found none: {person}")
    return Night(person, counts, pulse, minute[seen], scored[seen, 1] > 0, int((~seen).sum()))


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
    if not path.is_file():
        raise UnusableNightError(f"expected {path.name}, found no such file in {path.parent}")
    try:
        text = gzip.decompress(path.read_bytes()).decode("ascii")
        header, _, body = text.partition("\n")
        rows = np.loadtxt(io.StringIO(body), delimiter=",", ndmin=2) if body.strip() else None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise UnusableNightError(f"expected gzipped CSV, found {error}: {path}") from error
    if header.strip() != COLUMNS[kind]:
        raise UnusableNightError(
            f"expected columns {COLUMNS[kind]!r}, found {header[:80]!r}: {path}"
        )
    if rows is None or rows.shape[1] != 2 or not np.isfinite(rows).all():  # noqa: PLR2004 - columns
        raise UnusableNightError(f"expected rows of two finite numbers, found others: {path}")
    if kind == "psg_stage" and rows[:, 0].min() < 0:
        raise UnusableNightError(f"expected seconds from 0, found {rows[:, 0].min():g}: {path}")
    return rows
