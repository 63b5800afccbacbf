"""What every runtime of a trained PAT has: its names, and how steps become its input."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from clarity.pat.artifact import Artifact


class Trained:
    """An encoder with its scaler and its names, as an artifact holds them."""

    def __init__(self, source: Artifact) -> None:
        self.source = source

    @property
    def model_id(self) -> str:
        """Which model this is."""
        return self.source.manifest.model_id

    @property
    def weights_sha256(self) -> str:
        """The hash of its weight file."""
        return self.source.manifest.weights_sha256

    @property
    def scaler_id(self) -> str:
        """Which population its input is standardised against."""
        return self.source.scaler.scaler_id

    @property
    def minutes(self) -> int:
        """Length of a window."""
        return self.source.scaler.minutes

    def standardise(self, steps: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n, minutes) steps a minute, NaN where not observed -> (n, minutes) the model's input."""
        if steps.shape != (len(steps), self.minutes):
            raise ValueError(f"expected steps of shape (n, {self.minutes}), found {steps.shape}")
        return self.source.scaler.transform(steps)
