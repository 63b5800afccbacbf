"""Where PAT looked in a week and what moved its reading, with the words that belong to such maps.

A map that weights without meaning draw as well says nothing about the model (Adebayo et al. 2018,
arXiv 1810.03292), and parts that do not add up to the whole explain something else. So each map
comes with these checks, and says itself when it does not pass them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHUFFLED_LIMIT: Final = (
    0.3  # rank correlation; above it 9 % of the ranks' variance is no learning's
)
COMPLETENESS_LIMIT: Final = 0.01  # of the departure that the parts may miss
SHADES: Final = 5  # of a map's colour
Doubts = dict[str, tuple[str, ...]]  # map -> reasons
NOTICE: Final = (
    "Attention is correlational. It shows where the model took information from, not why, and not "
    "what any minute did to a person's health. The model has no head: nothing here is a risk, a "
    "symptom or a diagnosis."
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Two maps of one window, a number a patch, and how far they can be relied on.

    Attributes:
        patch_minutes: Length of a patch.
        attention: Share of the last layer's attention that each patch received; sums to 1.
        attribution: What each patch added to the departure (integrated gradients); below 0 it held
            the week back.
        departure: Distance of the week's embedding from the average week's.
        completeness_error: |sum of attribution - departure| / departure.
        points: Points of the integral behind the attribution.
        shuffled_rank: Mean |rank correlation| of the attribution with that from shuffled weights.
        shuffled_attention_rank: The same of attention.
        input_rank: Rank correlation of the attribution with the movement itself.
    """

    patch_minutes: int
    attention: tuple[float, ...]
    attribution: tuple[float, ...]
    departure: float
    completeness_error: float
    points: int
    shuffled_rank: float
    shuffled_attention_rank: float
    input_rank: float

    @property
    def doubts(self) -> Doubts:
        """For each map why it cannot be trusted; empty if it passed every check."""
        return doubts(self.shuffled_rank, self.shuffled_attention_rank, self.completeness_error)

    def to_document(self, *, by: str = "", of: str = "") -> dict[str, object]:
        """Plain values for a document store, with the words to show beside the maps.

        Args:
            by: the model whose maps these are.
            of: the model whose reading of the week they stand beside, where that may be another.
        """
        return {
            **asdict(self),
            "attention": list(self.attention),
            "attribution": list(self.attribution),
            "limits": {"shuffled_rank": SHUFFLED_LIMIT, "completeness_error": COMPLETENESS_LIMIT},
            "trusted": {name: not reasons for name, reasons in self.doubts.items()},
            "same_model": by == of,
            "words": self._words() | ({} if by == of else {"model": _another(by, of)}),
        }

    def _words(self) -> dict[str, str]:
        return {
            "notice": NOTICE,
            "attention": (
                f"Attention is the share of its attention that the model gave to each "
                f"{self.patch_minutes} minutes; evenly it would be 1 in {len(self.attention)}."
            ),
            "attribution": (
                f"Attribution says how much each {self.patch_minutes} minutes moved the model's "
                f"reading of the week away from the average week's, or below 0 kept it there. "
                f"Minutes that nobody observed add nothing."
            ),
            "trust": verdict(self.doubts),
            "movement": (
                f"The attribution's rank correlation with the movement itself is "
                f"{self.input_rank:.2f}. Near 1 or -1, its broad shape is the week's movement."
            ),
        }


def _another(by: str, of: str) -> str:
    return (
        f"These maps are of the model {by}. The week's reading is of another model, {of}: they do "
        f"not explain it."
    )


def doubts(
    shuffled_rank: float, shuffled_attention_rank: float, completeness_error: float
) -> Doubts:
    """For each map what the checks that it did not pass found."""
    found: dict[str, list[str]] = {"attention": [], "attribution": []}
    for name, rank in (("attribution", shuffled_rank), ("attention", shuffled_attention_rank)):
        if not rank <= SHUFFLED_LIMIT:
            found[name].append(
                f"with the model's weights shuffled it keeps a rank correlation of {rank:.2f}, "
                f"above {SHUFFLED_LIMIT}"
            )
    if not completeness_error <= COMPLETENESS_LIMIT:
        found["attribution"].append(
            f"its parts miss {completeness_error:.1%} of the whole, more than "
            f"{COMPLETENESS_LIMIT:.0%}"
        )
    return {name: tuple(reasons) for name, reasons in found.items()}


def verdict(found: Doubts) -> str:
    """The checks' result in words."""
    said = [
        f"The {name} map cannot be trusted: {'; '.join(reasons)}."
        for name, reasons in found.items()
        if reasons
    ]
    if good := [name for name, reasons in found.items() if not reasons]:
        said.append(
            f"Checks passed by {' and '.join(good)}: with the model's weights shuffled little of "
            "the order is left, so it is the trained model's own"
            + (", and the parts make the whole." if "attribution" in good else ".")
        )
    return " ".join(said)


def attention_shades(attention: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n,) attention in any unit -> 0 for even or less, up to SHADES for the highest."""
    return _shades(np.maximum(attention / attention.mean() - 1, 0))


def attribution_shades(attribution: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n,) attribution -> -SHADES to SHADES, in the sign's direction."""
    away = _shades(np.abs(attribution))
    shades: NDArray[np.int64] = np.where(attribution < 0, -away, away)
    return shades


def _shades(size: NDArray[np.float64]) -> NDArray[np.int64]:
    """Root scale to the 99.5th percentile of what is not 0, so that one peak hides nothing."""
    positive = size[size > 0]
    top = float(np.quantile(positive, 0.995)) if positive.size else 1.0
    level: NDArray[np.float64] = np.rint(SHADES * np.sqrt(np.minimum(size / top, 1)))
    return level.astype(np.int64)
