"""The official head on PAT's encoder, trained alone (probe) or together with it (full).

A probe here freezes for good: the head is trained on embeddings that were computed once, so that no
gradient and no dropout reaches the encoder. (The official loop sets `trainable = False` without
compiling again, and trains the encoder all the same.) A full run starts from the probe's head,
since a random one would first undo what pretraining learned: Kumar et al. 2022, arXiv 2202.10054.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from clarity.pat import model, weights
from clarity.pat.heads import TENSORS, WIDTH, HeadError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rich.progress import Progress

    from clarity.pat.artifact import Artifact
    from clarity.pat.weights import Weights

PARTS = (0.6, 0.2, 0.2)  # of the people: trained on, stopped and calibrated by, measured on


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one fit goes: Adam at `rate` until validation AUC has not risen for `patience` passes."""

    epochs: int
    patience: int
    batch: int
    rate: float


PROBE = Recipe(epochs=300, patience=20, batch=64, rate=1e-3)
# The official fine-tuning rates; a batch of 64 needs several GB of attention scores.
FULL_RATE = {"small": 1e-5, "medium": 1e-5, "large": 1e-6, "huge": 5e-7}
FULL = Recipe(epochs=20, patience=4, batch=32, rate=FULL_RATE["small"])


@dataclass(frozen=True, slots=True)
class Parts:
    """Which people are trained on, validated on and measured on: indices, no person twice."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


def split(truth: NDArray[np.float64], seed: int) -> Parts:
    """Cut people into `PARTS`, each with its share of positives."""
    everybody = np.arange(len(truth))
    train, rest = train_test_split(
        everybody, train_size=PARTS[0], stratify=truth, random_state=seed
    )
    share = PARTS[1] / (PARTS[1] + PARTS[2])
    validation, test = train_test_split(
        rest, train_size=share, stratify=truth[rest], random_state=seed
    )
    return Parts(train, validation, test)


def class_weights(truth: NDArray[np.float64]) -> dict[int, float]:
    """The official weights: each class by the share of the other one."""
    share = float(truth.mean())
    return {0: share, 1: 1.0 - share}


def platt(truth: NDArray[np.float64], logit: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and intercept that make a logit's sigmoid a risk; Platt 1999.

    Class weights make raw risks of a rare condition far too high: this puts them right. Fitted by
    maximum likelihood on people whom the head was not trained on. A slope of 0 or less means that
    the head ranks them at random or the wrong way: an error, since no risk should come of it.
    """
    fitted = LogisticRegression(C=np.inf, max_iter=1000).fit(logit[:, None], truth)
    slope, intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope <= 0:
        raise HeadError("on the validation people the head's scores do not rise with the label")
    return slope, intercept


class Tuner:
    """An encoder with a fresh head on it."""

    def __init__(self, source: Artifact, *, minutes: int, seed: int) -> None:
        keras.utils.set_random_seed(seed)
        self.config = source.config
        self.encoder = model.encoder(source.config, minutes=minutes)
        weights.set_weights(self.encoder, source.weights, source.config)
        self.head = keras.Sequential(
            [
                keras.Input((source.config.embed,)),
                keras.layers.Dropout(0.1),
                keras.layers.Dense(WIDTH, activation="relu", name="dense_128"),
                keras.layers.Dense(1, name="output"),  # a logit: the sigmoid is in loss and Head
            ]
        )
        self._pooled = tf.function(
            lambda x: self.encoder(x, training=False)["pooled"],
            input_signature=[tf.TensorSpec((1, minutes), tf.float32)],
        )

    def encode(self, minutes: NDArray[np.float32], progress: Progress) -> NDArray[np.float32]:
        """(n, T) standardised minutes -> (n, D) pooled embeddings, without dropout."""
        bar = progress.add_task("embedding", total=len(minutes))
        out = np.empty((len(minutes), self.config.embed), np.float32)
        for i in range(len(minutes)):
            out[i] = self._pooled(minutes[i : i + 1])[0]
            progress.advance(bar)
        return out

    def fit_head(
        self,
        pooled: NDArray[np.float32],
        truth: NDArray[np.float64],
        parts: Parts,
        recipe: Recipe,
        progress: Progress,
    ) -> int:
        """Train the head alone on (n, D) embeddings; how many passes it took.

        It learns on standardised embeddings (a raw one varies by a tenth and learns slowly); mean
        and deviation of the training people are then folded into its first layer.
        """
        mean, sd = pooled[parts.train].mean(axis=0), pooled[parts.train].std(axis=0)
        sd = np.where(sd > 0, sd, np.float32(1))
        scaled = (pooled - mean) / sd
        passes = _fit(self.head, scaled, truth, parts, recipe, progress=progress, name="head")
        kernel, bias, *output = self.head.get_weights()
        self.head.set_weights([kernel / sd[:, None], bias - (mean / sd) @ kernel, *output])
        return passes

    def fit_whole(
        self,
        minutes: NDArray[np.float32],
        truth: NDArray[np.float64],
        parts: Parts,
        recipe: Recipe,
        progress: Progress,
    ) -> int:
        """Train encoder and head together on (n, T) minutes; how many passes it took."""
        inputs = keras.Input(minutes.shape[1:])
        whole = keras.Model(inputs, self.head(self.encoder(inputs)["pooled"]))
        return _fit(
            whole, minutes, truth, parts, recipe, progress=progress, name="encoder and head"
        )

    def head_tensors(self) -> dict[str, NDArray[np.float32]]:
        """The head's four arrays by their names in a file."""
        return dict(zip(TENSORS, self.head.get_weights(), strict=True))

    def encoder_weights(self) -> Weights:
        """The encoder's tensors as they are now."""
        return weights.of_model(self.encoder, self.config)


class _Moves(keras.callbacks.Callback):  # type: ignore[misc] # Keras is untyped
    """A bar that moves with each batch and tells the last validation AUC."""

    def __init__(self, progress: Progress, name: str, steps: int) -> None:
        super().__init__()
        self._progress, self._name = progress, name
        self._bar = progress.add_task(f"training {name}", total=steps)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """One step further."""
        del batch, logs
        self._progress.advance(self._bar)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Say how the validation people are told apart now."""
        said = f"training {self._name}, pass {epoch + 1}, AUC {(logs or {})['val_auc']:.3f}"
        self._progress.update(self._bar, description=said)


def _fit(
    network: keras.Model,
    inputs: NDArray[np.float32],
    truth: NDArray[np.float64],
    parts: Parts,
    recipe: Recipe,
    *,
    progress: Progress,
    name: str,
) -> int:
    """Fit with a fresh optimiser, and keep the pass with the highest validation AUC."""
    network.compile(
        optimizer=keras.optimizers.Adam(recipe.rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.AUC(num_thresholds=1000, from_logits=True, name="auc")],
    )
    stop = keras.callbacks.EarlyStopping(
        "val_auc", mode="max", patience=recipe.patience, restore_best_weights=True
    )
    steps = recipe.epochs * -(-len(parts.train) // recipe.batch)
    history = network.fit(
        inputs[parts.train],
        truth[parts.train][:, None],
        validation_data=(inputs[parts.validation], truth[parts.validation][:, None]),
        batch_size=recipe.batch,
        epochs=recipe.epochs,
        class_weight=class_weights(truth[parts.train]),
        callbacks=[stop, _Moves(progress, name, steps)],
        verbose=0,
    )
    return len(history.history["val_auc"])
