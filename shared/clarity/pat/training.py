"""One pretraining run: what was asked, the model and its optimiser, and where they are kept.

A run folder holds `run.json` (the plan), `scaler.npz`, `history.jsonl` (one line an epoch),
`best.h5` (the encoder with the least validation loss, official layout), `checkpoints/` and, if
asked for, `tensorboard/`. Opened again a run goes on where it was killed: masks, order and dropout
depend only on the seed and the epoch, so the curve is the one that it would have had.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf
from rich.progress import track

from clarity.pat import weights
from clarity.pat.config import MINUTES_PER_WEEK, preset
from clarity.pat.mae import MaskedAutoencoder, Masking
from clarity.pat.precision import computing_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from clarity.pat.summaries import Summaries

PEAK_RATE = {"small": 1e-3, "medium": 1e-3, "large": 1e-4, "huge": 1e-5}  # the official ones
FINAL_SHARE = 0.02  # of the peak rate, reached at the end
COOLDOWN = 0.3  # share of the epochs, at the end, in which the rate falls linearly
VALIDATION_SEED = 7  # the same masks at every epoch, so that the curve shows the model alone


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides the result of a run, besides the data.

    Attributes:
        size: Which PAT.
        epochs: Passes over the people.
        seed: Of weights, order, masks and dropout.
        batch: People a step, over all devices.
        masking: How much is hidden and asked for.
        signal: `steps` or `counts`.
        summary: Weight of the summaries' error beside the masked error of 1; 0 is the official
            autoencoder alone.
        precision: `float32` or `bfloat16`.
    """

    size: str
    epochs: int
    seed: int
    batch: int
    masking: Masking
    signal: str = "steps"
    summary: float = 0.0
    precision: str = "float32"

    def rate(self, epoch: float) -> float:
        """Learning rate at a time in epochs: a one-epoch ramp, a plateau, a linear cool-down.

        Until the cool-down it does not depend on `epochs`: a run may be made longer or shorter.
        """
        end = (self.epochs - epoch) / (COOLDOWN * self.epochs)
        shape = min(1.0, epoch, FINAL_SHARE + (1 - FINAL_SHARE) * end)
        return PEAK_RATE[self.size] * shape

    def loss(self, masked: float, summary: float) -> float:
        """What is made small."""
        return masked + self.summary * summary


