"""The arms of `clarity pat evaluate` that train a whole network: PAT and the paper's CNNs.

- `finetune`: PAT from the given weights, as `clarity pat finetune --mode full` trains it, within
  this budget.
- `scratch`: the same network, head and budget from random weights.
- `cnn1d`, `cnn3d`: the paper's baselines as its authors' notebooks build them
  (github.com/njacobsonlab/Pretrained-Actigraphy-Transformer, Baseline Models/1D_CNN.ipynb and
  3D_CNN.ipynb), in our loop: class weights, early stopping on validation AUC.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import keras
import numpy as np
from rich.progress import Progress

from clarity.pat import model, weights
from clarity.pat.fitting import Recipe, fit
from clarity.pat.precision import computing_in
from clarity.pat.tuner import PROBE, Tuner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.pat.artifact import Artifact
    from clarity.pat.fitting import Parts

PATS = ("finetune", "scratch")
EPOCHS, PATIENCE, BATCH = 8, 3, 32
# The official 1e-5 of random weights takes thousands of passes; this is the official pretraining's.
SCRATCH_RATE = 1e-3
HOURS, MINUTES_PER_HOUR = 24, 60


@dataclass(frozen=True, slots=True)
class Budget:
    """What every network may spend, and how it computes.

    Attributes:
        epochs: Most passes over the training people.
        patience: Passes without a higher validation AUC after which it ends.
        rate: Of `finetune`.
        scratch_rate: Of every network that starts from random weights.
        number: Format of `clarity.pat.precision` that it computes in.
        head: How the head of `finetune` is trained before the whole is.
    """

    epochs: int
    patience: int
    rate: float
    scratch_rate: float
    number: str
    head: Recipe = PROBE

    def recipe(self, arm: str) -> Recipe:
        """How this arm is fitted."""
        rate = self.rate if arm == "finetune" else self.scratch_rate
        return Recipe(self.epochs, self.patience, BATCH, rate)


@dataclass(frozen=True, slots=True)
class Task:
    """One label and split.

    Attributes:
        source: The given PAT.
        minutes: (n, T) everybody's standardised minutes.
        pooled: (n, D) their embeddings by `source`.
        truth: (n,) 1 or 0.
        parts: Who trains, who stops and who is scored.
    """

    source: Artifact
    minutes: NDArray[np.float32]
    pooled: NDArray[np.float32]
    truth: NDArray[np.float64]
    parts: Parts


@dataclass(frozen=True, slots=True)
class Scored:
    """Logits of the test people, in the order of `Parts.test`, and the passes it took."""

    logits: NDArray[np.float64]
    passes: int


def score(arm: str, task: Task, budget: Budget, *, seed: int, progress: Progress) -> Scored:
    """Train one network for one label and split, and score the test people.

    The training people move the weights, the validation people choose the pass; the test people
    do neither.
    """
    keras.utils.clear_session()  # else each fit leaves its graph behind
    keras.utils.set_random_seed(seed)
    with computing_in(budget.number):
        if arm in CNNS:
            return _cnn(arm, task, budget.recipe(arm), progress)
        return _pat(arm, task, budget, seed, progress)


def _cnn(arm: str, task: Task, recipe: Recipe, progress: Progress) -> Scored:
    network, parts = CNNS[arm](task.minutes.shape[1]), task.parts
    passes = fit(network, task.minutes, task.truth, parts, recipe, progress=progress, name=arm)
    logits = network.predict(task.minutes[parts.test], batch_size=BATCH, verbose=0)
    return Scored(logits[:, 0].astype(np.float64), passes)


def _pat(arm: str, task: Task, budget: Budget, seed: int, progress: Progress) -> Scored:
    minutes, parts, length = task.minutes, task.parts, task.minutes.shape[1]
    start = task.source if arm == "finetune" else untrained(task.source, minutes=length)
    tuner = Tuner(start, minutes=length, seed=seed)
    with Progress(disable=True) as quiet:
        if arm == "finetune":  # a random head would first undo what pretraining learned
            tuner.fit_head(task.pooled, task.truth, parts, budget.head, quiet)
        passes = tuner.fit_whole(minutes, task.truth, parts, budget.recipe(arm), progress)
        pooled = tuner.encode(minutes[parts.test], quiet)
    return Scored(np.asarray(tuner.head(pooled), np.float64)[:, 0], passes)


def untrained(source: Artifact, *, minutes: int) -> Artifact:
    """The same network with the random weights that training starts from."""
    fresh = model.encoder(source.config, minutes=minutes)
    return replace(source, weights=weights.of_model(fresh, source.config))


def cnn1d(minutes: int) -> keras.Model:
    """The paper's CNN-1D 32-64: (B, T) -> (B, 1) logits, 10,561 parameters for any T."""
    return keras.Sequential(
        [
            keras.Input((minutes,)),
            keras.layers.Reshape((minutes, 1)),
            keras.layers.Conv1D(32, 3, activation="relu"),
            keras.layers.MaxPooling1D(2),
            keras.layers.Conv1D(64, 3, activation="relu"),
            keras.layers.MaxPooling1D(2),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, dtype="float32"),
        ]
    )


def cnn3d(minutes: int) -> keras.Model:
    """The paper's CNN-3D 32-64-128 over days, hours and minutes: (B, T) -> (B, 1) logits.

    793,793 parameters for a week; fewer than four days are too few to pool twice.
    """
    days = minutes // (HOURS * MINUTES_PER_HOUR)
    return keras.Sequential(
        [
            keras.Input((minutes,)),
            keras.layers.Reshape((days, HOURS, MINUTES_PER_HOUR, 1)),
            keras.layers.Conv3D(32, 3, activation="relu", padding="same"),
            keras.layers.MaxPooling3D(2),
            keras.layers.Conv3D(64, 3, activation="relu", padding="same"),
            keras.layers.MaxPooling3D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, dtype="float32"),
        ]
    )


CNNS = {"cnn1d": cnn1d, "cnn3d": cnn3d}
NETWORKS = (*PATS, *CNNS)
