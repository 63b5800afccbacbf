"""Steps a minute -> what PAT reads: capped, square root, standardised per minute of the week."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

STEP_CAP = 200.0  # steps a minute; running is about 180, what lies above is a sensor's error


@dataclass(frozen=True, slots=True)
class Scaler:
    """Population mean and standard deviation of sqrt(min(steps, cap)), per minute of the window.

    Attributes:
        mean: (T,) float32, in square-root steps.
        sd: (T,) float32, population (ddof 0); 1 where the population never varies.
        cap: Steps a minute above which a minute counts as `cap`.
        provenance: Whose steps these are.
    """

    mean: NDArray[np.float32]
    sd: NDArray[np.float32]
    cap: float
    provenance: str

    def __post_init__(self) -> None:
        if self.mean.ndim != 1 or self.mean.shape != self.sd.shape:
            raise ValueError(f"scaler of shapes {self.mean.shape} and {self.sd.shape}")
        if not (np.isfinite(self.mean).all() and np.isfinite(self.sd).all() and self.sd.min() > 0):
            raise ValueError("a scaler's means must be finite and its deviations above 0")

    @property
    def minutes(self) -> int:
        """The length of the window that it standardises."""
        return self.mean.size

    @property
    def scaler_id(self) -> str:
        """A name that changes whenever a number of the scaler changes."""
        digest = hashlib.sha256(
            self.mean.astype("<f4").tobytes()
            + self.sd.astype("<f4").tobytes()
            + np.float64(self.cap).tobytes()
        )
        return f"steps-sqrt-{digest.hexdigest()[:12]}"

    def transform(self, steps: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n, T) raw steps a minute -> (n, T) float32 input of the model.

        NaN is a minute that nobody observed: it becomes 0, the population's mean.
        """
        if (wrong := (steps < 0) | np.isinf(steps)).any():
            raise ValueError(f"steps must be 0 or more and finite, found {steps[wrong][0]}")
        root = np.sqrt(np.minimum(steps.astype(np.float32), np.float32(self.cap)))
        z: NDArray[np.float32] = (root - self.mean) / self.sd
        return np.nan_to_num(z, copy=False, nan=0.0)


def fit(steps: NDArray[np.floating], *, provenance: str, cap: float = STEP_CAP) -> Scaler:
    """The scaler of a population: (people, T) raw steps, NaN where not observed."""
    root = np.sqrt(np.minimum(steps, np.float32(cap)))
    mean: NDArray[np.float64] = np.nanmean(root, axis=0, dtype=np.float64)
    sd: NDArray[np.float64] = np.nanstd(root, axis=0, dtype=np.float64)
    flat = np.where(sd > 0, sd, 1.0)
    return Scaler(mean.astype(np.float32), flat.astype(np.float32), cap, provenance)


def save(scaler: Scaler, path: Path) -> None:
    """Write the scaler as one uncompressed .npz of named arrays."""
    np.savez(
        path,
        mean=scaler.mean,
        sd=scaler.sd,
        cap=np.float64(scaler.cap),
        provenance=scaler.provenance,
    )


def load(path: Path) -> Scaler:
    """Read what `save` wrote; anything else in the file is an error."""
    with np.load(path, allow_pickle=False) as stored:
        if set(stored.files) != {"mean", "sd", "cap", "provenance"}:
            raise ValueError(f"{path} is no scaler: it holds {sorted(stored.files)}")
        return Scaler(
            stored["mean"].astype(np.float32),
            stored["sd"].astype(np.float32),
            float(stored["cap"]),
            str(stored["provenance"]),
        )
