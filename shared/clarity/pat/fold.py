"""PAT's attention folded: the same function with fewer products, exact, nothing approximated.

With row vectors x (D) and per head h, as key_dim = D:

    softmax_j[(x_i Wq + bq) . (x_j Wk + bk) / sqrt(D)] = softmax_j[(x_i A_h + c_h) . x_j]
        A_h = Wq Wk' / sqrt(D),  c_h = bq Wk' / sqrt(D);  what is constant in j cancels
    sum_h P_h (x Wv + bv) Wo + bo = sum_h (P_h x) V_h + (sum_h bv Wo + bo);  rows of P sum to 1
        V_h = Wv Wo

So x itself is key and value of every head: the key and value projections are gone, and nothing is
transposed. The products are taken in float64 and stored as float32; the attention P is unchanged.
The weight file stays the source of truth: a folded model is made from it whenever one is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clarity.pat.positions import position_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.pat.config import PatConfig
    from clarity.pat.weights import Weights

    Array = NDArray[np.float32]

EPSILON = 1e-6  # of the official LayerNormalization


@dataclass(frozen=True, slots=True)
class Norm:
    """LayerNormalization's gamma and beta, both (D,)."""

    gamma: Array
    beta: Array


@dataclass(frozen=True, slots=True)
class Linear:
    """x @ kernel + bias: (in, out) and (out,), or (N, out) where positions are part of it."""

    kernel: Array
    bias: Array


@dataclass(frozen=True, slots=True)
class Block:
    """One post-norm block: `query` (D, H * D) holds A and c, `value` (H * D, D) V and its bias."""

    query: Linear
    value: Linear
    norm1: Norm
    ff1: Linear
    ff2: Linear
    norm2: Norm


@dataclass(frozen=True, slots=True)
class Folded:
    """A whole encoder for windows of `tokens` patches; `embedding` adds bias and positions."""

    config: PatConfig
    tokens: int
    embedding: Linear
    blocks: tuple[Block, ...]

    @property
    def minutes(self) -> int:
        """Length of a window."""
        return self.tokens * self.config.patch


def fold(weights: Weights, config: PatConfig, *, minutes: int) -> Folded:
    """Fold a file's weights for windows of `minutes`, any whole number of patches."""
    if config.conv:
        raise ValueError(f"PAT-{config.name} is not folded, only sizes with dense patches are")
    tokens = config.tokens(minutes)
    bias = position_table(tokens, config.embed) + weights["dense/dense/bias:0"]
    return Folded(
        config,
        tokens,
        Linear(weights["dense/dense/kernel:0"], bias.astype(np.float32)),
        tuple(_block(weights, config, layer) for layer in range(1, config.layers + 1)),
    )


def _block(weights: Weights, config: PatConfig, layer: int) -> Block:
    p = f"encoder_layer_{layer}_transformer/encoder_layer_{layer}"
    a = f"{p}_attention"
    q, k, v = (
        weights[f"{a}/{part}/kernel:0"].astype(np.float64) for part in ("query", "key", "value")
    )  # (D, H, K) each
    out = weights[f"{a}/attention_output/kernel:0"].astype(np.float64)  # (H, K, D)
    bq, bv = (weights[f"{a}/{part}/bias:0"].astype(np.float64) for part in ("query", "value"))
    scale, wide = 1 / np.sqrt(config.key_dim), config.heads * config.embed
    query = np.einsum("dhk,ehk->dhe", q, k) * scale  # (D, H, D)
    query_bias = np.einsum("hk,ehk->he", bq, k) * scale  # (H, D)
    value = np.einsum("dhk,hke->hde", v, out)  # (H, D, D)
    value_bias = np.einsum("hk,hke->e", bv, out) + weights[f"{a}/attention_output/bias:0"]
    return Block(
        _linear(query.reshape(config.embed, wide), query_bias.reshape(wide)),
        _linear(value.reshape(wide, config.embed), value_bias),
        _norm(weights, f"{p}_norm1"),
        _linear(weights[f"{p}_ff1/kernel:0"], weights[f"{p}_ff1/bias:0"]),
        _linear(weights[f"{p}_ff2/kernel:0"], weights[f"{p}_ff2/bias:0"]),
        _norm(weights, f"{p}_norm2"),
    )


def _linear(kernel: NDArray[np.floating], bias: NDArray[np.floating]) -> Linear:
    return Linear(kernel.astype(np.float32), bias.astype(np.float32))


def _norm(weights: Weights, name: str) -> Norm:
    return Norm(weights[f"{name}/gamma:0"], weights[f"{name}/beta:0"])


def forward(folded: Folded, minutes: Array) -> tuple[Array, list[Array]]:
    """The folded encoder in NumPy, the reference of its runtimes.

    Standardised minutes (T,) -> tokens (N, D) and each layer's attention (H, N, N).
    """
    n, config = folded.tokens, folded.config
    x = minutes.reshape(n, config.patch) @ folded.embedding.kernel + folded.embedding.bias  # (N, D)
    maps = []
    for block in folded.blocks:
        q = (x @ block.query.kernel + block.query.bias).reshape(-1, config.embed)  # (N * H, D)
        p = _softmax(q @ x.T)  # (N * H, N)
        maps.append(p.reshape(n, config.heads, n).transpose(1, 0, 2))
        a = (p @ x).reshape(n, -1) @ block.value.kernel + block.value.bias  # (N, D)
        o = _normalise(x + a, block.norm1)
        f = np.maximum(o @ block.ff1.kernel + block.ff1.bias, 0)  # (N, FF)
        x = _normalise(o + f @ block.ff2.kernel + block.ff2.bias, block.norm2)
    return x, maps


def _softmax(scores: Array) -> Array:
    e = np.exp(scores - scores.max(-1, keepdims=True))
    share: Array = e / e.sum(-1, keepdims=True)
    return share


def _normalise(x: Array, norm: Norm) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + np.float32(EPSILON))
    shifted: Array = scaled * norm.gamma + norm.beta
    return shifted
