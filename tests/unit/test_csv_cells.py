"""The cells of a CSV of minutes: which are read, and what is said of those that are not."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from clarity.sources.errors import UnreadableSourceError
from clarity.sources.recording_file import open_recording
from tests.unit.minutes_table import at, read


def test_a_table_that_breaks_off_in_a_row_gives_what_stood_before(tmp_path):
    whole = "timestamp,steps,hr\n2026-03-20 23:10,12,61\n2026-03-20 23:11,9,60\n"
    text = whole + "2026-03-20 23:12,1"
    packed = tmp_path / "cut.csv.gz"
    many = "".join(f"2026-03-20 {n // 60:02d}:{n % 60:02d},{n * n % 97},61\n" for n in range(1440))
    packed.write_bytes(gzip.compress(b"timestamp,steps,hr\n" + many.encode())[:-1000])

    plain, cut = read(tmp_path, text), open_recording(packed)

    assert at(plain, "23:11") == 9
    assert [(each.field, each.found) for each in plain.rejected] == [("cells in line 4", "2")]
    assert 100 < np.isfinite(cut.span.steps).sum() < 1440
    assert "while unpacking" in str(cut.broken_at)


@pytest.mark.parametrize(
    ("form", "zone"),
    [("2026-03-20,{}:05", None), ("2026/3/20,{}:05:00", None), ("2026-03-20 {}:05,", None),
     ("2026-3-20 {}:05:00,", None), ("2026-03-20 {}:05 +0100,", "Europe/Berlin")],
)  # fmt: skip
def test_hours_need_no_zero_before_them(tmp_path, form, zone):
    rows = "".join(f"{form.format(hour)},{hour}\n" for hour in (0, 9, 10, 23))
    later = rows.replace(":05", ":06")

    recording = read(tmp_path, f"date,time,steps\n{rows}{later}", time_zone=zone)

    assert recording.rejected == ()
    assert [at(recording, f"{hour}:05") for hour in (0, 9, 10, 23)] == [0, 9, 10, 23]


@pytest.mark.parametrize("time", ["9:5", "9:05 PM", "24:00", "9:60", "\u0669:05"])
def test_a_time_that_may_mean_several_is_refused(tmp_path, time):
    good = "".join(f"2026-03-20,10:{n:02d},5\n" for n in range(3))

    recording = read(tmp_path, f"date,time,steps\n{good}2026-03-20,{time},7\n")

    assert [(each.code, each.field) for each in recording.rejected] == [
        ("bad_date", "time in line 5")
    ]


@pytest.mark.parametrize("cell", ["1_000", "\u0661\u0662", "\uff11", "0x10", "1e", "--1"])
def test_only_plain_digits_are_a_number(tmp_path, cell):
    good = "".join(f"2026-03-20 10:{n:02d},1.25e1\n" for n in range(3))

    recording = read(tmp_path, f"timestamp,steps\n{good}2026-03-20 10:03,{cell}\n")

    assert [(each.code, each.field) for each in recording.rejected] == [
        ("bad_value", "steps in line 5")
    ]
    assert at(recording, "10:02") == 12.5


@pytest.mark.parametrize("column", [1, 2, 3])
def test_a_quote_that_nobody_closed_costs_its_own_row_only(tmp_path, column):
    rows = [f"2026-03-20 10:{n:02d},{n},60,fine" for n in range(30)]
    for broken in (10, 11, 20):
        cells = rows[broken].split(",")
        cells[column] = f'"{cells[column]}'
        rows[broken] = ",".join(cells)

    recording = read(tmp_path, "timestamp,steps,hr,note\n" + "\n".join(rows) + "\n")

    lost = [] if column == 3 else [12, 13, 22]  # the last cell is whole with its line
    assert [each.field for each in recording.rejected] == [f"cells in line {n}" for n in lost]
    assert np.isfinite(recording.span.steps).sum() == 30 - len(lost)
    assert at(recording, "10:12") == 12
    assert at(recording, "10:29") == 29


def test_a_note_may_go_over_several_lines(tmp_path):
    recording = read(
        tmp_path,
        'timestamp,steps,note\n2026-03-20 10:00,5,"felt, as\nso often, well\n"\n'
        "2026-03-20 10:01,many,\n2026-03-20 10:02,6,\n",
    )

    assert (at(recording, "10:00"), at(recording, "10:02")) == (5, 6)
    assert [each.field for each in recording.rejected] == ["steps in line 5"]


def test_a_thousand_is_not_taken_for_one(tmp_path):
    good = "".join(f"2026-03-20 10:{n:02d};0,125\n" for n in range(3))

    recording = read(
        tmp_path, f'timestamp;counts\n{good}2026-03-20 10:03;"1,234"\n2026-03-20 10:04;1,25\n'
    )

    assert [(each.field, each.found) for each in recording.rejected] == [
        ("counts in line 5", "'1,234'")
    ]
    assert (at(recording, "10:02", "counts"), at(recording, "10:04", "counts")) == (0.125, 1.25)


@pytest.mark.parametrize("far", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-12:00"])
def test_the_ends_of_the_calendar_do_no_harm(tmp_path, far):
    rows = "".join(f"2026-03-20T10:{n:02d}:00Z,7\n" for n in range(4))

    recording = read(tmp_path, f"timestamp,steps\n{far},7\n{rows}", time_zone="Asia/Tokyo")

    assert at(recording, "19:03") == 7


def test_what_is_wrong_in_a_few_rows_is_rejected_with_its_line(tmp_path):
    good = "".join(f"2026-03-20 10:{n:02d},{n},60\n" for n in range(20))
    bad = (
        "2026-03-20 10:20,many,62\n2026-03-32 10:21,1,60\n2096-03-20 10:22,1,60\n"
        "2026-03-20 10:23,1\n1926-03-20 10:24,1,60\n"
    )

    recording = read(tmp_path, f"timestamp,steps,bpm\n{good}{bad}")

    assert [(each.index, each.code, each.field, each.found) for each in recording.rejected] == [
        (20, "bad_value", "steps in line 22", "'many'"),
        (21, "bad_date", "time in line 23", "'2026-03-32 10:21'"),
        (23, "missing_field", "cells in line 25", "2"),
        (22, "in_future", "time in line 24", "2096-03-20 10:22"),
    ]
    assert at(recording, "10:20", "heart_rate") == 62
    assert np.isfinite(recording.span.steps).sum() == 20


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("timestamp,steps\n2026-03-20 10:00,5\n2026-03-20 10:05,5\n2026-03-20 10:10,5\n",
         "at most 60 s .*found 300 s"),
        ("timestamp,steps\n2026-03-20 10:00:00,5\n2026-03-20 10:00:07,5\n", "found 7 s"),
        ("timestamp,steps\n2026-03-20 10:00,5\n", "found one time only"),
        ("timestamp,steps\n", "found a header only"),
        ("timestamp,steps\nyesterday,5\n", "expected a time .*'yesterday' as time in line 2"),
        ("timestamp,steps\n2026-03-20 10:00,5\n2026-03-20 10:01,five\n",
         "a number, found 'five' as steps in line 3 .*1 of 2 rows"),
        ("timestamp,steps,worn\n2026-03-20 10:00,5,maybe\n", "1 or 0.*'maybe' as worn"),
        ("timestamp,steps,stage\n2026-03-20 10:00,5,2\n", "a word of .*'2' as stage"),
        ("timestamp,steps\n2026-03-20 10:00,5,1\n", "expected 2 cells, found 3 as cells in line 2"),
        ("timestamp,steps\n2026-03-20 10:00,5\n2026-03-20 10:01+01:00,5\n",
         "all times .*1 of 2 rows without"),
        ("timestamp,steps\n2026-03-20 10:00," + "5" * 200_000 + "\n", "line 2 .*field limit"),
        ("timestamp,steps\n2096-03-20 10:00,5\n2096-03-20 10:01,5\n", "1900 to now .*found none"),
        ("timestamp,steps\n0001-01-01 10:00,5\n0001-01-01 10:01,5\n", "1900 to now .*found none"),
        ("timestamp,steps\n12,5\n72,5\n", "expected a time .*'12'"),
        ("when,what\n1,2\n", "expected a header .*steps, counts, heart_rate, found 'when,what'"),
        ("sep=;\nwhen;what\n1;2\n", "expected a header .*found 'when;what'"),
        ('timestamp,steps\n2026-03-20 10:00,5\n2026-03-20 10:01,"' + "5" * 200_000 + "\n",
         "line 3 .*field limit"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_with_its_place(tmp_path, text, complaint):
    with pytest.raises(UnreadableSourceError, match=complaint):
        read(tmp_path, text)
