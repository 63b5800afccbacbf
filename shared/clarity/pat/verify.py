"""`clarity pat verify`: what a weight file is, or the reason why it is none; needs no TensorFlow.

A file is first told by its first bytes (a pointer, an archive and a web page are common where
weights were expected), then by its tensors, and only then read strictly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import h5py
import numpy as np

from clarity.pat import artifact, weights
from clarity.pat.config import EVERY_SIZE
from clarity.pat.weights import WeightsError

if TYPE_CHECKING:
    from clarity.pat.config import PatConfig

Shapes = dict[str, tuple[int, ...]]

HDF5: Final = b"\x89HDF\r\n\x1a\n"
NOT_WEIGHTS: Final = (
    (
        b"version https://git-lfs",
        "a Git LFS pointer, not the weights: run git lfs pull",
    ),
    (b"PK\x03\x04", "a zip archive (perhaps a .keras model or a download): unpack it first"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"<!doctype html", "a web page: the download gave a page and not the file"),
    (b"<html", "a web page: the download gave a page and not the file"),
    (b"\x93numpy", "a NumPy array"),
    (b"\x80", "a Python pickle, which is never opened here"),
)
# How the authors name their files: PAT-S_29k_weights.h5, before that (conv_)encoder_small_90_*.h5.
NAMED: Final = re.compile(
    r"PAT-(?P<letter>[SMLH])[_-]|(?P<conv>conv_)?encoder_(?P<word>small|medium|large|huge)_", re.I
)
LETTERS: Final = {"S": "small", "M": "medium", "L": "large", "H": "huge"}
# Recorded by another project with the files of June 2025; never confirmed by the authors.
UNCONFIRMED: Final = {
    "df8d9f0f66bab088d2d4870cb2df4342745940c732d008cd3d74687be4ee99be": "PAT-S_29k_weights.h5",
    "855e482b79707bf1b71a27c7a6a07691b49df69e40b08f54b33d178680f04ba7": "PAT-M_29k_weights.h5",
    "e8ebef52e34a6f1ea92bbe3f752afcd1ae427b9efbe0323856e873f12c989521": "PAT-L_29k_weights.h5",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a good weight file is."""

    sha256: str
    layout: str
    config: PatConfig
    training: str
    match: str


def inspect(path: Path) -> Finding:
    """Read a weight file and say what it is; `WeightsError` with the reason if it is none."""
    if not path.is_file():
        raise WeightsError(f"there is no file {path}")
    _check_first_bytes(path)
    config = closest(path)
    _check_name(path, config)
    tensors = weights.read(path, config)
    digest = artifact.sha256(path)
    return Finding(digest, _layout(path), config, _training(tensors), _match(path, digest))


