"""The masked autoencoder that pretrains PAT, with the official notebooks' two errors put right.

Patches are drawn per window, not per batch. A token carries its own position wherever it stands,
so no un-shuffling is needed (theirs put visible tokens into masked slots), and the loss is taken at
exactly the masked minutes (theirs indexed others). A minute that nobody observed (NaN: missing, or
the device was not worn) reads as the population's mean, is never asked for and never in the loss.
Beside the official decoder a linear head tells `summaries` of the visible patches from their mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import keras
import tensorflow as tf

from clarity.pat import model
from clarity.pat.config import MINUTES_PER_WEEK, PatConfig
from clarity.pat.positions import position_table

if TYPE_CHECKING:
    from clarity.pat.summaries import Summaries

OUTPUT_BOUND = 2.0  # the decoder says nothing beyond two standard deviations, as the official one


@dataclass(frozen=True, slots=True)
class Masking:
    """How much of a window is hidden, and how much of the hidden part is reconstructed.

    Attributes:
        ratio: Share of patches hidden from the encoder (0.9 did best in the paper).
        decode: Share of the hidden patches, drawn at random, that the decoder is asked for. The
            loss stays an unbiased sample of the masked loss; attention costs much less below 1.
    """

    ratio: float = 0.9
    decode: float = 0.25

    def visible(self, tokens: int) -> int:
        """How many of `tokens` the encoder sees."""
        return tokens - round(self.ratio * tokens)

    def decoded(self, tokens: int) -> int:
        """How many hidden tokens are reconstructed."""
        return max(1, round(self.decode * (tokens - self.visible(tokens))))


def draw(observed: tf.Tensor, masking: Masking, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Token numbers (B, visible) to see and (B, decoded) to guess, drawn for each window.

    `observed` (B, N) marks patches with an observed minute. What is seen may be any patch, as in
    serving; what is guessed is a random part of the hidden ones, those with an observed minute
    first, since the others cannot be scored.
    """
    shape = tf.shape(observed)
    order = tf.argsort(tf.random.stateless_uniform(shape, seed), axis=1)  # (B, N)
    seen = order[:, : masking.visible(observed.shape[1])]
    hidden = order[:, masking.visible(observed.shape[1]) :]
    blank = tf.cast(~tf.gather(observed, hidden, batch_dims=1), tf.int32)
    first = tf.argsort(blank, axis=1, stable=True)[:, : masking.decoded(observed.shape[1])]
    return seen, tf.gather(hidden, first, batch_dims=1)


class Errors(NamedTuple):
    """What one batch is trained by.

    Attributes:
        masked: Mean squared error over the guessed minutes that were observed.
        summary: Mean squared error of the standardised summaries; 0 without them.
    """

    masked: tf.Tensor
    summary: tf.Tensor


class MaskedAutoencoder(keras.Model):  # type: ignore[misc] # Keras is untyped
    """An encoder to keep, a one-block decoder and a summary head to throw away."""

    def __init__(
        self,
        config: PatConfig,
        *,
        minutes: int = MINUTES_PER_WEEK,
        summaries: Summaries | None = None,
    ) -> None:
        super().__init__(name="masked_autoencoder")
        self.config, self.summaries = config, summaries
        self.tokens = config.tokens(minutes)
        self.encoder = model.encoder(config, minutes=minutes)
        self.decoder = model.block(config, "decoder_layer_1")
        self.to_minutes = keras.layers.Dense(
            config.patch, activation="tanh", dtype="float32", name="decoder_dense"
        )
        self.to_minutes.build((None, None, config.embed))
        self.mask_token = self.add_weight(
            shape=(1, 1, config.embed), initializer="random_normal", name="mask_token"
        )
        if summaries:
            self.to_summary = keras.layers.Dense(summaries.count, dtype="float32", name="summary")
            self.to_summary.build((None, config.embed))
        self.positions = tf.constant(position_table(self.tokens, config.embed), self.compute_dtype)

    def reseed(self, seed: int) -> None:
        """Begin every dropout layer's random numbers anew, so that a resumed run draws the same."""
        names = [f"encoder_layer_{i}_transformer" for i in range(1, self.config.layers + 1)]
        blocks = [*(self.encoder.get_layer(name) for name in names), self.decoder]
        layers = [layer for block in blocks for layer in block.layers]
        for i, layer in enumerate(layers):
            if isinstance(layer, keras.layers.Dropout):
                layer.seed_generator.state.assign([seed, i])

    def encode(self, patches: tf.Tensor, seen: tf.Tensor, *, training: bool) -> tf.Tensor:
        """(B, V, P) patches, which are the week's `seen` (B, V) ones -> their (B, V, D) tokens."""
        x = self.encoder.get_layer("dense")(patches)  # (B, V, D)
        x += tf.gather(self.positions, seen)
        for layer in range(1, self.config.layers + 1):
            x = self.encoder.get_layer(f"encoder_layer_{layer}_transformer")(x, training=training)
        return x

    def decode(
        self, x: tf.Tensor, seen: tf.Tensor, guessed: tf.Tensor, *, training: bool
    ) -> tf.Tensor:
        """(B, V, D) tokens of the patches `seen` -> (B, guessed, P) minutes of others."""
        shape = (tf.shape(guessed)[0], tf.shape(guessed)[1], self.config.embed)
        hidden = tf.broadcast_to(tf.cast(self.mask_token, x.dtype), shape)
        x = tf.concat([x, hidden], axis=1)  # (B, V + K, D)
        x += tf.gather(self.positions, tf.concat([seen, guessed], axis=1))
        x = self.decoder(x, training=training)[:, tf.shape(seen)[1] :]  # (B, K, D)
        return OUTPUT_BOUND * self.to_minutes(x)  # (B, K, P)

    def errors(
        self, minutes: tf.Tensor, masking: Masking, seed: tf.Tensor, *, training: bool
    ) -> Errors:
        """Both errors of a batch of standardised minutes (B, T), NaN where not observed."""
        patches = tf.reshape(minutes, (-1, self.tokens, self.config.patch))
        observed = tf.math.is_finite(patches)
        seen, guessed = draw(tf.reduce_any(observed, axis=2), masking, seed)
        patches = tf.where(observed, patches, 0.0)
        shown, there = (tf.gather(of, seen, batch_dims=1) for of in (patches, observed))
        x = self.encode(shown, seen, training=training)  # (B, V, D)
        guess = self.decode(x, seen, guessed, training=training)  # (B, K, P)
        truth = tf.gather(patches, guessed, batch_dims=1)
        counts = tf.cast(tf.gather(observed, guessed, batch_dims=1), tf.float32)
        masked = tf.math.divide_no_nan(
            tf.reduce_sum(counts * (guess - truth) ** 2), tf.reduce_sum(counts)
        )
        if not self.summaries:
            return Errors(masked, tf.constant(0.0))
        pooled = tf.reduce_mean(tf.cast(x, tf.float32), axis=1)  # bfloat16 would round the mean
        found = self.to_summary(pooled) - self.summaries.targets(shown, there, seen)
        return Errors(masked, tf.reduce_mean(found**2))
