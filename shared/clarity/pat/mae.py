"""The masked autoencoder that pretrains PAT, with the official notebooks' two errors put right.

Patches are drawn per window, not per batch. A token carries its own position wherever it stands,
so no un-shuffling is needed (theirs put visible tokens into masked slots), and the loss is taken at
exactly the masked minutes (theirs indexed others). A minute that nobody observed (NaN) reads as the
population's mean and never enters the loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
import tensorflow as tf

from clarity.pat import model
from clarity.pat.config import MINUTES_PER_WEEK, PatConfig
from clarity.pat.positions import position_table

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


def draw(
    batch: int | tf.Tensor, tokens: int, masking: Masking, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Token numbers (B, visible) to see and (B, decoded) to guess, drawn for each window."""
    order = tf.argsort(tf.random.stateless_uniform((batch, tokens), seed), axis=1)
    seen, guessed = masking.visible(tokens), masking.decoded(tokens)
    return order[:, :seen], order[:, seen : seen + guessed]


class MaskedAutoencoder(keras.Model):  # type: ignore[misc] # Keras is untyped
    """An encoder to keep, and a one-block decoder to throw away."""

    def __init__(self, config: PatConfig, *, minutes: int = MINUTES_PER_WEEK) -> None:
        super().__init__(name="masked_autoencoder")
        self.config = config
        self.tokens = config.tokens(minutes)
        self.encoder = model.encoder(config, minutes=minutes)
        self.decoder = model.block(config, "decoder_layer_1")
        self.to_minutes = keras.layers.Dense(config.patch, activation="tanh", name="decoder_dense")
        self.to_minutes.build((None, None, config.embed))
        self.mask_token = self.add_weight(
            shape=(1, 1, config.embed), initializer="random_normal", name="mask_token"
        )
        self.positions = tf.constant(
            position_table(self.tokens, config.embed), tf.float32
        )  # (N, D)

    def reseed(self, seed: int) -> None:
        """Begin every dropout layer's random numbers anew, so that a resumed run draws the same."""
        names = [f"encoder_layer_{i}_transformer" for i in range(1, self.config.layers + 1)]
        blocks = [*(self.encoder.get_layer(name) for name in names), self.decoder]
        layers = [layer for block in blocks for layer in block.layers]
        for i, layer in enumerate(layers):
            if isinstance(layer, keras.layers.Dropout):
                layer.seed_generator.state.assign([seed, i])

    def encode(self, patches: tf.Tensor, seen: tf.Tensor, *, training: bool) -> tf.Tensor:
        """(B, N, P) patches of which only `seen` (B, V) are read -> their (B, V, D) tokens."""
        x = self.encoder.get_layer("dense")(tf.gather(patches, seen, batch_dims=1))  # (B, V, D)
        x += tf.gather(self.positions, seen)
        for layer in range(1, self.config.layers + 1):
            x = self.encoder.get_layer(f"encoder_layer_{layer}_transformer")(x, training=training)
        return x

    def reconstruct(
        self, patches: tf.Tensor, seen: tf.Tensor, guessed: tf.Tensor, *, training: bool
    ) -> tf.Tensor:
        """(B, N, P) patches of which only `seen` are read -> (B, guessed, P) minutes."""
        x = self.encode(patches, seen, training=training)  # (B, V, D)
        shape = (tf.shape(guessed)[0], tf.shape(guessed)[1], self.config.embed)
        x = tf.concat([x, tf.broadcast_to(self.mask_token, shape)], axis=1)  # (B, V + K, D)
        x += tf.gather(self.positions, tf.concat([seen, guessed], axis=1))
        x = self.decoder(x, training=training)[:, tf.shape(seen)[1] :]  # (B, K, D)
        return OUTPUT_BOUND * self.to_minutes(x)  # (B, K, P)

    def error(
        self, minutes: tf.Tensor, masking: Masking, seed: tf.Tensor, *, training: bool
    ) -> tf.Tensor:
        """Mean squared error over the guessed minutes that were observed; minutes (B, T)."""
        shape = (-1, self.tokens, self.config.patch)
        observed = tf.reshape(tf.math.is_finite(minutes), shape)
        patches = tf.reshape(tf.where(tf.math.is_finite(minutes), minutes, 0.0), shape)
        seen, guessed = draw(tf.shape(minutes)[0], self.tokens, masking, seed)
        guess = self.reconstruct(patches, seen, guessed, training=training)  # (B, K, P)
        truth = tf.gather(patches, guessed, batch_dims=1)
        counts = tf.cast(tf.gather(observed, guessed, batch_dims=1), tf.float32)
        return tf.math.divide_no_nan(
            tf.reduce_sum(counts * (guess - truth) ** 2), tf.reduce_sum(counts)
        )
