"""Low-rank adapters: a small change of one encoder, for one person or one clinic.

Hu et al. 2021, arXiv 2106.09685: a frozen kernel W (flattened to in x out) becomes
W + alpha / rank * down @ up, where `up` starts at 0, so that an untrained adapter changes nothing.
A folder holds `adapter.npz` (the factors) and `adapter.json` (what it is, and the SHA-256 of the
encoder that it changes: on another one it is refused).

What is served is the sum. `merged` adds the factors up into plain weights of the official layout,
and training writes them as an artifact beside the adapter: the folded runtime, the endpoint,
`explain` and `export` open that as any other encoder, and a head is bound to one hash, not to a
pair of them. The small files are what is sent and kept; `clarity pat merge` makes the artifact
again from them and the base. No product of matrices is left to a library there, only sums in
double precision in a fixed order, so every machine gets the same bits.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from clarity.pat import artifact, scaler, weights
from clarity.pat.artifact import Artifact, Manifest, sha256
from clarity.pat.config import PRESETS
from clarity.pat.weights import Weights, WeightsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.pat.config import PatConfig

ATTENTION = ("query", "key", "value", "attention_output")
FEED_FORWARD = ("ff1", "ff2")
RANK, ALPHA = 4, 8.0
INWARD = 2  # a projection back from the heads, (H, K, D), has two axes of input; others have one
SIDES = ("down", "up")
NAMES = ("base_model_id", "base_sha256", "adapter_sha256", "encoder", "rank", "alpha")


class AdapterError(ValueError):
    """An adapter cannot be used, with the reason."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How much of an encoder an adapter can change.

    Attributes:
        rank: Of each kernel's change.
        alpha: The change is scaled by alpha / rank.
        feed_forward: Whether the two dense layers of a block are changed besides its attention.
    """

    rank: int = RANK
    alpha: float = ALPHA
    feed_forward: bool = False

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise AdapterError(f"an adapter's rank must be 1 or more, found {self.rank}")
        if not (np.isfinite(self.alpha) and self.alpha > 0):
            raise AdapterError(f"an adapter's alpha must be above 0, found {self.alpha}")


@dataclass(frozen=True, slots=True)
class Adapter:
    """The trained factors, `<layer>.<part>.down` (in, rank) and `.up` (rank, out)."""

    shape: Shape
    base_sha256: str
    tensors: dict[str, NDArray[np.float32]]

    @property
    def parameters(self) -> int:
        """How many numbers were trained."""
        return sum(array.size for array in self.tensors.values())


def targets(config: PatConfig, shape: Shape) -> dict[str, str]:
    """Short name -> official path of every kernel that is changed."""
    parts = ATTENTION + (FEED_FORWARD if shape.feed_forward else ())
    found = {}
    for layer in range(1, config.layers + 1):
        t = f"encoder_layer_{layer}_transformer/encoder_layer_{layer}"
        for part in parts:
            middle = f"_{part}" if part in FEED_FORWARD else f"_attention/{part}"
            found[f"{layer}.{part}"] = f"{t}{middle}/kernel:0"
    return found


def factor_shapes(config: PatConfig, shape: Shape) -> dict[str, tuple[int, int]]:
    """The shape of every factor."""
    layout, found = weights.layout(config), {}
    for name, path in targets(config, shape).items():
        wide = layout[path]
        inward = INWARD if name.endswith(".attention_output") else 1
        found[f"{name}.down"] = (int(np.prod(wide[:inward])), shape.rank)
        found[f"{name}.up"] = (shape.rank, int(np.prod(wide[inward:])))
    return found


def merged(base: Weights, adapter: Adapter, config: PatConfig) -> Weights:
    """The encoder's tensors with the change added to them; the base stays as it is."""
    scale, together = adapter.shape.alpha / adapter.shape.rank, dict(base)
    for name, path in targets(config, adapter.shape).items():
        down, up = (adapter.tensors[f"{name}.{side}"].astype(np.float64) for side in SIDES)
        change = np.zeros((down.shape[0], up.shape[1]))
        for k in range(adapter.shape.rank):  # no matmul: see the module's text
            change += down[:, k, None] * up[k]
        kernel = base[path]
        together[path] = (kernel + scale * change.reshape(kernel.shape)).astype(np.float32)
    return together


