"""Pretrain PAT on NHANES steps: `clarity pat pretrain --help`.

A run folder holds `run.json` (what was asked), `scaler.npz`, `history.jsonl` (one line an epoch),
`best.h5` (the encoder with the least validation error, official layout), `checkpoints/` and, if
asked for, `tensorboard/`. Started again on the same folder, a run goes on where it was killed:
masks, order and dropout depend only on the seed and the epoch, so the curve is the one that it
would have had.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import keras
import numpy as np
import tensorflow as tf
from rich.progress import track

from clarity.pat import nhanes, scaler, weights
from clarity.pat.config import MINUTES_PER_WEEK, PRESETS, preset
from clarity.pat.mae import MaskedAutoencoder, Masking

if TYPE_CHECKING:
    from numpy.typing import NDArray

PEAK_RATE = {"small": 1e-3, "medium": 1e-3, "large": 1e-4, "huge": 1e-5}  # the official ones
FINAL_SHARE = 0.02  # of the peak rate, reached at the end
COOLDOWN = 0.2  # share of the epochs, at the end, in which the rate falls linearly
VALIDATION_SEED = 7  # the same masks at every epoch, so that the curve shows the model alone


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides the result of a run, besides the data."""

    size: str
    epochs: int
    seed: int
    batch: int
    masking: Masking

    def rate(self, epoch: float) -> float:
        """Learning rate at a time in epochs: a one-epoch ramp, a plateau, a linear cool-down.

        Until the cool-down it does not depend on `epochs`: a run may be made longer or shorter.
        """
        end = (self.epochs - epoch) / (COOLDOWN * self.epochs)
        shape = min(1.0, epoch, FINAL_SHARE + (1 - FINAL_SHARE) * end)
        return PEAK_RATE[self.size] * shape


