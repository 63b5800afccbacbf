"""CSVs of minutes for tests: written, read, and what a minute then holds."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from clarity.sources.recording_file import Recording, open_recording

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 3, 20)


def read(tmp_path: Path, text: str, **options) -> Recording:
    path = tmp_path / "minutes.csv"
    path.write_text(text, encoding="utf-8")
    return open_recording(path, **options)


def at(recording: Recording, clock: str, channel: str = "steps", day: date = DAY) -> float:
    hours, minutes = map(int, clock.split(":"))
    place = (day - recording.span.first_day).days * 1440 + 60 * hours + minutes
    return getattr(recording.span, channel)[place]
