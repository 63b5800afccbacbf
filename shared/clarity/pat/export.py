"""`clarity pat export`: the whole model in one file for a phone or another runtime.

Every format takes raw steps a minute (NaN where not observed) and gives the embedding: the scaler
is inside, so that nobody has to write it again. What was written is opened by the format's own
runtime and compared with the reference on weeks of several kinds before it gets its name.
"""

from __future__ import annotations

import json
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import numpy as np

from clarity.domain.errors import ClarityError
from clarity.pat import artifact

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from clarity.pat.artifact import Artifact

    Run = Callable[[NDArray[np.float32]], NDArray[np.float32]]
    Writer = Callable[[Artifact, Path], Run]

FORMATS: Final = ("savedmodel", "onnx", "litert")
TOLERANCE: Final = 1e-5
CHECK_SEED: Final = 1


class ExportError(RuntimeError):
    """The export does not do what the reference does; nothing was written."""


def check_windows(minutes: int) -> NDArray[np.float32]:
    """(6, T) weeks to compare on: rest, a common one, beyond the cap, gaps, fractions, unseen."""
    rng = np.random.default_rng(CHECK_SEED)
    day = np.maximum(np.sin(np.arange(minutes) * 2 * np.pi / 1440 - 2), 0)
    common = rng.poisson(40 * day).astype(np.float32)
    gaps = np.where(rng.random(minutes) < 0.2, np.float32("nan"), common)  # noqa: PLR2004 - a fifth
    last = np.full(minutes, np.float32("nan"))
    last[0] = 30
    return np.stack(
        [
            np.zeros(minutes, np.float32),
            common,
            np.full(minutes, 500, np.float32),
            gaps,
            (common * rng.random(minutes)).astype(np.float32),
            last,
        ]
    ).astype(np.float32)


def worst_difference(source: Artifact, run: Run) -> float:
    """The largest difference of any number of any week's embedding from the reference's."""
    # Here, since TensorFlow takes seconds and a bad artifact is told of before.
    from clarity.pat.pretrained import Pat  # noqa: PLC0415 - see above

    windows = check_windows(source.scaler.minutes)
    reference = Pat(source).embed(windows)
    found = np.concatenate([run(window[None]) for window in windows])
    if found.shape != reference.shape or not np.isfinite(found).all():
        raise ExportError(
            f"the export gives {found.shape} with {np.count_nonzero(~np.isfinite(found))} values "
            f"that are not finite, expected {reference.shape}"
        )
    return float(np.abs(found - reference).max())


def write(
    source: Artifact, form: str, out: Path, writer: Writer | None = None
) -> dict[str, object]:
    """Export, compare, and only then give the file its name; returns what is written beside it.

    `writer` writes a format to a path and returns what runs it; by default the format's own.
    """
    if out.exists():
        raise ExportError(f"{out} exists: it is not overwritten")
    if source.config.conv and form != "savedmodel":
        raise ExportError("PAT-Conv is exported as a SavedModel only: the others are folded")
    if not out.parent.is_dir():
        raise ExportError(f"there is no folder {out.parent}")
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as temporary:
        part = Path(temporary) / ("model" if form == "savedmodel" else out.name)
        run = (writer or _writer(form))(source, part)
        worst = worst_difference(source, run)
        if worst > TOLERANCE:
            raise ExportError(
                f"the {form} export differs from the reference by {worst:.1e}, "
                f"more than {TOLERANCE:g}: nothing was written"
            )
        about = describe(source, form, part, worst)
        card = Path(temporary) / "card.json"
        card.write_text(json.dumps(about, indent=2) + "\n", "utf-8")
        part.rename(out)
        card.rename(out.with_name(f"{out.name}.json"))
    return about


def _writer(form: str) -> Writer:
    """The format's writer; its runtime is imported here and nowhere before."""
    try:
        if form == "onnx":
            return import_module("clarity.pat.export_onnx").write  # type: ignore[no-any-return] # as Writer
        return import_module("clarity.pat.export_tensorflow").WRITERS[form]  # type: ignore[no-any-return] # as Writer
    except ImportError as error:
        raise ExportError(f"{form} needs a package that is not here: {error}") from error


def describe(source: Artifact, form: str, part: Path, worst: float) -> dict[str, object]:
    """What somebody who finds the file needs to know about it."""
    manifest, minutes = source.manifest, source.scaler.minutes
    files = [part] if part.is_file() else sorted(p for p in part.rglob("*") if p.is_file())
    batch = "1" if form == "litert" else "n"
    return {
        "format": form,
        "model_id": manifest.model_id,
        "weights_sha256": manifest.weights_sha256,
        "scaler_id": manifest.scaler_id,
        "licence": manifest.licence,
        "input": f"steps: float32 ({batch}, {minutes}), steps a minute, finite and 0 or more, "
        "NaN where not observed, from a local midnight",
        "output": f"embedding: float32 ({batch}, {source.config.embed})",
        "worst_difference": worst,
        "files": {
            file.relative_to(part).as_posix() if file != part else "": artifact.sha256(file)
            for file in files
        },
    }


@click.command()
@click.option("--format", "form", type=click.Choice(FORMATS), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write.")
@click.option(
    "--artifact",
    "folder",
    type=click.Path(exists=True, path_type=Path),
    help="Folder with weights, scaler and manifest; default: the shipped PAT-S.",
)
def export(form: str, out: Path, folder: Path | None) -> None:
    """Write the model with its scaler as a SavedModel (a folder), ONNX or LiteRT (.tflite).

    Input is raw steps a minute, output the embedding of 96 numbers. The file is compared with the
    reference before it is written, and PATH.json beside it says what it is.
    """
    try:
        source = artifact.open_folder(folder or artifact.shipped("small"))
        about = write(source, form, out)
    except (ClarityError, ExportError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{about['model_id']} written to {out} as {form}")
    click.echo(f"worst difference from the reference {about['worst_difference']:.1e}")
