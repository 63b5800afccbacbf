"""Drift: whether the weeks of some people differ from those of a reference.

What is compared is people, one week each: weeks of one person are too alike to count twice. Each
feature of the input and each metric is compared by the two-sample Kolmogorov-Smirnov test (Massey
1951, doi 10.1080/01621459.1951.10500769), the embedding as a whole by the maximum mean discrepancy
with a Gaussian kernel and a permutation test (Gretton et al. 2012, JMLR 13:723-773). Half of the
error that is allowed goes to the embedding, half to the features, shared among them by Holm's rule
(1979, doi 10.2307/4615733); of one run, everybody together has half of it, and the slices share the
other half evenly. The population stability index is
reported beside them as a size, not as a test: by chance alone it is about
(bins - 1)(1/n + 1/m), far above its customary .2 where few people are compared.

One window that differs is a suspicion. Only several in a row are drift, so that a noisy day raises
no alarm whatever the windows have in common: all of them must be wrong at once. A day is in the
weeks of seven days, so windows are a week long: a day is in two of them at most.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
from scipy.spatial.distance import cdist, pdist
from scipy.stats import ks_2samp

from clarity.domain.minutes.grid import MINUTES_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Matrix: TypeAlias = NDArray[np.float64]

# From the quality of a week; hours are means of its days.
_QUALITY: Final[Mapping[str, Callable[[Mapping[str, Any]], float]]] = {
    "coverage": lambda quality: quality["coverage"],
    "unknown_share": lambda quality: quality["imputation"]["unknown_share"],
    "longest_gap_minutes": lambda quality: quality["longest_gap_minutes"],
    "worn_hours": lambda quality: _mean_hours(quality, "worn_minutes"),
    "heart_rate_hours": lambda quality: _mean_hours(quality, "heart_rate_minutes"),
    "recorded_sleep_hours": lambda quality: _mean_hours(quality, "sleep_minutes"),
}
# From its metrics and details.
_METRICS: Final = (
    "daily_steps",
    "m10",
    "l5",
    "interdaily_stability",
    "intradaily_variability",
    "relative_amplitude",
    "circadian_rhythm_strength",
    "activity_fragmentation",
    "peak_30_min_cadence",
    "moderate_minutes",
    "total_sleep_time",
    "sleep_efficiency",
)
# Minutes of the clock, from its metrics and details: 23:50 is near 0:10.
_CLOCK: Final = ("m10_onset", "l5_onset", "cosinor_acrophase")
FEATURES: Final = (*_QUALITY, *_METRICS, *_CLOCK)
EMBEDDING: Final = "embedding"

ERROR: Final = 0.05  # of a run in which nothing has drifted, to find a window that differs
SUSTAINED: Final = 3  # windows in a row that make, or end, drift
LEAST_PEOPLE: Final = 25  # in a window: with fewer, only gross changes could be seen
MOST_PEOPLE: Final = 400  # of a window or a reference: more are drawn from by chance
MOST_SLICES: Final = 12  # of a run, the largest: with more, their share of the error is nothing
SLICED_BY: Final = ("device", "os", "app")
POOLED: Final = "others"
_BINS: Final = 10  # of the population stability index: deciles of the reference
_EMPTY: Final = 1e-4  # share that an empty bin is taken for, or the index would be infinite
_PERMUTATIONS: Final = 999
HUGE: Final = 1e6  # no number of an embedding is so large: squares of far larger ones overflow
_ROUNDING: Final = 1e-12  # what sums of the same numbers in another order may differ by

State = Literal["none", "suspected", "drift"]


@dataclass(frozen=True, slots=True)
class People:
    """Weeks of different people.

    Attributes:
        features: (n, len(FEATURES)), NaN where not known.
        embeddings: (n, D).
    """

    features: Matrix
    embeddings: Matrix

    def __post_init__(self) -> None:
        if self.features.shape != (len(self.embeddings), len(FEATURES)):
            expected = (len(self.embeddings), len(FEATURES))
            raise ValueError(f"expected features {expected}, found {self.features.shape}")

    def __len__(self) -> int:
        return len(self.features)

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> People:
        """Some of them, in this order."""
        return People(self.features[rows], self.embeddings[rows])

    @property
    def digest(self) -> str:
        """SHA-256 in hex: the version of a reference."""
        parts = (np.ascontiguousarray(part) for part in (self.features, self.embeddings))
        return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


@dataclass(frozen=True, slots=True)
class Reference:
    """Weeks that others are compared with.

    Attributes:
        people: whose weeks they are.
        recorded_by: of each what recorded it, by `SLICED_BY`; empty where nobody knows.
        version: tells it from another; it stays where an erased person's week is taken out.
        own: whether they are the deployment's own people: only then a difference is drift.
    """

    people: People
    recorded_by: tuple[Mapping[str, str], ...]
    version: str
    own: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """One feature, or the embedding, of a window beside the reference's.

    Attributes:
        name: of `FEATURES`, or "embedding".
        distance: Kolmogorov-Smirnov's, 0 to 1; of the embedding, the discrepancy squared.
        p: of a distance as large if nothing had changed, for this one alone.
        differs: whether it is more than the error allowed to it.
        stability_index: the population stability index; NaN of the embedding.
    """

    name: str
    distance: float
    p: float
    differs: bool
    stability_index: float = float("nan")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A window of people beside the reference; no shifts where they are too few to tell."""

    people: int
    shifts: tuple[Shift, ...]

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        return any(shift.differs for shift in self.shifts)


