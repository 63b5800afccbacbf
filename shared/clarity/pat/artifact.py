"""A trained PAT as it is shipped: weights, scaler and a manifest that binds them by hash.

A folder holds `weights.h5` (official layout), `scaler.npz`, `manifest.json` and, for people,
`MODEL_CARD.md`. Opening one checks every claim of the manifest and needs no TensorFlow.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from clarity.pat import scaler, weights
from clarity.pat.config import PRESETS, preset
from clarity.pat.weights import WeightsError

if TYPE_CHECKING:
    from clarity.pat.config import PatConfig

FILES = ("manifest.json", "weights.h5", "scaler.npz")
SHIPPED = {  # size -> folder of the package data
    "small": "pat-s-nhanes-steps",
    "medium": "pat-m-nhanes-steps",
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a weight file is, where it came from and who may use it."""

    model_id: str
    size: str
    weights_sha256: str
    scaler_id: str
    provenance: str
    licence: str
    command: str


@dataclass(frozen=True, slots=True)
class Artifact:
    """Weights and scaler that are what their manifest says."""

    manifest: Manifest
    config: PatConfig
    weights: weights.Weights
    scaler: scaler.Scaler

    def of_steps(self) -> Artifact:
        """Itself; `WeightsError` if it was trained on counts, which steps do not stand in for."""
        if self.scaler.signal != "steps":
            raise WeightsError(
                f"expected a model that reads steps a minute, {self.manifest.model_id} reads "
                f"{self.scaler.signal}"
            )
        return self


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def shipped(size: str) -> Path:
    """The folder of the weights that come with the package; an error if none do for this size."""
    if size not in SHIPPED:
        raise WeightsError(
            f"no weights of PAT-{preset(size).name} are shipped, only {', '.join(SHIPPED)}: "
            "name a folder with your own"
        )
    return Path(__file__).parent / "data" / SHIPPED[size]


def open_folder(folder: Path) -> Artifact:
    """Read and check an artifact; `WeightsError` with the reason if anything is not as claimed."""
    if folder.is_file():
        raise WeightsError(
            f"{folder} is a bare file, an artifact is a folder: clarity pat adopt makes one of it"
        )
    if absent := [name for name in FILES if not (folder / name).is_file()]:
        raise WeightsError(f"{folder} is no PAT artifact: it lacks {', '.join(absent)}")
    manifest = read_manifest(folder / "manifest.json")
    found = sha256(folder / "weights.h5")
    if found != manifest.weights_sha256:
        raise WeightsError(
            f"weights.h5 is not the file of {manifest.model_id}: "
            f"expected SHA-256 {manifest.weights_sha256}, found {found}"
        )
    config = preset(manifest.size)
    fitted = _scaler(folder / "scaler.npz")
    if fitted.scaler_id != manifest.scaler_id:
        raise WeightsError(
            f"scaler.npz is not the scaler of {manifest.model_id}: "
            f"expected {manifest.scaler_id}, found {fitted.scaler_id}"
        )
    return Artifact(manifest, config, weights.read(folder / "weights.h5", config), fitted)


def read_manifest(path: Path) -> Manifest:
    """Read a manifest; exactly the known names, all of them text."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise WeightsError(f"{path} is damaged: it is not JSON ({error})") from error
    names = {field.name for field in fields(Manifest)}
    if not isinstance(document, dict) or document.keys() != names:
        raise WeightsError(f"{path} must name exactly {', '.join(sorted(names))}")
    if not all(isinstance(value, str) for value in document.values()):
        raise WeightsError(f"{path}: every value must be text")
    if document["size"] not in PRESETS:
        raise WeightsError(f"{path}: unknown size {document['size']!r}")
    return Manifest(**document)


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write what `read_manifest` reads."""
    path.write_text(json.dumps(asdict(manifest), indent=2) + "\n", "utf-8")


def _scaler(path: Path) -> scaler.Scaler:
    try:
        return scaler.load(path)
    except (ValueError, OSError) as error:
        raise WeightsError(str(error)) from error
