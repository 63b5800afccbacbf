"""The average day as a figure: movement and heart rate by the clock, and the wave fitted to it.

Every panel spans one day of the local clock. Minutes that were not observed, or were filled in,
are left out; where fewer than two days have a value there is a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metrics.circadian import (
    ACTIVE_HOURS,
    HOURS_PER_DAY,
    MIN_SIGHTINGS,
    REST_HOURS,
    binned,
    hourly,
)
from clarity.domain.metrics.cosinor import NO_WAVE, Cosinor, cosinor
from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.minutes.quality import too_few_days
from clarity.domain.report.drawing import (
    band,
    beside,
    hour_axis,
    hour_lines,
    line,
    nice,
    picture,
    spans,
    within_day,
)
from clarity.domain.report.text import MINUTES_PER_HOUR, amount, clock, duration, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from clarity.domain.analysis import Analysis
    from clarity.domain.metric import Metric
    from clarity.domain.minutes.grid import Grid
    from clarity.domain.minutes.quality import Quality

HEIGHT: Final = 100  # of a panel's drawing
MOVEMENT_BIN: Final = 15  # minutes
PULSE_BIN: Final = 30  # minutes; the watch measures every few of them
PULSE_MINUTES: Final = 3  # of a bin that must have a pulse
MIN_QUARTILE_DAYS: Final = 4  # below, the middle half of the days is not drawn
CURVE_EVERY: Final = 10  # minutes


@dataclass(frozen=True, slots=True, eq=False)
class _Profile:
    """One day of bins over several days: (k,) minute of the bin's middle, mean, and quartiles."""

    minute: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def top(self) -> float:
        return float(np.nanmax(np.concatenate((self.mean, self.high))))

    @property
    def bottom(self) -> float:
        return float(np.nanmin(np.concatenate((self.mean, self.low))))


def average_day_figure(grid: Grid, quality: Quality, analysis: Analysis) -> Iterator[str]:
    """The figure's HTML: three lanes of times, a panel of movement, of its wave, of heart rate."""
    if reason := too_few_days(quality):
        yield f'<p class="lack">Not drawn: {text(reason)}.</p>'
        return
    observed = np.where(grid.imputed, np.nan, grid.movement)
    movement = _profile(binned(observed, MOVEMENT_BIN), grid.days)
    if np.isnan(movement.mean).all():
        yield '<p class="lack">Not drawn: no movement is known on two days.</p>'
        return
    found = {metric.name: metric for metric in (*analysis.metrics, *analysis.details)}
    logs = np.log1p(MINUTES_PER_HOUR * hourly(observed))
    wave = cosinor(logs)
    yield from _lanes(found)
    yield _movement(movement, grid, found)
    if not np.isnan(wave.mesor):
        yield _wave(_profile(logs, grid.days), wave, grid)
    pulse = _profile(binned(grid.heart_rate, PULSE_BIN, least=PULSE_MINUTES), grid.days)
    if not np.isnan(pulse.mean).all():
        yield _pulse(pulse, found)
    yield hour_axis(0, HOURS_PER_DAY, 3)


def _profile(bins: NDArray[np.float64], days: int) -> _Profile:
    """Mean and quartiles of each bin of the day over the days that have it."""
    by_day = bins.reshape(days, -1)
    count = (~np.isnan(by_day)).sum(axis=0)
    mean, low, high = (np.full(by_day.shape[1], np.nan) for _ in range(3))
    known, often = count >= MIN_SIGHTINGS, count >= MIN_QUARTILE_DAYS
    mean[known] = np.nanmean(by_day[:, known], axis=0)
    if often.any():
        low[often], high[often] = np.nanpercentile(by_day[:, often], [25, 75], axis=0)
    minute = np.arange(by_day.shape[1], dtype=np.float64) + 0.5
    return _Profile(minute * (MINUTES_PER_DAY / len(minute)), mean, low, high)


