"""What a set of patches amounts to, without labels: what PAT's pooled vector is taught to tell.

A masked autoencoder alone has no reason to keep how often somebody walks at which cadence in the
mean of its tokens: a hidden minute's guess needs a level and a time. A second, linear head is
therefore asked for these summaries of the *visible* patches, from the mean of their tokens alone:

    minutes   share of minutes in each of 24 bins of movement
    active    share of patches in each bin of their share of minutes with movement
    peak      share of patches in each bin of their largest minute
    change    share of patches in each bin of their mean step from minute to minute
    level     mean movement in each hour of the day, times that hour's share of the patches
    worn      share of observed minutes in each hour of the day, likewise

Each is a mean over patches, as the pooled vector is a mean over tokens, so what is learned on the
tenth of a week that the encoder sees in training holds for the whole week. The bins are quantiles
of the training people's movement; a minute that was not observed is in none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.pat.config import PatConfig
    from clarity.pat.scaler import Scaler

MINUTE_BINS, PATCH_BINS, HOURS = 24, 12, 24
MINUTES_PER_DAY = 1440
MOVES = 0.5  # in square-root units: above it a minute has movement
FIT_PEOPLE = 400  # enough for stable quantiles; in memory at once
FIT_VISIBLE = 0.1  # share of patches in a summary whose spread is measured
FIT_SEED = 11
REACH = 4.0  # standard deviations beyond which a target is cut: rare bins have long tails


@dataclass(frozen=True, slots=True)
class Summaries:
    """How patches are summarised, fitted to a population.

    Attributes:
        mean: (N, P) float32 of the scaler, to undo its standardisation.
        sd: (N, P) likewise.
        edges: Bin edges of `minutes`, `active`, `peak` and `change`, each ascending.
        centre: (F,) mean of each summary over the population's partly visible weeks.
        spread: (F,) its standard deviation.
    """

    mean: NDArray[np.float32]
    sd: NDArray[np.float32]
    edges: tuple[NDArray[np.float32], ...]
    centre: NDArray[np.float32]
    spread: NDArray[np.float32]

    @property
    def count(self) -> int:
        """How many numbers a summary has."""
        return sum(len(edges) + 1 for edges in self.edges) + 2 * HOURS

    def targets(self, patches: tf.Tensor, observed: tf.Tensor, seen: tf.Tensor) -> tf.Tensor:
        """Standardised summaries (B, F) of the patches that `seen` (B, V) numbers.

        `patches` (B, V, P) are those patches in standardised minutes, `observed` marks them.
        """
        found = self.describe(patches, observed, seen)
        return tf.clip_by_value((found - self.centre) / self.spread, -REACH, REACH)

    def describe(self, patches: tf.Tensor, observed: tf.Tensor, seen: tf.Tensor) -> tf.Tensor:
        """Raw summaries (B, F) of the same."""
        there = tf.cast(observed, tf.float32)
        moved = there * tf.maximum(
            0.0, tf.gather(self.mean, seen) + tf.gather(self.sd, seen) * patches
        )  # (B, V, P)
        minutes, *of_patches = self.edges
        any_seen = tf.reduce_max(there, axis=2)  # (B, V)
        shares = [
            _binned(value, edges, any_seen)
            for value, edges in zip(patch_values(moved, there), of_patches, strict=True)
        ]
        hour = tf.one_hot(tf.gather(self._hours(), seen), HOURS)  # (B, V, 24)
        by_hour = [hour * tf.reduce_mean(value, axis=2, keepdims=True) for value in (moved, there)]
        binned = tf.reduce_mean(_binned(moved, minutes, there), axis=2)  # (B, V, bins)
        return tf.reduce_mean(tf.concat([binned, *shares, *by_hour], axis=2), axis=1)

    def _hours(self) -> NDArray[np.int32]:
        tokens, patch = self.mean.shape
        hours: NDArray[np.int32] = np.arange(tokens, dtype=np.int32) * patch % MINUTES_PER_DAY // 60
        return hours


def patch_values(moved: tf.Tensor, there: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Of each patch (..., P): share of observed minutes with movement, the largest, mean change."""
    seen = tf.maximum(1.0, tf.reduce_sum(there, axis=-1))
    active = tf.reduce_sum(tf.cast(moved > MOVES, tf.float32), axis=-1) / seen
    change = tf.reduce_mean(tf.abs(moved[..., 1:] - moved[..., :-1]), axis=-1)
    return active, tf.reduce_max(moved, axis=-1), change


def _binned(values: tf.Tensor, edges: NDArray[np.float32], weight: tf.Tensor) -> tf.Tensor:
    """(...,) values -> (..., bins) one-hot, times a weight (...,)."""
    bins = tf.searchsorted(edges, tf.reshape(values, [-1]), side="right")
    one_hot = tf.one_hot(tf.reshape(bins, tf.shape(values)), len(edges) + 1)
    return one_hot * weight[..., None]


def fit(minutes: NDArray[np.float32], scaler: Scaler, config: PatConfig) -> Summaries:
    """The summaries of a population: (people, T) standardised minutes, NaN where not observed."""
    shape = (config.tokens(minutes.shape[1]), config.patch)
    mean, sd = scaler.mean.reshape(shape), scaler.sd.reshape(shape)
    patches = minutes[:FIT_PEOPLE].reshape(-1, *shape)
    observed = np.isfinite(patches)
    known = np.where(observed, patches, np.float32(0))
    moved = np.where(observed, np.maximum(mean + sd * known, 0), 0).astype(np.float32)
    of_patches = patch_values(tf.constant(moved), tf.constant(observed.astype(np.float32)))
    edges = (
        _quantiles(moved[moved > MOVES], MINUTE_BINS),
        *(_quantiles(values.numpy()[values.numpy() > 0], PATCH_BINS) for values in of_patches),
    )
    none = np.zeros(0, np.float32)
    raw = Summaries(mean, sd, edges, none, none)
    rng = np.random.default_rng(FIT_SEED)
    order = rng.permuted(np.tile(np.arange(shape[0]), (len(patches), 1)), axis=1)
    seen = order[:, : max(1, round(FIT_VISIBLE * shape[0]))]
    shown, there = (
        tf.constant(np.take_along_axis(of, seen[:, :, None], axis=1)) for of in (known, observed)
    )
    found = raw.describe(shown, there, tf.constant(seen)).numpy()
    spread = np.maximum(found.std(axis=0), np.float32(1e-4))
    return replace(raw, centre=found.mean(axis=0), spread=spread)


def _quantiles(values: NDArray[np.float32], bins: int) -> NDArray[np.float32]:
    """Ascending edges of at most `bins` bins; the first bin is what lies below every value."""
    edges: NDArray[np.float32] = np.unique(np.quantile(values, np.arange(bins - 1) / (bins - 1)))
    return edges.astype(np.float32)
