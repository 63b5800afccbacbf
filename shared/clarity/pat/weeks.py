"""The weeks that a head is trained on: people of a survey's folder, or anybody's own in a file.

A file of weeks is one `.npz` with `steps` (n, 10080), steps a minute from a local midnight, NaN
where nothing was observed; `person` (n,), whole numbers or text; `label` (n,) of 1, 0 and NaN
(unknown). The rows of one person stand in the order of time.

A week counts if at least 4 of its days have at least 10 h of observed minutes, the rule of
`clarity.domain.minutes.quality`, and a step in them. Observed is what is not NaN: a device that
writes 0 while it lies in a drawer looks worn, so such minutes have to be made NaN before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.minutes.quality import VALID_DAY_MINUTES, VALID_DAYS_NEEDED
from clarity.pat import labels, nhanes
from clarity.pat.config import MINUTES_PER_WEEK
from clarity.pat.labels import LABELS, LabelError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LEAST = 50  # weeks on either side of a label: ten of them decide about a fifth of the people
LEAST_PEOPLE = 20  # with such a week, where there are several people
LEAST_OWN = 15  # weeks on either side, where all are one person's
KINDS = {"f": "float", "i": "int", "u": "unsigned int", "b": "bool", "U": "text"}
NAME = re.compile(r"[\w.-]{1,64}")
ARRAYS = ("steps", "person", "label")


@dataclass(frozen=True, slots=True)
class Weeks:
    """Weeks whose label is known and of which enough was observed.

    Attributes:
        person: (n,) a number for each person.
        steps: (n, T) steps a minute, NaN where not observed.
        truth: (n,) 1 or 0.
        meaning: What a 1 means.
        note: What was left out, empty if nothing.
    """

    person: NDArray[np.int64]
    steps: NDArray[np.float32]
    truth: NDArray[np.float64]
    meaning: str
    note: str = ""

    @property
    def people(self) -> int:
        """How many people these are."""
        return len(np.unique(self.person))

    @property
    def unit(self) -> str:
        """What a row is, in words."""
        return "people" if self.people == len(self.person) else "weeks"


def valid_days(steps: NDArray[np.floating]) -> NDArray[np.int64]:
    """(n, T) steps, NaN where not observed -> (n,) days with at least 10 h observed and a step."""
    of_day = steps.reshape(len(steps), -1, MINUTES_PER_DAY)
    enough = (~np.isnan(of_day)).sum(axis=2) >= VALID_DAY_MINUTES
    days: NDArray[np.int64] = (enough & (of_day > 0).any(axis=2)).sum(axis=1)
    return days


def lacking(steps: NDArray[np.floating]) -> str:
    """What one week (T,) lacks to be judged; empty if nothing."""
    found = int(valid_days(steps[None])[0])
    if found >= VALID_DAYS_NEEDED:
        return ""
    return (
        f"{VALID_DAYS_NEEDED} days with at least {VALID_DAY_MINUTES // 60} h of observed minutes "
        f"and a step in them are needed, {found} found"
    )


def read(data: Path, label: str, signal: str) -> Weeks:
    """The weeks of a folder or a file that can be used; `LabelError` says what is missing.

    `signal` is what the encoder reads, of a survey's folder `steps` or `counts`.
    """
    if data.is_file() and signal != "steps":
        raise LabelError(f"{data.name} holds steps a minute, the encoder reads {signal}")
    found = _file(data, label) if data.is_file() else _folder(data, label, signal)
    _enough(found, label)
    return found


def _folder(data: Path, label: str, signal: str) -> Weeks:
    if label not in LABELS:
        raise LabelError(f"unknown label {label!r} of a folder; known: {', '.join(LABELS)}")
    week = nhanes.load(data, signal)
    truth = labels.read(data, (label,), week.seqn)[label]
    known = ~np.isnan(truth)
    week = week.where(known)
    return Weeks(week.seqn, week.minutes, truth[known], LABELS[label].text)


def _file(path: Path, label: str) -> Weeks:
    if not NAME.fullmatch(label):
        raise LabelError(f"a label is named with letters, digits, - _ and ., found {label!r}")
    who, steps, truth = stored(path)
    person = np.unique(who, return_inverse=True)[1].reshape(-1)
    known, enough = ~np.isnan(truth), valid_days(steps) >= VALID_DAYS_NEEDED
    keep = known & enough
    note = (
        f"{int(keep.sum())} of {len(keep)} weeks of {path.name} are used: {int((~known).sum())} "
        f"have no label, {int((known & ~enough).sum())} fewer than {VALID_DAYS_NEEDED} days with "
        f"{VALID_DAY_MINUTES // 60} h observed"
    )
    return Weeks(person[keep].astype(np.int64), steps[keep], truth[keep], label, note)


def stored(
    path: Path,
) -> tuple[NDArray[np.generic], NDArray[np.float32], NDArray[np.float64]]:
    """What a file of weeks holds: (n,) whose, (n, T) steps and (n,) labels.

    Raises:
        LabelError: it is none, with what was expected and found.
    """
    found = _arrays(path)
    with np.errstate(over="ignore"):  # what is too large for float32 turns into inf: refused next
        steps = found["steps"].astype(np.float32)
    truth = found["label"].astype(np.float64)
    _check(path, steps, truth)
    return found["person"], steps, truth


def _arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    """The file's three arrays, each of a type and a shape that can be right."""
    try:
        # Opened here: of a damaged archive np.load would leave its file open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as packed:
            found = {name: packed[name] for name in packed.files}
    except (ValueError, OSError, EOFError, AttributeError, TypeError, BadZipFile) as error:
        # Not in NumPy's words: of what it cannot read it says how to read it unsafely.
        raise LabelError(
            f"{path.name} is no .npz of plain arrays, or damaged ({type(error).__name__}): "
            f"expected {', '.join(ARRAYS)}, see clarity pat finetune --help"
        ) from error
    if sorted(found) != sorted(ARRAYS):
        names = ", ".join(sorted(found)) or "none"
        raise LabelError(f"{path.name} must hold exactly {', '.join(ARRAYS)}, found {names}")
    rows = found["steps"].shape[:1]
    _expect(path, "steps", found["steps"], "fiu", (*rows, MINUTES_PER_WEEK))
    _expect(path, "person", found["person"], "iuU", rows)
    _expect(path, "label", found["label"], "fiub", rows)
    return found


