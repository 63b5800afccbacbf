"""PAT on a GPU: the folded encoder in TensorFlow, any number of windows to a call.

The graph is `fold.forward` for B windows at once. Attention is taken a part of the queries at a
time, so that of the scores (B, N * H, N) only `PART_BYTES` exist at any moment, however many
windows come and however long they are; of the attention asked for, only the sums are kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from clarity.pat import fold
from clarity.pat.trained import Trained

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.pat.artifact import Artifact

PART_BYTES = 64_000_000  # of one part's scores: enough products to fill a card
# How many windows one call takes on a card: so many that all layers' scores are about this many
# (small and medium 64, large 16, huge 2), which keeps a call to tens of milliseconds there.
STACK_SCORES, MOST_STACKED = 10**9, 64

Graph = Callable[[fold.Folded, tf.Tensor, int], tf.Tensor]  # minutes (B, T), a part's bytes


class Pat(Trained):
    """One trained encoder with its scaler and its names: `runtime.Pat` on TensorFlow.

    Attributes:
        stack: Windows that one call takes together: 1 on a CPU, where a batch only costs memory.
        lanes: Calls that may run side by side: one on a card, on a CPU one a core.
    """

    def __init__(
        self, source: Artifact, *, cores: int | None = None, stack: int | None = None
    ) -> None:
        super().__init__(source)
        # TF32 would round every product to ten bits on the cards that have it: not the same model.
        tf.config.experimental.enable_tensor_float_32_execution(False)
        folded = fold.fold(source.weights, source.config, minutes=self.minutes)
        self.stack = stack or (stacked(folded) if tf.config.list_logical_devices("GPU") else 1)
        self.lanes = 1 if self.stack > 1 else cores or os.cpu_count() or 1
        self._pooled = compiled(pooled, folded)
        self._received = compiled(received, folded)
        self._patch = source.config.patch

    def embed(self, steps: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n, minutes) steps a minute, NaN where not observed -> (n, 96) mean of the tokens."""
        return self._each(self._pooled, steps, self.source.config.embed)

    def attention(self, steps: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, minutes) steps -> (n, minutes) attention received, see `model.attention_profile`."""
        tokens = self.minutes // self._patch
        sums = self._each(self._received, steps, tokens).astype(np.float64)
        share: NDArray[np.float64] = sums / sums.sum(axis=1, keepdims=True)
        return np.repeat(share, self._patch, axis=1)

    def _each(
        self,
        graph: tf.types.experimental.PolymorphicFunction,
        steps: NDArray[np.floating],
        width: int,
    ) -> NDArray[np.float32]:
        out = np.empty((len(steps), width), np.float32)
        standard = self.standardise(steps)
        for start in range(0, len(steps), self.stack):
            some = slice(start, start + self.stack)
            out[some] = graph(standard[some]).numpy()
        return out


def stacked(folded: fold.Folded) -> int:
    """How many windows a call takes on a card."""
    scores = len(folded.blocks) * folded.config.heads * folded.tokens**2
    return max(1, min(MOST_STACKED, STACK_SCORES // scores))


def compiled(
    graph: Graph, folded: fold.Folded, *, part_bytes: int = PART_BYTES
) -> tf.types.experimental.PolymorphicFunction:
    """A graph for any number of standardised windows (B, T), traced once."""
    signature = [tf.TensorSpec((None, folded.minutes), tf.float32)]
    return tf.function(
        lambda minutes: graph(folded, minutes, part_bytes), signature, autograph=False
    )


def pooled(folded: fold.Folded, minutes: tf.Tensor, part_bytes: int) -> tf.Tensor:
    """Standardised minutes (B, T) -> the mean of the tokens (B, D)."""
    x = _embedding(folded, minutes)
    for block in folded.blocks:
        x = _block(x, block, folded, part_bytes)
    return tf.reduce_mean(x, axis=1)


def received(folded: fold.Folded, minutes: tf.Tensor, part_bytes: int) -> tf.Tensor:
    """Standardised minutes (B, T) -> last layer's attention to each token (B, N), summed."""
    x = _embedding(folded, minutes)
    for block in folded.blocks[:-1]:
        x = _block(x, block, folded, part_bytes)

    def part(own: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(_shares(own, x, folded.blocks[-1]), axis=1)  # (B, N)

    return tf.reduce_sum(_in_parts(part, x, folded, part_bytes, (None, folded.tokens)), axis=0)


def _embedding(folded: fold.Folded, minutes: tf.Tensor) -> tf.Tensor:
    n, config = folded.tokens, folded.config
    x = tf.reshape(minutes, (-1, config.patch)) @ folded.embedding.kernel  # (B * N, D)
    return tf.reshape(x, (-1, n, config.embed)) + folded.embedding.bias  # (B, N, D)


def _block(x: tf.Tensor, block: fold.Block, folded: fold.Folded, part_bytes: int) -> tf.Tensor:
    n, d = folded.tokens, folded.config.embed

    def part(own: tf.Tensor) -> tf.Tensor:
        mixed = tf.matmul(_shares(own, x, block), x)  # (B, n * H, D)
        rows = tf.reshape(mixed, (-1, folded.config.heads * d))  # (B * n, H * D)
        return tf.reshape(_linear(rows, block.value), tf.shape(own))  # (B, n, D)

    found = _in_parts(part, x, folded, part_bytes, (None, None, d))  # (parts, B, n, D)
    a = tf.reshape(tf.transpose(found, (1, 0, 2, 3)), (-1, d))  # (B * N, D)
    o = _normalise(tf.reshape(x, (-1, d)) + a, block.norm1)
    f = _linear(tf.nn.relu(_linear(o, block.ff1)), block.ff2)  # (B * N, D)
    return tf.reshape(_normalise(o + f, block.norm2), (-1, n, d))


def _in_parts(
    part: Callable[[tf.Tensor], tf.Tensor],
    x: tf.Tensor,
    folded: fold.Folded,
    part_bytes: int,
    shape: tuple[int | None, ...],
) -> tf.Tensor:
    """What `part` makes of some tokens of every window (B, n, D), one part after another."""
    n = folded.tokens
    sizes = np.array([size for size in range(1, n + 1) if n % size == 0])  # equal parts only
    token_bytes = tf.shape(x, tf.int64)[0] * folded.config.heads * n * 4
    fitting = tf.searchsorted(sizes, [part_bytes // token_bytes], side="right")[0]
    size = tf.cast(tf.gather(sizes, tf.maximum(fitting - 1, 0)), tf.int32)
    return tf.map_fn(
        lambda i: part(x[:, i * size : (i + 1) * size]),
        tf.range(n // size),
        fn_output_signature=tf.TensorSpec(shape, tf.float32),
        parallel_iterations=1,  # two parts at once would be twice the memory
    )


def _shares(own: tf.Tensor, x: tf.Tensor, block: fold.Block) -> tf.Tensor:
    """The attention of some tokens (B, n, D) to all (B, N, D) -> (B, n * H, N)."""
    d = x.shape[-1]
    queries = _linear(tf.reshape(own, (-1, d)), block.query)  # (B * n, H * D)
    queries = tf.reshape(queries, (tf.shape(x)[0], -1, d))
    return tf.nn.softmax(tf.matmul(queries, x, transpose_b=True))


def _linear(x: tf.Tensor, linear: fold.Linear) -> tf.Tensor:
    return x @ linear.kernel + linear.bias


def _normalise(x: tf.Tensor, norm: fold.Norm) -> tf.Tensor:
    mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
    return (x - mean) * tf.math.rsqrt(variance + fold.EPSILON) * norm.gamma + norm.beta
