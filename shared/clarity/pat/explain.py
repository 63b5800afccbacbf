"""`clarity pat explain`: a page about where in one week the model looked and what moved it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from clarity.domain.errors import ClarityError
from clarity.domain.explanation import verdict
from clarity.pat import artifact, attribution
from clarity.pat.explain_page import render, trust

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray


class UnreadableStepsError(ValueError):
    """A file of steps cannot be used; the message says where and why."""


def read_steps(path: Path, minutes: int) -> NDArray[np.float64]:
    """(minutes,) steps a minute from a .npy array or a .csv column, NaN where not observed."""
    steps = _npy(path) if path.suffix == ".npy" else _csv(path)
    if steps.size != minutes:
        raise UnreadableStepsError(
            f"{path.name} must hold {minutes} minutes, 7 days from a local midnight; "
            f"found {steps.size}"
        )
    if (wrong := np.isinf(steps) | (steps < 0)).any():
        at = int(np.argmax(wrong))
        raise UnreadableStepsError(
            f"{path.name}: minute {at} is {steps[at]:g}; steps are finite and 0 or more"
        )
    if np.isnan(steps).all():
        raise UnreadableStepsError(f"{path.name} holds no observed minute")
    return steps


def _npy(path: Path) -> NDArray[np.float64]:
    try:
        stored = np.load(path, allow_pickle=False)
        return np.asarray(stored, np.float64).reshape(-1)
    except (ValueError, TypeError, EOFError) as error:
        raise UnreadableStepsError(f"{path.name} is not an array of numbers: {error}") from error


def _csv(path: Path) -> NDArray[np.float64]:
    """A column named `steps`, or the only column; an empty field was not observed."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableStepsError(f"{path.name} is not CSV text: {error}") from error
    while rows and not rows[-1]:
        rows.pop()
    head = [name.strip().lower() for name in rows[0]] if rows else []
    column, first = (head.index("steps"), 1) if "steps" in head else (0, 0)
    if not first and len(head) > 1:
        raise UnreadableStepsError(
            f"{path.name} has {len(head)} columns and none is named steps: {', '.join(rows[0])}"
        )
    values = (row[column] if column < len(row) else "" for row in rows[first:])
    return np.array([_number(path, i, v) for i, v in enumerate(values, first + 1)], np.float64)


def _number(path: Path, line: int, text: str) -> float:
    try:
        return float(text) if text.strip() else float("nan")
    except ValueError as error:
        raise UnreadableStepsError(f"{path.name}:{line}: {text!r} is no number") from error


@click.command()
@click.argument("steps", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("clarity-pat.html"),
    show_default=True,
    help="Where the page is written.",
)
@click.option(
    "--artifact",
    "folder",
    type=click.Path(exists=True, path_type=Path),
    help="Folder with weights, scaler and manifest, instead of shipped ones.",
)
@click.option(
    "--size",
    type=click.Choice(list(artifact.SHIPPED)),
    help="Which of the shipped models, default: small; not with --artifact.",
)
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="First day; for the labels only.")
def explain(
    steps: Path, out: Path, folder: Path | None, size: str | None, start: datetime | None
) -> None:
    """Explain the week in STEPS: attention for each minute, and integrated gradients beside it.

    STEPS is a .npy array, or a .csv with one column or a column named steps: 10,080 minutes from a
    local midnight, empty (NaN) where nothing was observed. The page needs no network and no
    scripts. It says where the model looked; it does not say why, and it names no condition.
    """
    if folder and size:
        raise click.UsageError("--size names a shipped model and --artifact another one: give one")
    try:
        source = artifact.open_folder(folder or artifact.shipped(size or "small")).of_steps()
        window = read_steps(steps, source.scaler.minutes)
        found = attribution.explain(source, window)
    except (ClarityError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    out.write_text(render(found, start.date() if start else None), encoding="utf-8")
    gradients = found.gradients
    click.echo(f"model        {found.model_id}")
    click.echo(f"departure    {gradients.departure:.3f} from the mean week's embedding")
    click.echo(f"completeness off by {gradients.error:.2%} with {gradients.points} points")
    click.echo(
        f"sanity       rank correlation with shuffled weights {found.shuffled_rank:.2f} "
        f"(attention {found.shuffled_attention_rank:.2f}); 0 is good"
    )
    click.echo(verdict(trust(found)))
    click.echo(f"The page: {out}")