def _lanes(found: Mapping[str, Metric]) -> Iterator[str]:
    """M10, L5 and the peak of the wave as bars over the clock, with their times."""
    for name, hours, label in (
        ("m10", ACTIVE_HOURS, "Most active 10 h (M10)"),
        ("l5", REST_HOURS, "Quietest 5 h (L5)"),
    ):
        onset, level = found[f"{name}_onset"], found[name]
        if onset.value is None or level.value is None:
            yield _lane(label, f'<span class="lack">not known: {text(onset.reason)}</span>')
            continue
        length = hours * MINUTES_PER_HOUR
        words = (
            f"{clock(onset.value)} to {clock(onset.value + length)},"
            f" {number(level.value)} {level.unit}"
        )
        yield _lane(label, _bars(onset.value, length, name, words))
    yield _peak(found["cosinor_acrophase"], found["cosinor_acrophase_error"])


def _peak(peak: Metric, error: Metric) -> str:
    label = "Peak of the daily wave"
    if peak.value is None or error.value is None:
        return _lane(label, f'<span class="lack">not known: {text(peak.reason)}</span>')
    low, high = peak.value - error.value, peak.value + error.value
    words = f"{clock(peak.value)} (95 % CI {clock(low)} to {clock(high)})"
    mark = f'<i class="peak" style="left:{100 * peak.value / MINUTES_PER_DAY:.2f}%"></i>'
    return _lane(label, mark + _bars(low, high - low, "sure", words))


def _lane(label: str, content: str) -> str:
    return (
        f'<div class="row lane"><p class="label">{text(label)}</p>'
        f'<div class="plot">{content}</div></div>'
    )


def _bars(start: float, length: float, kind: str, words: str) -> str:
    """A stretch of the clock, in two pieces over midnight, with words under the longer one."""
    parts = [(a / MINUTES_PER_DAY, b / MINUTES_PER_DAY) for a, b in within_day(start, length)]
    bars = "".join(
        f'<i class="bar {kind}" style="left:{100 * a:.2f}%;width:{100 * (b - a):.2f}%"></i>'
        for a, b in parts
    )
    return bars + beside(*max(parts, key=lambda part: part[1] - part[0]), words)


def _panel(
    label: str, notes: tuple[str, ...], ticks: Mapping[float, str], drawing: str, kind: str
) -> str:
    """A drawing with its label, and words at heights of 0 (bottom) to 1."""
    lines = "".join(f"<span>{text(note)}</span>" for note in notes)
    marks = "".join(
        f'<span class="tick" style="top:{100 * (1 - height):.1f}%">{text(words)}</span>'
        for height, words in ticks.items()
    )
    return (
        f'<div class="row panel"><p class="label"><b>{text(label)}</b>{lines}</p>'
        f'<div class="plot {kind}">{drawing}{marks}</div></div>'
    )


def _movement(profile: _Profile, grid: Grid, found: Mapping[str, Metric]) -> str:
    top = nice(profile.top)
    scale = HEIGHT / top
    behind = []
    for name, hours in (("m10", ACTIVE_HOURS), ("l5", REST_HOURS)):
        onset = found[f"{name}_onset"].value
        if onset is not None:
            parts = within_day(onset, hours * MINUTES_PER_HOUR)
            stretches = [(round(start), round(end)) for start, end in parts]
            behind.append(spans(stretches, 0, HEIGHT, f"behind {name}"))
    drawing = picture(
        "average-movement",
        "Average day of movement",
        f"Mean {grid.signal} a minute by the time of the day. {_extremes(profile)}",
        (MINUTES_PER_DAY, HEIGHT),
        (
            *behind,
            _lines(),
            *_curves(profile, HEIGHT, scale, "move"),
            f'<path d="M0 {HEIGHT}H{MINUTES_PER_DAY}" class="base"/>',
        ),
    )
    notes = (f"{grid.signal} a minute, mean of {grid.days} days", *_quartile_note(profile))
    ticks = {1.0: _tick(top), 0.5: _tick(top / 2), 0.0: "0"}
    return _panel("Movement", notes, ticks, drawing, "tall")


def _extremes(profile: _Profile) -> str:
    at = int(np.nanargmax(profile.mean))
    gaps = int(np.isnan(profile.mean).sum())
    missing = f" {gaps} of {len(profile.mean)} parts of the day are not known." if gaps else ""
    return (
        f"Highest at {clock(profile.minute[at])} with {number(float(profile.mean[at]))} on average."
        f"{missing}"
    )


def _curves(profile: _Profile, bottom: float, scale: float, kind: str) -> tuple[str, str]:
    """The middle half of the days, and their mean over it."""
    low, high, mean = (bottom - scale * v for v in (profile.low, profile.high, profile.mean))
    return (
        band(profile.minute, low, high, f"half {kind}"),
        line(profile.minute, mean, f"mean {kind}"),
    )


