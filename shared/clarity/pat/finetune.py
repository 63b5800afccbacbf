"""Train a head for one label: `clarity pat finetune`.

What comes out is a folder that `clarity.pat.heads` opens: a head with its calibration, bound to its
encoder by hash, and `reliability.html`, a picture of how its risks came true. After a full run and
after a low-rank one the encoder that the head belongs to lies in `encoder/`, an artifact.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from clarity.pat import artifact, calibration, heads, lora, reliability_page, scoring, tuner, weeks
from clarity.pat.artifact import Manifest
from clarity.pat.config import PRESETS
from clarity.pat.fitting import Recipe
from clarity.pat.heads import Head, HeadError
from clarity.pat.labels import LABELS, LabelError
from clarity.pat.lora import Adapter, Shape
from clarity.pat.precision import computing_in, fastest
from clarity.pat.tuner import FULL, LORA, PROBE, Tuner, official_rate, platt
from clarity.pat.weights import WeightsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.pat.artifact import Artifact
    from clarity.pat.calibration import Measured
    from clarity.pat.fitting import Parts
    from clarity.pat.weeks import Weeks
    from clarity.pat.weights import Weights

MODES = ("probe", "lora", "full")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for."""

    label: str
    mode: str = "probe"
    seed: int = 1
    shape: Shape = field(default_factory=Shape)


@dataclass(frozen=True, slots=True)
class Task:
    """What is trained: the encoder, the weeks with their label, and how they are cut apart."""

    source: Artifact
    asked: Asked
    weeks: Weeks
    minutes: NDArray[np.float32]
    parts: Parts

    @property
    def cut(self) -> str:
        """How the weeks were cut, in words."""
        if self.weeks.people == 1:
            return "by time, since all weeks are one person's: the latest are tested on"
        return "by person: nobody is in two parts"


def read_task(data: Path, folder: Path, asked: Asked) -> Task:
    """The weeks that can be used and whose label is known, of a folder or a file."""
    source = artifact.open_folder(folder)
    found = weeks.read(data, asked.label, source.scaler.signal)
    if found.people == 1:
        parts = tuner.split_time(found.truth)
    else:
        parts = tuner.split_people(found.person, found.truth, asked.seed)
    if found.steps.shape[1] != source.scaler.minutes:
        raise LabelError(
            f"the encoder reads windows of {source.scaler.minutes} minutes, the data's have "
            f"{found.steps.shape[1]}"
        )
    return Task(source, asked, found, source.scaler.transform(found.steps), parts)


def train(task: Task, recipe: Recipe, out: Path, progress: Progress) -> tuple[Head, Measured]:
    """Train, calibrate, measure and save; the encoder too if it was changed."""
    truth, parts = task.weeks.truth, task.parts
    with computing_in(fastest()):
        ours = Tuner(task.source, minutes=task.minutes.shape[1], seed=task.asked.seed)
    pooled = ours.encode(task.minutes, progress)
    probe = recipe if task.asked.mode == "probe" else PROBE
    passes = {"head": ours.fit_head(pooled, truth, parts, probe, progress)}
    digest = task.source.manifest.weights_sha256
    before = _validation_auc(_head(task, ours, digest), pooled, task)
    changed: dict[str, object] = {}
    if task.asked.mode != "probe":
        passes["whole"], digest, changed = change(task, ours, recipe, out, progress)
        pooled = ours.encode(task.minutes, progress)
    head = _calibrated(_head(task, ours, digest), pooled, task)
    held = parts.test
    measured = calibration.measure(head, pooled[held], truth[held], task.weeks.person[held])
    facts = changed | {
        "recipe": asdict(recipe),
        "passes": passes,
        "validation_auc_of_the_probe": before,
        "validation_auc": _validation_auc(head, pooled, task),
        "test": asdict(measured),
    }
    head = replace(head, facts=_about(task) | facts)
    heads.save(head, out)
    page = reliability_page.render(head, measured)
    (out / "reliability.html").write_text(page, encoding="utf-8")
    return head, measured


