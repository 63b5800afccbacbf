"""The weeks that a candidate and the current model are scored on: frozen, versioned, hashed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.minutes.imputation import model_input
from clarity.domain.minutes.quality import VALID_DAYS_NEEDED
from clarity.pat import labels, nhanes, weeks
from clarity.studies.drift_cohorts import generated_weeks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

# Sets that are always the same, by the digest of their minutes. Another digest is another set.
NHANES: Final = (
    "nhanes-2005-2006 held out/1",
    "cea367b005dd548114957cb37d83babe20d8c23a78855f3d21aeaeee17477f7a",
)
GENERATED: Final = (
    "generated people/1",
    "18d7db89ac45b7f324a9ab32a4d046360d9a229eca83f53219226283d5a9cf53",
)
GENERATED_PEOPLE: Final = 30
# Of a survey's folder; both can be told from a week of steps (see the model's card).
PROBED: Final = ("age60", "female")


@dataclass(frozen=True, slots=True)
class Set:
    """Weeks of people, one each.

    Attributes:
        name: which set.
        digest: SHA-256 of the minutes, and of whose they are.
        steps: (n, T) steps a minute, NaN where not observed.
        truth: (n,) of each label: 1, 0 or NaN.
        may_win: whether a candidate may show there that it is better.
    """

    name: str
    digest: str
    steps: NDArray[np.float32]
    truth: Mapping[str, NDArray[np.float64]]
    may_win: bool

    @property
    def version(self) -> str:
        """What a record says of it."""
        return self.digest[:16]


def digest_of(person: NDArray[np.generic], steps: NDArray[np.floating]) -> str:
    """SHA-256 of (n,) people and (n, T) minutes; half a step more or less is no other set."""
    minutes = np.nan_to_num(np.round(steps, 1), nan=-1.0)
    return hashlib.sha256(person.tobytes() + minutes.astype("<f4").tobytes()).hexdigest()


def frozen(data: Path) -> Set:
    """The frozen set in a folder of the survey's layout, or in a file of weeks.

    Of a folder the people whom pretraining holds out; with labels where their files are there.

    Raises:
        ValueError: it cannot be read, or it is none.
        OSError: likewise.
    """
    return _survey(data) if data.is_dir() else _file(data)


def _survey(folder: Path) -> Set:
    found = nhanes.load(folder)
    held = found.where(nhanes.validation(found.seqn))
    digest = digest_of(held.seqn.astype("<i8"), held.minutes)
    name = NHANES[0] if digest == NHANES[1] else f"{folder.name} held out"
    try:
        truth = labels.read(folder, PROBED, held.seqn)
    except labels.LabelError:
        truth = {}
    return Set(name, digest, held.minutes, truth, may_win=True)


def _file(path: Path) -> Set:
    """One week a person: the first of each that is long enough."""
    who, steps, label = weeks.stored(path)
    enough = weeks.valid_days(steps) >= VALID_DAYS_NEEDED
    person, first = np.unique(who[enough], return_index=True)
    kept = np.flatnonzero(enough)[first]
    truth = {} if np.isnan(label[kept]).all() else {"label": label[kept]}
    digest = digest_of(person.astype("U"), steps[kept])
    return Set(path.name, digest, steps[kept], truth, may_win=True)


@cache
def generated() -> Set:
    """Generated people of all kinds: easier than real ones, so that nobody wins on them."""
    steps = np.stack([model_input(grid)[0] for grid in generated_weeks(GENERATED_PEOPLE)])
    digest = digest_of(np.arange(len(steps), dtype="<i8"), steps)
    return Set(GENERATED[0], digest, steps, {}, may_win=False)
