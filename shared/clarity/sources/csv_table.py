"""The rows of a CSV as columns of numbers; what cannot be read is rejected with its line."""

from __future__ import annotations

import csv
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.intake.rows import short
from clarity.domain.intake.samples import Rejection
from clarity.sources.csv_columns import READERS, UNKNOWN, Header, time_reader
from clarity.sources.errors import UnreadableSourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

_A_TIME: Final = "a time such as 2026-03-20 23:10, 2026-03-20T23:10:00+01:00 or epoch seconds"
_TIMES: Final = ("timestamp", "date", "time")
_MISSING: Final = {"stage": UNKNOWN, "sleep": UNKNOWN}


@dataclass(frozen=True, slots=True)
class Table:
    """What a CSV holds.

    Attributes:
        header: Its header.
        seconds: (rows,) see `time_reader`.
        offset: (rows,) the same.
        columns: By role, (rows,) values, NaN (of a stage -1) where there is none.
        lines: (rows,) the line of each row in the file, from 1.
        rejected: Cells and rows that cannot be read; the index is the row's number, from 0.
    """

    header: Header
    seconds: NDArray[np.float64]
    offset: NDArray[np.float64]
    columns: dict[str, NDArray[np.float64]]
    lines: NDArray[np.int64]
    rejected: list[Rejection]

    def reject(self, row: int, code: str, field: str, expected: str, found: str) -> None:
        """Note that a row is not taken."""
        line = int(self.lines[row])
        at = line - self.header.lines - 1
        self.rejected.append(Rejection(at, code, f"{field} in line {line}", expected, found))


def read_table(lines: Sequence[str], header: Header, name: str) -> Table:
    """All rows of a CSV.

    Raises:
        UnreadableSourceError: It has no rows, or half of them cannot be read.
    """
    roles = [role for role in READERS if role in header.at]
    columns = {role: array("d") for role in ("line", "seconds", "offset", *roles)}
    wanted = [(role, READERS[role], header.at[role]) for role in roles]
    reader = _RowReader(header, time_reader(header), wanted, [])
    count = 0
    for number, row in _rows(lines, reader, name):
        if any(row):
            count += 1
            for column, value in zip(columns.values(), reader.read(row, number), strict=False):
                column.append(value)
    if not count:
        raise UnreadableSourceError(f"expected rows of minutes in {name}, found a header only")
    bad = len({each.index for each in reader.rejected})
    if 2 * bad >= count:
        first = reader.rejected[0]
        raise UnreadableSourceError(
            f"expected {first.expected}, found {first.found} as {first.field} of {name};"
            f" {bad:,} of {count:,} rows cannot be read"
        )
    arrays = {role: np.array(column) for role, column in columns.items()}
    line, seconds, offset = (arrays.pop(role) for role in ("line", "seconds", "offset"))
    return Table(header, seconds, offset, arrays, line.astype(np.int64), reader.rejected)


def _rows(lines: Sequence[str], reader: _RowReader, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each row and the number of its first line.

    A cell in quotes may go over several lines. Where one of these has a time of its own, nobody
    closed the quote, and the row ends before it.
    """
    at = reader.header.lines

    def cells() -> Iterator[str]:
        nonlocal at
        at += 1
        yield lines[at - 1]
        while at < len(lines) and not reader.begins(lines[at]):
            at += 1
            yield lines[at - 1]

    longest = csv.field_size_limit()
    while at < len(lines):
        line, text = at + 1, lines[at]
        if '"' not in text and len(text) <= longest:  # as csv would read it, in half the time
            at += 1
            yield line, text.split(reader.header.delimiter)
            continue
        try:
            row = next(csv.reader(cells(), delimiter=reader.header.delimiter))
        except csv.Error as error:
            raise UnreadableSourceError(
                f"expected cells in line {line} of {name}: {error}"
            ) from error
        yield line, row


@dataclass(frozen=True, slots=True)
class _RowReader:
    """Reads row by row, and notes what it cannot."""

    header: Header
    read_time: Callable[[Sequence[str]], tuple[float, float]]
    wanted: list[tuple[str, Callable[[str], float], int]]
    rejected: list[Rejection]

    def read(self, row: Sequence[str], line: int) -> tuple[float, ...]:
        """Line, seconds, offset and the values of a row; nothing where its time is unknown."""
        width = len(self.header.names)
        if len(row) < width or any(row[width:]):
            self._reject(line, "missing_field", "cells", f"{width} cells", str(len(row)))
            return ()
        try:
            when = self.read_time(row)
        except (ValueError, OverflowError):
            known = self.header.at
            cells = ", ".join(row[known[role]] for role in _TIMES if role in known)
            self._reject(line, "bad_date", "time", _A_TIME, short(cells))
            return ()
        values = []
        for role, read, at in self.wanted:
            try:
                values.append(read(row[at]))
            except ValueError as error:
                values.append(_MISSING.get(role, float("nan")))
                own = self.header.own_name(role)
                self._reject(line, "bad_value", own, str(error), short(row[at]))
        return line, *when, *values

    def begins(self, line: str) -> bool:
        """Whether a line by itself has a time."""
        try:
            self.read_time(next(csv.reader([line], delimiter=self.header.delimiter)))
        except (ValueError, OverflowError, IndexError, csv.Error):
            return False
        return True

    def _reject(self, line: int, code: str, field: str, expected: str, found: str) -> None:
        index = line - self.header.lines - 1
        self.rejected.append(Rejection(index, code, f"{field} in line {line}", expected, found))
