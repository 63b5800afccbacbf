"""An explanation's two maps over the actogram: strips of shades below each day's sleep stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from clarity.domain.explanation import SHADES, attention_shades, attribution_shades
from clarity.domain.report.drawing import boxes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid

HEIGHT: Final = 134  # of a day with strips, where one without has 100
ATTENTION: Final = (104, 117)  # y of a strip's top and bottom
ATTRIBUTION: Final = (120, 133)
LEGEND: Final = {
    "look": "upper strip: the model's attention above even (where it looked, not why)",
    "up": "lower strip: moved the model's reading away from the average week",
    "down": "lower strip: kept it near the average week",
}


@dataclass(frozen=True, slots=True)
class Maps:
    """Shades of both maps, (n,) for each minute of the grid."""

    attention: NDArray[np.int64]
    attribution: NDArray[np.int64]

    @staticmethod
    def of(explanation: Mapping[str, Any], grid: Grid) -> Maps:
        """The maps of an explanation document.

        Raises:
            ValueError: it explains another week than the grid's.
        """
        window = explanation["window"]
        expected = {"first_day": grid.first_day.isoformat(), "days": grid.days}
        if window != expected:
            raise ValueError(f"expected an explanation of {expected}, found one of {window}")
        look, moved = (
            np.repeat(np.asarray(explanation[name], np.float64), explanation["patch_minutes"])
            for name in ("attention", "attribution")
        )
        return Maps(attention_shades(look), attribution_shades(moved))

    def strips(self, minutes: slice) -> Iterator[str]:
        """The drawing of a day's minutes."""
        look, moved = self.attention[minutes], self.attribution[minutes]
        for shade in range(1, SHADES + 1):
            opacity = shade / SHADES
            yield boxes(look == shade, *ATTENTION, "look", opacity)
            yield boxes(moved == shade, *ATTRIBUTION, "up", opacity)
            yield boxes(moved == -shade, *ATTRIBUTION, "down", opacity)
