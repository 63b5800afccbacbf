"""Dates of samples as epoch seconds: one by one, or a column at once.

A column of dates of one of the common forms is a matrix of bytes, and reading it is arithmetic on
whole columns. Whatever is not plainly such a date is left to `read_date`, which knows every form
and is the only one that refuses: reading in bulk never differs from it, it only gives up.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from operator import attrgetter
from typing import TYPE_CHECKING, Final, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_EXPORT_OFFSET: Final = re.compile(r" ([+-]\d{4})$")


def read_date(found: object) -> float | None:
    """Epoch seconds of an ISO 8601 text with a zone, or of an aware datetime; None of others."""
    moment = _parse(found) if isinstance(found, str) else found
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        return None
    return moment.timestamp()


def _parse(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:  # "2025-06-12 10:00:00 -0400", as Apple's own export writes it
        return datetime.fromisoformat(_EXPORT_OFFSET.sub(r"\1", text))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Form:
    """Where a form of date has its digits and its marks.

    Attributes:
        digits: Positions of the digits.
        weights: (9, digits) what each digit adds to year, month, day, hour, minute, second,
            microsecond, and the offset's hours and minutes.
        marks: Positions of the other characters.
        characters: (marks, 1) what stands there.
        sign: Position of the offset's sign, 0 where the form ends in Z.
    """

    digits: NDArray[np.intp]
    weights: NDArray[np.float32]
    marks: NDArray[np.intp]
    characters: NDArray[np.uint8]
    sign: int


_FIELDS: Final = "YMDhmsfHN"


def _form(pattern: str) -> _Form:
    """The form that a pattern of `_FIELDS`, marks, and "+" for the offset's sign describes."""
    digits = [at for at, letter in enumerate(pattern) if letter in _FIELDS]
    weights = np.zeros((len(_FIELDS), len(digits)), np.float32)
    for column, at in enumerate(digits):
        letter = pattern[at]
        width = 6 if letter == "f" else pattern.count(letter)
        weights[_FIELDS.index(letter), column] = 10 ** (width - 1 - at + pattern.index(letter))
    marks = [at for at, letter in enumerate(pattern) if letter not in _FIELDS and letter != "+"]
    characters = np.array([[ord(pattern[at])] for at in marks], np.uint8)
    sign = max(pattern.find("+"), 0)
    return _Form(np.array(digits), weights, np.array(marks), characters, sign)


_FORMS: Final = {
    len(pattern): _form(pattern)
    for fraction in ("", ".fff", ".ffffff")
    for zone in ("Z", "+HH:NN")
    for pattern in (f"YYYY-MM-DDThh:mm:ss{fraction}{zone}",)
}
_LARGEST: Final = np.array(
    [[9999], [12], [31], [23], [59], [59], [999_999], [23], [59]], np.float32
)
_SMALLEST: Final = np.array([[1], [1], [1], [0], [0], [0], [0], [0], [0]], np.float32)
_EPOCH_MONTH: Final = 1970 * 12 + 1


def read_dates(found: Sequence[object]) -> NDArray[np.float64]:
    """(n,) what `read_date` gives for each, or NaN where only it can tell."""
    kinds = set(map(type, found))
    if kinds == {str}:
        return _texts(cast("Sequence[str]", found))
    if kinds == {datetime}:
        return _moments(cast("Sequence[datetime]", found))
    seconds = np.full(len(found), math.nan)
    texts = {index: each for index, each in enumerate(found) if type(each) is str}
    moments = {index: each for index, each in enumerate(found) if type(each) is datetime}
    if texts:
        seconds[list(texts)] = _texts(list(texts.values()))
    if moments:
        seconds[list(moments)] = _moments(list(moments.values()))
    return seconds


def _moments(moments: Sequence[datetime]) -> NDArray[np.float64]:
    if set(map(type, map(attrgetter("tzinfo"), moments))) != {timezone}:
        return np.full(len(moments), math.nan)
    return np.array(list(map(datetime.timestamp, moments)))


def _texts(texts: Sequence[str]) -> NDArray[np.float64]:
    lengths = set(map(len, texts))
    if len(lengths) == 1:
        return _of_one_length(texts, lengths.pop())
    seconds = np.full(len(texts), math.nan)
    for length in lengths & _FORMS.keys():
        at = [index for index, text in enumerate(texts) if len(text) == length]
        seconds[at] = _of_one_length([texts[index] for index in at], length)
    return seconds


def _of_one_length(texts: Sequence[str], length: int) -> NDArray[np.float64]:
    form = _FORMS.get(length)
    if form is None:
        return np.full(len(texts), math.nan)
    raw = np.frombuffer("".join(texts).encode("latin-1", "replace"), np.uint8)
    raw = np.ascontiguousarray(raw.reshape(-1, length).T)
    digits = raw[form.digits] - 48  # what is no digit wraps around, to more than 9
    good = (digits.max(axis=0) <= 9) & (raw[form.marks] == form.characters).all(axis=0)  # noqa: PLR2004  a digit
    fields = form.weights @ digits.astype(np.float32)  # exact: nothing exceeds 999,999
    good &= ((fields >= _SMALLEST) & (fields <= _LARGEST)).all(axis=0)
    year, month, day, hour, minute, second, fraction, ahead_hours, ahead_minutes = fields
    months = np.where(good, year * 12 + month, _EPOCH_MONTH).astype(np.int64) - _EPOCH_MONTH
    first, length_of = _months(months)
    good &= day <= length_of
    whole = (first + day - 1) * 86_400.0 + (hour * 3600 + minute * 60 + second)
    if form.sign:
        sign = raw[form.sign]
        ahead = ahead_hours * 3600 + ahead_minutes * 60
        whole -= np.where(sign == ord("-"), -ahead, ahead)
        good &= (sign == ord("-")) | (sign == ord("+"))
    return np.where(good, (whole * 1e6 + fraction) / 1e6, math.nan)


def _months(months: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(n,) days from 1970-01-01 to the first of each month after 1970-01, and its length."""
    lowest = months.min()
    calendar = np.arange(lowest, months.max() + 2).astype("datetime64[M]")
    days = calendar.astype("datetime64[D]").astype(np.int64)
    return days[months - lowest], np.diff(days)[months - lowest]