def _quartile_note(profile: _Profile) -> tuple[str, ...]:
    return () if np.isnan(profile.low).all() else ("shade: middle half of the days",)


def _lines() -> str:
    return hour_lines(HOURS_PER_DAY, 3, HEIGHT)


def _tick(value: float) -> str:
    return f"{value:,.10g}"


def _wave(profile: _Profile, wave: Cosinor, grid: Grid) -> str:
    """The hours as they were fitted, on a logarithmic scale, with the curve over them."""
    minutes = np.arange(0.0, MINUTES_PER_DAY + 1, CURVE_EVERY)
    curve = wave.mesor + wave.amplitude * np.cos(
        2 * np.pi * (minutes - wave.acrophase) / MINUTES_PER_DAY
    )
    low = min(0.0, float(curve.min()))
    high = max(profile.top, float(curve.max())) * 1.05
    scale = HEIGHT / (high - low)
    bottom = HEIGHT + scale * low
    known = wave.p_value < NO_WAVE
    drawing = picture(
        "average-wave",
        "Daily wave fitted to the movement",
        _wave_words(wave, known),
        (MINUTES_PER_DAY, HEIGHT),
        (
            _sure(wave) if known else "",
            _lines(),
            _hours(profile, bottom, scale),
            line(minutes, bottom - scale * curve, "fitted"),
            f'<path d="M0 {HEIGHT}H{MINUTES_PER_DAY}" class="base"/>',
        ),
    )
    ticks = {
        (float(np.log1p(value)) - low) / (high - low): f"{value:,}"
        for value in (0, 10, 100, 1_000, 10_000, 100_000)
        if np.log1p(value) <= high
    }
    notes = (
        f"24 h cosinor of log (1 + {grid.signal} an hour), as fitted",
        f"dots: mean of the hour; R\u00b2 {100 * wave.share:.0f} %",
    )
    return _panel("Daily wave", notes, ticks, drawing, "tall")


def _wave_words(wave: Cosinor, known: bool) -> str:
    if not known:
        return f"No daily wave stands out (p = {wave.p_value:.2f})."
    return (
        f"Highest at {clock(wave.acrophase)}, known within {duration(wave.acrophase_error)}"
        f" (95 % confidence). It explains {100 * wave.share:.0f} % of the variance."
    )


def _sure(wave: Cosinor) -> str:
    """The acrophase and its confidence interval behind the curve."""
    parts = within_day(wave.acrophase - wave.acrophase_error, 2 * wave.acrophase_error)
    stretches = [(round(start), round(end)) for start, end in parts]
    at = f'<path d="M{wave.acrophase:.0f} 0V{HEIGHT}" class="acrophase"/>'
    return spans(stretches, 0, HEIGHT, "behind sure") + at


def _hours(profile: _Profile, bottom: float, scale: float) -> str:
    """A dot for each hour's mean; strokes of no length stay round however the page stretches."""
    dots = "".join(
        f"M{minute:g} {bottom - scale * mean:.1f}h0"
        for minute, mean in zip(profile.minute, profile.mean, strict=True)
        if not np.isnan(mean)
    )
    return f'<path d="{dots}" class="dots"/>'


def _pulse(profile: _Profile, found: Mapping[str, Metric]) -> str:
    low, high = 10 * np.floor(profile.bottom / 10), 10 * np.ceil(profile.top / 10)
    scale = HEIGHT / max(float(high - low), 10.0)
    peak = found["heart_rate_acrophase"]
    drawing = picture(
        "average-pulse",
        "Average day of heart rate",
        f"Mean heart rate in beats a minute by the time of the day. {_extremes(profile)}",
        (MINUTES_PER_DAY, HEIGHT),
        (_lines(), *_curves(profile, HEIGHT + scale * float(low), scale, "beat")),
    )
    wave = (f"peak of its wave {amount(peak.value, peak.unit)}",) if peak.value is not None else ()
    ticks = {1.0: f"{high:.0f}", 0.0: f"{low:.0f}"}
    notes = ("beats a minute, mean", *wave)
    return _panel("Heart rate", notes, ticks, drawing, "low")
