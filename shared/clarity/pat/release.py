"""Turn a pretraining run into what is shipped: `python -m clarity.pat.release --help`."""

from __future__ import annotations

import json
import shutil
import textwrap
from pathlib import Path
from string import Template
from typing import Any, TextIO

import click
import numpy as np

from clarity.pat import artifact, baselines, nhanes, pretrain, scaler, weights
from clarity.pat.config import preset
from clarity.pat.labels import LABELS
from clarity.pat.networks import NETWORKS
from clarity.pat.training import PEAK_RATE, best_epoch, read_history, read_plan

LICENCE = "Apache-2.0 (weights); trained on NHANES 2005-2006, US federal public domain"
COMMAND = Template(
    "clarity pat pretrain --data ../shared/data/nhanes-2005-2006 --out RUN --size $size "
    "--signal $signal --epochs $epochs --seed $seed --batch $batch --mask $ratio --decode $decode "
    "--summary $summary --precision $precision"
)
CARD = Template("""\
# $model_id

PAT-$size ($parameters parameters in $tensors tensors; architecture of Ruan et al. 2024,
arXiv 2411.15240, as the official code builds it), pretrained from scratch on **$signal per
minute**, $signal_note.
It turns a week into $embed numbers. It has no head: it predicts no condition and gives no risk.

- weights SHA-256 `$weights_sha256`, scaler `$scaler_id`
- licence: $licence

## Input
10,080 values of $signal a minute from a local midnight, NaN where a minute is missing or the device
was not worn: capped at $cap, square root, standardised per minute of the week with the training
people's mean and deviation (`scaler.npz`), NaN then set to 0, the mean of people who wore theirs.

## Data
NHANES 2005-2006 (PAXRAW_D), hip-worn ActiGraph 7164. Included: reliable (`paxstat` 1), calibrated
(`paxcal` 1), complete recordings with at least $min_days days of 10 h wear, $people people. Held
out by a hash of SEQN: $held people; trained on: $trained. Non-wear was told by the device's counts
(Choi et al. 2011, doi:10.1249/MSS.0b013e3181ed61a3): $off % of the training people's minutes. They
are unknown, not rest: not in the scaler, read as the mean, never guessed, not in the loss. Of the
worn minutes $zeros % have no $signal.

## Training
    $command

Masked autoencoder, $mask_percent % of the patches hidden, drawn per window; the decoder is asked
for a random $decode_percent % of the hidden patches at each step, those with a worn minute first,
and the loss is taken on exactly those minutes.
$summary_text
Adam, batch $batch, seed $seed, peak rate $peak with a one-epoch ramp and a linear cool-down over
the last three tenths of $epochs epochs; $done of them were run, computing in $precision with
float32 weights. Shipped: the encoder of epoch $best_epoch, the least validation loss. The held-out
people chose that epoch, so the error below is slightly optimistic.

| epoch | training, masked | validation, masked | validation, summaries |
|---|---|---|---|
$curve

## Error on masked minutes of the held-out people
Mean squared error in standard deviations squared, the same people, masks and minutes in each row.

| | error |
|---|---|
| **this model, epoch $best_epoch** | **$best** |
$bars
$evaluation$note
## Limits
- Hip-worn and taken off for the night: it has seen little recorded sleep (at 3 in the morning one
  in ten wore the device), so it cannot be expected to know nights.
- Hip ActiGraph of 2005-2006, United States. Wrist devices of today count differently; the shift
  was not measured.
- The first day is any weekday, so "minute of the week" is in effect the minute of the day.
- Non-wear is an exact mean to the model, which it can tell from movement: how long a device was
  worn is part of what the embedding says.
- The same command on another machine gives another file: floating point differs.
""")
WIDTH = 100
SUMMARY_TEXT = (
    "Beside it, with weight $weight, a linear head on the mean of the visible tokens tells\n"
    "summaries of the visible minutes (`clarity.pat.summaries`: shares of minutes and patches by\n"
    "amount of movement, movement and wear by hour), so that the pooled vector keeps them.\n"
    "No label is used."
)
SIGNAL_NOTES = {
    "steps": "which is what phones and watches report",
    "counts": "a check against the literature: phones and watches do not report them",
}
EVALUATION = Template("""
## $title
    $command

$how

| label | people (positive) | $arms |
|---|---|$rule
$rows

$placings
""")
PLACES = {"higher": "apart, higher", "lower": "apart, lower"}


