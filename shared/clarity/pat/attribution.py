"""Which minutes moved a week's embedding: integrated gradients, with the checks that they need.

There is no head, so there is no prediction to explain. What is explained is the DEPARTURE: how far
the week's pooled embedding e(x) lies from that of the population's mean week, e(0):

    f(x') = (e(x') - e(0)) . u,   u = (e(x) - e(0)) / |e(x) - e(0)|,   so f(x) = |e(x) - e(0)|

The direction u is found once and then held. (The embedding's norm would say little: the last layer
normalises every token.) The baseline, 0 after standardisation, IS the mean week, so a minute that
nobody observed gets exactly 0. Attributions are in units of the embedding and sum to f(x)
("completeness", Sundararajan et al. 2017); the integral is refined until they do.

The sanity check (Adebayo et al. 2018) computes the same map, for the same u, from weights shuffled
within each tensor. The ranks of minutes must not survive it. Sums over a patch partly do: there
the map mostly follows how unusual the movement is, with any weights. So `input_rank` is told too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from clarity.domain.explanation import COMPLETENESS_LIMIT
from clarity.pat import fold, gradients

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.pat import weights
    from clarity.pat.artifact import Artifact
    from clarity.pat.config import PatConfig

POINTS = (16, 32, 64, 128)  # of the integral, until the sum is right to COMPLETENESS_LIMIT
SHUFFLES = 3
NULL_POINTS = 8  # of a map from shuffled weights: of it only the ranks are wanted
LEAST_DEPARTURE = 1e-6  # below this a week is the mean week, and nothing moved it


class NothingToExplainError(ValueError):
    """The window is the population's mean week: no minute moved its embedding."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Integrated gradients of one window.

    Attributes:
        minutes: (T,) what each minute added to the departure; below 0 it held the week back.
        departure: Distance of the week's embedding from the mean week's.
        error: |sum of minutes - departure| / departure.
        points: Points of the integral.
    """

    minutes: NDArray[np.float64]
    departure: float
    error: float
    points: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that a page about one window says.

    Attributes:
        steps: (T,) as given, NaN where not observed.
        attention: (T,) attention received, see `model.attention_profile`; sums to the patch.
        gradients: What moved the embedding.
        shuffled_rank: Mean |Spearman's rho| of the minutes' attributions with those from shuffled
            weights: near 0 if the map is the trained model's.
        shuffled_attention_rank: The same of the patches' attention.
        input_rank: Spearman's rho of patch sums of the attributions with the standardised movement.
    """

    steps: NDArray[np.float64]
    attention: NDArray[np.float64]
    gradients: Attribution
    shuffled_rank: float
    shuffled_attention_rank: float
    input_rank: float
    model_id: str
    weights_sha256: str
    scaler_id: str
    patch: int


class Explainer:
    """One encoder that gives embedding, gradients and attention of windows, without TensorFlow."""

    def __init__(self, trained: weights.Weights, config: PatConfig, minutes: int) -> None:
        self._folded = fold.fold(trained, config, minutes=minutes)

    def pooled(self, minutes: NDArray[np.float32]) -> NDArray[np.float64]:
        """(T,) standardised minutes -> (D,) embedding."""
        return gradients.forward(self._folded, minutes).pooled.astype(np.float64)

    def attention(self, minutes: NDArray[np.float32]) -> NDArray[np.float64]:
        """(T,) standardised minutes -> (T,) attention received, see `model.attention_profile`."""
        received = gradients.received(gradients.forward(self._folded, minutes))  # (N,)
        share: NDArray[np.float64] = received / received.sum()
        return np.repeat(share, self._folded.config.patch)

    def departure(self, minutes: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
        """Direction (D,) and distance in which a window lies from the mean week's embedding."""
        moved = self.pooled(minutes) - self.pooled(np.zeros_like(minutes))
        distance = float(np.linalg.norm(moved))
        if distance < LEAST_DEPARTURE:
            raise NothingToExplainError("the window's embedding is the population's mean week's")
        return (moved / distance).astype(np.float32), distance

    def slope(
        self, minutes: NDArray[np.float32], direction: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """(T,) how the embedding moves along `direction` with each minute."""
        return gradients.slope(gradients.forward(self._folded, minutes), direction)

    def integrate(
        self, minutes: NDArray[np.float32], direction: NDArray[np.float32], points: int
    ) -> NDArray[np.float64]:
        """(T,) integrated gradients from 0 along `direction`, by Gauss and Legendre's rule."""
        nodes, shares = np.polynomial.legendre.leggauss(points)
        total = np.zeros(len(minutes))
        for node, share in zip((nodes + 1) / 2, shares / 2, strict=True):
            total += share * self.slope((node * minutes).astype(np.float32), direction)
        return total * minutes


def integrated_gradients(
    explainer: Explainer, minutes: NDArray[np.float32], direction: NDArray[np.float32], whole: float
) -> Attribution:
    """The attributions that sum to `whole`, with as many points as that takes."""
    for points in POINTS:
        found = explainer.integrate(minutes, direction, points)
        error = float(abs(found.sum() - whole)) / whole
        if error <= COMPLETENESS_LIMIT:
            break
    return Attribution(found, whole, error, points)


def explain(source: Artifact, steps: NDArray[np.floating]) -> Explanation:
    """Explain one window of (T,) steps a minute, NaN where not observed.

    A window keeps one core, as everywhere here: products this small run several times slower on
    more. It is set for the process for good, since calls side by side would undo each other's.
    """
    threadpool_limits(1, user_api="blas")
    minutes = source.scaler.transform(steps[None])[0]  # (T,)
    explainer = Explainer(source.weights, source.config, len(minutes))
    direction, distance = explainer.departure(minutes)
    moved = integrated_gradients(explainer, minutes, direction, distance)
    attention = explainer.attention(minutes)
    patch, ranks, attention_ranks = source.config.patch, [], []
    for seed in range(SHUFFLES):
        null = Explainer(shuffled(source.weights, seed), source.config, len(minutes))
        other = null.integrate(minutes, direction, NULL_POINTS)
        ranks.append(abs(rank_correlation(moved.minutes, other)))
        received = null.attention(minutes)
        attention_ranks.append(abs(rank_correlation(attention[::patch], received[::patch])))
    return Explanation(
        steps=steps.astype(np.float64),
        attention=attention,
        gradients=moved,
        shuffled_rank=float(np.mean(ranks)),
        shuffled_attention_rank=float(np.mean(attention_ranks)),
        input_rank=rank_correlation(
            moved.minutes.reshape(-1, patch).sum(1), minutes.reshape(-1, patch).sum(1)
        ),
        model_id=source.manifest.model_id,
        weights_sha256=source.manifest.weights_sha256,
        scaler_id=source.scaler.scaler_id,
        patch=patch,
    )


def shuffled(trained: weights.Weights, seed: int) -> weights.Weights:
    """The same numbers in every tensor, in random places: sizes kept, what was learnt lost."""
    rng = np.random.default_rng(seed)
    return {
        name: rng.permutation(array.reshape(-1)).reshape(array.shape)
        for name, array in trained.items()
    }


def rank_correlation(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Spearman's rho; equal values share their mean rank, and a constant gives 0."""
    first, second = (_ranks(values) - (len(values) - 1) / 2 for values in (a, b))
    size = np.sqrt((first**2).sum() * (second**2).sum())
    return float((first * second).sum() / size) if size else 0.0


def _ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    ranks: NDArray[np.float64] = (below + (counts - 1) / 2)[place]
    return ranks
