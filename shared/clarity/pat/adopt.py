"""`clarity pat adopt`: make an artifact of a bare weight file, so that everything can open it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import click

from clarity.pat import artifact, opening, scaler
from clarity.pat.weights import WeightsError


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="A new folder for weights, scaler and manifest.",
)
@click.option("--provenance", required=True, help="Who trained it on what: the manifest says it.")
@click.option("--licence", required=True, help="Under which it may be used, with attribution.")
@click.option(
    "--scaler",
    "fitted",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="scaler.npz of the people it was trained on; without it a shipped one is taken.",
)
def adopt(file: Path, out: Path, provenance: str, licence: str, fitted: Path | None) -> None:
    """Make an artifact of the bare weight FILE: weights, scaler and a manifest that binds them.

    explain, export, finetune and the endpoint open artifacts, since weights alone do not say how
    their input is to be scaled.

    \b
    Example, the authors' weights:
      clarity pat adopt PAT-M_29k_weights.h5 --out pat-m-29k \\
        --provenance "NHANES 2003-2014, njacobsonlab" --licence "CC BY 4.0, Ruan et al. 2024"
    """  # noqa: D301 - \b is click's mark of lines that are not to be wrapped
    if out.exists() and any(out.iterdir()):
        raise click.ClickException(f"{out} holds something already: name another folder")
    try:
        source, said = opening.open_weights(str(file), fitted)
        manifest = replace(
            source.manifest,
            provenance=provenance,
            licence=licence,
            command=f"clarity pat adopt {file.name}",
        )
        out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, out / "weights.h5")
        scaler.save(source.scaler, out / "scaler.npz")
        artifact.write_manifest(manifest, out / "manifest.json")
        artifact.open_folder(out)  # what is written is what can be opened
    except (WeightsError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(said)
    click.echo(f"{manifest.model_id} written to {out}")
