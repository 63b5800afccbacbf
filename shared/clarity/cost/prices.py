"""List prices as data: what a unit costs, what is free, and which page says so."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

DAYS: Final = 365.25 / 12  # of a month


@dataclass(frozen=True, slots=True)
class Price:
    """One price.

    Attributes:
        usd: For `per` units.
        per: So many units.
        unit: Of what is counted.
        free: Units that cost nothing.
        free_per: In each day or month.
        regions: Whose price it is; `*` for all.
        sources: Keys of the pages that it was read on.
    """

    usd: float
    per: float
    unit: str
    free: float
    free_per: str
    regions: tuple[str, ...]
    sources: tuple[str, ...]

    def of(self, quantity: float) -> float:
        """USD a month for so many units a month.

        >>> Price(0.5, 1, "GiB", 50, "month", ("*",), ("x",)).of(52)
        1.0
        """
        free = self.free * (DAYS if self.free_per == "day" else 1)
        return max(0.0, quantity - free) / self.per * self.usd

    def holds_in(self, region: str) -> bool:
        """Whether the page speaks of this region."""
        return "*" in self.regions or region in self.regions


@cache
def data() -> dict[str, Any]:
    """The whole file."""
    text = files("clarity.cost").joinpath("prices.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def price(name: str, region: str) -> Price | None:
    """The price of that name in that region; None where no page was found that states it."""
    fields = data()["prices"].get(name)
    if fields is None:
        return None
    lists = {name: tuple(fields[name]) for name in ("regions", "sources")}
    found = Price(**{**fields, **lists})
    return found if found.holds_in(region) else None
