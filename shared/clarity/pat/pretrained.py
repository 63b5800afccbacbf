"""A trained PAT in Keras, ready to use: steps a minute in, embedding out.

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
from clarity.pat.trained import Trained

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray


class Pat(Trained):
    """One trained encoder in Keras, the reference that runtimes and exports are compared with.

    Windows run one by one: stacking them on a CPU only costs memory. Calls from several threads are
    safe and run side by side.
    """

    def __init__(self, source: artifact.Artifact) -> None:
        super().__init__(source)
        self._lock = threading.Lock()
        self._attention: tf.types.experimental.PolymorphicFunction | None = None
        self._pooled = self._compile(self._build(attention=False), "pooled")

    def embed(self, steps: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n, minutes) steps a minute, NaN where not observed -> (n, 96) mean of the tokens."""
        standard = self.standardise(steps)
        out = np.empty((len(standard), self.source.config.embed), np.float32)
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
        standard = self.standardise(steps)
        out = np.empty(standard.shape, np.float64)
        for i in range(len(standard)):
            last = self._attention(standard[i : i + 1])[-1].numpy()  # (1, H, N, N)
            out[i] = model.attention_profile(last, self.source.config.patch)[0]
        return out

    def _build(self, *, attention: bool) -> keras.Model:
        config = self.source.config
        encoder = model.encoder(config, minutes=self.minutes, attention=attention)
        weights.set_weights(encoder, self.source.weights, config)
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
