"""Weeks of generated people, and how the tests read a page."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np

from clarity.domain.analysis import analyse, best_week
from clarity.domain.intake.samples import Samples, parse_upload
from clarity.domain.minutes.grid import Grid, grid_of_minutes
from clarity.domain.minutes.quality import assess
from clarity.domain.report.page import render_report
from clarity.sources.generated.people import generate, uploads

if TYPE_CHECKING:
    from numpy.typing import NDArray

LAST_DAY = date(2026, 3, 21)
FIRST_DAY = date(2026, 3, 2)  # a Monday, of weeks that are written by hand
NOW = datetime(2026, 3, 23, tzinfo=UTC)


@cache
def week(name: str) -> Grid:
    person = generate(name, last_day=LAST_DAY)
    parts = [parse_upload(document, received_at=NOW).samples for _, document in uploads(person)]
    return best_week(Samples.concat(parts))


def waves(days: int = 7, peak: float = 900, signal: str = "steps", **noise: Any) -> Grid:
    """Days of movement that is a wave, highest at a minute of the day, with some noise on it."""
    rng = np.random.default_rng(noise.get("seed", 0))
    minutes = np.arange(days * 1440)
    wave = 30 * (1 + np.cos(2 * np.pi * (minutes - peak) / 1440))
    return moving(wave * rng.uniform(0.8, 1.2, len(minutes)), signal)


def moving(movement: NDArray[np.float64], signal: str = "steps") -> Grid:
    """A grid of this movement; what is NaN was not worn."""
    return grid_of_minutes(
        FIRST_DAY, len(movement) // 1440, {signal: movement}, worn=~np.isnan(movement)
    )


def page(grid: Grid, **options: Any) -> str:
    quality = assess(grid)
    analysis = analyse(grid, quality) if quality.sufficient else None
    return render_report(grid, quality, analysis, title=options.pop("title", "A week"), **options)


def tree(text: str) -> ET.Element:
    return ET.fromstring(text.removeprefix("<!DOCTYPE html>"))


def fragment(parts: Any) -> ET.Element:
    """The elements of a part of a page, in one."""
    return ET.fromstring(f"<div>{''.join(parts)}</div>")


def texts(element: ET.Element | None) -> str:
    assert element is not None
    return " ".join(" ".join(element.itertext()).split())


def found(element: ET.Element, kind: str) -> list[ET.Element]:
    """The elements that have a class."""
    return [each for each in element.iter() if kind in (each.get("class") or "").split()]


def classes(text: str) -> set[str]:
    return {name for found in re.findall(r'class="([^"]+)"', text) for name in found.split()}


def at(element: ET.Element, name: str) -> str:
    """An attribute that the element has."""
    value = element.get(name)
    assert value is not None, f"no {name} on {element.tag}"
    return value


def inside(element: ET.Element, tag: str) -> ET.Element:
    """The first element of a tag within."""
    return next(each for each in element.iter(tag) if each is not element)


def number_in(pattern: str, text: str) -> float:
    """The number that a pattern's group holds."""
    match = re.search(pattern, text)
    assert match, f"no {pattern} in {text[:200]}"
    return float(match.group(1))
