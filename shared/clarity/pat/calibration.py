"""How far a head's risks can be believed: measured on people who had no part in making it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from clarity.pat import heads, scoring
from clarity.pat.heads import HeadError
from clarity.pat.scoring import Bin, Estimate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from clarity.pat.heads import Head

RESAMPLES = 2000
CHANCE = 0.5  # the AUC of a coin
NORMAL = 1.959964  # 97.5 % of a standard normal lie below


@dataclass(frozen=True, slots=True)
class Measured:
    """A head on the weeks that it was neither trained, nor stopped, nor calibrated on.

    Attributes:
        auc: Discrimination, with the interval from resampling people (one person: weeks).
        error_before: Expected calibration error before Platt's calibration.
        error: The same after it.
        brier_before: Mean squared distance of risk and truth before calibration.
        brier: The same after it.
        bins: Tenths of the weeks by calibrated risk.
        edges: Risks between each bin and the next.
    """

    auc: Estimate
    error_before: float
    error: float
    brier_before: float
    brier: float
    bins: tuple[Bin, ...]
    edges: tuple[float, ...]

    def bin_of(self, risk: float) -> int:
        """Which bin a risk falls into."""
        return int(np.searchsorted(self.edges, risk))

    @property
    def better_than_chance(self) -> bool:
        """Whether the interval of the AUC lies above 0.5."""
        return self.auc.low > CHANCE


def measure(
    head: Head,
    pooled: NDArray[np.float32],
    truth: NDArray[np.float64],
    person: NDArray[np.int64],
) -> Measured:
    """Discrimination with its interval, and calibration before and after Platt."""
    logit, risk = head.logit(pooled), head.risk(pooled)
    raw, bins = heads.sigmoid(logit), scoring.reliability(truth, risk)
    return Measured(
        scoring.estimate(scoring.auc(truth, logit), _resampled(truth, logit, person)),
        scoring.expected_calibration_error(scoring.reliability(truth, raw)),
        scoring.expected_calibration_error(bins),
        brier(truth, raw),
        brier(truth, risk),
        bins,
        _edges(risk),
    )


def _resampled(
    truth: NDArray[np.float64], logit: NDArray[np.float64], person: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The AUC in resamples of people with all their weeks; of one person's weeks, if it is one."""
    who = np.unique(person, return_inverse=True)[1].reshape(-1)
    if who.max() == 0:
        who = np.arange(len(person))
    counts = scoring.resamples(int(who.max()) + 1, RESAMPLES, seed=0)[:, who]
    return scoring.resampled_auc(truth, logit, counts)


def brier(truth: NDArray[np.float64], risk: NDArray[np.float64]) -> float:
    """Mean squared distance of risk and truth; Brier 1950.

    Range: 0 (certain and right) to 1. Always telling the base rate p gives p (1 - p).

    >>> brier(np.array([1.0, 0.0]), np.array([0.5, 0.0]))
    0.125
    """
    return float(np.mean((risk - truth) ** 2))


def _edges(risk: NDArray[np.float64]) -> tuple[float, ...]:
    """Halfway between the neighbours of each cut that `scoring.reliability` makes."""
    parts = np.array_split(np.sort(risk), min(scoring.BINS, len(risk)))
    return tuple(float((low[-1] + high[0]) / 2) for low, high in pairwise(parts))


def interval(each: Bin) -> tuple[float, float]:
    """Wilson's 95 % interval of the share that was seen in a bin; Wilson 1927."""
    n, p, z = each.people, each.observed, NORMAL
    centre, spread = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    whole = 1 + z**2 / n
    return float((centre - spread) / whole), float((centre + spread) / whole)


def read(facts: Mapping[str, object]) -> Measured:
    """What `measure` found when the head was made; `HeadError` if its facts do not say."""
    try:
        test = dict(facts["test"])  # type: ignore[call-overload] # TypeError if it is none
        auc = Estimate(**test.pop("auc"))
        bins = tuple(Bin(**each) for each in test.pop("bins"))
        edges = tuple(float(edge) for edge in test.pop("edges"))
        found = Measured(auc=auc, bins=bins, edges=edges, **test)
    except (KeyError, TypeError, ValueError) as error:
        raise HeadError(f"head.json does not say how the head was measured: {error}") from error
    if not bins or len(edges) != len(bins) - 1:
        raise HeadError(f"head.json has {len(bins)} bins and {len(edges)} edges between them")
    return found
