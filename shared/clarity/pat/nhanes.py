"""NHANES 2005-2006 physical activity: the minutes of the people whose week can be used.

Both channels come from one hip-worn device. Its counts tell when it was worn (Choi et al. 2011),
for steps too: a minute in which it lay in a drawer is unknown, not still.
"""

from __future__ import annotations

import csv
import hashlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from clarity.domain.minutes.nonwear import not_worn

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FILES = ("minutes.npz", "index.csv")
MISSING = 65_535  # the file's marker of a minute without a value
MIN_VALID_DAYS = 4  # of at least 10 h wear: the usual inclusion rule
VALIDATION_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Week:
    """A week of many people, one row a person.

    Attributes:
        seqn: (n,) who.
        minutes: (n, 10080) float32, NaN where missing or not worn.
        recorded: (n, 10080) float32 as the device wrote it, NaN where missing; 0 when not worn.
    """

    seqn: NDArray[np.int64]
    minutes: NDArray[np.float32]
    recorded: NDArray[np.float32]

    def where(self, keep: NDArray[np.bool_]) -> Week:
        """Only the people that `keep` (n,) marks."""
        return Week(self.seqn[keep], self.minutes[keep], self.recorded[keep])


def load(folder: Path, signal: str = "steps") -> Week:
    """The people with a reliable, calibrated, complete recording and enough valid days.

    `signal` is `steps` or `counts`.
    """
    if absent := [name for name in FILES if not (folder / name).is_file()]:
        raise FileNotFoundError(f"{folder} is no NHANES folder: it lacks {', '.join(absent)}")
    try:
        with (folder / "index.csv").open(newline="") as file:
            usable = [int(row["seqn"]) for row in csv.DictReader(file) if _usable(row)]
        # Opened here: of a damaged archive np.load would leave its file open.
        with (folder / "minutes.npz").open("rb") as packed, np.load(packed) as stored:
            _check_arrays(stored.files, ("seqn", "counts", signal))
            seqn = stored["seqn"].astype(np.int64)
            keep = np.isin(seqn, np.array(usable, np.int64))
            chosen, counts = stored[signal][keep], stored["counts"][keep]
    except KeyError as error:
        raise ValueError(f"{folder}: index.csv lacks the column {error}") from error
    except (ValueError, OSError, EOFError, BadZipFile, zlib.error) as error:
        raise ValueError(f"{folder} cannot be read: {error}") from error
    recorded = np.where(chosen == MISSING, np.float32("nan"), chosen.astype(np.float32))
    off = np.array([not_worn(person) for person in counts]).reshape(recorded.shape)
    return Week(seqn[keep], np.where(off, np.float32("nan"), recorded), recorded)


def _check_arrays(found: list[str], needed: tuple[str, ...]) -> None:
    if lacking := sorted({*needed} - {*found}):
        raise ValueError(f"minutes.npz lacks {', '.join(lacking)}")


def _usable(row: dict[str, str]) -> bool:
    return (
        row["paxstat"] == "1"
        and row["paxcal"] == "1"
        and row["complete"] == "True"
        and int(row["valid_days10h"]) >= MIN_VALID_DAYS
    )


def validation(seqn: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) which people are held out: by a hash of who they are, so that it never changes."""
    digests = [hashlib.sha256(f"nhanes-{person}".encode()).digest() for person in seqn.tolist()]
    draw = np.array([int.from_bytes(digest[:8], "big") / 2**64 for digest in digests])
    return draw < VALIDATION_SHARE
