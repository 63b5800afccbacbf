"""What the report's figures share: boxes over time, hours below, times beside a mark.

Drawings stretch with the page, so that they fill a phone's width as well as a sheet of paper; all
text stands over or beside them in HTML and keeps its size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.minutes.runs import Run, runs
from clarity.domain.report.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

NEAR_THE_EDGE: Final = 0.22  # share of a row from its end, where words turn the other way
NICE: Final = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def boxes(
    mask: NDArray[np.bool_], top: float, bottom: float, kind: str, opacity: float = 1.0
) -> str:
    """A box for each stretch of True, as one path; x counts the mask's entries."""
    return spans(runs(mask), top, bottom, kind, opacity)


def spans(
    stretches: Iterable[Run], top: float, bottom: float, kind: str, opacity: float = 1.0
) -> str:
    """A box for each stretch, as one path."""
    path = "".join(f"M{start} {top:g}H{stop}V{bottom:g}H{start}z" for start, stop in stretches)
    shade = f' opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<path d="{path}" class="{kind}"{shade}/>' if path else ""


def line(x: NDArray[np.float64], y: NDArray[np.float64], kind: str) -> str:
    """A line through the points, broken where y is not known."""
    path = "".join(
        "M" + "L".join(f"{x[at]:g} {y[at]:.1f}" for at in range(start, stop))
        for start, stop in runs(~np.isnan(y))
        if stop - start > 1
    )
    return f'<path d="{path}" class="{kind}"/>' if path else ""


def band(
    x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], kind: str
) -> str:
    """The area between two lines, where both are known."""
    path = ""
    for start, stop in runs(~np.isnan(low + high)):
        there = [f"{x[at]:g} {high[at]:.1f}" for at in range(start, stop)]
        back = [f"{x[at]:g} {low[at]:.1f}" for at in range(stop - 1, start - 1, -1)]
        path += f"M{'L'.join(there + back)}z"
    return f'<path d="{path}" class="{kind}"/>' if path else ""


def picture(
    identity: str, title: str, description: str, box: tuple[int, int], parts: Iterable[str]
) -> str:
    """A stretching drawing with its title and its description in words."""
    width, height = box
    return (
        f'<svg role="img" viewBox="0 0 {width} {height}" preserveAspectRatio="none"'
        f' aria-labelledby="{identity}-t {identity}-d"><title id="{identity}-t">{text(title)}'
        f'</title><desc id="{identity}-d">{text(description)}</desc>{"".join(parts)}</svg>'
    )


def hour_axis(first_hour: int, hours: int, every: int) -> str:
    """Clock hours along a figure that begins at `first_hour`."""
    marks = "".join(
        f'<span style="left:{100 * hour / hours:.3f}%">{(first_hour + hour) % 24:02d}</span>'
        for hour in range(0, hours + 1, every)
    )
    return f'<div class="axis" aria-hidden="true"><div>{marks}</div></div>'


def hour_lines(hours: int, every: int, height: int) -> str:
    """Upright lines at the hours of an axis, but for its ends."""
    lines = "".join(f"M{hour * 60} 0V{height}" for hour in range(every, hours, every))
    return f'<path d="{lines}" class="grid"/>'


def within_day(start: float, length: float) -> list[tuple[float, float]]:
    """A stretch of the clock, cut at midnight into what lies within one day.

    >>> within_day(1380, 300)
    [(1380, 1440), (0, 240)]
    """
    begin = start % MINUTES_PER_DAY
    end = begin + min(length, MINUTES_PER_DAY)
    if end <= MINUTES_PER_DAY:
        return [(begin, end)]
    return [(begin, MINUTES_PER_DAY), (0, end - MINUTES_PER_DAY)]


def beside(start: float, end: float, words: str) -> str:
    """Words under a bar that reaches over these shares of a row, kept inside near its ends."""
    middle = (start + end) / 2
    side, at = "middle", middle
    if middle < NEAR_THE_EDGE:
        side, at = "start", start
    elif middle > 1 - NEAR_THE_EDGE:
        side, at = "end", end
    return f'<span class="at {side}" style="left:{100 * at:.2f}%">{text(words)}</span>'


def keys(marks: Mapping[str, str]) -> str:
    """What marks mean, as a list; by class of the mark."""
    items = "".join(
        f'<li><span class="key {kind}"></span>{text(words)}</li>' for kind, words in marks.items()
    )
    return f'<ul class="legend">{items}</ul>'


def nice(value: float) -> float:
    """The next round number from `value` upwards.

    >>> nice(0.7), nice(34), nice(880)
    (0.8, 40.0, 1000.0)
    """
    if value <= 0:
        return 1.0
    unit = 10.0 ** np.floor(np.log10(value))
    return float(next((step for step in NICE if step * unit >= value * (1 - 1e-9)), 10.0) * unit)
