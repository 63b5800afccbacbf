"""The folded encoder in NumPy with its derivative: embedding, attention received and slope.

With g for the derivative of some number by what it is written over, a block's attention (see
`clarity.pat.fold`: x is key and value of every head, q are the rows of N * H queries) is undone so:

    S = q x',  P = softmax(S),  m = P x
    gP = gm x',  gS = P * (gP - rowsum(gm * m)),  gq = gS x,  gx = P' gm + gS' q

rowsum(gm * m) = rowsum(gP * P), so that it needs no scores. Scores exist for one part of the
queries at a time, once forwards and once more backwards: memory grows with N, not with its square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clarity.pat.fold import EPSILON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from clarity.pat.fold import Block, Folded, Linear, Norm

    Array = NDArray[np.float32]

PART_BYTES = 1_000_000  # of scores at a time: what stays near a core


@dataclass(frozen=True, slots=True)
class Normal:
    """What LayerNormalization's derivative needs: its output before gamma, and 1 / deviation."""

    scaled: Array  # (N, D)
    inverse: Array  # (N, 1)


@dataclass(frozen=True, slots=True)
class Layer:
    """What one block's derivative needs of its forward pass."""

    x: Array  # (N, D), the block's input
    queries: Array  # (N * H, D)
    log_sums: Array  # (N * H, 1), log of the softmax' denominators
    mixed: Array  # (N * H, D), P x
    norm1: Normal
    hidden: Array  # (N, FF), after the ReLU
    norm2: Normal


@dataclass(frozen=True, slots=True)
class Trace:
    """One window's way through the encoder."""

    folded: Folded
    layers: tuple[Layer, ...]
    tokens: Array  # (N, D)

    @property
    def pooled(self) -> Array:
        """(D,) the embedding: the mean of the tokens."""
        mean: Array = self.tokens.mean(axis=0)
        return mean


def forward(folded: Folded, minutes: Array) -> Trace:
    """Send standardised minutes (T,) through the encoder and keep what the derivative needs."""
    x = _linear(minutes.reshape(folded.tokens, folded.config.patch), folded.embedding)  # (N, D)
    layers = []
    for block in folded.blocks:
        layer, x = _block(x, block)
        layers.append(layer)
    return Trace(folded, tuple(layers), x)


def slope(trace: Trace, direction: Array) -> Array:
    """(T,) derivative of the embedding's part along `direction` (D,) by each minute."""
    g = np.tile(direction / np.float32(trace.folded.tokens), (trace.folded.tokens, 1))  # (N, D)
    for block, layer in zip(reversed(trace.folded.blocks), reversed(trace.layers), strict=True):
        g = _undo_block(g, block, layer)
    minutes: Array = (g @ trace.folded.embedding.kernel.T).reshape(-1)
    return minutes


def received(trace: Trace) -> NDArray[np.float64]:
    """(N,) the last layer's attention to each token, summed over queries and heads."""
    layer = trace.layers[-1]
    total = np.zeros(len(layer.x))
    for part in _parts(layer.queries, len(layer.x)):
        total += np.exp(layer.queries[part] @ layer.x.T - layer.log_sums[part]).sum(0)
    return total


def _block(x: Array, block: Block) -> tuple[Layer, Array]:
    n, d = x.shape
    queries = _linear(x, block.query).reshape(-1, d)  # (N * H, D)
    mixed, log_sums = np.empty_like(queries), np.empty((len(queries), 1), np.float32)
    for part in _parts(queries, n):
        scores = queries[part] @ x.T  # (part, N)
        top = scores.max(axis=1, keepdims=True)
        scores -= top
        np.exp(scores, out=scores)
        sums = scores.sum(axis=1, keepdims=True)
        mixed[part] = (scores @ x) / sums
        log_sums[part] = top + np.log(sums)
    o, norm1 = _normalise(x + _linear(mixed.reshape(n, -1), block.value), block.norm1)  # (N, D)
    hidden = np.maximum(_linear(o, block.ff1), 0)  # (N, FF)
    y, norm2 = _normalise(o + _linear(hidden, block.ff2), block.norm2)
    return Layer(x, queries, log_sums, mixed, norm1, hidden, norm2), y


def _undo_block(g: Array, block: Block, layer: Layer) -> Array:
    """(N, D) derivative by the block's output -> by its input."""
    g = _undo_norm(g, block.norm2, layer.norm2)
    g_hidden: Array = (g @ block.ff2.kernel.T) * (layer.hidden > 0)
    g = _undo_norm(g + g_hidden @ block.ff1.kernel.T, block.norm1, layer.norm1)
    g_mixed = (g @ block.value.kernel.T).reshape(layer.mixed.shape)  # (N * H, D)
    g_x, g_queries = _undo_attention(g_mixed, layer)
    through: Array = g_queries.reshape(len(g), -1) @ block.query.kernel.T
    return g + g_x + through


def _undo_attention(g_mixed: Array, layer: Layer) -> tuple[Array, Array]:
    """Derivatives by x (N, D), as key and value, and by the queries (N * H, D).

    The two products with x', and the two that add to gx, are taken as one each.
    """
    x, queries = layer.x, layer.queries
    level = (g_mixed * layer.mixed).sum(axis=1, keepdims=True)  # (N * H, 1)
    g_x, g_queries = np.zeros_like(x), np.empty_like(queries)
    for part in _parts(queries, len(x)):
        both = np.concatenate([queries[part], g_mixed[part]]) @ x.T  # (2 * part, N)
        shares, g_scores = np.split(both, 2)
        shares -= layer.log_sums[part]
        np.exp(shares, out=shares)
        g_scores -= level[part]
        g_scores *= shares
        np.matmul(g_scores, x, out=g_queries[part])
        g_x += both.T @ np.concatenate([g_mixed[part], queries[part]])
    return g_x, g_queries


def _parts(queries: Array, tokens: int) -> Iterator[slice]:
    rows = max(1, PART_BYTES // (4 * tokens))
    return (slice(start, start + rows) for start in range(0, len(queries), rows))


def _linear(x: Array, linear: Linear) -> Array:
    product: Array = x @ linear.kernel
    product += linear.bias
    return product


def _normalise(x: Array, norm: Norm) -> tuple[Array, Normal]:
    centred = x - x.mean(axis=1, keepdims=True)
    variance = (centred**2).mean(axis=1, keepdims=True)
    inverse = 1 / np.sqrt(variance + np.float32(EPSILON))  # (N, 1)
    scaled = centred * inverse
    return scaled * norm.gamma + norm.beta, Normal(scaled, inverse)


def _undo_norm(g: Array, norm: Norm, normal: Normal) -> Array:
    g = g * norm.gamma
    along = (g * normal.scaled).mean(axis=1, keepdims=True)
    before: Array = normal.inverse * (g - g.mean(axis=1, keepdims=True) - normal.scaled * along)
    return before
