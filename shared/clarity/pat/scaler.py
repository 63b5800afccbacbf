"""Movement a minute -> what PAT reads: capped, square root, standardised per minute of the week.

The movement is steps, or an accelerometer's activity counts.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

STEP_CAP = 200.0  # steps a minute; running is about 180, what lies above is a sensor's error
CAPS = {"steps": STEP_CAP, "counts": 32_766.0}  # at 32,767 the ActiGraph 7164 is saturated


@dataclass(frozen=True, slots=True)
class Scaler:
    """Population mean and standard deviation of sqrt(min(value, cap)), per minute of the window.

    Attributes:
        mean: (T,) float32, in square-root units.
        sd: (T,) float32, population (ddof 0); 1 where the population never varies.
        cap: Value above which a minute counts as `cap`.
        provenance: Whose minutes these are.
        signal: What a minute holds, `steps` or `counts`.
    """

    mean: NDArray[np.float32]
    sd: NDArray[np.float32]
    cap: float
    provenance: str
    signal: str = "steps"

    def __post_init__(self) -> None:
        if self.signal not in CAPS:
            raise ValueError(f"a scaler's signal is steps or counts, found {self.signal!r}")
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
        return f"{self.signal}-sqrt-{digest.hexdigest()[:12]}"

    def transform(self, minutes: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n, T) raw values a minute -> (n, T) float32 input of the model.

        NaN is a minute that nobody observed: it becomes 0, the population's mean.
        """
        if (wrong := (minutes < 0) | np.isinf(minutes)).any():
            found = minutes[wrong][0]
            raise ValueError(f"{self.signal} must be 0 or more and finite, found {found}")
        root = np.sqrt(np.minimum(minutes.astype(np.float32), np.float32(self.cap)))
        z: NDArray[np.float32] = (root - self.mean) / self.sd
        return np.nan_to_num(z, copy=False, nan=0.0)


def fit(minutes: NDArray[np.floating], *, provenance: str, signal: str = "steps") -> Scaler:
    """The scaler of a population: (people, T) raw values, NaN where not observed.

    A minute of the window that nobody was observed in is an error: it has no mean.
    """
    root = np.sqrt(np.minimum(minutes, np.float32(CAPS[signal])))
    if unseen := int(np.isnan(root).all(axis=0).sum()):
        raise ValueError(f"{unseen} minutes of the window were observed in none of the people")
    mean: NDArray[np.float64] = np.nanmean(root, axis=0, dtype=np.float64)
    sd: NDArray[np.float64] = np.nanstd(root, axis=0, dtype=np.float64)
    flat = np.where(sd > 0, sd, 1.0)
    numbers = mean.astype(np.float32), flat.astype(np.float32)
    return Scaler(*numbers, CAPS[signal], provenance, signal)


def save(scaler: Scaler, path: Path) -> None:
    """Write the scaler as one uncompressed .npz of named arrays, whole or not at all."""
    part = path.with_suffix(".part.npz")
    np.savez(
        part,
        mean=scaler.mean,
        sd=scaler.sd,
        cap=np.float64(scaler.cap),
        provenance=scaler.provenance,
        signal=scaler.signal,
    )
    part.replace(path)


def load(path: Path) -> Scaler:
    """Read what `save` wrote; anything else in the file is an error."""
    try:
        # Opened here: of a damaged archive np.load would leave its file open.
        with path.open("rb") as file:
            stored = np.load(file, allow_pickle=False)
            found = dict(stored) if isinstance(stored, np.lib.npyio.NpzFile) else {}
    except (OSError, EOFError, ValueError, BadZipFile, zlib.error) as error:
        # Not in NumPy's words: of what it cannot read it says how to read it unsafely.
        kind = type(error).__name__
        raise ValueError(f"{path} is no scaler: damaged, or no .npz of numbers ({kind})") from error
    if set(found) != {"mean", "sd", "cap", "provenance", "signal"}:
        raise ValueError(f"{path} is no scaler: it holds {sorted(found) or 'no named arrays'}")
    try:
        return Scaler(
            found["mean"].astype(np.float32),
            found["sd"].astype(np.float32),
            float(found["cap"]),
            str(found["provenance"]),
            str(found["signal"]),
        )
    except TypeError as error:  # of an array where one number belongs
        raise ValueError(f"{path} is no scaler: expected one number as cap") from error