def change(
    task: Task, ours: Tuner, recipe: Recipe, out: Path, progress: Progress
) -> tuple[int, str, dict[str, object]]:
    """Train the encoder, by an adapter or whole, and write it; passes, its SHA-256, facts."""
    source, fit = task.source, (task.minutes, task.weeks.truth, task.parts, recipe)
    if task.asked.mode == "full":
        passes = ours.fit_whole(*fit, progress)
        return passes, save_encoder(task, ours.encoder_weights(), out).weights_sha256, {}
    passes, factors = ours.fit_adapter(*fit, task.asked.shape, progress=progress)
    adapter = Adapter(task.asked.shape, source.manifest.weights_sha256, factors)
    ours.take(lora.merged(source.weights, adapter, source.config))
    manifest = save_encoder(task, ours.encoder_weights(), out)
    lora.save(adapter, out, base=source.manifest, encoder=manifest)
    sizes = {"parameters": adapter.parameters, "encoder_parameters": source.config.parameters}
    return passes, manifest.weights_sha256, {"adapter": asdict(task.asked.shape) | sizes}


def save_encoder(task: Task, tensors: Weights, out: Path) -> Manifest:
    """Write the changed encoder as an artifact of its own, in `encoder`."""
    folder, base, asked = out / "encoder", task.source.manifest, task.asked
    digest = lora.write_encoder(folder, tensors, task.source)
    manifest = Manifest(
        model_id=f"{base.model_id}-{asked.label}-{digest[:8]}",
        size=base.size,
        weights_sha256=digest,
        scaler_id=base.scaler_id,
        provenance=f"{base.provenance}; fine-tuned from {base.weights_sha256} for {asked.label}",
        licence=base.licence,
        command=f"clarity pat finetune --label {asked.label} --mode {asked.mode} "
        f"--seed {asked.seed}",
    )
    lora.write_manifest(folder, manifest)
    return manifest


def _head(task: Task, ours: Tuner, digest: str) -> Head:
    return Head(task.asked.label, task.asked.mode, digest, ours.head_tensors())


def _calibrated(head: Head, pooled: NDArray[np.float32], task: Task) -> Head:
    held = task.parts.validation
    slope, intercept = platt(task.weeks.truth[held], head.logit(pooled[held]))
    return replace(head, slope=slope, intercept=intercept)


def _validation_auc(head: Head, pooled: NDArray[np.float32], task: Task) -> float:
    held = task.parts.validation
    return scoring.auc(task.weeks.truth[held], head.logit(pooled[held]))


def _about(task: Task) -> dict[str, object]:
    base = task.source.manifest
    return {
        "meaning": task.weeks.meaning,
        "base_model_id": base.model_id,
        "base_sha256": base.weights_sha256,
        "scaler_id": base.scaler_id,
        "seed": task.asked.seed,
        "cut": task.cut,
        "unit": task.weeks.unit,
        "parts": {
            name: _count(task.weeks, getattr(task.parts, name))
            for name in ("train", "validation", "test")
        },
    }


def _count(found: Weeks, rows: NDArray[np.int64]) -> dict[str, int]:
    return {
        "people": len(np.unique(found.person[rows])),
        "weeks": len(rows),
        "positives": int(found.truth[rows].sum()),
    }


