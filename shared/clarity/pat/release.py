"""Turn a pretraining run into what is shipped: `python -m clarity.pat.release --help`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from string import Template

import click
import numpy as np

from clarity.pat import artifact, baselines, nhanes, pretrain, scaler, weights
from clarity.pat.config import preset
from clarity.pat.mae import Masking
from clarity.pat.pretrain import Plan

LICENCE = "Apache-2.0 (weights); trained on NHANES 2005-2006, US federal public domain"
COMMAND = Template(
    "python -m clarity.pat.pretrain --data ../shared/data/nhanes-2005-2006 --out RUN "
    "--size $size --epochs $epochs --seed $seed --batch $batch --mask $ratio --decode $decode"
)
CARD = Template("""\
# $model_id

PAT-$size ($parameters parameters in $tensors tensors; architecture of Ruan et al. 2024,
arXiv 2411.15240, as the official code builds it), pretrained from scratch on **steps per minute**,
which is what phones and watches report. It turns a week of steps into $embed numbers. It has no
head: it predicts no condition and gives no risk.

- weights SHA-256 `$weights_sha256`, scaler `$scaler_id`
- licence: $licence

## Input
10,080 steps a minute from a local midnight, missing minutes NaN: capped at $cap, square root,
standardised per minute of the week with the training people's mean and deviation (`scaler.npz`),
missing minutes then set to 0, the population's mean.

## Data
NHANES 2005-2006 (PAXRAW_D), hip-worn ActiGraph 7164, step channel. Included: reliable
(`paxstat` 1), calibrated (`paxcal` 1), complete recordings with at least $min_days days of 10 h
wear, $people people. Held out by a hash of SEQN: $held people; trained on: $trained.
$zeros % of the training people's minutes have no step. Non-wear was **not** told apart from rest:
minutes without wear are zeros to this model, in its input, its scaler and its loss.

## Training
    $command

Masked autoencoder, $mask_percent % of the patches hidden, drawn per window; the decoder is asked
for a random $decode_percent % of the hidden patches at each step, and the loss is taken on exactly
those minutes. Adam, batch $batch, seed $seed, peak rate $peak with a one-epoch ramp and a linear
cool-down over the last fifth of $epochs epochs; $done of them were run. Shipped: the encoder of
epoch $best_epoch, the least validation error. The held-out people chose that epoch, so the error
below is slightly optimistic.$note

| epoch | training | validation |
|---|---|---|
$curve

## Error on masked minutes of the held-out people
Mean squared error in standard deviations squared, the same people, masks and minutes in each row.

| | error |
|---|---|
| **this model, epoch $best_epoch** | **$best** |
$bars

## Limits
- Hip-worn and taken off for the night: it has seen next to no recorded sleep, and a zero at night
  says nothing about rest. It cannot tell sleep from a device in a drawer.
- Hip ActiGraph steps of 2005-2006, United States. Wrist devices of today count differently; the
  shift was not measured.
- The first day is any weekday, so "minute of the week" is in effect the minute of the day.
- Whether the embedding carries health information was not evaluated for these weights.
- Missing minutes are filled with the population's mean; training saw next to none of them.
- The same command on another machine gives another file: floating point differs.
""")


def table(rows: list[tuple[str, ...]]) -> str:
    """Markdown table rows."""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def curve(history: list[dict[str, float]], best: dict[str, float]) -> str:
    """About a dozen epochs of the curve, the first, the best and the last among them."""
    step = max(1, len(history) // 10)
    shown = [e for e in history if e["epoch"] % step == 0 or e in (history[0], best, history[-1])]
    return table([(f"{e['epoch']}", f"{e['train']:.4f}", f"{e['validation']:.4f}") for e in shown])


def read_plan(run: Path) -> Plan:
    """What the run was asked to do."""
    asked = json.loads((run / "run.json").read_text("utf-8"))
    return Plan(**{**asked, "masking": Masking(**asked["masking"])})


def card(run: Path, data: Path, manifest: artifact.Manifest, plan: Plan, note: str) -> str:
    """The model card: everything in it is read from the run or measured on the data."""
    fitted, config = scaler.load(run / "scaler.npz"), preset(plan.size)
    people = nhanes.load(data)
    held = nhanes.validation(people.seqn)
    history = pretrain.read_history(run)
    best = min(history, key=lambda entry: entry["validation"])
    bars = baselines.errors(pretrain.standardise(people.where(held).steps, fitted), config, plan)
    return CARD.substitute(
        manifest_fields(manifest),
        parameters=f"{config.parameters:,}",
        tensors=config.tensors,
        embed=config.embed,
        cap=f"{fitted.cap:g}",
        min_days=nhanes.MIN_VALID_DAYS,
        people=f"{len(held):,}",
        held=int(held.sum()),
        trained=f"{int((~held).sum()):,}",
        zeros=f"{100 * np.mean(people.steps[~held] == 0):.0f}",
        mask_percent=f"{100 * plan.masking.ratio:g}",
        decode_percent=f"{100 * plan.masking.decode:g}",
        peak=f"{pretrain.PEAK_RATE[plan.size]:g}",
        epochs=plan.epochs,
        done=len(history),
        batch=plan.batch,
        seed=plan.seed,
        best_epoch=best["epoch"],
        best=f"{best['validation']:.3f}",
        note=f" {note}" if note else "",
        curve=curve(history, best),
        bars=table([(name, f"{error:.3f}") for name, error in bars.items()]),
    )


def manifest_fields(manifest: artifact.Manifest) -> dict[str, str]:
    """The manifest's own names, for the card."""
    names = ("model_id", "size", "weights_sha256", "scaler_id", "licence", "command")
    return {name: getattr(manifest, name) for name in names}


def describe(run: Path, plan: Plan) -> artifact.Manifest:
    """The manifest of a run's best encoder, which is read strictly on the way."""
    weights.read(run / "best.h5", preset(plan.size))
    fitted, digest = scaler.load(run / "scaler.npz"), artifact.sha256(run / "best.h5")
    return artifact.Manifest(
        model_id=f"pat-{plan.size[0]}-nhanes-steps-{digest[:8]}",
        size=plan.size,
        weights_sha256=digest,
        scaler_id=fitted.scaler_id,
        provenance=fitted.provenance,
        licence=LICENCE,
        command=COMMAND.substitute(
            size=plan.size,
            epochs=plan.epochs,
            seed=plan.seed,
            batch=plan.batch,
            ratio=plan.masking.ratio,
            decode=plan.masking.decode,
        ),
    )


FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--run", type=FOLDER, required=True, help="Folder of `clarity.pat.pretrain`.")
@click.option("--data", type=FOLDER, required=True, help="The folder that the run was trained on.")
@click.option("--out", type=FOLDER, required=True, help="Artifact folder to write.")
@click.option("--note", default="", help="What the card should add about this run.")
def main(run: Path, data: Path, out: Path, note: str) -> None:
    """Write weights, scaler, manifest and model card of a run's best epoch."""
    plan = read_plan(run)
    manifest = describe(run, plan)
    text = card(run, data, manifest, plan, note)
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(run / "best.h5", out / "weights.h5")
    shutil.copyfile(run / "scaler.npz", out / "scaler.npz")
    artifact.write_manifest(manifest, out / "manifest.json")
    (out / "MODEL_CARD.md").write_text(text, "utf-8")
    click.echo(f"{artifact.open_folder(out).manifest.model_id} written to {out}")


if __name__ == "__main__":
    main()
