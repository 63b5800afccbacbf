"""Train a head for one label: `clarity pat finetune`.

What comes out is a folder that `clarity.pat.heads` opens: a head with its calibration, bound to its
encoder by hash. After a full run the encoder that it belongs to lies in `encoder/`, an artifact.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from clarity.pat import artifact, heads, labels, nhanes, scoring, weights
from clarity.pat.artifact import Manifest
from clarity.pat.config import PRESETS
from clarity.pat.heads import Head, HeadError
from clarity.pat.labels import LABELS
from clarity.pat.tuner import FULL, FULL_RATE, PROBE, Parts, Recipe, Tuner, platt, split
from clarity.pat.weights import WeightsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.pat.artifact import Artifact
    from clarity.pat.scoring import Bin, Estimate

LEAST = 50  # people on either side of a label: ten of them decide about a fifth of the people
RESAMPLES = 2000
CHANCE = 0.5  # the AUC of a coin


@dataclass(frozen=True, slots=True)
class Measured:
    """A head on the people whom it neither trained, stopped nor calibrated on."""

    auc: Estimate
    error_before: float
    error: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """What is trained: the encoder's folder, the people's minutes and their label."""

    source: Artifact
    folder: Path
    label: str
    mode: str
    seed: int
    minutes: NDArray[np.float32]
    truth: NDArray[np.float64]


def read_task(data: Path, folder: Path, label: str, mode: str, seed: int) -> Task:
    """The adults of a folder whose week can be used and whose label is known."""
    source = artifact.open_folder(folder)
    week = nhanes.load(data)
    truth = labels.read(data, (label,), week.seqn)[label]
    known = ~np.isnan(truth)
    truth = truth[known]
    fewer = int(min(truth.sum(), (1 - truth).sum()))
    if fewer < LEAST:
        raise labels.LabelError(
            f"a head for {label} needs {LEAST} people on either side, found {fewer}"
        )
    minutes = source.scaler.transform(week.where(known).steps)
    return Task(source, folder, label, mode, seed, minutes, truth)


def train(task: Task, recipe: Recipe, out: Path, progress: Progress) -> tuple[Head, Measured]:
    """Train, calibrate, measure and save; the encoder too if it was trained."""
    tuner = Tuner(task.source, minutes=task.minutes.shape[1], seed=task.seed)
    parts = split(task.truth, task.seed)
    pooled = tuner.encode(task.minutes, progress)
    probe = recipe if task.mode == "probe" else PROBE
    passes = {"head": tuner.fit_head(pooled, task.truth, parts, probe, progress)}
    digest = task.source.manifest.weights_sha256
    before = _validation_auc(_head(task, tuner, digest), pooled, task, parts)
    if task.mode == "full":
        passes["whole"] = tuner.fit_whole(task.minutes, task.truth, parts, recipe, progress)
        pooled = tuner.encode(task.minutes, progress)
        digest = save_encoder(task, tuner, out / "encoder")
    head = _calibrated(_head(task, tuner, digest), pooled, task, parts)
    measured = measure(head, pooled[parts.test], task.truth[parts.test])
    facts = {
        "meaning": LABELS[task.label].text,
        "base_model_id": task.source.manifest.model_id,
        "base_sha256": task.source.manifest.weights_sha256,
        "scaler_id": task.source.scaler.scaler_id,
        "seed": task.seed,
        "recipe": asdict(recipe),
        "passes": passes,
        "people": _counts(task.truth, parts),
        "validation_auc_of_the_probe": before,
        "validation_auc": _validation_auc(head, pooled, task, parts),
        "test": asdict(measured),
    }
    head = replace(head, facts=facts)
    heads.save(head, out)
    return head, measured


def _head(task: Task, tuner: Tuner, digest: str) -> Head:
    return Head(task.label, task.mode, digest, tuner.head_tensors())


def _calibrated(head: Head, pooled: NDArray[np.float32], task: Task, parts: Parts) -> Head:
    held = parts.validation
    slope, intercept = platt(task.truth[held], head.logit(pooled[held]))
    return replace(head, slope=slope, intercept=intercept)


def _validation_auc(head: Head, pooled: NDArray[np.float32], task: Task, parts: Parts) -> float:
    held = parts.validation
    return scoring.auc(task.truth[held], head.logit(pooled[held]))


def _counts(truth: NDArray[np.float64], parts: Parts) -> dict[str, dict[str, int]]:
    return {
        name: {"people": len(who), "positives": int(truth[who].sum())}
        for name, who in (
            ("train", parts.train),
            ("validation", parts.validation),
            ("test", parts.test),
        )
    }


def measure(head: Head, pooled: NDArray[np.float32], truth: NDArray[np.float64]) -> Measured:
    """Discrimination with its interval, and calibration before and after Platt."""
    logit, risk = head.logit(pooled), head.risk(pooled)
    draws = scoring.resamples(len(truth), RESAMPLES, seed=0)
    bins = scoring.reliability(truth, risk)
    raw = scoring.reliability(truth, heads.sigmoid(logit))
    return Measured(
        scoring.estimate(scoring.auc(truth, logit), scoring.resampled_auc(truth, logit, draws)),
        scoring.expected_calibration_error(raw),
        scoring.expected_calibration_error(bins),
        bins,
    )


def save_encoder(task: Task, tuner: Tuner, folder: Path) -> str:
    """Write the trained encoder as an artifact of its own; its SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    weights.save(folder / "weights.h5", tuner.encoder_weights(), tuner.config)
    shutil.copyfile(task.folder / "scaler.npz", folder / "scaler.npz")
    digest, base = artifact.sha256(folder / "weights.h5"), task.source.manifest
    manifest = Manifest(
        model_id=f"{base.model_id}-{task.label}-{digest[:8]}",
        size=base.size,
        weights_sha256=digest,
        scaler_id=base.scaler_id,
        provenance=f"{base.provenance}; fine-tuned from {base.weights_sha256} for {task.label}",
        licence=base.licence,
        command=f"clarity pat finetune --label {task.label} --mode full --seed {task.seed}",
    )
    artifact.write_manifest(manifest, folder / "manifest.json")
    artifact.open_folder(folder)  # what is written is what can be opened
    return digest