def reliability_table(measured: Measured, unit: str) -> Table:
    """Said and seen, in tenths."""
    table = Table(unit, "mean risk said", "share seen", box=box.SIMPLE)
    for each in measured.bins:
        table.add_row(f"{each.people}", f"{each.predicted:.3f}", f"{each.observed:.3f}")
    return table


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Folder in the nhanes-2005-2006 layout, or one .npz of weeks.",
)
@click.option(
    "--label",
    required=True,
    help=f"Of a folder: {', '.join(LABELS)}. Of an .npz: how you call its label.",
)
@click.option("--mode", type=click.Choice(MODES), default="probe", show_default=True)
@click.option(
    "--weights",
    "base",
    default="small",
    show_default=True,
    help=f"A shipped size ({', '.join(artifact.SHIPPED)}) or an artifact folder.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="A new folder for the head.",
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--epochs", type=click.IntRange(min=1), help="Most passes  [300 probe, else 20]")
@click.option("--patience", type=click.IntRange(min=1), help="Passes without a gain  [20, else 4]")
@click.option("--batch", type=click.IntRange(min=1), help="Weeks a step  [64 probe, else 32]")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Adam's  [1e-3 probe and lora, the official one of the size full]",
)
@click.option(
    "--rank",
    type=click.IntRange(1, 64),
    default=lora.RANK,
    show_default=True,
    help="lora: of each kernel's change.",
)
@click.option(
    "--alpha",
    type=click.FloatRange(min=0, min_open=True),
    default=lora.ALPHA,
    show_default=True,
    help="lora: the change is scaled by alpha / rank.",
)
@click.option("--feed-forward", is_flag=True, help="lora: change the dense layers too.")
def finetune(
    *,
    data: Path,
    label: str,
    mode: str,
    base: str,
    out: Path,
    seed: int,
    rank: int,
    alpha: float,
    feed_forward: bool,
    **asked: float | None,
) -> None:
    """Train a calibrated head for one label on a week's embedding.

    \b
    probe  Only the head learns; the encoder stays as it is, bit by bit. Start here:
           seconds of training, and few people are enough.
             clarity pat finetune --data ../shared/data/nhanes-2005-2006 \\
               --label age60 --out heads/age60
    lora   The head and a low-rank change of the encoder, some per cent of its numbers:
           for one clinic or one person. It is kept small beside the encoder.
             clarity pat finetune --data clinic.npz --label relapse --mode lora \\
               --rank 4 --out heads/relapse
             clarity pat finetune --data my-weeks.npz --label bad-week --mode lora \\
               --rank 1 --batch 8 --out heads/bad-week
    full   The head and the whole encoder, from the probe's head. Thousands of people.
             clarity pat finetune --data ../shared/data/nhanes-2005-2006 \\
               --label age60 --mode full --out heads/age60-full

    \b
    An .npz of weeks holds
      steps   (n, 10080)  steps a minute from a local midnight, NaN where not observed
      person  (n,)        whole numbers or text
      label   (n,)        1, 0, or NaN where not known
    Weeks are cut by person: nobody is trained on and tested on. If all are one person's they are
    cut by time, the rows' order: trained on the early ones, tested on the latest. Needed are 50
    weeks on either side of the label, of 20 people on either side; of one person alone 15. A week
    counts if 4 of its days have 10 h that are not NaN.

    \b
    The folder holds head.json and head.npz, reliability.html, a picture of how the risks came
    true, and after lora and full encoder/, an artifact for explain, export and the endpoint.
    Then:  clarity pat risk week.csv --head heads/age60
    """  # noqa: D301 - \b is click's mark of lines that are not to be wrapped
    if (out / "head.json").exists():
        raise click.ClickException(f"{out} holds a head already: name another folder")
    console = Console()
    try:
        task = read_task(
            data, _folder(base), Asked(label, mode, seed, Shape(rank, alpha, feed_forward))
        )
        if task.weeks.note:
            console.print(task.weeks.note)
        with Progress(console=console) as progress:
            head, measured = train(task, _recipe(task, asked), out, progress)
    except (WeightsError, HeadError, LabelError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error
    report(console, head, measured, out)


def _folder(base: str) -> Path:
    return artifact.shipped(base) if base in PRESETS else Path(base)


def _recipe(task: Task, asked: dict[str, float | None]) -> Recipe:
    """The mode's recipe with what was asked for otherwise."""
    full = replace(FULL, rate=official_rate(task.source.config))
    recipe = {"probe": PROBE, "lora": LORA, "full": full}[task.asked.mode]
    given = {name: value for name, value in asked.items() if value is not None}
    return Recipe(**(asdict(recipe) | given))


def report(console: Console, head: Head, measured: Measured, out: Path) -> None:
    """Say what was trained and how far it can be believed."""
    console.print(f"{head.mode} head for {head.label} on encoder {head.encoder_sha256[:12]}: {out}")
    console.print(f"cut {head.facts['cut']}: {json.dumps(head.facts['parts'])}")
    if adapter := head.facts.get("adapter"):
        console.print(f"adapter: {json.dumps(adapter)}")
    console.print(
        f"test {head.facts['unit']}: AUC {measured.auc} (95 %, resampled); "
        f"expected calibration error {measured.error:.3f}, {measured.error_before:.3f} before "
        f"Platt's calibration; Brier score {measured.brier:.3f}, {measured.brier_before:.3f} before"
    )
    if not measured.better_than_chance:
        console.print("That interval holds 0.5: this head may tell nothing, and gives no risks.")
    if head.mode != "probe":
        console.print(
            f"validation AUC {head.facts['validation_auc']:.3f}, "
            f"{head.facts['validation_auc_of_the_probe']:.3f} of the probe that it started from"
        )
    console.print(reliability_table(measured, str(head.facts["unit"])))
    console.print(f"The picture: {out / 'reliability.html'}")
    console.print("For research: a ranking of these people's weeks, not a diagnosis of anybody.")


if __name__ == "__main__":
    finetune()
