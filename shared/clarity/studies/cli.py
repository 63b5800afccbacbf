"""`clarity evaluate`: what this package claims, measured on data that is not part of it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clarity.studies.scores import Figure
    from clarity.studies.sleep_evaluation import Evaluation

HEADINGS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced",
    "wake_specificity": "wake spec.",
    "sensitivity": "sensitivity",
    "kappa": "kappa",
    "auc": "AUC",
    "specificity_at_sensitivity": "spec. at 93 %",
    "kappa_at_sensitivity": "kappa at 93 %",
    "specificity_after_onset": "spec. after onset",
}
WIDTH = 170  # of a file or a pipe, where lines need no wrapping


@click.group()
def evaluate() -> None:
    """Measure a claim of this package: on public data that you have, or on generated people."""


@evaluate.command()
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder in the layout of PhysioNet's sleep-accel: three .csv.gz (or .csv) files a person.",
)
@click.option("--shipped", is_flag=True, help="Score the detector in the package; train nothing.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write the table as JSON."
)
def sleep(data: Path, shipped: bool, out: Path | None) -> None:
    """Sleep detectors against polysomnography, one person left out at a time."""
    # Here, so that other commands do without.
    from clarity.studies.sleep_accel import UnusableNightError, read_nights  # noqa: PLC0415  see above
    from clarity.studies.sleep_evaluation import (  # noqa: PLC0415  see above
        OURS,
        evaluate_folds,
        evaluate_shipped,
    )

    with Progress(console=Console(stderr=True)) as progress:
        reading = progress.add_task("reading nights", total=None)
        try:
            nights, remarks = read_nights(
                data,
                lambda done, total: progress.update(reading, completed=done, total=total),
            )
            scoring = progress.add_task(
                "scoring", total=len(nights) * (2 if shipped else len(OURS))
            )
            run = evaluate_shipped if shipped else evaluate_folds
            evaluation = run(nights, lambda: progress.advance(scoring)).with_notes(remarks)
        except (UnusableNightError, ValueError) as error:
            raise click.ClickException(str(error)) from error
    _show(evaluation)
    if out is not None:
        _write(evaluation.to_document(), out)


@evaluate.command()
@click.option(
    "--seeds",
    default=10,
    show_default=True,
    type=click.IntRange(min=1),
    help="Weeks of each person.",
)
@click.option(
    "--first-seed",
    default=1000,
    show_default=True,
    type=click.IntRange(min=0),
    help="The first of them. Seeds below 1000 are for development: report none of their figures.",
)
@click.option("--days", default=7, show_default=True, type=click.IntRange(min=7))
@click.option("--person", "names", multiple=True, help="Only this person; may be repeated.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write all as JSON."
)
def people(
    seeds: int, first_seed: int, days: int, names: tuple[str, ...], out: Path | None
) -> None:
    """Wear, steps, sleep, body clock and activity of generated people against their truth.

    Each figure stands beside a trivial answer. Some people are strangers: nobody looks at them
    while the domain is worked on, and they have goals of their own. All generated people are
    easier than real ones.
    """
    # Here, so that other commands do without.
    from clarity.sources.generated.people import PEOPLE, STRANGERS  # noqa: PLC0415  see above
    from clarity.studies.people_evaluation import evaluate_people  # noqa: PLC0415  see above
    from clarity.studies.people_page import sentences, tables  # noqa: PLC0415  see above

    chosen, numbers = names or (*PEOPLE, *STRANGERS), range(first_seed, first_seed + seeds)
    with Progress(console=Console(stderr=True)) as progress:
        scoring = progress.add_task("scoring weeks", total=len(chosen) * seeds)
        try:
            evaluation = evaluate_people(
                chosen, numbers, days=days, done=lambda: progress.advance(scoring)
            )
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    _print_all(tables(evaluation), sentences(evaluation))
    if out is not None:
        first, last = numbers[0], numbers[-1]
        _write({"first_seed": first, "last_seed": last, **evaluation.to_document()}, out)


@evaluate.command()
@click.option(
    "--seeds",
    default=1,
    show_default=True,
    type=click.IntRange(min=1),
    help="Lives of each person.",
)
@click.option("--person", "names", multiple=True, help="Only this person; may be repeated.")
@click.option("--mode", "modes", multiple=True, help="Only this behaviour; may be repeated.")
@click.option(
    "--sample",
    "shown",
    default=0,
    type=click.IntRange(min=0),
    help="Also print so many insights of different people, to be read.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write all as JSON."
)
@click.pass_context
def insights(
    context: click.Context,
    *,
    seeds: int,
    names: tuple[str, ...],
    modes: tuple[str, ...],
    shown: int,
    out: Path | None,
) -> None:
    """Insights of generated people, told by a language model that misbehaves in every way.

    Each of some hundred weeks is told in three languages. The model is a server on loopback that
    knows which of its sentences are bad. Exit code 1: one of them got through.
    """
    # Here, so that other commands do without.
    from clarity.sources.generated.answers_wire import MODES  # noqa: PLC0415  see above
    from clarity.sources.generated.people import PEOPLE, STRANGERS  # noqa: PLC0415  see above
    from clarity.studies.insight_cases import all_weeks, cases_of  # noqa: PLC0415  see above
    from clarity.studies.insight_evaluation import evaluate_insights  # noqa: PLC0415  see above
    from clarity.studies.insight_page import sample, sentences, tables  # noqa: PLC0415  see above

    everybody = (*PEOPLE, *STRANGERS)
    _known(modes, MODES)
    _known(names, everybody)
    chosen, numbers = names or everybody, range(1, seeds + 1)
    with Progress(console=Console(stderr=True)) as progress:
        living = progress.add_task("living", total=len(chosen) * seeds)
        weeks = list(all_weeks(chosen, numbers, lambda: progress.advance(living)))
        if not weeks:
            raise click.ClickException("expected a week with enough data, found none")
        cases = list(cases_of(weeks))
        telling = progress.add_task("telling", total=len(cases))
        evaluation = evaluate_insights(cases, modes or MODES, lambda: progress.advance(telling))
    _print_sample(list(sample(cases, shown)), shown)
    _print_all(tables(evaluation), sentences(evaluation))
    if out is not None:
        _write(evaluation.to_document(), out)
    if evaluation.leaked:
        context.exit(1)


@evaluate.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with NHANES 2005-2006: minutes.npz, index.csv. Without it, generated people only.",
)
@click.option(
    "--people",
    "most",
    default=1500,
    show_default=True,
    type=click.IntRange(min=50),
    help="People of the survey.",
)
@click.option(
    "--generated",
    default=600,
    show_default=True,
    type=click.IntRange(min=50),
    help="Generated people.",
)
@click.option(
    "--null",
    default=200,
    show_default=True,
    type=click.IntRange(min=3),
    help="Comparisons of each size in which nothing has changed.",
)
@click.option(
    "--repeats",
    default=100,
    show_default=True,
    type=click.IntRange(min=3),
    help="Comparisons of each size after each change.",
)
@click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path), help="Also draw it: an HTML file."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write all as JSON."
)
def drift(
    data: Path | None,
    *,
    most: int,
    generated: int,
    null: int,
    repeats: int,
    page: Path | None,
    out: Path | None,
) -> None:
    """How often drift is found where there is none, and after changes of known size.

    People's weeks are changed as a new device, a wrong time zone or less wear would change them;
    a window of some people is compared with a reference of others. Each rule stands beside ours.
    """
    # Here, so that other commands do without.
    from clarity.pat import runtime  # noqa: PLC0415  see above
    from clarity.studies.drift_cohorts import cohort, generated_weeks, survey  # noqa: PLC0415
    from clarity.studies.drift_evaluation import comparisons_of, evaluate_drift  # noqa: PLC0415
    from clarity.studies.drift_page import render, sentences, tables  # noqa: PLC0415

    pat = runtime.load("small")
    with Progress(console=Console(stderr=True)) as progress:
        cohorts = []
        if data is not None:
            reading = progress.add_task("measuring NHANES", total=most)
            weeks = survey(data, most)
            cohorts.append(
                cohort("NHANES 2005-2006", weeks, pat, lambda: progress.advance(reading))
            )
        living = progress.add_task("measuring generated people", total=generated)
        weeks = generated_weeks(generated)
        cohorts.append(cohort("generated people", weeks, pat, lambda: progress.advance(living)))
        try:
            total = comparisons_of(cohorts, null, repeats)
            comparing = progress.add_task("comparing", total=total)
            evaluation = evaluate_drift(
                pat.source.manifest.model_id,
                cohorts,
                null=null,
                repeats=repeats,
                done=lambda: progress.advance(comparing),
            )
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    _print_all(tables(evaluation), sentences(evaluation))
    if page is not None:
        page.write_text(render(evaluation), encoding="utf-8")
    if out is not None:
        _write(evaluation.to_document(), out)


def _known(given: Sequence[str], known: Sequence[str]) -> None:
    if unknown := set(given) - set(known):
        raise click.BadParameter(f"expected some of {', '.join(known)}, found {min(unknown)!r}")


def _print_sample(printed: Sequence[tuple[str, str]], wanted: int) -> None:
    console = _console()
    for heading, text in printed:
        console.print(f"[bold]{heading}[/]\n{text}\n", highlight=False, soft_wrap=True)
    if len(printed) < wanted:
        console.print(f"{wanted} insights of different people wanted, {len(printed)} people found")


def _print_all(tables: Iterable[Table], sentences: Iterable[str]) -> None:
    console = _console()
    for table in tables:
        console.print(table)
    for sentence in sentences:
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)


def _show(evaluation: Evaluation) -> None:
    console = _console()
    table = Table("detector", *HEADINGS.values())
    for row in evaluation.rows:
        table.add_row(row.name, *(_cell(row.figures.get(name)) for name in HEADINGS))
    console.print(table)
    for note in evaluation.notes:
        console.print(note, highlight=False, markup=False, soft_wrap=True)


def _cell(figure: Figure | None) -> str:
    if figure is None or math.isnan(figure.value):
        return "-"
    if math.isnan(figure.low):
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f}\n{figure.low:.2f} to {figure.high:.2f}"


def _write(document: dict[str, object], out: Path) -> None:
    """As JSON; a figure that there is not is null."""
    text = json.dumps(_plain(document), indent=1) + "\n"
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.FileError(str(out), error.strerror) from error


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and math.isnan(value) else value