def _expect(
    path: Path, name: str, array: NDArray[np.generic], kinds: str, shape: tuple[int, ...]
) -> None:
    if array.shape != shape:
        raise LabelError(f"{path.name}: {name} has shape {array.shape}, expected {shape}")
    if array.dtype.kind not in kinds:
        names = ", ".join(KINDS[kind] for kind in kinds)
        raise LabelError(f"{path.name}: {name} is {array.dtype}, expected {names}")


def _check(path: Path, steps: NDArray[np.float32], truth: NDArray[np.float64]) -> None:
    if (wrong := (steps < 0) | np.isinf(steps)).any():
        row, minute = np.argwhere(wrong)[0]
        raise LabelError(
            f"{path.name}: steps are finite and 0 or more, or NaN where not observed; "
            f"found {steps[row, minute]:g} in week {row}, minute {minute}"
        )
    if (wrong := ~(np.isnan(truth) | np.isin(truth, (0, 1)))).any():
        row = int(np.argmax(wrong))
        raise LabelError(f"{path.name}: label is 0, 1 or NaN; found {truth[row]:g} in week {row}")


def _enough(weeks: Weeks, label: str) -> None:
    own = weeks.people == 1
    least, whose = (LEAST_OWN, "one person's ") if own else (LEAST, "")
    what = f"a head for {label} needs {least} {whose}{weeks.unit} on either side of the label"
    sides = {side: weeks.truth == side for side in (1, 0)}
    if min(int(rows.sum()) for rows in sides.values()) < least:
        counts = " and ".join(f"{int(rows.sum())} with {side}" for side, rows in sides.items())
        raise LabelError(f"{what}, found {counts}. {weeks.note}".strip())
    for side, rows in sides.items():
        found = len(np.unique(weeks.person[rows]))
        if not own and found < LEAST_PEOPLE:
            raise LabelError(
                f"a head for {label} needs {LEAST_PEOPLE} people with a week of {side}, found "
                f"{found}; or weeks of one person alone"
            )
