"""Actiwatch `.AWD`: seven lines about the recording, then one activity count a line.

    example_01          name
    23-Jan-1918         first day; month names of several languages, or 23/01/1918
    13:58               first minute
     4                  epoch in quarters of a minute: 1 = 15 s, 2 = 30 s, 4 = 60 s
    00                  age
    V664055             serial number
    X                   sex
    0
    149
    144 M               M: the wearer pressed the button

A second column after a comma is light and not read.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.intake.rows import short
from clarity.domain.intake.samples import CLOCK_ALLOWANCE_S, Rejection
from clarity.sources import written
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.minutes import EARLIEST, Minutes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

HEADER_LINES: Final = 7
# Quarters of a minute (Actical's manual documents 1, 2 and 4 for the same header).
EPOCHS: Final = {"1": 15, "2": 30, "4": 60, "8": 120, "20": 300, "40": 600}
MINUTE_S: Final = 60
_DAY: Final = re.compile(r"([0-9]{1,2})[-/. ]+([^\W\d]+\.?|[0-9]{1,2})[-/. ]+([0-9]{4})")
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_COUNT: Final = re.compile(
    r"(\d+)(?:\s*[,;]\s*[\d.]*)?\s*([A-Za-z]?)(?:\s*[,;]\s*[\d.]*)?", re.ASCII
)
# First letters of the months, without accents: English, German, French, Spanish, Italian,
# Portuguese, Dutch.
_MONTHS: Final = (
    ("jan", "ene", "gen"),
    ("feb", "fev"),
    ("mar", "mrz", "maa", "mrt"),
    ("apr", "avr", "abr"),
    ("may", "mai", "mag", "mei"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "aou", "ago"),
    ("sep", "set"),
    ("oct", "okt", "ott", "out"),
    ("nov",),
    ("dec", "dez", "dic"),
)


def is_actiwatch(lines: Sequence[str]) -> bool:
    """Whether the first lines are an Actiwatch header."""
    return (
        len(lines) > HEADER_LINES
        and _TIME.fullmatch(lines[2].strip()) is not None
        and lines[3].strip().isdigit()
        and _COUNT.fullmatch(lines[HEADER_LINES].strip()) is not None
    )


def read_actiwatch(lines: Sequence[str], name: str, *, now: datetime) -> Minutes:
    """The counts a minute of a recording; minutes more than a day after `now` are left out.

    Raises:
        UnreadableSourceError: A date, an epoch or a count cannot be read, the epoch is longer than
            a minute, or the recording begins in the future or before `EARLIEST`.
    """
    day, clock = _day(lines[1].strip(), name), _TIME.fullmatch(lines[2].strip())
    if clock is None:
        raise UnreadableSourceError(f"expected a time in line 3 of {name}, found {lines[2]!r:.60}")
    epoch = _epoch(lines[3].strip(), name)
    counts, pressed, rejected = _counts(lines, name)
    seconds = 3600 * int(clock[1]) + 60 * int(clock[2]) + int(clock[3] or 0)
    first, ahead = divmod(seconds, MINUTE_S)
    per_minute = MINUTE_S // epoch
    skipped = -ahead % MINUTE_S // epoch  # epochs of a first minute that is not whole
    whole = (len(counts) - skipped) // per_minute
    values = counts[skipped : skipped + whole * per_minute].reshape(-1, per_minute).sum(axis=1)
    remarks = [f"{epoch} s epochs of activity counts from {day.isoformat()} {clock[0]}"]
    if pressed:
        remarks.append(f"{pressed} presses of the marker button, which no metric uses")
    if whole == 0:
        raise UnreadableSourceError(f"expected a minute of counts in {name}, found none")
    since = (day - date(1970, 1, 1)).days * 1440 + first + bool(ahead)
    past = int((now.timestamp() + CLOCK_ALLOWANCE_S) // MINUTE_S) - since
    if day < EARLIEST or past <= 0:
        raise UnreadableSourceError(
            f"expected a recording of {EARLIEST.year} to now in {name}, found one that begins on"
            f" {day.isoformat()} (line 2)"
        )
    if past < whole:
        remarks.append(f"{whole - past:,} minutes of the future left out: is line 2 the first day?")
    return Minutes(
        since,
        {"counts": values[:past]},
        source=f"Actiwatch {lines[5].strip()}".strip(),
        remarks=remarks,
        rejected=rejected,
    )


def _day(text: str, name: str) -> date:
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[3]), _month(found[2]), int(found[1]))  # type: ignore[index]  # below
    except (TypeError, ValueError) as error:
        raise UnreadableSourceError(
            f"expected a day such as 23-Jan-2018 in line 2 of {name}, found {text!r:.60}"
        ) from error


def _month(text: str) -> int:
    """The number of a month; ValueError where it is none."""
    if text.isdigit():
        return int(text)
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    for number, starts in enumerate(_MONTHS, start=1):
        if plain.startswith(starts):
            return number
    raise ValueError(text)


def _epoch(text: str, name: str) -> int:
    seconds = EPOCHS.get(text)
    if seconds is None:
        known = ", ".join(f"{code} ({length} s)" for code, length in EPOCHS.items())
        raise UnreadableSourceError(
            f"expected an epoch code in line 4 of {name}, one of {known}; found {text!r:.60}"
        )
    if seconds > MINUTE_S:
        raise UnreadableSourceError(
            f"expected epochs of at most 60 s in {name}, found {seconds} s: what is measured here"
            " needs to know each minute"
        )
    return seconds


def _counts(lines: Sequence[str], name: str) -> tuple[NDArray[np.float64], int, list[Rejection]]:
    """One count a line, NaN where there is none; how often the button was pressed; what is none."""
    counts, pressed, rejected = [], 0, []
    for number, line in enumerate(lines[HEADER_LINES:], start=HEADER_LINES + 1):
        text = line.strip()
        if not text:
            continue
        found = _COUNT.fullmatch(text)
        if found is None:
            index, place = number - HEADER_LINES - 1, f"count in line {number}"
            rejected.append(Rejection(index, "bad_value", place, "a count", short(text)))
        counts.append(written.number(found[1]) if found else np.nan)
        pressed += found is not None and found[2].upper() == "M"
    if 2 * len(rejected) >= max(len(counts), 1):
        shown = f"{rejected[0].found} as {rejected[0].field}" if rejected else "none"
        raise UnreadableSourceError(f"expected a count in each line of {name}, found {shown}")
    return np.array(counts), pressed, rejected