def save(adapter: Adapter, folder: Path, *, base: Manifest, encoder: Manifest) -> None:
    """Write the adapter of `base` that gives `encoder` when merged."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "adapter.npz", **adapter.tensors)  # type: ignore[arg-type] # names are free
    document = {
        "base_model_id": base.model_id,
        "base_sha256": adapter.base_sha256,
        "encoder": asdict(encoder),
        "adapter_sha256": sha256(folder / "adapter.npz"),
        **asdict(adapter.shape),
    }
    (folder / "adapter.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")


def load(folder: Path, *, base: Artifact) -> tuple[Adapter, Manifest]:
    """Open the adapter of this encoder, and what it makes of it; `AdapterError` if it cannot be."""
    document = _document(folder / "adapter.json")
    if document["base_sha256"] != base.manifest.weights_sha256:
        raise AdapterError(
            f"the adapter in {folder} belongs to {document['base_model_id']} with the encoder "
            f"{document['base_sha256']}, not to {base.manifest.weights_sha256}"
        )
    path = folder / "adapter.npz"
    if not path.is_file() or (found := sha256(path)) != document["adapter_sha256"]:
        what = f"SHA-256 {found}" if path.is_file() else "no such file"
        raise AdapterError(f"{path} is not the adapter that adapter.json describes: found {what}")
    try:
        shape = Shape(
            int(document["rank"]), float(document["alpha"]), bool(document["feed_forward"])
        )
        encoder = Manifest(**document["encoder"])
    except (KeyError, TypeError, ValueError) as error:
        raise AdapterError(f"{folder}: adapter.json cannot be read: {error}") from error
    return Adapter(shape, base.manifest.weights_sha256, _factors(path, base.config, shape)), encoder


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise AdapterError(f"there is no adapter in {path.parent}") from error
    except ValueError as error:
        raise AdapterError(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict) or (absent := [n for n in NAMES if n not in document]):
        lacking = ", ".join(absent) if isinstance(document, dict) else "everything"
        raise AdapterError(f"{path} describes no adapter: it lacks {lacking}")
    return document


def _factors(path: Path, config: PatConfig, shape: Shape) -> dict[str, NDArray[np.float32]]:
    expected = factor_shapes(config, shape)
    with np.load(path, allow_pickle=False) as stored:
        tensors = {name: stored[name] for name in stored.files}
    if (found := {name: array.shape for name, array in tensors.items()}) != expected:
        raise AdapterError(
            f"{path} must hold {len(expected)} factors of rank {shape.rank} "
            f"for PAT-{config.name}, found {found}"
        )
    if bad := [name for name, array in tensors.items() if not np.isfinite(array).all()]:
        raise AdapterError(f"{path}: {', '.join(bad)} holds values that are not finite")
    return tensors


def write_encoder(folder: Path, tensors: Weights, source: Artifact) -> str:
    """Write weights made from `source` and its scaler, without a manifest; their SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    weights.save(folder / "weights.h5", tensors, source.config)
    scaler.save(source.scaler, folder / "scaler.npz")
    return sha256(folder / "weights.h5")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make an artifact of what `write_encoder` wrote; opening it is the check."""
    artifact.write_manifest(manifest, folder / "manifest.json")
    artifact.open_folder(folder)


def write_merged(out: Path, source: Artifact, adapter: Adapter, manifest: Manifest) -> None:
    """The artifact that training wrote, made again; `AdapterError` if it is not the same file."""
    digest = write_encoder(out, merged(source.weights, adapter, source.config), source)
    if digest != manifest.weights_sha256:
        shutil.rmtree(out)
        raise AdapterError(
            f"the sum has SHA-256 {digest}, expected {manifest.weights_sha256}: take the encoder "
            "folder that training wrote"
        )
    write_manifest(out, manifest)


@click.command()
@click.argument("adapter", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--base",
    default="small",
    show_default=True,
    help=f"The encoder that it changes: {', '.join(artifact.SHIPPED)} or an artifact folder.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="A new folder for the artifact.",
)
def merge(adapter: Path, base: str, out: Path) -> None:
    """Add the low-rank ADAPTER in a folder to its base: an artifact that everything opens.

    \b
    Example: send head.json, head.npz, adapter.json and adapter.npz, about 100 kB, and there
      clarity pat merge received --out received/encoder
      clarity pat risk week.csv --head received
    """  # noqa: D301 - \b is click's mark of lines that are not to be wrapped
    if out.exists():
        raise click.ClickException(f"{out} exists: it is not overwritten")
    try:
        source = artifact.open_folder(artifact.shipped(base) if base in PRESETS else Path(base))
        found, manifest = load(adapter, base=source)
        write_merged(out, source, found, manifest)
    except (WeightsError, AdapterError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{manifest.model_id}, weights {manifest.weights_sha256}: {out}")
