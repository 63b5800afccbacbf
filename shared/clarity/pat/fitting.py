"""One loop that trains a network for a yes-or-no label, and how its people are dealt out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.progress import Progress


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one fit goes: Adam at `rate` until validation AUC has not risen for `patience` passes."""

    epochs: int
    patience: int
    batch: int
    rate: float


@dataclass(frozen=True, slots=True)
class Parts:
    """Which people are trained on, validated on and measured on: indices, no person twice."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


def class_weights(truth: NDArray[np.float64]) -> dict[int, float]:
    """The official weights: each class by the share of the other one."""
    share = float(truth.mean())
    return {0: share, 1: 1.0 - share}


class Moves(keras.callbacks.Callback):  # type: ignore[misc] # Keras is untyped
    """A bar that moves with each batch, tells the last validation AUC and leaves when done."""

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

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Nothing moves any more."""
        del logs
        self._progress.remove_task(self._bar)


def fit(
    network: keras.Model,
    inputs: NDArray[np.float32],
    truth: NDArray[np.float64],
    parts: Parts,
    recipe: Recipe,
    *,
    progress: Progress,
    name: str,
) -> int:
    """Fit with a fresh optimiser, keep the pass with the highest validation AUC; passes taken."""
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
        callbacks=[stop, Moves(progress, name, steps)],
        verbose=0,
    )
    return len(history.history["val_auc"])
