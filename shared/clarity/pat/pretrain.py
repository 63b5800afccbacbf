"""Pretrain PAT on the minutes of many people, without labels: `clarity pat pretrain --help`.

What a run is and keeps is in `clarity.pat.training`; here is what is asked, read and said.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
import tensorflow as tf

from clarity.pat import nhanes, precision, scaler, summaries
from clarity.pat.config import PRESETS, preset
from clarity.pat.mae import Masking
from clarity.pat.training import (
    Plan,
    Training,
    best_epoch,
    epochs_without_gain,
    read_history,
    write_plan,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read_people(data: Path, out: Path, signal: str) -> tuple[scaler.Scaler, nhanes.Week]:
    """Everybody's week, and the scaler fitted to those who are trained on, written to the run."""
    people = nhanes.load(data, signal)
    train = people.where(~nhanes.validation(people.seqn))
    provenance = (
        f"NHANES 2005-2006 {signal} per minute (hip ActiGraph 7164), {len(train.seqn)} people, "
        "worn minutes of 7 days from a local midnight on any weekday"
    )
    fitted = scaler.fit(train.minutes, provenance=provenance, signal=signal)
    path = out / "scaler.npz"
    if path.exists() and (before := scaler.load(path).scaler_id) != fitted.scaler_id:
        raise ValueError(
            f"{out} holds a run on other people: their scaler is {before}, {fitted.scaler_id} is "
            f"that of {data}"
        )
    scaler.save(fitted, path)
    return fitted, people


def standardise(minutes: NDArray[np.float32], fitted: scaler.Scaler) -> NDArray[np.float32]:
    """Model input in which NaN stays NaN: an unobserved minute must not enter the loss."""
    return np.where(np.isnan(minutes), np.float32("nan"), fitted.transform(minutes))


def plot(scalars: tf.summary.SummaryWriter, entry: dict[str, float]) -> None:
    """Add an epoch to TensorBoard's curves; after a kill an epoch may stand there twice, alike."""
    with scalars.as_default(int(entry["epoch"])):
        for name, value in entry.items():
            if name != "epoch":
                tf.summary.scalar(name, value)
    scalars.flush()


def run(
    training: Training,
    train: NDArray[np.float32],
    validation: NDArray[np.float32],
    *,
    patience: int | None,
    curves: tf.summary.SummaryWriter | None,
) -> None:
    """Train until the plan's last epoch, or until nothing was gained for `patience` of them."""
    while int(training.epoch.numpy()) < training.plan.epochs:
        if patience and (stale := epochs_without_gain(read_history(training.out))) >= patience:
            click.echo(f"stopped: {stale} epochs without a lower validation loss", err=True)
            break
        started = time.monotonic()
        errors = training.train_epoch(train)
        held = training.validate(validation)
        entry = training.keep(errors, held, time.monotonic() - started)
        click.echo(json.dumps(entry))
        if curves:
            plot(curves, entry)
    best = best_epoch(read_history(training.out))
    click.echo(
        f"best: epoch {best['epoch']:.0f}, masked error {best['validation']:.4f} on people held "
        f"out; encoder in {training.out / 'best.h5'}",
        err=True,
    )


def devices(asked: int | None) -> tuple[str, ...]:
    """The GPUs to train on, `asked` of them or all; none means the CPU."""
    cards = [card.name.removeprefix("/physical_device:") for card in _cards()]
    if asked is not None and asked > len(cards):
        raise click.ClickException(f"--gpus {asked} asked, {len(cards)} found")
    return tuple(cards if asked is None else cards[:asked]) or ("CPU:0",)


def _cards() -> list[tf.config.PhysicalDevice]:
    return list(tf.config.list_physical_devices("GPU"))


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
@click.option("--signal", type=click.Choice(list(scaler.CAPS)), default="steps", show_default=True)
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    required=True,
    help="Passes over the people; the last three tenths cool the learning rate down.",
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--batch", type=click.IntRange(min=1), default=16, show_default=True)
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
    default=0.15,
    show_default=True,
    help="Share of the hidden patches that are reconstructed at each step.",
)
@click.option(
    "--summary",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Weight of the summaries that the pooled vector must tell; 0: the autoencoder alone.",
)
@click.option(
    "--precision",
    "number",
    type=click.Choice(["auto", *precision.FORMATS]),
    default="auto",
    show_default=True,
    help="auto: bfloat16 where the machine multiplies it in hardware. Weights stay float32.",
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    help="Stop after so many epochs without a lower validation loss.",
)
@click.option("--tensorboard", is_flag=True, help="Write curves for TensorBoard into the run.")
@click.option("--gpus", type=click.IntRange(min=1), help="How many; all of them by default.")
@click.option(
    "--threads",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="CPU cores for one operation; 0 takes them all.",
)
def main(
    *,
    data: Path,
    out: Path,
    size: str,
    signal: str,
    epochs: int,
    seed: int,
    batch: int,
    ratio: float,
    decode: float,
    summary: float,
    number: str,
    patience: int | None,
    tensorboard: bool,
    gpus: int | None,
    threads: int,
) -> None:
    """Pretrain PAT as a masked autoencoder on steps per minute.

    Minutes in which the device was not worn are neither rest nor anything else: they are unknown.
    Killed at any moment, the same command goes on with the same curve. On several GPUs each holds a
    copy and reads its part of every batch.

    \b
    Example, on two CPU cores 15 to 60 s an epoch:
      clarity pat pretrain --data ../shared/data/nhanes-2005-2006 --out runs/s --epochs 60
      clarity pat pretrain --data DIR --out runs/m --size medium --epochs 40 --patience 10
    """  # noqa: D301 - \b is click's mark of lines that are not to be wrapped
    if threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
    number = precision.fastest() if number == "auto" else number
    plan = Plan(size, epochs, seed, batch, Masking(ratio, decode), signal, summary, number)
    try:
        out.mkdir(parents=True, exist_ok=True)
        fitted, people = read_people(data, out, signal)
        write_plan(plan, out)
        held = nhanes.validation(people.seqn)
        click.echo(f"{(~held).sum()} people to train on, {held.sum()} held out", err=True)
        train, validation = (standardise(people.minutes[who], fitted) for who in (~held, held))
        targets = summaries.fit(train, fitted, preset(size)) if summary else None
        training = Training(plan, out, summaries=targets, devices=devices(gpus))
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    curves = tf.summary.create_file_writer(str(out / "tensorboard")) if tensorboard else None
    run(training, train, validation, patience=patience, curves=curves)


if __name__ == "__main__":
    main()