class Training:
    """One run: the model, its optimiser and where they are kept."""

    def __init__(self, plan: Plan, out: Path, *, minutes: int = MINUTES_PER_WEEK) -> None:
        keras.utils.set_random_seed(plan.seed)
        self.plan, self.out = plan, out
        self.model = MaskedAutoencoder(preset(plan.size), minutes=minutes)
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
        self._step = tf.function(self._train_step, reduce_retracing=True)
        self._error = tf.function(self._validation_step, reduce_retracing=True)

    def _train_step(self, minutes: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            error = self.model.error(minutes, self.plan.masking, seed, training=True)
        slopes = tape.gradient(error, self.model.trainable_variables)
        self.optimizer.apply_gradients(zip(slopes, self.model.trainable_variables, strict=True))
        return error

    def _validation_step(self, minutes: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        return self.model.error(minutes, self.plan.masking, seed, training=False)

    def train_epoch(self, minutes: NDArray[np.float32]) -> float:
        """One pass over the people in a fresh order; the mean error of its batches."""
        epoch, batch = int(self.epoch.numpy()), self.plan.batch
        rng = np.random.default_rng((self.plan.seed, epoch))
        order = rng.permutation(len(minutes))
        self.model.reseed(int(rng.integers(2**31)))
        starts = range(0, len(order) - batch + 1, batch)
        errors = []
        for i, start in enumerate(
            track(starts, f"epoch {epoch + 1}", disable=not sys.stdout.isatty())
        ):
            self.optimizer.learning_rate.assign(self.plan.rate(epoch + (i + 1) / len(starts)))
            seed = tf.constant([self.plan.seed, epoch * len(starts) + i], tf.int64)
            errors.append(self._step(tf.constant(minutes[order[start : start + batch]]), seed))
        self.epoch.assign_add(1)
        return float(np.mean([error.numpy() for error in errors]))

    def validate(self, minutes: NDArray[np.float32]) -> float:
        """Error on the masked minutes of people whom no step was taken on."""
        batch, total = self.plan.batch, 0.0
        for start in range(0, len(minutes), batch):
            part = minutes[start : start + batch]
            total += float(self._error(tf.constant(part), validation_seed(start))) * len(part)
        return total / len(minutes)

    def keep(self, train: float, validation: float, seconds: float) -> None:
        """Write the epoch's line and checkpoint, and the encoder if it is the best so far."""
        if validation < float(self.best.numpy()):
            self.best.assign(validation)
            encoder, config = self.model.encoder, self.model.config
            weights.save(self.out / "best.part", weights.of_model(encoder, config), config)
            (self.out / "best.part").replace(self.out / "best.h5")
        epoch = int(self.epoch.numpy())
        line = {
            "epoch": epoch,
            "train": round(train, 5),
            "validation": round(validation, 5),
            "rate": float(self.optimizer.learning_rate.numpy()),
            "seconds": round(seconds, 1),
        }
        done = read_history(self.out)[: epoch - 1]  # a kill may have left one line too many
        text = "".join(json.dumps(entry) + "\n" for entry in [*done, line])
        (self.out / "history.jsonl").write_text(text)
        self.checkpoints.save(epoch)
        click.echo(json.dumps(line))


def validation_seed(start: int) -> tf.Tensor:
    """What draws the masks of the held-out batch that begins at person `start`."""
    return tf.constant([VALIDATION_SEED, start], tf.int64)


def read_history(out: Path) -> list[dict[str, float]]:
    """The epochs of a run so far, oldest first."""
    path = out / "history.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def epochs_without_gain(history: list[dict[str, float]]) -> int:
    """How many epochs ago the validation error was least."""
    errors = [entry["validation"] for entry in history]
    return len(errors) - 1 - int(np.argmin(errors)) if errors else 0


def plot(scalars: tf.summary.SummaryWriter, entry: dict[str, float]) -> None:
    """Add an epoch to TensorBoard's curves; after a kill an epoch may stand there twice, alike."""
    with scalars.as_default(int(entry["epoch"])):
        for name in ("train", "validation", "rate", "seconds"):
            tf.summary.scalar(name, entry[name])
    scalars.flush()


def record(plan: Plan, out: Path) -> None:
    """Write the plan down; a folder that holds another run is an error. `epochs` may change."""
    path, asked = out / "run.json", asdict(plan)
    if path.exists():
        before = json.loads(path.read_text("utf-8"))
        if before | {"epochs": plan.epochs} != asked:
            raise click.ClickException(f"{out} holds another run: {json.dumps(before)}")
    path.write_text(json.dumps(asked, indent=2) + "\n", "utf-8")


def prepare(data: Path, out: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Standardised minutes to train and to validate on; the scaler comes from training people."""
    people = nhanes.load(data)
    held = nhanes.validation(people.seqn)
    train, validation = people.where(~held), people.where(held)
    provenance = (
        f"NHANES 2005-2006 steps per minute (hip ActiGraph 7164), {len(train.seqn)} people, "
        "7 days from a local midnight on any weekday"
    )
    fitted = scaler.fit(train.steps, provenance=provenance)
    scaler.save(fitted, out / "scaler.npz")
    click.echo(f"{len(train.seqn)} people to train on, {len(validation.seqn)} held out")
    return standardise(train.steps, fitted), standardise(validation.steps, fitted)


def standardise(steps: NDArray[np.float32], fitted: scaler.Scaler) -> NDArray[np.float32]:
    """Model input in which NaN stays NaN: an unobserved minute must not enter the loss."""
    return np.where(np.isnan(steps), np.float32("nan"), fitted.transform(steps))


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with minutes.npz and index.csv (NHANES 2005-2006).",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Run folder; a run that was killed there goes on.",
)
@click.option("--size", type=click.Choice(list(PRESETS)), default="small", show_default=True)
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    required=True,
    help="Passes over the people; the last fifth cools the learning rate down.",
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--batch", type=click.IntRange(min=1), default=32, show_default=True)
@click.option(
    "--mask",
    "ratio",
    type=click.FloatRange(0.1, 0.99),
    default=0.9,
    show_default=True,
    help="Share of patches hidden from the encoder.",
)
@click.option(
    "--decode",
    type=click.FloatRange(0.01, 1.0),
    default=0.25,
    show_default=True,
    help="Share of the hidden patches that are reconstructed at each step.",
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    help="Stop after so many epochs without a lower validation error, before the cool-down.",
)
@click.option("--tensorboard", is_flag=True, help="Write curves for TensorBoard into the run.")
@click.option(
    "--threads",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Cores for one operation; 0 takes them all.",
)
def main(
    *,
    data: Path,
    out: Path,
    size: str,
    epochs: int,
    seed: int,
    batch: int,
    ratio: float,
    decode: float,
    patience: int | None,
    tensorboard: bool,
    threads: int,
) -> None:
    """Pretrain PAT as a masked autoencoder on steps per minute.

    Example: clarity pat pretrain --data ../shared/data/nhanes-2005-2006 --out runs/s --size small
    --epochs 100
    """
    if threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
    plan = Plan(size, epochs, seed, batch, Masking(ratio, decode))
    out.mkdir(parents=True, exist_ok=True)
    record(plan, out)
    train, validation = prepare(data, out)
    training = Training(plan, out)
    curves = tf.summary.create_file_writer(str(out / "tensorboard")) if tensorboard else None
    while int(training.epoch.numpy()) < epochs:
        if patience and (stale := epochs_without_gain(read_history(out))) >= patience:
            click.echo(f"stopped: {stale} epochs without a lower validation error", err=True)
            break
        started = time.monotonic()
        error = training.train_epoch(train)
        training.keep(error, training.validate(validation), time.monotonic() - started)
        if curves:
            plot(curves, read_history(out)[-1])


if __name__ == "__main__":
    main()