def features_of(analysis: Mapping[str, Any]) -> NDArray[np.float64]:
    """An analysis document -> (len(FEATURES),), NaN where a feature is not known."""
    quality = analysis["quality"]
    values = {each["name"]: each["value"] for each in (*analysis["details"], *analysis["metrics"])}
    found: list[float | None] = [read(quality) for read in _QUALITY.values()]
    found += [values.get(name) for name in (*_METRICS, *_CLOCK)]
    return np.array([np.nan if value is None else value for value in found])


def compare(
    reference: People, window: People, *, error: float = ERROR, seed: int = 0
) -> Comparison:
    """Compare different people's weeks.

    Args:
        reference: what they would be like.
        window: the weeks that may differ; of fewer than `LEAST_PEOPLE` nothing is told.
        error: how often, at most, anything is found where nothing has changed.
        seed: of the permutations.
    """
    if len(window) < LEAST_PEOPLE:
        return Comparison(len(window), ())
    tests = [
        _of_feature(name, reference.features[:, at], window.features[:, at])
        for at, name in enumerate(FEATURES)
    ]
    whole = _of_embedding(reference.embeddings, window.embeddings, np.random.default_rng(seed))
    whole = replace(whole, differs=whole.p <= error / 2)
    return Comparison(len(window), (*_holm(tests, error / 2), whole))


def compare_slices(
    slices: Mapping[str, tuple[People, People]], *, error: float = ERROR
) -> dict[str, Comparison]:
    """Compare each slice with its reference; those that can be share the error that is allowed.

    Of one with fewer than `LEAST_PEOPLE`, here or there, nothing is told.
    """
    large = {name for name, each in slices.items() if min(map(len, each)) >= LEAST_PEOPLE}
    share = error / max(len(large), 1)
    return {
        name: compare(*each, error=share) if name in large else Comparison(len(each[1]), ())
        for name, each in slices.items()
    }


def slices_of(
    reference: Reference, window: People, recorded_by: Sequence[Mapping[str, str]]
) -> dict[str, tuple[People, People]]:
    """The window's people by what recorded their weeks, each slice with the reference's like it.

    Of one kind, what too few people have is pooled; where all have the same, there is no slice.
    Versions come and go: of one that the reference does not have, everybody there is the like. A
    device that it does not have is another matter: nothing can be told of its people.
    """
    found: dict[str, tuple[People, People]] = {}
    for kind in SLICED_BY:
        ours = np.array([each.get(kind, "") for each in recorded_by], dtype=object)
        theirs = np.array([each.get(kind, "") for each in reference.recorded_by], dtype=object)
        sizes = Counter(ours.tolist())
        large = sorted(name for name, size in sizes.items() if name and size >= LEAST_PEOPLE)
        masks = {name: (ours == name, theirs == name) for name in large}
        masks[POOLED] = (~np.isin(ours, large), ~np.isin(theirs, large))
        for name, (mine, like) in masks.items():
            if not mine.any() or mine.all():
                continue
            enough = len(theirs) and like.sum() >= LEAST_PEOPLE
            rows = like if enough or kind == "device" else np.ones(len(theirs), bool)
            beside = reference.people.take(np.flatnonzero(rows))
            found[f"{kind} {name}"] = beside, window.take(np.flatnonzero(mine))
    largest = sorted(found, key=lambda name: -len(found[name][1]))[:MOST_SLICES]
    return {name: found[name] for name in sorted(largest)}


