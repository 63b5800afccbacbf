"""NHANES labels of adults: what a probe may be asked to tell from a week of steps.

A folder in the `nhanes-2005-2006` layout holds the questionnaire and examination files as gzip CSV
with the original column names. A label is 1, 0 or, where a person was not asked, did not answer or
is under 18, NaN: unknown is never "no".
"""

from __future__ import annotations

import csv
import gzip
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Answers = dict[int, float]  # SEQN -> 1, 0 or NaN
    Row = dict[str, str]

ADULT_YEARS = 18  # PHQ-9 is public from 18; with children in, a medicine label would be age
ELDER_YEARS = 60
OBESE_BMI = 30.0
PHQ9_ITEMS = tuple(f"DPQ0{i}0" for i in range(1, 10))
PHQ9_CUTOFF = 10  # moderate depression, Kroenke 2001, doi:10.1046/j.1525-1497.2001.016009606.x
PHQ9_HIGHEST = 3  # above are "refused" and "don't know"
YES, NO = 1, 2
BENZODIAZEPINES = frozenset({"BENZODIAZEPINES", "BENZODIAZEPINE ANTICONVULSANTS"})
SSRIS = frozenset({"SSRI ANTIDEPRESSANTS"})
UNKNOWN = float("nan")


class LabelError(ValueError):
    """The folder lacks what a label is read from."""


@dataclass(frozen=True, slots=True)
class Label:
    """One yes-or-no question about a person.

    Attributes:
        text: What a 1 means.
        read: Reads the answers of a folder.
        paper: AUC that Ruan et al. 2024 report at the largest training set, empty where they
            did not study it.
    """

    text: str
    read: Callable[[Path], Answers]
    paper: str = ""


def read(
    folder: Path, names: tuple[str, ...], seqn: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    """Each named label of the people in `seqn`: (n,) float64 of 1, 0 and NaN."""
    try:
        ages = dict(_column(folder, "DEMO_D", "RIDAGEYR"))
        answered = {name: LABELS[name].read(folder) for name in names}
    except KeyError as error:
        raise LabelError(f"a label file in {folder} lacks the column {error}") from error
    adults = {who for who, years in ages.items() if years >= ADULT_YEARS}
    found = {}
    for name, answers in answered.items():
        found[name] = np.array(
            [answers.get(who, UNKNOWN) if who in adults else UNKNOWN for who in seqn.tolist()]
        )
    return found


def _rows(folder: Path, name: str) -> Iterator[Row]:
    path = folder / f"{name}.csv.gz"
    if not path.is_file():
        raise LabelError(f"{folder} lacks {path.name}, which a label is read from")
    try:
        with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise LabelError(f"{path} is no gzip CSV: {error}") from error


def _number(text: str) -> float:
    return float(text) if text else UNKNOWN


def _column(folder: Path, name: str, column: str) -> Iterator[tuple[int, float]]:
    for row in _rows(folder, name):
        yield int(float(row["SEQN"])), _number(row[column])


def _at_least(folder: Path, name: str, column: str, limit: float) -> Answers:
    return {
        who: UNKNOWN if np.isnan(value) else float(value >= limit)
        for who, value in _column(folder, name, column)
    }


def _one_of_two(folder: Path, name: str, column: str, positive: int) -> Answers:
    return {
        who: float(value == positive) if value in (YES, NO) else UNKNOWN
        for who, value in _column(folder, name, column)
    }


def _phq9(folder: Path) -> Answers:
    """Sum of the nine items >= 10; unknown unless all nine were answered."""
    answers = {}
    for row in _rows(folder, "DPQ_D"):
        items = np.array([_number(row[item]) for item in PHQ9_ITEMS])
        whole = bool((items <= PHQ9_HIGHEST).all())  # NaN is not
        answers[int(float(row["SEQN"]))] = float(items.sum() >= PHQ9_CUTOFF) if whole else UNKNOWN
    return answers


def _takes(folder: Path, classes: frozenset[str]) -> Answers:
    """Whether one of the prescriptions is of these classes, by the drug file's class names."""
    listed = {row["RXDDRGID"]: not classes.isdisjoint(row.values()) for row in _drugs(folder)}
    answers: Answers = {}
    for row in _rows(folder, "RXQ_RX_D"):
        who, now = int(float(row["SEQN"])), _prescribed(row, listed)
        before = answers.get(who, 0.0)
        answers[who] = 1.0 if 1.0 in (now, before) else now + before  # else NaN stays NaN
    return answers


def _drugs(folder: Path) -> Iterator[Row]:
    for row in _rows(folder, "RXQ_DRUG"):
        yield {name: value for name, value in row.items() if isinstance(value, str)}


def _prescribed(row: Row, listed: dict[str, bool]) -> float:
    """1 or 0 for this line of a person's prescriptions; NaN if the drug is not known."""
    use = _number(row["RXDUSE"])
    if use == NO:
        return 0.0
    return float(listed[row["RXDDRGID"]]) if row["RXDDRGID"] in listed else UNKNOWN


LABELS = {
    "phq9": Label("PHQ-9 >= 10", _phq9, "PAT-S .575, PAT-M .577, PAT-L .620, CNN-3D .580"),
    "sleep-disorder": Label(
        "ever told of a sleep disorder",
        lambda folder: _one_of_two(folder, "SLQ_D", "SLQ060", YES),
        "PAT-S .613, PAT-M .652, PAT-L .639, CNN-3D .624",
    ),
    "benzodiazepine": Label(
        "a benzodiazepine in 30 days",
        lambda folder: _takes(folder, BENZODIAZEPINES),
        "PAT-S .705, PAT-M .756, PAT-L .771, CNN-3D .703",
    ),
    "ssri": Label(
        "an SSRI in 30 days",
        lambda folder: _takes(folder, SSRIS),
        "PAT-S .679, PAT-M .710, PAT-L .720, CNN-3D .695",
    ),
    "age60": Label(
        "60 years or older",
        lambda folder: _at_least(folder, "DEMO_D", "RIDAGEYR", ELDER_YEARS),
    ),
    "female": Label("female", lambda folder: _one_of_two(folder, "DEMO_D", "RIAGENDR", 2)),
    "bmi30": Label("BMI >= 30", lambda folder: _at_least(folder, "BMX_D", "BMXBMI", OBESE_BMI)),
}
