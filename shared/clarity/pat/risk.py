"""`clarity pat risk`: what a head says of one week, and how far that can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clarity.domain.errors import ClarityError
from clarity.pat import artifact, calibration, heads, weeks
from clarity.pat.calibration import interval
from clarity.pat.config import MINUTES_PER_WEEK
from clarity.pat.explain import read_steps
from clarity.pat.heads import HeadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from clarity.pat.calibration import Measured
    from clarity.pat.heads import Head

EDGE = 0.001  # of the risks that are told as numbers
NOT_A_DIAGNOSIS = (
    "This ranks a week among those of the people that the head was trained on. It is not a "
    "diagnosis of anybody, and other people, devices or times may differ."
)


class TooLittleDataError(ValueError):
    """A week holds too little to be judged; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Told:
    """A week's calibrated risk by a head, and how that head did on others."""

    head: Head
    measured: Measured
    risk: float


def tell(steps: NDArray[np.float64], folder: Path, encoder: Path) -> Told:
    """The risk of one week of steps (10080,), NaN where not observed.

    Raises:
        TooLittleDataError: fewer than 4 days with 10 h of observed minutes.
        HeadError: no head, another encoder's or scaler's, or one that chance could equal.
    """
    source = artifact.open_folder(encoder).of_steps()
    head = heads.load(folder, encoder_sha256=source.manifest.weights_sha256)
    if (scaler_id := head.facts.get("scaler_id")) != source.scaler.scaler_id:
        raise HeadError(
            f"the head was trained on weeks that scaler {scaler_id} standardised, the encoder "
            f"comes with {source.scaler.scaler_id}"
        )
    measured = calibration.read(head.facts)
    if not measured.better_than_chance:
        raise HeadError(
            f"the head for {head.label} has a test AUC of {measured.auc}: chance could equal it, "
            "so there is no risk"
        )
    if missing := weeks.lacking(steps):
        raise TooLittleDataError(f"{missing}: no risk is told of this week")
    # Here, since the runtime takes its time: a head that is not this encoder's is told of before.
    from clarity.pat.runtime import Pat  # noqa: PLC0415 - see above

    pooled = Pat(source, cores=1).embed(steps[None])
    return Told(head, measured, float(head.risk(pooled)[0]))


def encoder_for(folder: Path) -> Path:
    """Where the encoder of a folder's head lies: beside it, or among the shipped ones."""
    wanted = heads.encoder_of(folder)
    if (folder / "encoder").is_dir():
        return folder / "encoder"
    for size in artifact.SHIPPED:
        shipped = artifact.shipped(size)
        if artifact.read_manifest(shipped / "manifest.json").weights_sha256 == wanted:
            return shipped
    made = f"; make it: clarity pat merge {folder} --out {folder / 'encoder'}"
    raise HeadError(
        f"the head in {folder} belongs to the encoder {wanted}, which is not shipped and not in "
        f"{folder / 'encoder'}: name its folder with --artifact"
        f"{made if (folder / 'adapter.json').is_file() else ''}"
    )


def lines(told: Told) -> Iterator[tuple[str, str]]:
    """What is said about a week, each with its name."""
    head, measured = told.head, told.measured
    unit = str(head.facts.get("unit", "weeks"))
    tested = sum(each.people for each in measured.bins)
    had = sum(each.people * each.observed for each in measured.bins)
    index = measured.bin_of(told.risk)
    tenth, ends = measured.bins[index], (0.0, *measured.edges, 1.0)
    low, high = interval(tenth)
    meaning = str(head.facts.get("meaning", head.label))
    yield (
        "risk",
        f"{_percent(told.risk)} for {head.label}" + f" ({meaning})" * (meaning != head.label),
    )
    yield "base rate", f"{had / tested:.1%} of {tested:,} test {unit} had it"
    yield (
        "came true",
        f"of {tenth.people} test {unit} told about the same ({ends[index]:.1%} to "
        f"{ends[index + 1]:.1%}), {tenth.observed:.0%} had it, 95 % interval {low:.0%} to "
        f"{high:.0%}",
    )
    yield "ranking", f"AUC {measured.auc} (95 %) on those {tested:,}; 0.5 is chance"
    yield "calibration", f"expected error {measured.error:.3f}, Brier score {measured.brier:.3f}"
    yield "head", f"{head.mode}, on the encoder {head.encoder_sha256}"


def _percent(risk: float) -> str:
    """No head is sure: a risk that would round to 0 or 100 % is told as a bound."""
    if risk < EDGE:
        return f"below {EDGE:.1%}"
    return f"above {1 - EDGE:.1%}" if risk > 1 - EDGE else f"{risk:.1%}"


@click.command()
@click.argument("steps", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--head",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="What `clarity pat finetune` wrote.",
)
@click.option(
    "--artifact",
    "encoder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The head's encoder; default: the one beside it, else the shipped one of its hash.",
)
def risk(steps: Path, folder: Path, encoder: Path | None) -> None:
    """Tell the calibrated risk of the week in STEPS by a trained head, beside how the head did.

    STEPS is a .npy array, or a .csv with one column or a column named steps: 10,080 minutes from a
    local midnight, empty (NaN) where nothing was observed. A day counts with 10 h of minutes that
    are not empty, and 4 such days are needed. Write unworn minutes as empty: a 0 counts as
    observed stillness.

    \b
    Examples:
      clarity pat finetune --data ../shared/data/nhanes-2005-2006 \\
        --label age60 --out heads/age60
      clarity pat risk week.csv --head heads/age60
    """  # noqa: D301 - \b is click's mark of lines that are not to be wrapped
    try:
        told = tell(read_steps(steps, MINUTES_PER_WEEK), folder, encoder or encoder_for(folder))
    except (ClarityError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    for name, text in lines(told):
        click.echo(f"{name:<12} {text}")
    click.echo(NOT_A_DIAGNOSIS)
