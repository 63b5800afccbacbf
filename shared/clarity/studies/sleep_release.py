"""Makes the detector that is shipped, from every night of a folder.

`python -m clarity.studies.sleep_release --data sleep-accel --out
shared/clarity/domain/sleep/data/sleepwake`
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from clarity.studies.sleep_accel import UnusableNightError, read_nights
from clarity.studies.sleep_training import BAG, choose, example_of, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from clarity.domain.sleep.sleepwake import Inputs, Network
    from clarity.studies.sleep_accel import Night

SHIPPED: Final[tuple[tuple[Inputs, bool], ...]] = (
    ("both", False),
    ("both", True),
    ("movement", False),
    ("movement", True),
)
DIGITS: Final = 6


def train_all(nights: Sequence[Night]) -> bytes:
    """The weight file: every network, chosen and fitted on these people."""
    return json.dumps(
        [_to_document(_trained(nights, inputs, causal=causal)) for inputs, causal in SHIPPED],
        separators=(",", ":"),
    ).encode("ascii")


def manifest_of(weights: bytes, nights: Sequence[Night], command: str) -> dict[str, object]:
    """What the weight file is and what it was made of."""
    return {
        "sha256": hashlib.sha256(weights).hexdigest(),
        "command": command,
        "people": [night.person for night in nights],
        "data": "Walch et al. 2019, Motion and heart rate from a wrist-worn wearable and labeled "
        "sleep from polysomnography 1.0.0, PhysioNet, doi:10.13026/hmhs-py35; "
        "activity counts by the minute as the mean of its 15-second counts times four",
        "data_licence": "Open Data Commons Attribution License 1.0 (ODC-By)",
        "attribution": "Contains information from the sleep-accel database of O. Walch, which is "
        "made available under the ODC Attribution License",
    }


def _trained(nights: Sequence[Night], inputs: Inputs, *, causal: bool) -> Network:
    examples = [example_of(night, inputs, causal=causal) for night in nights]
    choice = choose(examples, inputs, causal=causal)
    return fit(examples, inputs, choice, bag=BAG, causal=causal)


def _to_document(network: Network) -> dict[str, object]:
    return {
        "inputs": network.inputs,
        "causal": network.causal,
        "smoothing": network.smoothing,
        "threshold": round(network.threshold, DIGITS),
        "mean": _rounded(network.mean),
        "sd": _rounded(network.sd),
        "layers": [[_rounded(part) for part in layer] for layer in network.layers],
    }


def _rounded(values: NDArray[np.float64]) -> object:
    return values.round(DIGITS).tolist()


@click.command()
@click.option(
    "--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
def main(data: Path, out: Path) -> None:
    """Train on every night in DATA and write weights.json and manifest.json to OUT."""
    try:
        nights, remarks = read_nights(data, lambda done, total: None)
    except UnusableNightError as error:
        raise click.ClickException(str(error)) from error
    weights = train_all(nights)
    command = "python -m clarity.studies.sleep_release --data sleep-accel --out sleepwake"
    out.mkdir(parents=True, exist_ok=True)
    (out / "weights.json").write_bytes(weights)
    text = json.dumps(manifest_of(weights, nights, command), indent=1) + "\n"
    (out / "manifest.json").write_text(text, encoding="utf-8")
    for remark in remarks:
        click.echo(remark)
    click.echo(f"{len(nights)} people, {len(weights):,} bytes: {out}")


if __name__ == "__main__":
    main()