def reliability_table(measured: Measured) -> Table:
    """Said and seen, in tenths of the people."""
    table = Table("people", "mean risk said", "share seen", box=box.SIMPLE)
    for each in measured.bins:
        table.add_row(f"{each.people}", f"{each.predicted:.3f}", f"{each.observed:.3f}")
    return table


FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder in the nhanes-2005-2006 layout.",
)
@click.option("--label", type=click.Choice(list(LABELS)), required=True)
@click.option(
    "--mode",
    type=click.Choice(["probe", "full"]),
    default="probe",
    show_default=True,
    help="probe: the encoder stays as it is; full: it is trained as well, from the probe's head.",
)
@click.option(
    "--weights",
    "base",
    default="small",
    show_default=True,
    help=f"A shipped size ({', '.join(artifact.SHIPPED)}) or an artifact folder.",
)
@click.option("--out", type=FOLDER, required=True, help="A new folder for the head.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--epochs", type=click.IntRange(min=1), help="Most passes  [300 probe, 20 full]")
@click.option(
    "--patience", type=click.IntRange(min=1), help="Passes without a gain  [20 probe, 4 full]"
)
@click.option("--batch", type=click.IntRange(min=1), help="People a step  [64 probe, 32 full]")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Adam's  [1e-3 probe, the official one of the size full]",
)
def finetune(
    *,
    data: Path,
    label: str,
    mode: str,
    base: str,
    out: Path,
    seed: int,
    epochs: int | None,
    patience: int | None,
    batch: int | None,
    rate: float | None,
) -> None:
    """Train a calibrated head for one label on a week's embedding.

    Example: clarity pat finetune --data ../shared/data/nhanes-2005-2006 --label age60 --out head
    """
    if (out / "head.json").exists():
        raise click.ClickException(f"{out} holds a head already: name another folder")
    console = Console()
    try:
        task = read_task(data, _folder(base), label, mode, seed)
        recipe = _recipe(task, epochs=epochs, patience=patience, batch=batch, rate=rate)
        with Progress(console=console) as progress:
            head, measured = train(task, recipe, out, progress)
    except (WeightsError, HeadError, labels.LabelError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error
    report(console, head, measured, out)


def _folder(base: str) -> Path:
    return artifact.shipped(base) if base in PRESETS else Path(base)


def _recipe(task: Task, **asked: float | None) -> Recipe:
    """The mode's recipe with what was asked for otherwise."""
    full = replace(FULL, rate=FULL_RATE.get(task.source.manifest.size, FULL.rate))
    recipe = PROBE if task.mode == "probe" else full
    given = {name: value for name, value in asked.items() if value is not None}
    return Recipe(**(asdict(recipe) | given))


def report(console: Console, head: Head, measured: Measured, out: Path) -> None:
    """Say what was trained and how far it can be believed."""
    console.print(f"{head.mode} head for {head.label} on encoder {head.encoder_sha256[:12]}: {out}")
    console.print(json.dumps(head.facts["people"]))
    console.print(
        f"test people: AUC {measured.auc} (95 %, people resampled); expected calibration error "
        f"{measured.error:.3f}, {measured.error_before:.3f} before Platt's calibration"
    )
    if measured.auc.low <= CHANCE:
        console.print("That interval holds 0.5: this head may tell nothing. Do not use its risks.")
    if head.mode == "full":
        console.print(
            f"validation AUC {head.facts['validation_auc']:.3f}, "
            f"{head.facts['validation_auc_of_the_probe']:.3f} of the probe that it started from"
        )
    console.print(reliability_table(measured))
    console.print("For research: a ranking of one survey's people, not a diagnosis of anybody.")


if __name__ == "__main__":
    finetune()
