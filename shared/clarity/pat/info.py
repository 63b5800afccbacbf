"""`clarity pat info`: the sizes of PAT and the weights in the package; needs no TensorFlow."""

from __future__ import annotations

import textwrap

import click

from clarity.domain.errors import ClarityError
from clarity.pat import artifact
from clarity.pat.config import EVERY_SIZE, MINUTES_PER_WEEK

NAMES = ("size", "parameters", "tensors", "layers", "heads", "patch", "tokens", "")
ROW = "{:<12} {:>10} {:>8} {:>6} {:>6} {:>6} {:>7}  {}"
NOTES = """
A token is one patch of minutes. Every size gives a pooled embedding of 96 numbers a window.
Pretrained here on steps: the sizes marked shipped. The conv sizes (PAT-Conv) and huge can be built
and loaded; no public weights of huge or conv were found. The architecture is that of Ruan et al.
2024, arXiv 2411.15240; the official weights are CC BY 4.0 (njacobsonlab) and are not in the box.
"""


@click.command()
def info() -> None:
    """Print the sizes of PAT and the weights that are shipped, each checked as it is opened."""
    click.echo(ROW.format(*NAMES).rstrip())
    for name, config in EVERY_SIZE.items():
        click.echo(
            ROW.format(
                name,
                f"{config.parameters:,}",
                config.tensors,
                config.layers,
                config.heads,
                config.patch,
                config.tokens(MINUTES_PER_WEEK),
                "shipped" if name in artifact.SHIPPED else "",
            ).rstrip()
        )
    click.echo(NOTES)
    for size in artifact.SHIPPED:
        _describe(size)


def _describe(size: str) -> None:
    """One shipped artifact, in full; an artifact that is not as claimed is an error."""
    try:
        opened = artifact.open_folder(artifact.shipped(size))
    except ClarityError as error:
        raise click.ClickException(str(error)) from error
    manifest = opened.manifest
    click.echo(f"shipped: {manifest.model_id} (all hashes checked)")
    for name, value in {
        "size": size,
        "weights": f"SHA-256 {manifest.weights_sha256}",
        "scaler": f"{manifest.scaler_id}, {opened.scaler.minutes:,} minutes",
        "data": manifest.provenance,
        "licence": manifest.licence,
        "made by": manifest.command,
        "card": str(artifact.shipped(size) / "MODEL_CARD.md"),
    }.items():
        lines = textwrap.wrap(value, 78, break_long_words=False, break_on_hyphens=False)
        for i, line in enumerate(lines):
            click.echo(f"  {name if i == 0 else '':<8} {line}")