def table(rows: list[tuple[str, ...]]) -> str:
    """Markdown table rows."""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def curve(history: list[dict[str, float]], best: dict[str, float]) -> str:
    """About a dozen epochs of the curve, the first, the best and the last among them."""
    step = max(1, len(history) // 10)
    shown = [e for e in history if e["epoch"] % step == 0 or e in (history[0], best, history[-1])]
    columns = ("train", "validation", "validation_summary")
    return table([(f"{e['epoch']}", *(f"{e[name]:.4f}" for name in columns)) for e in shown])


def evaluation_section(document: dict[str, Any], folder: str, size: str) -> str:
    """What `clarity pat evaluate --out` found, as a section of the card."""
    findings = [finding for finding in document["findings"] if finding["auc"]]
    arms = list(findings[0]["auc"])
    rows = [
        (
            finding["meaning"],
            f"{finding['people']:,} ({finding['positives']:,})",
            *(_interval(finding["auc"][arm]) for arm in arms),
        )
        for finding in findings
    ]
    return EVALUATION.substitute(
        command=f"clarity pat evaluate --data ../shared/data/{folder} --weights {size} "
        + _asked(document["settings"], [finding["label"] for finding in findings]),
        title="What whole networks reach"
        if set(document["settings"]["arms"]) & set(NETWORKS)
        else "What the embedding tells",
        how="\n\n".join(textwrap.fill(text, WIDTH) for text in document["how"]),
        arms=" | ".join(arms),
        rule="---|" * len(arms),
        rows=table(rows),
        placings="\n".join(_placing(findings, reference) for reference in findings[0]["over"]),
    )


def _asked(settings: dict[str, Any], labels: list[str]) -> str:
    """The options that were not left as they are."""
    labelled = f"--labels {','.join(labels)} " if len(labels) < len(LABELS) else ""
    networks = [f" --arm {arm}" for arm in settings["arms"] if arm != "metrics"]
    arms = "".join(networks) if set(settings["arms"]) & set(NETWORKS) else ""
    return f"{labelled}--splits {settings['splits']}{arms}"


def _placing(findings: list[dict[str, Any]], reference: str) -> str:
    """Where the arms lie beside a reference, over all labels."""
    found: dict[str, list[str]] = {name: [] for name in (*PLACES, "above", "below")}
    for finding in findings:
        beside = finding["intervals"][reference]
        for name, place in PLACES.items():
            if arms := [arm for arm, where in beside.items() if where == place]:
                found[name].append(f"{finding['label']} ({', '.join(arms)})")
        own = finding["over"][reference]
        if arms := [arm for arm, over in own.items() if over["low"] > 0]:
            found["above"].append(f"{finding['label']} ({', '.join(arms)})")
        if arms := [arm for arm, over in own.items() if over["high"] < 0]:
            found["below"].append(f"{finding['label']} ({', '.join(arms)})")
    said = {name: "; ".join(labels) or "none" for name, labels in found.items()}
    text = (
        f"- Beside {reference}, with intervals apart: higher on {said['higher']}; lower on "
        f"{said['lower']}. By the interval of the difference: above on {said['above']}; below on "
        f"{said['below']}. On all else nothing can be said."
    )
    return textwrap.fill(text, WIDTH, subsequent_indent="  ")


def _interval(found: dict[str, float]) -> str:
    text = f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"
    return text.replace("0.", ".")


def card(
    run: Path, data: Path, manifest: artifact.Manifest, note: str, evaluations: list[dict[str, Any]]
) -> str:
    """The model card: everything in it is read from the run or measured on the data."""
    plan, fitted = read_plan(run), scaler.load(run / "scaler.npz")
    config, people = preset(plan.size), nhanes.load(data, plan.signal)
    held = nhanes.validation(people.seqn)
    history = read_history(run)
    best = best_epoch(history)
    bars = baselines.errors(pretrain.standardise(people.where(held).minutes, fitted), config, plan)
    trained = people.where(~held).minutes
    return CARD.substitute(
        manifest_fields(manifest),
        signal=plan.signal,
        signal_note=SIGNAL_NOTES[plan.signal],
        parameters=f"{config.parameters:,}",
        tensors=config.tensors,
        embed=config.embed,
        cap=f"{fitted.cap:g}",
        min_days=nhanes.MIN_VALID_DAYS,
        people=f"{len(held):,}",
        held=int(held.sum()),
        trained=f"{len(trained):,}",
        off=f"{100 * np.mean(np.isnan(trained)):.0f}",
        zeros=f"{100 * np.mean(trained[np.isfinite(trained)] == 0):.0f}",
        mask_percent=f"{100 * plan.masking.ratio:g}",
        decode_percent=f"{100 * plan.masking.decode:g}",
        summary_text=Template(SUMMARY_TEXT).substitute(weight=f"{plan.summary:g}")
        if plan.summary
        else "",
        peak=f"{PEAK_RATE[plan.size]:g}",
        epochs=plan.epochs,
        done=len(history),
        batch=plan.batch,
        seed=plan.seed,
        precision=plan.precision,
        best_epoch=best["epoch"],
        best=f"{best['validation']:.3f}",
        note=f"\n## Notes\n{textwrap.fill(note, WIDTH)}\n" if note else "",
        curve=curve(history, best),
        bars=table([(name, f"{error:.3f}") for name, error in bars.items()]),
        evaluation="".join(evaluation_section(e, data.name, plan.size) for e in evaluations),
    )


def manifest_fields(manifest: artifact.Manifest) -> dict[str, str]:
    """The manifest's own names, for the card."""
    names = ("model_id", "size", "weights_sha256", "scaler_id", "licence", "command")
    return {name: getattr(manifest, name) for name in names}


def describe(run: Path) -> artifact.Manifest:
    """The manifest of a run's best encoder, which is read strictly on the way."""
    plan, fitted = read_plan(run), scaler.load(run / "scaler.npz")
    weights.read(run / "best.h5", preset(plan.size))
    digest = artifact.sha256(run / "best.h5")
    return artifact.Manifest(
        model_id=f"pat-{plan.size[0]}-nhanes-{plan.signal}-{digest[:8]}",
        size=plan.size,
        weights_sha256=digest,
        scaler_id=fitted.scaler_id,
        provenance=fitted.provenance,
        licence=LICENCE,
        command=COMMAND.substitute(
            size=plan.size,
            signal=plan.signal,
            epochs=plan.epochs,
            seed=plan.seed,
            batch=plan.batch,
            ratio=plan.masking.ratio,
            decode=plan.masking.decode,
            summary=f"{plan.summary:g}",
            precision=plan.precision,
        ),
    )


FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--run", type=FOLDER, required=True, help="Folder of `clarity pat pretrain`.")
@click.option("--data", type=FOLDER, required=True, help="The folder that the run was trained on.")
@click.option("--out", type=FOLDER, required=True, help="Artifact folder to write.")
@click.option("--note", default="", help="What the card should add about this run.")
@click.option(
    "--evaluation",
    "evaluations",
    type=click.File(),
    multiple=True,
    help="What `clarity pat evaluate --out` wrote about these weights, for the card.",
)
def main(run: Path, data: Path, out: Path, note: str, evaluations: tuple[TextIO, ...]) -> None:
    """Write weights, scaler, manifest and model card of a run's best epoch."""
    manifest = describe(run)
    found = [json.load(evaluation) for evaluation in evaluations]
    if others := [f["model_id"] for f in found if f["weights_sha256"] != manifest.weights_sha256]:
        raise click.ClickException(f"an evaluation is of other weights: {', '.join(others)}")
    text = card(run, data, manifest, note, found)
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(run / "best.h5", out / "weights.h5")
    shutil.copyfile(run / "scaler.npz", out / "scaler.npz")
    artifact.write_manifest(manifest, out / "manifest.json")
    (out / "MODEL_CARD.md").write_text(text, "utf-8")
    click.echo(f"{artifact.open_folder(out).manifest.model_id} written to {out}")


if __name__ == "__main__":
    main()
