"""The report's data box: how much was observed, of what, by what, and what was done to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from clarity.domain.minutes.quality import VALID_DAY_MINUTES
from clarity.domain.report.drawing import picture
from clarity.domain.report.text import MINUTES_PER_HOUR, day_name, duration, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clarity.domain.analysis import Analysis
    from clarity.domain.minutes.grid import Grid
    from clarity.domain.minutes.quality import DayQuality, Imputation, Quality

SLEEP_METHODS: Final = {
    "stages": "recorded sleep stages",
    "movement_and_heart_rate": "movement and heart rate, since no stages are recorded",
    "movement": "activity counts, since no stages are recorded",
    "none": "no record",
}
_WORDS: Final = re.compile("(?<=[a-z])([A-Z])")  # where a word begins in restingHeartRate
ROLES: Final = {
    "proxy": "read by the model as a stand-in",
    "refused": "not read by the model",
}


def quality_section(grid: Grid, quality: Quality, analysis: Analysis | None) -> Iterator[str]:
    """The box's HTML."""
    items = "".join(
        f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>"
        for name, value in _rows(grid, quality, analysis)
    )
    yield '<section class="quality" aria-labelledby="h-data"><h2 id="h-data">Data</h2>'
    yield from _days(quality)
    yield f"<dl>{items}</dl>"
    if analysis is not None:
        yield from _inputs(analysis)
    yield "</section>"


def _days(quality: Quality) -> Iterator[str]:
    """A bar for each day's wear, against the ten hours that make it valid."""
    if not quality.days:
        return
    yield '<ol class="days">'
    yield from (_day(day, index) for index, day in enumerate(quality.days))
    yield "</ol>"


def _day(day: DayQuality, index: int) -> str:
    length = max(day.real_minutes, 1)
    word = "valid" if day.valid else "too little"
    worn = f"{day.worn_minutes / MINUTES_PER_HOUR:.1f} h"
    drawing = picture(
        f"wear{index}",
        day_name(day.date),
        f"{worn} worn, {word}",
        (length, 10),
        (
            f'<path d="M0 0H{length}V10H0z" class="off"/>',
            f'<path d="M0 0H{day.worn_minutes}V10H0z" class="{"worn" if day.valid else "few"}"/>',
            f'<path d="M{VALID_DAY_MINUTES} 0V10" class="needed around"/>',
            f'<path d="M{VALID_DAY_MINUTES} 0V10" class="needed"/>',
        ),
    )
    return f"<li><b>{day_name(day.date)}</b>{drawing}<span>{worn}, {word}</span></li>"


def _rows(grid: Grid, quality: Quality, analysis: Analysis | None) -> Iterator[tuple[str, str]]:
    needed = VALID_DAY_MINUTES // MINUTES_PER_HOUR
    yield "Minutes observed", f"{100 * quality.coverage:.1f} %"
    yield (
        "Valid days",
        f"{quality.valid_days} of {grid.days}, each with at least {needed} h of wear",
    )
    yield "Longest gap", duration(quality.longest_gap_minutes)
    yield "Filled in for the model, in no measure", _imputed(quality.imputation)
    yield "Values that stand out (flagged, not cut)", _outliers(quality)
    yield "Devices", ", ".join(grid.sources) or "not named"
    yield from (("Clock", note) for note in grid.notes)
    yield from (("Device or clock", note) for note in quality.notes)
    if analysis is not None:
        yield "Confidence, from coverage and agreement", f"{analysis.confidence:.2f} of 1"
        yield "Sleep comes from", SLEEP_METHODS[analysis.sleep.method]


def _imputed(filled: Imputation) -> str:
    return (
        f"{100 * filled.interpolated_share:.1f} % interpolated"
        f" (gaps up to {filled.interpolated_up_to_minutes} min),"
        f" {100 * filled.filled_share:.1f} % from other days"
        f" (up to {duration(filled.filled_up_to_minutes)}),"
        f" {100 * filled.unknown_share:.1f} % left unknown"
    )


def _outliers(quality: Quality) -> str:
    """How many of each channel and vital sign, by its name in words."""
    counted = {_WORDS.sub(r" \1", name): n for name, n in quality.outliers.items() if n}
    words = (f"{name.replace('_', ' ').lower()} {n:,}" for name, n in counted.items())
    return ", ".join(words) or "none"


def _inputs(analysis: Analysis) -> Iterator[str]:
    """Which channel served as what."""
    if not analysis.inputs:
        return
    yield "<h3>What each channel served as</h3><ul>"
    for each in analysis.inputs:
        channel = text(each.channel.replace("_", " "))
        yield (
            f"<li><b>{channel}</b> ({duration(each.minutes)}): {text(each.serves)};"
            f" {ROLES[each.role]}: {text(each.reason)}</li>"
        )
    yield "</ul>"
