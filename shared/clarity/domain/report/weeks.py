"""A person's weeks in the report: a small chart for each metric, with words where it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metric import CLOCK
from clarity.domain.metrics.trends import MIN_BASELINE_WEEKS
from clarity.domain.report.drawing import picture
from clarity.domain.report.names import name_of
from clarity.domain.report.text import FRACTIONS, amount, day_name, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from clarity.domain.metrics.history import History, Series

HEIGHT: Final = 60
STEP: Final = 10  # width of a week
TWO_DIGITS: Final = 10
MIN_WEEKS: Final = 2  # below there is nothing to compare with


def history_section(history: History | None) -> Iterator[str]:
    """The section: nothing where there are no weeks before this one."""
    if history is None or len(history.first_days) < MIN_WEEKS:
        return
    weeks, refused = len(history.first_days), history.sufficient.count(False)
    lost = f" {refused} of them had too little data and have no dot." if refused else ""
    yield '<section aria-labelledby="h-weeks"><h2 id="h-weeks">This week and the weeks before</h2>'
    yield (
        f'<p class="how">{weeks} weeks from {day_name(history.first_days[0])}'
        f" {history.first_days[0]:%Y}, a dot each, this week the ring.{lost} Band: where 19 of 20"
        f" weeks like those before lie, if nothing changed ({MIN_BASELINE_WEEKS} weeks before this"
        " one are needed). Dashes: a change of level. About one measure in twenty shows a change or"
        " a trend by chance.</p>"
    )
    yield '<div class="weeks">'
    for index, series in enumerate(history.series):
        yield _card(history, series, index)
    yield "</div></section>"


def _card(history: History, series: Series, index: int) -> str:
    name = name_of(series.name)
    lines = list(_words(history, series))
    drawing = picture(
        f"weeks{index}",
        f"{name.plain} by week",
        " ".join(lines),
        (STEP * len(series.weeks), HEIGHT),
        _drawing(series),
    )
    notes = "".join(f"<p>{text(line)}</p>" for line in lines)
    return f'<div class="card"><h3>{text(name.plain)}</h3>{drawing}{notes}</div>'


def _band(series: Series) -> tuple[float, float] | None:
    usual = series.baseline
    if usual.weeks < MIN_BASELINE_WEEKS or usual.spread <= 0:
        return None
    away = usual.reach * usual.spread
    return usual.median - away, usual.median + away


def _words(history: History, series: Series) -> Iterator[str]:
    def say(value: float) -> str:
        return amount(value, series.unit, series.name)

    last, usual, between = float(series.weeks[-1]), series.baseline, _band(series)
    this = "no value" if np.isnan(last) else say(last)
    place = f", {_place(last, between)}" if between and not np.isnan(last) else ""
    before = f"; usual {say(usual.median)}" if usual.weeks >= MIN_BASELINE_WEEKS else ""
    yield f"This week {this}{place}{before}."
    for day, earlier, since in history.changes(series):
        yield f"Changed in the week of {day_name(day)}: {say(earlier)} before, {say(since)} since."
    slope = series.trend
    if slope is not None and slope.direction:
        way = "Rises" if slope.direction > 0 else "Falls"
        if series.unit == CLOCK:
            way = "Later" if slope.direction > 0 else "Earlier"
        ends = sorted((abs(slope.low), abs(slope.high)))
        yield (
            f"{way} by {_per_week(abs(slope.slope), series)} a week"
            f" (95 % interval {_per_week(ends[0], series)} to {_per_week(ends[1], series)})."
        )


def _place(value: float, between: tuple[float, float]) -> str:
    low, high = between
    return "within the band" if low <= value <= high else "outside the band"


def _per_week(value: float, series: Series) -> str:
    """Two digits of a change, and its unit."""
    if series.name in FRACTIONS:
        return f"{_digits(100 * value)} %"
    unit = "min" if series.unit == CLOCK else series.unit
    return f"{_digits(value)} {unit}".strip()


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= TWO_DIGITS else f"{value:.2g}"


def _drawing(series: Series) -> Iterator[str]:
    between = _band(series)
    seen = series.weeks[~np.isnan(series.weeks)]
    ends = np.concatenate((seen, np.array(between or ())))
    low, high = float(ends.min()), float(ends.max())
    margin = 0.14 * (high - low) or 1.0
    low, high = low - margin, high + margin
    y = HEIGHT * (high - series.weeks) / (high - low)
    width = STEP * len(y)
    if between:
        top, bottom = (HEIGHT * (high - value) / (high - low) for value in between[::-1])
        yield f'<path d="M0 {top:.1f}H{width}V{bottom:.1f}H0z" class="usual"/>'
    for part in series.segments:
        level = HEIGHT * (high - part.level) / (high - low)
        yield f'<path d="M{STEP * part.first} {level:.1f}H{STEP * part.last}" class="level"/>'
        if part.first:
            yield f'<path d="M{STEP * part.first} 0V{HEIGHT}" class="change"/>'
    yield f'<path d="{_dots(y[:-1])}" class="dots"/>'
    if not np.isnan(y[-1]):
        at = f"M{STEP * (len(y) - 0.5):g} {y[-1]:.1f}h0"
        yield f'<path d="{at}" class="dots this"/><path d="{at}" class="dots hole"/>'


def _dots(y: NDArray[np.float64]) -> str:
    return "".join(
        f"M{STEP * (week + 0.5):g} {value:.1f}h0"
        for week, value in enumerate(y)
        if not np.isnan(value)
    )
