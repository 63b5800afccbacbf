"""PAT as a SavedModel and as LiteRT: the reference's own graph with the scaler before it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Final

import tensorflow as tf

from clarity.pat import fold, model, weights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from clarity.pat.artifact import Artifact
    from clarity.pat.export import Run
    from clarity.pat.scaler import Scaler


def standardised(scaler: Scaler, steps: tf.Tensor) -> tf.Tensor:
    """The scaler; a negative number of steps ends as NaN in the embedding, not as a guess."""
    unseen = tf.math.is_nan(steps)
    known = tf.where(unseen, tf.zeros_like(steps), steps)
    root = tf.sqrt(tf.minimum(known, scaler.cap))
    return tf.where(unseen, tf.zeros_like(steps), (root - scaler.mean) / scaler.sd)


class StepsToEmbedding(tf.Module):  # type: ignore[misc] # TensorFlow is untyped
    """Raw steps (n, T), NaN where not observed -> {"embedding": (n, D)}."""

    def __init__(self, source: Artifact, batch: int | None) -> None:
        super().__init__()
        self.encoder = model.encoder(source.config, minutes=source.scaler.minutes)
        weights.set_weights(self.encoder, source.weights, source.config)
        self.scaler = source.scaler
        self.serve = tf.function(
            self._serve,
            [tf.TensorSpec((batch, source.scaler.minutes), tf.float32, name="steps")],
            autograph=False,
        )

    def _serve(self, steps: tf.Tensor) -> dict[str, tf.Tensor]:
        standard = standardised(self.scaler, steps)
        return {"embedding": self.encoder(standard, training=False)["pooled"]}


def write_savedmodel(source: Artifact, path: Path) -> Run:
    """Write a SavedModel with one signature, and return what runs it as it was written."""
    module = StepsToEmbedding(source, None)
    tf.saved_model.save(module, str(path), signatures={"serving_default": module.serve})
    signature = tf.saved_model.load(str(path)).signatures["serving_default"]

    def run(steps: NDArray[np.float32]) -> NDArray[np.float32]:
        embedding: NDArray[np.float32] = signature(steps=tf.constant(steps))["embedding"].numpy()
        return embedding

    return run


def folded_forward(source: Artifact, steps: tf.Tensor) -> tf.Tensor:
    """Raw steps (1, T) -> (1, D), folded and of constants.

    LiteRT's converter leaves Keras' variables in the graph, where nothing fills them. One window
    at a time, so that every product is of two plain matrices.
    """
    folded = fold.fold(source.weights, source.config, minutes=source.scaler.minutes)
    n, d = folded.tokens, folded.config.embed
    standard = standardised(source.scaler, steps)
    x = _linear(tf.reshape(standard, (n, folded.config.patch)), folded.embedding)  # (N, D)
    for block in folded.blocks:
        q = tf.reshape(_linear(x, block.query), (-1, d))  # (N * H, D)
        p = tf.nn.softmax(tf.matmul(q, x, transpose_b=True))  # (N * H, N)
        a = _linear(tf.reshape(tf.matmul(p, x), (n, -1)), block.value)  # (N, D)
        o = _normalise(x + a, block.norm1)
        f = _linear(tf.nn.relu(_linear(o, block.ff1)), block.ff2)  # (N, D)
        x = _normalise(o + f, block.norm2)
    return tf.reduce_mean(x, axis=0, keepdims=True)


def _linear(x: tf.Tensor, linear: fold.Linear) -> tf.Tensor:
    return tf.matmul(x, linear.kernel) + linear.bias


def _normalise(x: tf.Tensor, norm: fold.Norm) -> tf.Tensor:
    centred = x - tf.reduce_mean(x, axis=-1, keepdims=True)
    variance = tf.reduce_mean(centred * centred, axis=-1, keepdims=True)
    return centred / tf.sqrt(variance + fold.EPSILON) * norm.gamma + norm.beta


def write_litert(source: Artifact, path: Path) -> Run:
    """Write a .tflite file of built-in operators only, and return what runs it."""
    function = tf.function(
        lambda steps: folded_forward(source, steps),
        [tf.TensorSpec((1, source.scaler.minutes), tf.float32, name="steps")],
        autograph=False,
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()])
    path.write_bytes(converter.convert())
    with warnings.catch_warnings():  # TensorFlow announces the interpreter's move to ai-edge-litert
        warnings.simplefilter("ignore")
        interpreter = tf.lite.Interpreter(model_path=str(path))
    interpreter.allocate_tensors()
    given, wanted = interpreter.get_input_details()[0], interpreter.get_output_details()[0]

    def run(steps: NDArray[np.float32]) -> NDArray[np.float32]:
        interpreter.set_tensor(given["index"], steps)
        interpreter.invoke()
        embedding: NDArray[np.float32] = interpreter.get_tensor(wanted["index"])
        return embedding

    return run


WRITERS: Final[dict[str, Callable[[Artifact, Path], Run]]] = {
    "savedmodel": write_savedmodel,
    "litert": write_litert,
}
