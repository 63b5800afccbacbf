"""A small made-up folder in the layout of the NHANES 2005-2006 data: nobody in it is real."""

from __future__ import annotations

import csv
import gzip
from typing import TYPE_CHECKING

import numpy as np

from clarity.pat.labels import PHQ9_ITEMS
from clarity.pat.nhanes import MISSING

if TYPE_CHECKING:
    from pathlib import Path

WEEK = 10_080
DRUGS = {
    "d1": ("ALPRAZOLAM", "BENZODIAZEPINES"),
    "d2": ("CLONAZEPAM", "BENZODIAZEPINE ANTICONVULSANTS"),
    "d3": ("SERTRALINE", "SSRI ANTIDEPRESSANTS"),
    "d4": ("ATENOLOL", "BETA BLOCKERS, CARDIOSELECTIVE"),
}


def write_csv(folder: Path, name: str, rows: list[dict]) -> None:
    with gzip.open(folder / f"{name}.csv.gz", "wt", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def write_minutes(folder: Path, seqn: np.ndarray, steps: np.ndarray) -> None:
    counts = np.where(steps > 0, 50 * steps + 100, np.arange(WEEK) % 25 == 0)
    np.savez(
        folder / "minutes.npz",
        seqn=seqn,
        steps=steps.astype(np.uint16),
        counts=counts.astype(np.uint16),
    )
    with (folder / "index.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["seqn", "paxstat", "paxcal", "complete", "valid_days10h"])
        table.writerows([[who, 1, 1, True, 7] for who in seqn])


def write_folder(folder: Path, *, people: int, first: int = 1, seed: int = 0) -> Path:
    """People of whom every second is over 60 and walks half as much; other labels are chance."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    seqn = np.arange(first, first + people)
    elder = np.arange(people) % 2 == 0
    day = np.clip(np.sin((np.arange(WEEK) % 1440 - 480) * 2 * np.pi / 1440), 0, None)
    level = np.where(elder, 12, 24)[:, None] * rng.uniform(0.6, 1.4, (people, 1))
    write_minutes(folder, seqn, rng.poisson(level * day))
    write_csv(
        folder,
        "DEMO_D",
        [
            {"SEQN": f"{who}.0", "RIDAGEYR": "70.0" if old else "35.0", "RIAGENDR": f"{sex}.0"}
            for who, old, sex in zip(seqn, elder, rng.integers(1, 3, people), strict=True)
        ],
    )
    bmi = rng.normal(28, 5, people).round(1)
    write_csv(
        folder,
        "BMX_D",
        [{"SEQN": f"{who}.0", "BMXBMI": b} for who, b in zip(seqn, bmi, strict=True)],
    )
    return folder


def phq(who: int, *items: str) -> dict[str, str]:
    return {"SEQN": f"{who}.0"} | dict(zip(PHQ9_ITEMS, items, strict=True))


def write_nhanes(folder: Path, people: int) -> None:
    """People without labels; of the first four only the first can be used."""
    rng = np.random.default_rng(0)
    seqn = np.arange(31_000, 31_000 + people, dtype="i4")
    steps = rng.poisson(5, (people, 10_080)).astype("u2")
    steps[0, 0] = MISSING
    steps[0, 60:180] = 0
    counts = np.where(steps == MISSING, MISSING, 40 * steps.astype("u4") + 1)
    counts[0, 60:180] = 0
    np.savez(folder / "minutes.npz", seqn=seqn, steps=steps, counts=counts.astype("u2"))
    columns = ["seqn", "paxstat", "paxcal", "complete", "valid_days10h"]
    with (folder / "index.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([person, 1, 1, True, 4] for person in seqn[4:].tolist())
        writer.writerows(
            [
                [31_000, 1, 1, True, 7],
                [31_001, 2, 1, True, 7],
                [31_002, 1, 1, False, 7],
                [31_003, 1, 1, True, 3],
            ]
        )
