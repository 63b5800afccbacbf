"""What reading a week needs from outside: the endpoint where PAT is served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from clarity.domain.explanation import Explanation


@dataclass(frozen=True, slots=True)
class Embedding:
    """What PAT read in a week, and which PAT."""

    vector: tuple[float, ...]
    model_id: str
    weights_sha256: str
    scaler_id: str


class Encoder(Protocol):
    """The PAT endpoint."""

    @property
    def model_ids(self) -> tuple[str, ...]:
        """The models whose answers are taken: the one that is to answer, then its canary."""

    def encode(self, steps: NDArray[np.float32]) -> Embedding:
        """Read one week: (10080,) steps per minute, NaN where not observed."""

    def explain(self, steps: NDArray[np.float32]) -> tuple[Embedding, Explanation]:
        """Read one week, and say where the model looked and what moved its reading."""
