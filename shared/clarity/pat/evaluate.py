"""Does the model mean anything? `clarity pat evaluate`: PAT's arms beside hand-made metrics.

How people are split and scored is in `clarity.pat.trials`; here is what is asked and what is said.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from clarity.pat import artifact, evaluate_page, networks, probes, trials, verdicts
from clarity.pat.labels import LABELS
from clarity.pat.opening import open_weights
from clarity.pat.precision import fastest
from clarity.pat.trials import ARMS, PROBES, Settings
from clarity.pat.tuner import official_rate
from clarity.pat.weights import WeightsError

if TYPE_CHECKING:
    from clarity.pat.artifact import Artifact
    from clarity.pat.probes import Cohort
    from clarity.pat.trials import Finding, Question
    from clarity.pat.verdicts import Report

PLAIN_WIDTH = 150  # columns where the output is no terminal
SPLITS, SPLITS_WITH_NETWORKS = 25, 5


def results_table(findings: list[Finding]) -> Table:
    """One line a label and arm."""
    table = Table(box=box.SIMPLE)
    references = [r for r in trials.REFERENCES if any(r in f.auc for f in findings)]
    differences = [f"minus {name} [95 %]" for name in references]
    for column in ("label", "people (positive)", "arm", "AUC [95 %]", *differences):
        table.add_column(column, no_wrap=True)
    table.add_column("beside metrics")
    for finding in findings:
        _add(table, finding, references)
    return table


def _add(table: Table, finding: Finding, references: list[str]) -> None:
    who = f"{finding.people:,} ({finding.positives:,})"
    if finding.reason:
        dashes = ["-"] * (2 + len(references))
        table.add_row(finding.label, who, *dashes, finding.reason, end_section=True)
    last = len(finding.auc) - 1
    for i, (arm, value) in enumerate(finding.auc.items()):
        table.add_row(
            finding.label if i == 0 else "",
            who if i == 0 else "",
            arm,
            str(value),
            *(verdicts.signed(finding.over[name].get(arm)) for name in references),
            verdicts.beside(finding, arm),
            end_section=i == last,
        )


def document(report: Report, settings: Settings, folders: dict[str, str]) -> dict[str, object]:
    """Everything that was found, for a file."""
    return {
        "model_id": report.source.manifest.model_id,
        "weights_sha256": report.source.manifest.weights_sha256,
        "scaler_id": report.source.scaler.scaler_id,
        "note": report.note,
        "folders": folders,
        "settings": asdict(settings) | {"strengths": list(probes.STRENGTHS)},
        "metrics_definition": trials.stronger(report.inner),
        "metrics_inner_auc": report.inner,
        "findings": [
            asdict(finding)
            | {
                "meaning": LABELS[finding.label].text,
                "paper": LABELS[finding.label].paper,
                "intervals": {
                    name: {arm: verdicts.beside(finding, arm, name) for arm in finding.auc}
                    for name in finding.over
                },
            }
            for finding in report.findings
        ],
        "verdicts": verdicts.sentences(report.findings),
        "how": report.how,
        "paper_caveat": verdicts.PAPER_CAVEAT,
    }


def _names(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
    if unknown := [name for name in names if name not in LABELS]:
        raise click.BadParameter(f"unknown: {', '.join(unknown)}; known: {', '.join(LABELS)}")
    if not names:
        raise click.BadParameter(f"name at least one of {', '.join(LABELS)}")
    return names


def _file(_context: click.Context, _option: click.Parameter, value: Path | None) -> Path | None:
    """A file to write must have a folder: better said now than after an hour."""
    if value and not value.parent.is_dir():
        raise click.BadParameter(f"there is no folder {value.parent}")
    return value


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there as a whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--data",
    type=FOLDER,
    required=True,
    help="Folder in the nhanes-2005-2006 layout: minutes.npz, index.csv and the label files.",
)
@click.option(
    "--test", type=FOLDER, help="Another such folder: train on --data, score people here."
)
@click.option(
    "--weights",
    default="small",
    show_default=True,
    help=f"A shipped size ({', '.join(artifact.SHIPPED)}), an artifact folder, or a bare .h5 file "
    "in an official layout.",
)
@click.option(
    "--scaler",
    "scaler_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The scaler.npz of a bare .h5 file.  [the shipped model's]",
)
@click.option(
    "--labels",
    "names",
    default=",".join(LABELS),
    show_default=True,
    callback=_names,
    help="Comma-separated.",
)
@click.option(
    "--arm",
    "arms",
    type=click.Choice(ARMS),
    multiple=True,
    default=PROBES,
    show_default=True,
    help="What to try, again for each; metrics are always there.",
)
@click.option(
    "--splits",
    type=click.IntRange(min=1),
    help=f"Five score everybody once.  [{SPLITS}; {SPLITS_WITH_NETWORKS} with networks or --test]",
)
@click.option("--resamples", type=click.IntRange(min=100), default=2000, show_default=True)
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    default=networks.EPOCHS,
    show_default=True,
    help="Most passes of a network.",
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    default=networks.PATIENCE,
    show_default=True,
    help="Passes without a gain that end it.",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Adam's for finetune.  [the official one of the size]",
)
@click.option(
    "--scratch-rate",
    type=click.FloatRange(min=0, min_open=True),
    default=networks.SCRATCH_RATE,
    show_default=True,
    help="Adam's for scratch and the CNNs.",
)
@click.option("--out", type=FILE, callback=_file, help="Write everything found here, as JSON.")
@click.option("--page", type=FILE, callback=_file, help="Draw it here, as one HTML file.")
def evaluate(
    *,
    data: Path,
    test: Path | None,
    weights: str,
    scaler_file: Path | None,
    names: tuple[str, ...],
    arms: tuple[str, ...],
    splits: int | None,
    resamples: int,
    epochs: int,
    patience: int,
    rate: float | None,
    scratch_rate: float,
    out: Path | None,
    page: Path | None,
) -> None:
    """Tell adults with a health label from those without it, beside hand-made metrics.

    Frozen (seconds a label): probe (the embedding), metrics (published ones), both, summaries
    (label-free numbers of the week). Networks: finetune (the whole PAT from the given weights),
    scratch (from random ones), cnn1d and cnn3d (the paper's baselines).

    Networks cost time. On two cores with bfloat16 a pass takes 20 to 45 ms a training person for
    PAT-S (four times that for PAT-M) and about 10 ms for a CNN: 8 passes of a label's 2,000 people
    are 6 to 12 minutes an arm and split, 3 for a CNN.

    \b
    Examples:
      clarity pat evaluate --data nhanes-2005-2006 --labels age60,female
      clarity pat evaluate --data nhanes-2005-2006 --labels age60 --splits 1 \\
        --arm probe --arm finetune --arm scratch --arm cnn1d --page age60.html
    """  # noqa: D301 - \b is click's mark of lines that are not to be wrapped
    console = Console()
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of each new network's graph
    try:
        source, note = open_weights(weights, scaler_file)
    except WeightsError as error:
        raise click.ClickException(str(error)) from error
    tried = tuple(arm for arm in ARMS if arm in {*arms, "metrics"})
    trained = any(arm in networks.NETWORKS for arm in tried)
    budget = networks.Budget(
        epochs, patience, rate or official_rate(source.config), scratch_rate, fastest()
    )
    some = SPLITS_WITH_NETWORKS if trained or test else SPLITS
    settings = Settings(tried, splits or some, resamples, budget)
    with Progress(console=console, transient=True) as progress:
        train, other = _cohorts(data, test, source, names, progress, minutes=trained)
        questions = [trials.ask(name, train, other, settings.splits) for name in names]
        if all(each.reason for each in questions):
            why = "; ".join(f"{each.label}: {each.reason}" for each in questions)
            raise click.ClickException(f"nobody can be scored: {why}")
        findings, inner = _measure(questions, source, settings, progress)
    how = verdicts.how(findings, settings, inner, across=test is not None)
    report = verdicts.Report(source, note, findings, inner, how)
    _show(console, report)
    folders = {"data": data.name} | ({"test": test.name} if test else {})
    if out:
        write_whole(out, json.dumps(document(report, settings, folders), indent=2) + "\n")
    if page:
        write_whole(page, evaluate_page.render(report))


def _cohorts(
    data: Path,
    test: Path | None,
    source: Artifact,
    names: tuple[str, ...],
    progress: Progress,
    *,
    minutes: bool,
) -> tuple[Cohort, Cohort | None]:
    """Who trains and who is scored; nobody does both."""
    try:
        train, fitted = probes.read_cohort(data, source, names, progress, minutes=minutes)
        if test is None:
            return train, None
        other, _ = probes.read_cohort(test, source, names, progress, minutes=minutes, fitted=fitted)
    except (ValueError, FileNotFoundError) as error:  # a LabelError is a ValueError
        raise click.ClickException(str(error)) from error
    twice = np.isin(train.seqn, other.seqn)
    if twice.any():
        progress.console.print(f"{int(twice.sum())} people are in both folders: not trained on")
    return train.where(~twice), other


def _measure(
    questions: list[Question], source: Artifact, settings: Settings, progress: Progress
) -> tuple[list[Finding], dict[str, float]]:
    fits = len(settings.arms) - 1 + len(probes.DEFINITIONS)
    bar = progress.add_task("all", total=fits * sum(len(each.splits) for each in questions))
    kit = trials.Kit(source, settings.budget, progress, lambda: progress.advance(bar))
    return trials.measure(questions, settings, kit)


def _show(console: Console, report: Report) -> None:
    manifest, scaler_id = report.source.manifest, report.source.scaler.scaler_id
    console.print(f"{manifest.model_id}, weights {manifest.weights_sha256[:12]}, {scaler_id}")
    if report.note:
        console.print(report.note)
    console.print(results_table(report.findings))
    for said in (*verdicts.sentences(report.findings), *report.how):
        console.print(said)
    for name, label in ((f.label, LABELS[f.label]) for f in report.findings):
        if label.paper:
            console.print(f"the paper on {name}: {label.paper}")
    console.print(verdicts.PAPER_CAVEAT)


if __name__ == "__main__":
    evaluate()
