"""A head on PAT: from the pooled embedding to a calibrated risk, bound to one encoder.

A folder holds `head.npz` (the weights) and `head.json` (what it is, how it was measured, the hash
of the weights and the SHA-256 of the encoder that it was trained on). Opened for another encoder
it is refused: the same 96 numbers would mean something else. Without a head there is no risk.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from clarity.pat.artifact import sha256

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

TENSORS = ("hidden_kernel", "hidden_bias", "output_kernel", "output_bias")
WIDTH = 128  # of the official head's hidden layer
NAMES = ("label", "mode", "encoder_sha256", "head_sha256", "slope", "intercept")


class HeadError(ValueError):
    """A head cannot be used, with the reason."""


@dataclass(frozen=True, slots=True)
class Head:
    """The official head (dense 128 ReLU, dense 1, sigmoid) with Platt's calibration after it.

    Attributes:
        label: What the risk is of.
        mode: `probe` (encoder as it was), `full` (encoder trained with it) or `lora` (a low-rank
            change of the encoder trained with it).
        encoder_sha256: Weight file of the encoder that it belongs to.
        tensors: The four arrays of `TENSORS`.
        slope: Of the calibrated logit; 1 with an intercept of 0 is none.
        intercept: Of the calibrated logit.
        facts: How it was trained and measured, for people.
    """

    label: str
    mode: str
    encoder_sha256: str
    tensors: dict[str, NDArray[np.float32]]
    slope: float = 1.0
    intercept: float = 0.0
    facts: Mapping[str, object] = field(default_factory=dict)

    def logit(self, pooled: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, D) pooled embeddings -> (n,) logits before calibration."""
        kernel, bias, out_kernel, out_bias = (
            self.tensors[name].astype(np.float64) for name in TENSORS
        )
        hidden = np.maximum(pooled @ kernel + bias, 0.0)  # (n, 128)
        logits: NDArray[np.float64] = (hidden @ out_kernel + out_bias)[:, 0]
        return logits

    def risk(self, pooled: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, D) pooled embeddings of *this* head's encoder -> (n,) calibrated risk, 0 to 1."""
        return sigmoid(self.slope * self.logit(pooled) + self.intercept)


def sigmoid(logit: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(-x)) without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logit)))


def save(head: Head, folder: Path) -> None:
    """Write `head.npz` and then `head.json`, which says what belongs together."""
    folder.mkdir(parents=True, exist_ok=True)
    hidden, hidden_bias, output, output_bias = (head.tensors[name] for name in TENSORS)
    np.savez(
        folder / "head.npz",
        hidden_kernel=hidden,
        hidden_bias=hidden_bias,
        output_kernel=output,
        output_bias=output_bias,
    )
    document = {
        "label": head.label,
        "mode": head.mode,
        "encoder_sha256": head.encoder_sha256,
        "head_sha256": sha256(folder / "head.npz"),
        "slope": head.slope,
        "intercept": head.intercept,
        "facts": dict(head.facts),
    }
    (folder / "head.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")


def load(folder: Path, *, encoder_sha256: str) -> Head:
    """Open a head for the encoder with this hash; `HeadError` if it is not that one's."""
    document = _document(folder / "head.json")
    if document["encoder_sha256"] != encoder_sha256:
        raise HeadError(
            f"the head in {folder} belongs to the encoder {document['encoder_sha256']}, "
            f"not to {encoder_sha256}: its risks would be meaningless"
        )
    path = folder / "head.npz"
    if not path.is_file() or (found := sha256(path)) != document["head_sha256"]:
        what = f"SHA-256 {found}" if path.is_file() else "no such file"
        raise HeadError(f"{path} is not the head that head.json describes: found {what}")
    return Head(
        label=str(document["label"]),
        mode=str(document["mode"]),
        encoder_sha256=encoder_sha256,
        tensors=_tensors(path),
        slope=_finite(document, "slope"),
        intercept=_finite(document, "intercept"),
        facts=facts if isinstance(facts := document.get("facts"), dict) else {},
    )


def encoder_of(folder: Path) -> str:
    """SHA-256 of the encoder that a folder's head belongs to."""
    return str(_document(folder / "head.json")["encoder_sha256"])


def _document(path: Path) -> dict[str, object]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise HeadError(f"there is no head in {path.parent}, so there is no risk") from error
    except ValueError as error:
        raise HeadError(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict) or (absent := [n for n in NAMES if n not in document]):
        lacking = ", ".join(absent) if isinstance(document, dict) else "everything"
        raise HeadError(f"{path} describes no head: it lacks {lacking}")
    return document


def _tensors(path: Path) -> dict[str, NDArray[np.float32]]:
    with np.load(path, allow_pickle=False) as stored:
        if sorted(stored.files) != sorted(TENSORS):
            raise HeadError(f"{path} must hold exactly {', '.join(TENSORS)}, found {stored.files}")
        tensors = {name: stored[name] for name in TENSORS}
    if bad := [name for name, array in tensors.items() if not np.isfinite(array).all()]:
        raise HeadError(f"{path}: {', '.join(bad)} holds values that are not finite")
    return tensors


def _finite(document: dict[str, object], name: str) -> float:
    value = document[name]
    if not isinstance(value, (int, float)) or not np.isfinite(value):
        raise HeadError(f"head.json: {name} must be a number, found {value!r}")
    return float(value)
