"""A CSV of minutes: what its header may be, what becomes of its rows, what is refused."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from clarity.sources.errors import UnreadableSourceError
from clarity.sources.generated.people import generate
from clarity.sources.recording_file import Recording, open_recording
from tests.apple_export import write_export

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


@pytest.mark.parametrize(
    "text",
    [
        "timestamp,steps,heart_rate\n2026-03-20 23:10,12,61\n2026-03-20 23:11,0,60\n",
        "Date;Time;Step Count;HR (bpm)\r\n2026-03-20;23:10;12;61\r\n2026-03-20;23:11;0;60\r\n",
        "\ufeffTIMESTAMP\tSTEPS\tBPM\n2026-03-20T23:11:00\t0\t60\n2026-03-20T23:10:00\t12\t61\n",
        "# my watch\n\ntime,hr,intensity,steps\n"
        "2026-03-20 23:10:00,61,1,12\n2026-03-20 23:11:00,60,0,0\n\n",
        "date,time,heart rate,steps\n"
        "2026-03-20,2026-03-20 23:10:00,61,12\n2026-03-20,2026-03-20 23:11:00,60,0\n",
        "timestamp,pulse,steps\n2026-03-20T23:10:00+05:30,61,12\n2026-03-20T23:11:00+05:30,60,0\n",
        "Epoch,Date,Time,Steps,HR,\n1,2026/03/20,23:10:00,12,61,\n2,2026/03/20,23:11:00,0,60,\n",
        '"timestamp";"steps";"heart_rate"\n"2026-03-20 23:10";"12,0";"61,0"\n'
        '"2026-03-20 23:11";"0,0";"60,0"\n',
    ],
)
def test_tables_of_many_makes_say_the_same(tmp_path, text):
    recording = read(tmp_path, text)

    assert recording.what == "a CSV of minutes"
    assert (at(recording, "23:10"), at(recording, "23:11")) == (12, 0)
    assert at(recording, "23:10", "heart_rate") == 61
    assert np.isnan(at(recording, "23:12"))
    assert (recording.span.first_day, recording.span.days) == (date(2026, 3, 14), 7)


def test_a_packed_table_and_one_of_an_older_program_are_read(tmp_path):
    text = "timestamp,steps,Schläfchen\n2026-03-20 23:10,12,x\n2026-03-20 23:11,9,x\n"
    path = tmp_path / "minutes.csv.gz"
    path.write_bytes(gzip.compress(text.encode("latin-1")))

    assert at(open_recording(path), "23:11") == 9


def test_a_grid_written_as_a_table_reads_back_the_same(tmp_path):
    write_export(generate("two-devices", days=2, last_day=DAY), tmp_path / "export.zip")
    grid = open_recording(tmp_path / "export.zip", now=datetime(2026, 3, 23, tzinfo=UTC)).span
    words = {-1: "", 0: "in_bed", 1: "asleep", 2: "awake", 3: "core", 4: "deep", 5: "rem"}
    begin = datetime.combine(grid.first_day, datetime.min.time())
    rows = zip(grid.steps, grid.heart_rate, grid.worn, grid.stage, strict=True)

    again = read(
        tmp_path,
        "timestamp,steps,heart_rate,worn,stage\n"
        + "".join(
            f"{begin + timedelta(minutes=n)},{steps!r},{beats!r},{worn},{words[stage]}\n"
            for n, (steps, beats, worn, stage) in enumerate(map(_plain, rows))
        ),
    ).span

    for name in ("steps", "heart_rate", "worn", "stage"):
        assert np.array_equal(
            getattr(again, name), getattr(grid, name), equal_nan=name in {"steps", "heart_rate"}
        ), name


def _plain(row: tuple) -> list:
    return [value.item() for value in row]


@pytest.mark.parametrize(
    ("row", "zone", "clock", "day"),
    [
        ("2026-03-20T22:10:00Z", "Asia/Kolkata", "03:40", date(2026, 3, 21)),
        ("2026-03-20T23:10:00+01:00", "Asia/Kolkata", "03:40", date(2026, 3, 21)),
        ("1774044600", "Europe/Berlin", "23:10", DAY),
        ("1774044600000", "Europe/Berlin", "23:10", DAY),
        ("2026-03-20T22:10:00Z", "UTC", "22:10", DAY),
    ],
)
def test_instants_are_moved_to_the_persons_clock(tmp_path, row, zone, clock, day):
    later = row.replace("10:00", "11:00").replace("44600", "44660")

    recording = read(tmp_path, f"timestamp,steps\n{row},7\n{later},8\n", time_zone=zone)

    assert at(recording, clock, "worn", day)
    assert at(recording, clock, day=day) == 7


@pytest.mark.parametrize("time", ["2026-03-20T22:10:00Z", "1774044600"])
def test_utc_is_not_taken_for_somebodys_clock(tmp_path, time):
    with pytest.raises(UnreadableSourceError, match=r"in UTC.*--time-zone"):
        read(tmp_path, f"timestamp,steps\n{time},7\n")


def test_days_of_a_changing_clock_have_their_real_length(tmp_path):
    rows = "".join(
        f"{1774742400 + 60 * n},7\n" for n in range(120)
    )  # from 01:00 in Berlin, 29 March

    recording = read(tmp_path, f"timestamp,steps\n{rows}", time_zone="Europe/Berlin")

    lengths = recording.span.repeats.reshape(7, 1440).sum(axis=1)
    assert lengths.tolist() == [1440] * 6 + [1380]
    assert at(recording, "01:59", day=date(2026, 3, 29)) == 7
    assert np.isnan(at(recording, "02:30", day=date(2026, 3, 29)))
    assert at(recording, "03:00", day=date(2026, 3, 29)) == 7


def test_a_time_that_comes_twice_counts_once_with_its_mean(tmp_path):
    recording = read(
        tmp_path,
        "timestamp,steps\n2026-03-20 02:01,8\n2026-03-20 02:00,10\n2026-03-20 02:00,20\n"
        "2026-03-20 02:02,\n",
    )

    assert at(recording, "02:00") == 15
    assert np.isnan(at(recording, "02:02"))
    assert any("1 rows repeat a time" in remark for remark in recording.remarks)


def test_short_epochs_are_added_up_where_the_minute_is_whole(tmp_path):
    rows = [("23:10:00", 1, 60), ("23:10:15", 2, 61), ("23:10:30", 3, 62), ("23:10:45", 4, 63),
            ("23:11:00", 5, 70), ("23:11:15", 6, 72), ("23:11:30", 7, 74)]  # fmt: skip
    text = "".join(f"2026-03-20 {clock},{count},{beats}\n" for clock, count, beats in rows)

    recording = read(tmp_path, f"timestamp,activity,hr\n{text}")

    assert at(recording, "23:10", "counts") == 10
    assert at(recording, "23:10", "heart_rate") == 61.5
    assert np.isnan(at(recording, "23:11", "counts"))
    assert at(recording, "23:11", "heart_rate") == 72
    assert recording.span.signal == "counts"


@pytest.mark.parametrize(
    ("column", "values", "worn"),
    [("worn", "1 0 yes", [True, False, True]), ("non-wear", "0 1 TRUE", [True, False, False])],
)
def test_wear_is_what_the_file_says(tmp_path, column, values, worn):
    rows = "".join(f"2026-03-20 10:0{n},5,{value}\n" for n, value in enumerate(values.split()))

    recording = read(tmp_path, f"timestamp,steps,{column}\n{rows}")

    assert [at(recording, f"10:0{n}", "worn") for n in range(3)] == worn
    assert np.isnan(at(recording, "10:01"))


def test_wear_is_told_from_heart_rate_and_else_from_zeros(tmp_path):
    steps = [5] * 30 + [0] * 120 + [5] * 30
    with_rate = "".join(
        f"2026-03-20 {n // 60:02d}:{n % 60:02d},{count},{60 if n % 10 == 0 and n < 90 else ''}\n"
        for n, count in enumerate(steps)
    )
    without = "".join(line.rpartition(",")[0] + "\n" for line in with_rate.splitlines())

    pulse = read(tmp_path, f"timestamp,steps,heart_rate\n{with_rate}").span
    zeros = read(tmp_path, f"timestamp,steps\n{without}").span

    last = slice(6 * 1440, 6 * 1440 + 180)
    assert np.flatnonzero(~pulse.worn[last]).tolist() == list(range(81, 150))
    assert np.flatnonzero(~zeros.worn[last]).tolist() == list(range(30, 150))


def test_sleep_is_taken_from_words_or_a_flag_but_a_day_awake_is_no_bed(tmp_path):
    flags = [0] * 200 + [1] * 60 + [0] * 20 + [1] * 60
    rows = "".join(
        f"2026-03-20 {n // 60:02d}:{n % 60:02d},0,60,{flag}\n" for n, flag in enumerate(flags)
    )
    words = "2026-03-20 10:00,0,60,Light\n2026-03-20 10:01,0,60,REM\n2026-03-20 10:02,0,60,\n"

    flagged = read(tmp_path, f"timestamp,steps,hr,asleep\n{rows}").span.stage[6 * 1440 :]
    staged = read(tmp_path, f"timestamp,steps,hr,sleep stage\n{words}")

    assert (flagged[:200] == -1).all()
    assert (flagged[200:260] == 1).all()
    assert (flagged[260:280] == 2).all()
    assert [at(staged, f"10:0{n}", "stage") for n in range(3)] == [3, 5, -1]


def test_values_that_cannot_be_are_left_out_and_counted(tmp_path):
    recording = read(
        tmp_path,
        "timestamp,steps,heart_rate\n2026-03-20 10:00,9000,61\n2026-03-20 10:01,7,0\n"
        "2026-03-20 10:02,7,inf\n2026-03-20 10:03,7,62\n",
    )

    assert np.isnan(at(recording, "10:00"))
    assert np.isnan(at(recording, "10:01", "heart_rate"))
    assert "1 minutes of steps left out: expected 0 to 300, found 9000" in recording.remarks
    assert "2 minutes of heart_rate left out: expected 30 to 300, found 0" in recording.remarks


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


def test_only_the_last_days_are_kept(tmp_path):
    rows = "".join(
        f"2026-03-{day:02d} {hour:02d}:{minute:02d},5\n"
        for day in range(1, 21)
        for hour in (9, 21)
        for minute in range(3)
    )

    assert read(tmp_path, f"timestamp,steps\n{rows}", last_days=9).span.days == 9


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
        ("timestamp,steps\n2096-03-20 10:00,5\n2096-03-20 10:01,5\n", "rows of the past"),
        ("timestamp,steps\n12,5\n72,5\n", "expected a time .*'12'"),
        ("when,what\n1,2\n", "expected a header .*steps, counts, heart_rate, found 'when,what'"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_with_its_place(tmp_path, text, complaint):
    with pytest.raises(UnreadableSourceError, match=complaint):
        read(tmp_path, text)
