"""Is a candidate better than the current model, or worse? The rule, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from clarity.pat.scoring import resampled_auc, resamples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Unit = Literal["masked error", "AUC"]
Decision = Literal["better", "not_better", "worse"]
SAID: Final = {"better": "better", "not_better": "not better", "worse": "worse"}

LEAST_PEOPLE: Final = 25  # fewer say nothing about others
GAIN: Final = 0.005  # of the current model's error
LOSS: Final = 0.02  # of the current model's error, where real weeks are
LOSS_BESIDE: Final = {"masked error": 0.1, "AUC": 0.05}  # on generated people; on a label
DOUBT: Final = 0.05
TIMES: Final = 20_000
_AT_ONCE: Final = 2000  # resamples in memory
RULE: Final = (  # where it is changed, its number is
    "2: worse where any interval is wholly behind. Else better where an interval, on the frozen "
    f"set or on recent weeks, is wholly ahead by more than {GAIN:.1%} of the current model's error "
    f"and no mean is behind by more than {LOSS:.0%} of the error (generated people "
    f"{LOSS_BESIDE['masked error']:.0%}, a label {LOSS_BESIDE['AUC']} of AUC). Else not better. "
    "Intervals: by bootstrap over people, of the difference of the same people, so wide that among "
    "all candidates ever tried against a model one that is no better passes with a chance of "
    f"{DOUBT:.0%} at most, and any one set finds one worse that is not with half of that chance. "
    f"Sets of fewer than {LEAST_PEOPLE} people are not judged"
)


@dataclass(frozen=True, slots=True)
class Compared:
    """Both models on one set of weeks.

    Attributes:
        name: of the set.
        version: what makes it this set: its digest, or the days that it is of.
        people: how many were scored.
        unit: an error, of which less is better, or an area under the curve.
        current: of the current model.
        candidate: of the candidate.
        difference: candidate minus current; of an error as a share of the current one.
        low: where the difference's interval begins.
        high: where it ends.
        may_win: whether being better on it is a reason to promote.
        judged: whether it counts: enough people.
    """

    name: str
    version: str
    people: int
    unit: Unit
    current: float
    candidate: float
    difference: float
    low: float
    high: float
    may_win: bool
    judged: bool

    @property
    def wins(self) -> bool:
        """Whether the candidate is better beyond doubt, by as much as matters."""
        return self.judged and self.may_win and self.high < -GAIN

    @property
    def is_worse(self) -> bool:
        """Whether the candidate is worse beyond doubt, by however little."""
        return self.judged and min(self._sign * self.low, self._sign * self.high) > 0

    @property
    def is_behind(self) -> bool:
        """Whether the candidate is behind by more than is allowed; by chance, it may be."""
        allowed = LOSS if self.may_win else LOSS_BESIDE[self.unit]
        return self.judged and self._sign * self.difference > allowed

    @property
    def _sign(self) -> int:
        """Of a difference that is for the worse."""
        return 1 if self.unit == "masked error" else -1

    def __str__(self) -> str:
        percent = self.unit == "masked error"
        shown = [f"{each:+.2%}" if percent else f"{each:+.3f}" for each in self._interval()]
        few = "" if self.judged else f", too few to tell (of {LEAST_PEOPLE})"
        return (
            f"{self.name}, {self.people} people{few}: {self.unit} {self.current:.4f} -> "
            f"{self.candidate:.4f}, {shown[0]} [{shown[1]}, {shown[2]}]"
        )

    def _interval(self) -> tuple[float, float, float]:
        return self.difference, self.low, self.high


def doubt(attempt: int) -> float:
    """The chance to pass that the n-th candidate against a model may have if it is no better.

    The sum over all n is `DOUBT`; half of it for each of the two sets that it can win on.

    >>> [round(doubt(n), 5) for n in (1, 2, 3)]
    [0.0125, 0.00417, 0.00208]
    """
    return DOUBT / 2 / (attempt * (attempt + 1))


def compare_errors(
    name: str, version: str, current: Floats, candidate: Floats, *, attempt: int, may_win: bool
) -> Compared:
    """Two models' errors of the same people (n,); who has none in one of them is left out."""
    known = np.isfinite(current) & np.isfinite(candidate)
    current, candidate = current[known], candidate[known]
    people = len(current)
    if not people:
        return _nobody(name, version)
    before = float(current.mean())
    drawn = np.concatenate(
        [
            counts @ (candidate - current) / np.maximum(counts @ current, 1e-12)
            for counts in _drawn(people)
        ]
    )
    low, high = _interval(drawn, attempt)
    after = float(candidate.mean())
    return Compared(
        name=name,
        version=version,
        people=people,
        unit="masked error",
        current=before,
        candidate=after,
        difference=(after - before) / before,
        low=low,
        high=high,
        may_win=may_win,
        judged=people >= LEAST_PEOPLE,
    )


def compare_areas(
    name: str, version: str, truth: Floats, current: Floats, candidate: Floats, *, attempt: int
) -> Compared:
    """Two models' scores of the same people (n,) for a label of 1 and 0."""
    areas = [
        resampled_auc(truth, score, np.ones((1, len(truth)), np.float32))[0]
        for score in (current, candidate)
    ]
    drawn = np.concatenate(
        [
            resampled_auc(truth, candidate, counts) - resampled_auc(truth, current, counts)
            for counts in _drawn(len(truth))
        ]
    )
    low, high = _interval(drawn[np.isfinite(drawn)], attempt)
    return Compared(
        name=name,
        version=version,
        people=len(truth),
        unit="AUC",
        current=float(areas[0]),
        candidate=float(areas[1]),
        difference=float(areas[1] - areas[0]),
        low=low,
        high=high,
        may_win=False,
        judged=min(int(truth.sum()), int((1 - truth).sum())) >= LEAST_PEOPLE,
    )


def _nobody(name: str, version: str) -> Compared:
    return Compared(name, version, 0, "masked error", 0, 0, 0, 0, 0, may_win=False, judged=False)


def _drawn(people: int) -> list[NDArray[np.float32]]:
    return [resamples(people, _AT_ONCE, seed) for seed in range(TIMES // _AT_ONCE)]


def _interval(drawn: Floats, attempt: int) -> tuple[float, float]:
    side = 100 * doubt(attempt)
    low, high = np.percentile(drawn, (side, 100 - side))
    return float(low), float(high)


def decide(found: Sequence[Compared]) -> tuple[Decision, str]:
    """The decision by `RULE`, and why in words."""
    if worse := [each for each in found if each.is_worse]:
        return "worse", f"worse beyond doubt on {_listed(worse)}"
    if behind := [each for each in found if each.is_behind]:
        return "not_better", f"it may be worse, too far behind on {_listed(behind)}"
    if won := [each for each in found if each.wins]:
        return "better", f"better beyond doubt on {_listed(won)}, and worse on none"
    could = [each for each in found if each.may_win and each.judged]
    if not could:
        return "not_better", "no set has enough people to show that it is better"
    return "not_better", f"not better by as much as matters: {_listed(could)}"


def _listed(found: Sequence[Compared]) -> str:
    return "; ".join(map(str, found))
