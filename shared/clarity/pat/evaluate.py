"""Does the embedding mean anything? `clarity pat evaluate`: frozen probes beside hand-made metrics.

How people are split and scored is in `clarity.pat.probes`; here is what is asked and what is said.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from clarity.pat import artifact, labels, pretrained
from clarity.pat.labels import LABELS
from clarity.pat.probes import FOLDS, INPUTS, STRENGTHS, Settings, measure, read_cohort
from clarity.pat.weights import WeightsError

if TYPE_CHECKING:
    from clarity.pat.pretrained import Pat
    from clarity.pat.probes import Cohort, Finding
    from clarity.pat.scoring import Estimate

PLAIN_WIDTH = 110  # columns where the output is no terminal
PAPER_CAVEAT = (
    "Ruan et al. 2024, largest training set: wrist MIMS of NHANES 2013-2014, 2,000 people to test "
    "on, all ages, one split. Another wave, device, signal and age: beside, not against."
)


def beside_metrics(finding: Finding, name: str) -> str:
    """Where the input's interval lies beside the metrics' one."""
    if name == "metrics":
        return ""
    ours, theirs = finding.auc[name], finding.auc["metrics"]
    if ours.overlaps(theirs):
        return "overlap"
    return "apart, higher" if ours.low > theirs.high else "apart, lower"


def results_table(findings: list[Finding]) -> Table:
    """One line a label and input."""
    table = Table(box=box.SIMPLE)
    for column in ("label", "people (positive)", "input", "AUC [95 %]", "minus metrics [95 %]"):
        table.add_column(column, no_wrap=True)
    table.add_column("intervals")
    for finding in findings:
        _add(table, finding)
    return table


def _add(table: Table, finding: Finding) -> None:
    who = f"{finding.people:,} ({finding.positives:,})"
    if finding.reason:
        table.add_row(finding.label, who, "-", "-", "-", finding.reason, end_section=True)
    for name, value in finding.auc.items():
        first = name == INPUTS[0]
        table.add_row(
            finding.label if first else "",
            who if first else "",
            name,
            str(value),
            _signed(finding.over_metrics.get(name)),
            beside_metrics(finding, name),
            end_section=name == INPUTS[-1],
        )


def _signed(over: Estimate | None) -> str:
    return f"{over.value:+.3f} [{over.low:+.3f}, {over.high:+.3f}]" if over else ""


def document(
    findings: list[Finding], pat: Pat, settings: Settings, folders: dict[str, str]
) -> dict[str, object]:
    """Everything that was found, for a file."""
    return {
        "model_id": pat.model_id,
        "weights_sha256": pat.weights_sha256,
        "scaler_id": pat.scaler_id,
        "folders": folders,
        "settings": asdict(settings) | {"folds": FOLDS, "strengths": list(STRENGTHS)},
        "findings": [
            asdict(finding)
            | {
                "meaning": LABELS[finding.label].text,
                "paper": LABELS[finding.label].paper,
                "intervals": {name: beside_metrics(finding, name) for name in finding.auc},
            }
            for finding in findings
        ],
        "paper_caveat": PAPER_CAVEAT,
    }


def _names(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
    if unknown := [name for name in names if name not in LABELS]:
        raise click.BadParameter(f"unknown: {', '.join(unknown)}; known: {', '.join(LABELS)}")
    if not names:
        raise click.BadParameter(f"name at least one of {', '.join(LABELS)}")
    return names


def open_pat(source: str) -> Pat:
    """The model, or the reason why there is none as a command's error."""
    try:
        return pretrained.load(source)
    except WeightsError as error:
        raise click.ClickException(str(error)) from error


DATA = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option(
    "--data",
    type=DATA,
    required=True,
    help="Folder in the nhanes-2005-2006 layout: minutes.npz, index.csv and the label files.",
)
@click.option("--test", type=DATA, help="Another such folder: train on --data, score people here.")
@click.option(
    "--weights",
    "source",
    default="small",
    show_default=True,
    help=f"A shipped size ({', '.join(artifact.SHIPPED)}) or an artifact folder.",
)
@click.option(
    "--labels",
    "names",
    default=",".join(LABELS),
    show_default=True,
    callback=_names,
    help="Comma-separated.",
)
@click.option("--seeds", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--resamples", type=click.IntRange(min=100), default=2000, show_default=True)
@click.option(
    "--json",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write everything that was found here as well.",
)
def evaluate(
    *,
    data: Path,
    test: Path | None,
    source: str,
    names: tuple[str, ...],
    seeds: int,
    resamples: int,
    out: Path | None,
) -> None:
    """Probe the frozen embedding of adults for health labels, beside hand-made metrics.

    Example: clarity pat evaluate --data ../shared/data/nhanes-2005-2006 --labels age60,female
    """
    console, settings, pat = Console(), Settings(seeds, resamples), open_pat(source)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    with Progress(console=console) as progress:
        train, other = _cohorts(data, test, pat, names, progress)
        bar = progress.add_task("probing", total=len(names) * len(INPUTS) * seeds)
        findings = []
        for i, name in enumerate(names, 1):
            findings.append(measure(name, train, other, settings, lambda: progress.advance(bar)))
            progress.update(bar, completed=i * len(INPUTS) * seeds)  # a label may be left out
    _show(console, findings, pat, settings, across=other is None)
    if out:
        folders = {"data": data.name} | ({"test": test.name} if test else {})
        text = json.dumps(document(findings, pat, settings, folders), indent=2)
        out.write_text(text + "\n", "utf-8")


def _cohorts(
    data: Path, test: Path | None, pat: Pat, names: tuple[str, ...], progress: Progress
) -> tuple[Cohort, Cohort | None]:
    """Who trains and who is scored; nobody does both."""
    try:
        train = read_cohort(data, pat, names, progress)
        other = read_cohort(test, pat, names, progress) if test else None
    except (labels.LabelError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error
    if other is None:
        return train, None
    twice = np.isin(train.seqn, other.seqn)
    if twice.any():
        progress.console.print(f"{int(twice.sum())} people are in both folders: not trained on")
    return train.where(~twice), other


def _show(
    console: Console, findings: list[Finding], pat: Pat, settings: Settings, *, across: bool
) -> None:
    console.print(f"{pat.model_id}, weights {pat.weights_sha256[:12]}, scaler {pat.scaler_id}")
    console.print(results_table(findings))
    how = f"people left out in {FOLDS} folds" if across else "people of the test folder"
    console.print(
        f"AUC on {how}, mean of {settings.seeds} seeds; brackets: 95 % percentile interval of "
        f"{settings.resamples:,} resamples of people, the same ones in each line of a label, so "
        "that the difference has an interval of its own; the last column says whether the two "
        "AUCs' own intervals overlap. None is corrected for the number of labels. Adults only. "
        "Pretraining reads steps without labels; whose, the model card says."
    )
    for name, label in ((f.label, LABELS[f.label]) for f in findings if LABELS[f.label].paper):
        console.print(f"the paper on {name}: {label.paper}")
    console.print(PAPER_CAVEAT)


if __name__ == "__main__":
    evaluate()
