"""NHANES 2005-2006 physical activity: steps a minute of the people whose week can be used."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MISSING = 65_535  # the file's marker of a minute without a value
MIN_VALID_DAYS = 4  # of at least 10 h wear: the usual inclusion rule
VALIDATION_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Week:
    """Steps of many people: `steps` (n, 10080) float32, NaN where missing; `seqn` (n,) who."""

    seqn: NDArray[np.int64]
    steps: NDArray[np.float32]

    def where(self, keep: NDArray[np.bool_]) -> Week:
        """Only the people that `keep` (n,) marks."""
        return Week(self.seqn[keep], self.steps[keep])


def load(folder: Path) -> Week:
    """The people with a reliable, calibrated, complete recording and enough valid days."""
    with np.load(folder / "minutes.npz") as stored:
        seqn, steps = stored["seqn"].astype(np.int64), stored["steps"]
    with (folder / "index.csv").open(newline="") as file:
        usable = np.array(
            [int(row["seqn"]) for row in csv.DictReader(file) if _usable(row)], dtype=np.int64
        )
    keep = np.isin(seqn, usable)
    chosen = steps[keep]
    return Week(seqn[keep], np.where(chosen == MISSING, np.float32("nan"), chosen.astype("f4")))


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