def state_of(differed: Sequence[bool]) -> State:
    """Where windows in the order of time lead: drift begins and ends with several in a row.

    >>> state_of([True, False, True, True]), state_of([True] * 3 + [False])
    ('suspected', 'drift')
    """
    drifted = False
    for differs, run in groupby(differed):
        if len(list(run)) >= SUSTAINED:
            drifted = differs
    if drifted:
        return "drift"
    return "suspected" if differed and differed[-1] else "none"


def stability_index(reference: NDArray[np.float64], window: NDArray[np.float64]) -> float:
    """The population stability index over the reference's deciles; what is not known is a bin."""
    edges = np.unique(np.nanquantile(reference, np.linspace(0, 1, _BINS + 1)[1:-1]))
    shares = []
    for values in (reference, window):
        known = values[~np.isnan(values)]
        counts = np.bincount(np.searchsorted(edges, known, side="right"), minlength=len(edges) + 1)
        shares.append(np.maximum([*counts, len(values) - len(known)], _EMPTY * len(values)))
    expected, found = (each / each.sum() for each in shares)
    return float(np.sum((found - expected) * np.log(found / expected)))


def _mean_hours(quality: Mapping[str, Any], name: str) -> float:
    return float(np.mean([day[name] for day in quality["days"]])) / 60


def _of_feature(name: str, reference: NDArray[np.float64], window: NDArray[np.float64]) -> Shift:
    if np.isnan(reference).all() or np.isnan(window).all():
        # Nothing to measure a distance by: whether it is known at all is what may have changed.
        reference, window = (np.isnan(each).astype(float) for each in (reference, window))
        index = float("nan")
    else:
        if name in _CLOCK:
            reference, window = _unrolled(reference, window)
        index = stability_index(reference, window)
    # Not known comes first in the order, so that a change of what is known is a distance too.
    found = ks_2samp(
        *(np.nan_to_num(each, nan=-np.inf) for each in (reference, window)), method="asymp"
    )
    return Shift(
        name, float(found.statistic), float(found.pvalue), differs=False, stability_index=index
    )


def _unrolled(
    reference: NDArray[np.float64], window: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Clock times as minutes from the middle of the reference's: midnight parts no neighbours."""
    turn = 2j * np.pi / MINUTES_PER_DAY
    middle = np.angle(np.nanmean(np.exp(turn * reference))) / turn.imag
    half = MINUTES_PER_DAY / 2
    first, second = ((each - middle + half) % MINUTES_PER_DAY for each in (reference, window))
    return first, second


def _holm(tests: Sequence[Shift], error: float) -> tuple[Shift, ...]:
    """Which differ, so that anything is found by chance in a share `error` of runs at most."""
    order = np.argsort([test.p for test in tests], kind="stable")
    differs = np.zeros(len(tests), bool)
    for rank, at in enumerate(order):
        if tests[at].p > error / (len(tests) - rank):
            break
        differs[at] = True
    return tuple(
        replace(each, differs=bool(found)) for each, found in zip(tests, differs, strict=True)
    )


def _of_embedding(reference: Matrix, window: Matrix, rng: np.random.Generator) -> Shift:
    reference, window = (each[(np.abs(each) <= HUGE).all(axis=1)] for each in (reference, window))
    if not (len(reference) and len(window)):
        return Shift(EMBEDDING, 0.0, 1.0, differs=False)
    middle, spread = reference.mean(axis=0), reference.std(axis=0)
    scale = np.where(spread > _ROUNDING * (1 + np.abs(middle)), spread, 1.0)
    some = rng.permutation(len(reference))[:MOST_PEOPLE]
    both = (np.vstack([reference[some], window]) - middle) / scale
    people, first = len(both), len(some)
    apart = pdist(both, "sqeuclidean")
    # Where most are the same, their median is nothing; where all are, nothing differs by any width.
    width = float(np.median(apart)) or float(apart.mean()) or 1.0
    kernel = np.exp(-cdist(both, both, "sqeuclidean") / width)
    weights = np.where(np.arange(people) < first, 1 / first, -1 / (people - first))
    shuffled = np.array([rng.permutation(weights) for _ in range(_PERMUTATIONS)])
    found = float(weights @ kernel @ weights)
    by_chance = np.einsum("ij,ij->i", shuffled @ kernel, shuffled)
    p = (1 + int(np.sum(by_chance >= found - _ROUNDING))) / (1 + _PERMUTATIONS)
    return Shift(EMBEDDING, found, p, differs=False)
