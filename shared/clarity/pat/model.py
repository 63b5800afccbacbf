"""PAT's encoder in Keras 3, in reading order: positions, block, encoder, attention profile.

Architecture and layer names are those of the official notebooks (njacobsonlab), so that their
weight files fit by name and by order. B = windows, T = minutes, P = patch, N = T / P tokens,
D = 96 embedding, H = heads. Differences that would be silent errors are tested: ReLU (not GELU),
48 sines then 48 cosines (not interleaved), key_dim = D in each head, normalisation after the sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np

from clarity.pat.config import CONV_WIDTH, MINUTES_PER_WEEK, PatConfig
from clarity.pat.positions import position_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

EPSILON = 1e-6  # the official value; Keras' default is 1e-3


@keras.saving.register_keras_serializable(package="clarity.pat")
class AddPositions(keras.layers.Layer):  # type: ignore[misc] # Keras is untyped
    """Adds the fixed position table; a Layer and not a constant, so that exports keep one input."""

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """(B, N, D) tokens -> (B, N, D) tokens that know where they are."""
        return x + position_table(x.shape[1], x.shape[2]).astype(np.float32)


@keras.saving.register_keras_serializable(package="clarity.pat")
class ConvPatches(keras.layers.Layer):  # type: ignore[misc] # Keras is untyped
    """PAT-Conv's embedding of a patch: the mean over its minutes of a rectified convolution.

    The official TimeDistributed(Conv1D) and TimeDistributed(GlobalAveragePooling1D) in one, with
    their weights' name. The mean forgets the order of the minutes beyond the kernel's three.
    """

    def __init__(self, embed: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.embed = embed
        self.kernel = self.add_weight(shape=(CONV_WIDTH, 1, embed), name="kernel")
        self.bias = self.add_weight(shape=(embed,), initializer="zeros", name="bias")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """(B, N, P) patches -> (B, N, D) tokens."""
        tokens, patch = x.shape[1:]
        x = keras.ops.reshape(x, (-1, patch, 1))  # (B * N, P, 1)
        x = keras.ops.relu(keras.ops.conv(x, self.kernel, padding="same") + self.bias)
        return keras.ops.reshape(keras.ops.mean(x, axis=1), (-1, tokens, self.embed))

    def get_config(self) -> dict[str, object]:
        """What Keras needs to build the layer again."""
        config: dict[str, object] = super().get_config()
        return config | {"embed": self.embed}


def block(config: PatConfig, p: str, *, attention: bool = False) -> keras.Model:
    """One post-norm transformer block; with `attention` it returns (B, H, N, N) scores as well.

    `p` begins its layers' names. The sequence length is open, so that pretraining runs the same
    block on visible patches only.
    """
    x = keras.Input((None, config.embed), name=f"{p}_input")
    attend = keras.layers.MultiHeadAttention(config.heads, config.key_dim, name=f"{p}_attention")
    scores = None
    if attention:
        a, scores = attend(x, x, return_attention_scores=True)  # (B, N, D), (B, H, N, N)
    else:
        a = attend(x, x)  # (B, N, D)
    a = keras.layers.Dropout(config.dropout, name=f"{p}_dropout")(a)
    o = keras.layers.LayerNormalization(epsilon=EPSILON, name=f"{p}_norm1")(x + a)
    f = keras.layers.Dense(config.feed_forward, activation="relu", name=f"{p}_ff1")(o)  # (B, N, FF)
    f = keras.layers.Dense(config.embed, name=f"{p}_ff2")(f)  # (B, N, D)
    f = keras.layers.Dropout(config.dropout, name=f"{p}_dropout2")(f)
    y = keras.layers.LayerNormalization(epsilon=EPSILON, name=f"{p}_norm2")(o + f)
    return keras.Model(x, y if scores is None else [y, scores], name=f"{p}_transformer")


def encoder(
    config: PatConfig, *, minutes: int = MINUTES_PER_WEEK, attention: bool = False
) -> keras.Model:
    """PAT without heads: standardised minutes (B, T) in, a dict of outputs out.

    `tokens` (B, N, D), `pooled` (B, D) their mean, and with `attention` a list `attention` of one
    (B, H, N, N) score array a layer. Serve without attention: scores are most of the memory.
    """
    tokens = config.tokens(minutes)
    inputs = keras.Input((minutes,), name="inputs")  # (B, T)
    x = keras.layers.Reshape((tokens, config.patch), name="reshape")(inputs)  # (B, N, P)
    if config.conv:
        x = ConvPatches(config.embed, name="conv1d_patch_embedding")(x)  # (B, N, D)
    else:
        x = keras.layers.Dense(config.embed, name="dense")(x)  # (B, N, D)
    x = AddPositions(name="positions")(x)
    scores = []
    for layer in range(1, config.layers + 1):
        out = block(config, f"encoder_layer_{layer}", attention=attention)(x)
        x = out[0] if attention else out  # (B, N, D)
        scores += [out[1]] if attention else []
    pooled = keras.layers.GlobalAveragePooling1D(name="global_avg_pool")(x)  # (B, D)
    outputs = {"tokens": x, "pooled": pooled} | ({"attention": scores} if attention else {})
    return keras.Model(inputs, outputs, name="encoder_model")


def attention_profile(scores: NDArray[np.float32], patch: int) -> NDArray[np.float64]:
    """How much attention each minute received, as the official code computes it.

    (B, H, N, N) softmax scores of the last layer -> (B, N * patch): summed over queries, averaged
    over heads, divided by the sum over tokens, repeated for each minute of the patch. A window's
    profile therefore sums to `patch`, and uniform attention gives 1 / N everywhere. Attention is
    correlational: it says where the model looked, not why.
    """
    received = scores.astype(np.float64).sum(axis=2).mean(axis=1)  # (B, N)
    share: NDArray[np.float64] = received / received.sum(axis=1, keepdims=True)
    return np.repeat(share, patch, axis=1)