def _check_first_bytes(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(2048)
    if not start:
        raise WeightsError(f"{path.name} is empty")
    for magic, what in NOT_WEIGHTS:
        if start.lstrip().lower().startswith(magic.lower()):
            raise WeightsError(f"{path.name} is {what}")
    if HDF5 not in (start[:8], start[512:520], start[1024:1032]):  # a user block may come first
        raise WeightsError(f"{path.name} is not an HDF5 file: it begins with {start[:8]!r}")


def _check_name(path: Path, config: PatConfig) -> None:
    """A file whose name promises another size was renamed, or is the wrong one."""
    if not (named := NAMED.match(path.name)):
        return
    size = LETTERS.get((named["letter"] or "").upper()) or named["word"].lower()
    said = f"conv-{size}" if named["conv"] else size
    if said != config.name:
        raise WeightsError(
            f"{path.name} is not what its name says: expected PAT-{said}, found the tensors of "
            f"PAT-{config.name}"
        )


def closest(path: Path) -> PatConfig:
    """The size whose tensors a file has, or has nearly; an error if there is no such size."""
    found: Shapes = {name: array.shape for name, array in weights.read_tensors(path).items()}
    if not found:
        raise WeightsError(f"{path.name} holds no tensors")
    if any(name.startswith(("layers/", "_layer_checkpoint_dependencies/")) for name in found):
        raise WeightsError(
            f"{path.name} is of Keras 3's own format (.weights.h5), which does not name its "
            "tensors: save it in the official layout"
        )
    config = max(EVERY_SIZE.values(), key=lambda size: _likeness(found, size))
    if not _likeness(found, config):
        raise WeightsError(
            f"{path.name} holds no known size of PAT: none of its {len(found)} tensors is one of "
            f"PAT's, the first is {min(found)} {found[min(found)]}"
        )
    _check_head_width(path, found, config)
    return config


def _likeness(found: Shapes, config: PatConfig) -> float:
    """The share of tensors, of the file's and the size's together, that agree in name and shape."""
    expected = weights.layout(config)
    same = sum(found.get(name) == shape for name, shape in expected.items())
    return same / len(expected.keys() | found.keys())


def _check_head_width(path: Path, found: Shapes, config: PatConfig) -> None:
    """Heads of embedding / heads each are a frequent mistake, and another model."""
    name = next(n for n in weights.layout(config) if n.endswith("query/kernel:0"))
    shape = found.get(name, (config.embed, config.heads, config.key_dim))
    if len(shape) == 3 and shape[2] * shape[1] == config.embed:  # noqa: PLR2004 - (D, H, K)
        raise WeightsError(
            f"{path.name} is another model: {name} has shape {shape}, so a head is {shape[2]} "
            f"wide; in PAT each head is {config.key_dim} wide"
        )


def _layout(path: Path) -> str:
    with h5py.File(path, "r") as file:
        if "model_weights" in file:
            return "official full model (layout A)"
        layers = file.attrs.get("layer_names", [])
        bare = len(layers) > 0 and len(layers) == len(file)
        ours = bare and all(len(group) for group in file.values())
    return f"weights only (layout B), {'as this package writes it' if ours else 'as Keras 2 does'}"


def _training(tensors: weights.Weights) -> str:
    """How far the normalisations are from where training starts; all of them there is refused."""
    gammas = [array for name, array in tensors.items() if name.endswith("gamma:0")]
    betas = [array for name, array in tensors.items() if name.endswith("beta:0")]
    moved = np.abs(np.concatenate([*(gamma - 1 for gamma in gammas), *betas]))
    return (
        f"yes: {np.count_nonzero(moved):,} of {moved.size:,} normalisation parameters left their "
        f"initial value, by {moved.mean():.3f} on average"
    )


def _match(path: Path, digest: str) -> str:
    """Which manifest names this hash: one beside the file, or of the shipped weights."""
    if near := _manifest_beside(path):
        if near.weights_sha256 == digest:
            return f"{near.model_id}, by the manifest beside it; {near.licence}"
        if path.name == "weights.h5":
            raise WeightsError(
                f"{path.name} is not the file of {near.model_id}, which the manifest beside it "
                f"describes: expected SHA-256 {near.weights_sha256}, found {digest}"
            )
    for size in artifact.SHIPPED:
        manifest = artifact.read_manifest(artifact.shipped(size) / "manifest.json")
        if manifest.weights_sha256 == digest:
            return f"{manifest.model_id}, shipped with this package; {manifest.licence}"
    if digest in UNCONFIRMED:
        return f"none; another project recorded this hash for {UNCONFIRMED[digest]}, unconfirmed"
    return "none known: who made this file, and on what, cannot be told from its hash"


def _manifest_beside(path: Path) -> artifact.Manifest | None:
    """The artifact's manifest in the same folder; another program's manifest.json is none."""
    try:
        return artifact.read_manifest(path.parent / "manifest.json")
    except (OSError, WeightsError):
        return None


def reason(error: WeightsError, path: Path) -> str:
    """The error in a person's words: HDF5 says more about a truncated file than one needs."""
    if cut := re.search(r"truncated file: eof = (\d+).*stored_eof = (\d+)", str(error)):
        return f"{path.name} is truncated: it has {cut[1]} of {cut[2]} bytes"
    return str(error)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def verify(file: Path) -> None:
    """Say what the weight FILE is: layout, size, whether trained, hash, manifest.

    FILE may also be an artifact's folder (weights, scaler and manifest), whose every claim is then
    checked. Whatever is not the complete, trained weights of a PAT encoder is refused with the
    reason, and the exit status is 1.
    """
    path = file / "weights.h5" if file.is_dir() else file
    try:
        if file.is_dir():
            artifact.open_folder(file)
        found = inspect(path)
    except WeightsError as error:
        raise click.ClickException(f"refused: {reason(error, path)}") from error
    config = found.config
    shape = f"{config.parameters:,} parameters in {config.tensors} tensors"
    for name, value in {
        "file": str(path),
        "SHA-256": found.sha256,
        "layout": found.layout,
        "size": f"PAT-{config.name}, {shape}",
        "trained": found.training,
        "manifest": found.match,
    }.items():
        click.echo(f"{name:<9} {value}")
