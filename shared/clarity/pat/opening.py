"""Which trained PAT a command is to use: a shipped size, an artifact's folder or a bare file."""

from __future__ import annotations

from pathlib import Path

from clarity.pat import artifact, scaler, verify, weights
from clarity.pat.artifact import Artifact, Manifest
from clarity.pat.config import PRESETS
from clarity.pat.weights import WeightsError

UNKNOWN = "unknown: a bare weight file names nobody"
FALLBACK_SIZE = "small"  # whose scaler a size takes that none is shipped of


def open_weights(source: str, scaler_file: Path | None = None) -> tuple[Artifact, str]:
    """The artifact, and what has to be said about it (empty if nothing has).

    A bare file, such as the official `PAT-S_29k_weights.h5`, is recognised by its tensors as
    `clarity pat verify` does. It holds no scaler: `scaler_file` gives one, else a shipped one is
    taken, and what comes back says whose.
    """
    path = Path(source)
    if source in PRESETS or not path.is_file():
        if scaler_file:
            raise WeightsError("--scaler is for a bare weight file: an artifact has its own")
        return artifact.open_folder(artifact.shipped(source) if source in PRESETS else path), ""
    try:
        found = verify.inspect(path)
    except WeightsError as error:
        raise WeightsError(f"{path.name} is refused: {verify.reason(error, path)}") from error
    fitted = _scaler(scaler_file, found.config.name)
    manifest = Manifest(
        model_id=f"{path.stem}-{found.sha256[:8]}",
        size=found.config.name,
        weights_sha256=found.sha256,
        scaler_id=fitted.scaler_id,
        provenance=UNKNOWN,
        licence=UNKNOWN,
        command=UNKNOWN,
    )
    said = (
        f"{path.name}: PAT-{found.config.name}, {found.layout}; manifest: {found.match}. "
        f"A bare file holds no scaler: steps are standardised by {fitted.scaler_id} "
        f"({scaler_file.name if scaler_file else 'shipped'}: {fitted.provenance}), which is not "
        "what it was trained with unless you know so."
    )
    return Artifact(manifest, found.config, weights.read(path, found.config), fitted), said


def _scaler(file: Path | None, size: str) -> scaler.Scaler:
    if file is None:
        own = size if size in artifact.SHIPPED else FALLBACK_SIZE
        return artifact.open_folder(artifact.shipped(own)).scaler
    try:
        return scaler.load(file)
    except (ValueError, OSError) as error:
        raise WeightsError(f"{file.name} is no scaler: {error}") from error
