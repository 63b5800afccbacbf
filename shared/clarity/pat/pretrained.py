"""A trained PAT ready to use: steps a minute in, embedding out.

>>> pat = load("small")                     # doctest: +SKIP
>>> pat.embed(steps).shape                  # steps (n, 10080), NaN where not observed
(n, 96)
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from clarity.pat import artifact, model, weights
from clarity.pat.config import PRESETS

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray


class Pat:
    """One trained encoder with its scaler and its names.

    Windows run one by one: stacking them on a CPU only costs memory. Calls from several threads are
    safe and run side by side.
    """

    def __init__(self, source: artifact.Artifact) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._attention: tf.types.experimental.PolymorphicFunction | None = None
        self._pooled = self._compile(self._build(attention=False), "pooled")

    @property
    def model_id(self) -> str:
        """Which model this is."""
        return self._source.manifest.model_id

    @property
    def weights_sha256(self) -> str:
        """The hash of its weight file."""
        return self._source.manifest.weights_sha256

    @property
    def scaler_id(self) -> str:
        """Which population its input is standardised against."""
        return self._source.scaler.scaler_id

    @property
    def minutes(self) -> int:
        """Length of a window."""
        return self._source.scaler.minutes

    def embed(self, steps: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n, minutes) steps a minute, NaN where not observed -> (n, 96) mean of the tokens."""
        standard = self._standardise(steps)
        out = np.empty((len(standard), self._source.config.embed), np.float32)
        for i in range(len(standard)):
            out[i] = self._pooled(standard[i : i + 1])[0]
        return out

    def attention(self, steps: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, minutes) steps -> (n, minutes) attention received, see `model.attention_profile`.

        Built when first asked for: its scores take far more memory than the embedding.
        """
        with self._lock:
            if self._attention is None:
                self._attention = self._compile(self._build(attention=True), "attention")
        standard = self._standardise(steps)
        out = np.empty(standard.shape, np.float64)
        for i in range(len(standard)):
            last = self._attention(standard[i : i + 1])[-1].numpy()  # (1, H, N, N)
            out[i] = model.attention_profile(last, self._source.config.patch)[0]
        return out

    def _standardise(self, steps: NDArray[np.floating]) -> NDArray[np.float32]:
        if steps.shape != (len(steps), self.minutes):
            raise ValueError(f"expected steps of shape (n, {self.minutes}), found {steps.shape}")
        return self._source.scaler.transform(steps)

    def _build(self, *, attention: bool) -> keras.Model:
        config = self._source.config
        encoder = model.encoder(config, minutes=self.minutes, attention=attention)
        weights.set_weights(encoder, self._source.weights, config)
        return encoder

    def _compile(
        self, encoder: keras.Model, output: str
    ) -> tf.types.experimental.PolymorphicFunction:
        """One traced graph; keras.predict costs several times as much a call."""
        signature = [tf.TensorSpec((1, self.minutes), tf.float32)]
        return tf.function(lambda x: encoder(x, training=False)[output], input_signature=signature)


def load(source: str | Path = "small") -> Pat:
    """A trained PAT: the shipped one of a size, or the artifact in a folder.

    Raises `WeightsError` with the reason when the files are not what their manifest says; there is
    no fallback to other or random weights.
    """
    folder = artifact.shipped(source) if source in PRESETS else Path(source)
    return Pat(artifact.open_folder(folder))
