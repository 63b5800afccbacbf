"""PAT once more, in NumPy and float64 and from the paper's definitions alone: the tests' oracle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clarity.pat import weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.pat.config import PatConfig

    Array = NDArray[np.float64]


def random_weights(config: PatConfig, seed: int = 0) -> weights.Weights:
    """Weights that look trained: no gamma is 1 and no beta is 0."""
    rng = np.random.default_rng(seed)
    return {
        name: (rng.normal(0, 0.1, shape) + (1 if name.endswith("gamma:0") else 0)).astype("f4")
        for name, shape in weights.layout(config).items()
    }


@dataclass(frozen=True, slots=True)
class Variant:
    """The published architecture, and ways to get it wrong that no shape gives away."""

    gelu: bool = False
    interleaved: bool = False
    scale_by_share: bool = False  # divide scores by sqrt(D / H) as if key_dim were D / H
    epsilon: float = 1e-6
    pre_norm: bool = False


def forward(
    w: weights.Weights, config: PatConfig, minutes: Array, variant: Variant | None = None
) -> tuple[Array, list[Array]]:
    """Standardised minutes (T,) -> tokens (N, D) and each layer's attention (H, N, N)."""
    variant = variant or Variant()
    patches = minutes.reshape(-1, config.patch)
    x = patches @ w["dense/dense/kernel:0"] + w["dense/dense/bias:0"]
    x = x + positions(len(x), config.embed, interleaved=variant.interleaved)
    scores = []
    for layer in range(1, config.layers + 1):
        p = f"encoder_layer_{layer}_transformer/encoder_layer_{layer}"
        x, attention = block(x, {k.removeprefix(p): v for k, v in w.items()}, config, variant)
        scores.append(attention)
    return x, scores


def positions(tokens: int, embed: int, *, interleaved: bool) -> Array:
    table = np.zeros((tokens, embed))
    for i in range(embed // 2):
        angle = np.arange(tokens) / 10_000 ** (2 * i / embed)
        sine, cosine = (2 * i, 2 * i + 1) if interleaved else (i, embed // 2 + i)
        table[:, sine], table[:, cosine] = np.sin(angle), np.cos(angle)
    return table


def block(
    x: Array, w: dict[str, NDArray[np.float32]], config: PatConfig, variant: Variant
) -> tuple[Array, Array]:
    width = config.embed / config.heads if variant.scale_by_share else config.key_dim
    source = norm(x, w, "_norm1", variant) if variant.pre_norm else x
    q, k, v = (
        np.einsum("nd,dhk->hnk", source, w[f"_attention/{part}/kernel:0"])
        + w[f"_attention/{part}/bias:0"][:, None]
        for part in ("query", "key", "value")
    )
    attention = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(width))
    a = np.einsum("hnk,hkd->nd", attention @ v, w["_attention/attention_output/kernel:0"])
    a = a + w["_attention/attention_output/bias:0"]
    o = x + a if variant.pre_norm else norm(x + a, w, "_norm1", variant)
    source = norm(o, w, "_norm2", variant) if variant.pre_norm else o
    f = activation(source @ w["_ff1/kernel:0"] + w["_ff1/bias:0"], gelu=variant.gelu)
    f = f @ w["_ff2/kernel:0"] + w["_ff2/bias:0"]
    return (o + f if variant.pre_norm else norm(o + f, w, "_norm2", variant)), attention


def norm(x: Array, w: dict[str, NDArray[np.float32]], name: str, variant: Variant) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + variant.epsilon)
    shifted: Array = scaled * w[f"{name}/gamma:0"] + w[f"{name}/beta:0"]
    return shifted


def softmax(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    share: Array = e / e.sum(-1, keepdims=True)
    return share


def activation(x: Array, *, gelu: bool) -> Array:
    tanh = np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))
    y: Array = 0.5 * x * (1 + tanh) if gelu else np.maximum(x, 0)
    return y
