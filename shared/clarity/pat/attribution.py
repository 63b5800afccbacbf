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
import tensorflow as tf

from clarity.pat import model, weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.pat.artifact import Artifact
    from clarity.pat.config import PatConfig

POINTS = (16, 32, 64, 128)  # of the integral, until the sum is right to TOLERANCE
TOLERANCE = 0.01
SHUFFLES = 3
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
    """One encoder that gives gradients and attention, with whichever weights it is told to take."""

    def __init__(self, config: PatConfig, minutes: int) -> None:
        self.config, self.minutes = config, minutes
        self._encoder = model.encoder(config, minutes=minutes, attention=True)
        row, direction = tf.TensorSpec((1, minutes)), tf.TensorSpec((config.embed,))
        self._gradient = tf.function(self._tape, [row, direction], autograph=False)
        self._outputs = tf.function(
            lambda x: self._encoder(x, training=False), [row], autograph=False
        )

    def take(self, taken: weights.Weights) -> None:
        """Put these weights into the encoder."""
        weights.set_weights(self._encoder, taken, self.config)

    def _tape(self, x: tf.Tensor, direction: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(x)
            pooled = self._encoder(x, training=False)["pooled"]
            along = tf.reduce_sum(pooled * direction)
        return tape.gradient(along, x)

    def pooled(self, minutes: NDArray[np.float32]) -> NDArray[np.float64]:
        """(T,) standardised minutes -> (D,) embedding."""
        pooled: NDArray[np.float32] = self._outputs(minutes[None])["pooled"].numpy()[0]
        return pooled.astype(np.float64)

    def attention(self, minutes: NDArray[np.float32]) -> NDArray[np.float64]:
        """(T,) standardised minutes -> (T,) attention received."""
        last = self._outputs(minutes[None])["attention"][-1].numpy()  # (1, H, N, N)
        profile: NDArray[np.float64] = model.attention_profile(last, self.config.patch)[0]
        return profile

    def departure(self, minutes: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
        """Direction (D,) and distance in which a window lies from the mean week's embedding."""
        moved = self.pooled(minutes) - self.pooled(np.zeros_like(minutes))
        distance = float(np.linalg.norm(moved))
        if distance < LEAST_DEPARTURE:
            raise NothingToExplainError("the window's embedding is the population's mean week's")
        return (moved / distance).astype(np.float32), distance

    def integrate(
        self, minutes: NDArray[np.float32], direction: NDArray[np.float32], points: int
    ) -> NDArray[np.float64]:
        """(T,) integrated gradients from 0 along `direction`, by Gauss and Legendre's rule."""
        nodes, shares = np.polynomial.legendre.leggauss(points)
        total = np.zeros(self.minutes)
        for node, share in zip((nodes + 1) / 2, shares / 2, strict=True):
            at = (node * minutes).astype(np.float32)[None]
            total += share * self._gradient(at, direction).numpy()[0]
        return total * minutes


def integrated_gradients(
    explainer: Explainer, minutes: NDArray[np.float32], direction: NDArray[np.float32], whole: float
) -> Attribution:
    """The attributions that sum to `whole`, with as many points as that takes."""
    for points in POINTS:
        found = explainer.integrate(minutes, direction, points)
        error = float(abs(found.sum() - whole)) / whole
        if error <= TOLERANCE:
            break
    return Attribution(found, whole, error, points)


def explain(source: Artifact, steps: NDArray[np.floating]) -> Explanation:
    """Explain one window of (T,) steps a minute, NaN where not observed."""
    minutes = source.scaler.transform(steps[None])[0]  # (T,)
    explainer = Explainer(source.config, source.scaler.minutes)
    explainer.take(source.weights)
    direction, distance = explainer.departure(minutes)
    gradients = integrated_gradients(explainer, minutes, direction, distance)
    attention = explainer.attention(minutes)
    patch, ranks, attention_ranks = source.config.patch, [], []
    for seed in range(SHUFFLES):
        explainer.take(shuffled(source.weights, seed))
        null = explainer.integrate(minutes, direction, POINTS[0])
        ranks.append(abs(rank_correlation(gradients.minutes, null)))
        other = explainer.attention(minutes)
        attention_ranks.append(abs(rank_correlation(attention[::patch], other[::patch])))
    return Explanation(
        steps=steps.astype(np.float64),
        attention=attention,
        gradients=gradients,
        shuffled_rank=float(np.mean(ranks)),
        shuffled_attention_rank=float(np.mean(attention_ranks)),
        input_rank=rank_correlation(
            gradients.minutes.reshape(-1, patch).sum(1), minutes.reshape(-1, patch).sum(1)
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