class Training:
    """One run on one device, or on several as copies that share each batch (`tf.distribute`)."""

    def __init__(
        self,
        plan: Plan,
        out: Path,
        *,
        minutes: int = MINUTES_PER_WEEK,
        summaries: Summaries | None = None,
        devices: tuple[str, ...] = (),
    ) -> None:
        keras.utils.set_random_seed(plan.seed)
        self.plan, self.out = plan, out
        several = len(devices) > 1
        self.strategy = tf.distribute.MirroredStrategy(devices) if several else _one_device(devices)
        self.copies = self.strategy.num_replicas_in_sync
        if plan.batch % self.copies:
            raise ValueError(f"{self.copies} devices cannot share a batch of {plan.batch} equally")
        with self.strategy.scope(), computing_in(plan.precision):
            self.model = MaskedAutoencoder(preset(plan.size), minutes=minutes, summaries=summaries)
            self.optimizer = keras.optimizers.Adam(plan.rate(0))
            self.optimizer.build(self.model.trainable_variables)
        self.epoch = tf.Variable(0, dtype=tf.int64)
        self.best = tf.Variable(np.inf, dtype=tf.float64)
        kept = tf.train.Checkpoint(
            model=self.model, optimizer=self.optimizer, epoch=self.epoch, best=self.best
        )
        self.checkpoints = tf.train.CheckpointManager(kept, str(out / "checkpoints"), 2)
        if latest := self.checkpoints.latest_checkpoint:
            kept.restore(latest).assert_existing_objects_matched()
        self._step = tf.function(self._shared_step, reduce_retracing=True)
        self._error = tf.function(self._validation_step, reduce_retracing=True)

    def _shared_step(self, minutes: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        errors = self.strategy.run(self._train_step, args=(minutes, seed))
        return self.strategy.reduce("MEAN", errors, axis=None)

    def _train_step(self, minutes: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        copy = tf.distribute.get_replica_context().replica_id_in_sync_group
        with tf.GradientTape() as tape:
            errors = self.model.errors(
                minutes, self.plan.masking, seed + tf.cast([0, copy], tf.int64), training=True
            )
            # Keras adds up the copies' slopes.
            loss = self.plan.loss(*errors) / self.copies
        slopes = tape.gradient(loss, self.model.trainable_variables)
        self.optimizer.apply_gradients(zip(slopes, self.model.trainable_variables, strict=True))
        return tf.stack(errors)

    def _validation_step(self, minutes: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        return tf.stack(self.model.errors(minutes, self.plan.masking, seed, training=False))

    def batches(self, minutes: NDArray[np.float32], order: NDArray[np.int64]) -> tf.data.Dataset:
        """The people of an epoch in batches, read ahead; the few that fill none are left out."""
        people = tf.data.Dataset.from_tensor_slices(order).batch(
            self.plan.batch, drop_remainder=True
        )
        read = people.map(
            lambda rows: tf.ensure_shape(
                tf.numpy_function(lambda who: minutes[who], [rows], tf.float32),
                (self.plan.batch, minutes.shape[1]),
            )
        )
        return self.strategy.experimental_distribute_dataset(read.prefetch(2))

    def train_epoch(self, minutes: NDArray[np.float32]) -> NDArray[np.float64]:
        """One pass over the people in a fresh order; the means of both errors."""
        epoch, plan = int(self.epoch.numpy()), self.plan
        steps = len(minutes) // plan.batch
        rng = np.random.default_rng((plan.seed, epoch))
        order = rng.permutation(len(minutes))
        self.model.reseed(int(rng.integers(2**31)))
        found = []
        for i, batch in enumerate(self._bar(self.batches(minutes, order), steps)):
            self.optimizer.learning_rate.assign(plan.rate(epoch + (i + 1) / steps))
            seed = tf.constant([plan.seed, (epoch * steps + i) * self.copies], tf.int64)
            found.append(self._step(batch, seed))
        self.epoch.assign_add(1)
        means: NDArray[np.float64] = np.array([e.numpy() for e in found], np.float64).mean(axis=0)
        return means

    def _bar(self, batches: tf.data.Dataset, steps: int) -> Iterator[tf.Tensor]:
        text = f"epoch {int(self.epoch.numpy()) + 1} of {self.plan.epochs}"
        return iter(track(batches, text, total=steps, disable=not sys.stdout.isatty()))

    def validate(self, minutes: NDArray[np.float32]) -> NDArray[np.float64]:
        """Both errors on people whom no step was taken on."""
        batch, total = self.plan.batch, np.zeros(2)
        for start in range(0, len(minutes), batch):
            part = minutes[start : start + batch]
            total += self._error(tf.constant(part), validation_seed(start)).numpy() * len(part)
        return total / len(minutes)

    def keep(
        self, train: NDArray[np.float64], validation: NDArray[np.float64], seconds: float
    ) -> dict[str, float]:
        """Write the epoch's line and checkpoint, and the encoder if it is the best so far."""
        loss = self.plan.loss(*validation.tolist())
        if loss < float(self.best.numpy()):
            self.best.assign(loss)
            encoder, config = self.model.encoder, self.model.config
            weights.save(self.out / "best.part", weights.of_model(encoder, config), config)
            (self.out / "best.part").replace(self.out / "best.h5")
        epoch = int(self.epoch.numpy())
        line = {
            "epoch": epoch,
            "train": round(float(train[0]), 5),
            "validation": round(float(validation[0]), 5),
            "train_summary": round(float(train[1]), 5),
            "validation_summary": round(float(validation[1]), 5),
            "loss": loss,
            "rate": float(self.optimizer.learning_rate.numpy()),
            "seconds": round(seconds, 1),
        }
        done = read_history(self.out)[: epoch - 1]  # a kill may have left one line too many
        text = "".join(json.dumps(entry) + "\n" for entry in [*done, line])
        write_whole(self.out / "history.jsonl", text)
        self.checkpoints.save(epoch)
        return line


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a kill leaves the old one or the new one."""
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    part.replace(path)


def _one_device(devices: tuple[str, ...]) -> tf.distribute.Strategy:
    return tf.distribute.OneDeviceStrategy(devices[0]) if devices else tf.distribute.get_strategy()


def validation_seed(start: int) -> tf.Tensor:
    """What draws the masks of the held-out batch that begins at person `start`."""
    return tf.constant([VALIDATION_SEED, start], tf.int64)


def read_history(out: Path) -> list[dict[str, float]]:
    """The epochs of a run so far, oldest first."""
    path = out / "history.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def best_epoch(history: list[dict[str, float]]) -> dict[str, float]:
    """The epoch whose encoder is `best.h5`."""
    return min(history, key=lambda entry: entry["loss"])


def epochs_without_gain(history: list[dict[str, float]]) -> int:
    """How many epochs ago the validation loss was least."""
    return int(history[-1]["epoch"] - best_epoch(history)["epoch"]) if history else 0


def read_plan(out: Path) -> Plan:
    """What a run was asked to do."""
    asked = json.loads((out / "run.json").read_text("utf-8"))
    return Plan(**{**asked, "masking": Masking(**asked["masking"])})


def write_plan(plan: Plan, out: Path) -> None:
    """Write the plan down; a folder that holds another run is an error.

    `epochs` may change as long as the curve is the one that the new number would have had.
    """
    path, asked = out / "run.json", asdict(plan)
    if path.exists():
        before = json.loads(path.read_text("utf-8"))
        if before | {"epochs": plan.epochs} != asked:
            raise ValueError(f"{out} holds another run: {json.dumps(before)}")
        done, plateau = len(read_history(out)), (1 - COOLDOWN) * min(before["epochs"], plan.epochs)
        if before["epochs"] != plan.epochs and done > plateau:
            raise ValueError(
                f"{out} has {done} of {before['epochs']} epochs, and their learning rate cools "
                f"down towards that number: it cannot become {plan.epochs} any more"
            )
    write_whole(path, json.dumps(asked, indent=2) + "\n")
