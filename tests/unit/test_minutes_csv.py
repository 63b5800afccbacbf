"""A CSV of minutes: what its header may be, what becomes of its rows, what is refused."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from clarity.sources.errors import UnreadableSourceError
from clarity.sources.generated.people import generate
from clarity.sources.recording_file import open_recording
from tests.apple_export import write_export
from tests.unit.minutes_table import DAY, at, read


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
        "sep=;\ntimestamp;steps;hr\n2026-03-20 23:10;12;61\n2026-03-20 23:11;0;60\n",
        "SEP=|\r\ntimestamp|steps|hr\r\n2026-03-20 23:10|12|61\r\n2026-03-20 23:11|0|60\r\n",
        '"sep=\t"\ntimestamp\tsteps\thr\n2026-03-20 23:10\t12\t61\n2026-03-20 23:11\t0\t60\n',
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


def paced(every: dict[str, int], minutes: int = 4) -> str:
    """Rows each 5 s with columns that are filled every so many seconds, from 2 s on."""
    names = [name for name in every if name != "offset"]
    rows = []
    for second in range(0, 60 * minutes, 5):
        cells = [
            f"{60 + second // 60}" if (second - 10) % every[name] == 0 else "" for name in names
        ]
        rows.append(f"2026-03-20 10:{second // 60:02d}:{second % 60:02d},{','.join(cells)}\n")
    return f"timestamp,{','.join(names)}\n{''.join(rows)}"


def test_steps_once_a_minute_beside_a_faster_heart_rate_are_the_minutes(tmp_path):
    recording = read(tmp_path, paced({"hr": 5, "steps": 60}))

    assert [at(recording, f"10:0{n}") for n in range(4)] == [60, 61, 62, 63]
    assert at(recording, "10:03", "heart_rate") == 63
    assert "steps: a value every 60 s, taken as the amount of that time" in recording.remarks


def test_a_minute_with_two_values_of_a_minute_is_not_whole(tmp_path):
    twice = paced({"hr": 5, "steps": 60}, minutes=6).replace("10:02:40,62,", "10:02:40,62,9")

    recording = read(tmp_path, twice)

    assert [at(recording, f"10:0{n}") for n in (0, 1, 3)] == [60, 61, 63]
    assert np.isnan(at(recording, "10:02"))
    assert "steps: 1 of 6 minutes left out, which are not whole" in recording.remarks


def test_the_second_of_its_minute_at_which_a_value_stands_does_not_matter(tmp_path):
    seconds = (50, 5, 20, 45)
    rows = "".join(
        f"2026-03-20 10:0{n}:{second:02d},60,{n + 1 if second == seconds[n] else ''}\n"
        for n in range(4)
        for second in range(0, 60, 5)
    )

    recording = read(tmp_path, f"timestamp,hr,steps\n{rows}")

    assert [at(recording, f"10:0{n}") for n in range(4)] == [1, 2, 3, 4]


def test_two_rows_of_a_device_that_is_seconds_off_share_their_minute(tmp_path):
    clocks = ("00:01", "01:01", "02:01", "02:59", "03:59")
    rows = "".join(f"2026-03-20 10:{clock},{n}\n" for n, clock in enumerate(clocks))

    recording = read(tmp_path, f"timestamp,steps\n{rows}")

    assert [at(recording, f"10:0{n}") for n in range(4)] == [0, 1, 2.5, 4]


def test_steps_of_an_epoch_of_their_own_are_added_up(tmp_path):
    recording = read(tmp_path, paced({"hr": 5, "steps": 30}))

    assert [at(recording, f"10:0{n}") for n in range(4)] == [120, 122, 124, 126]


@pytest.mark.parametrize(
    ("every", "remark"),
    [
        (120, "steps: left out: a value every 120 s does not say what each minute has"),
        (45, "steps: left out: a value every 45 s does not say what each minute has"),
    ],
)
def test_steps_that_do_not_say_what_a_minute_has_are_left_out(tmp_path, every, remark):
    recording = read(tmp_path, paced({"hr": 5, "steps": every}, minutes=12))

    assert np.isnan(recording.span.steps).all()
    assert np.isfinite(recording.span.heart_rate).sum() == 12
    assert remark in recording.remarks


def test_steps_of_five_minutes_beside_a_heart_rate_of_one_are_left_out(tmp_path):
    rows = "".join(
        f"2026-03-20 {10 + n // 60}:{n % 60:02d},60,{'' if n % 5 else 90}\n" for n in range(180)
    )

    recording = read(tmp_path, f"timestamp,hr,steps\n{rows}")

    assert np.isnan(recording.span.steps).all()
    assert any("every 300 s" in remark for remark in recording.remarks)


def test_minutes_that_are_not_whole_are_counted(tmp_path):
    text = paced({"hr": 5, "counts": 5})
    gaps = text.replace("10:01:20,61,61", "10:01:20,61,").replace("10:02:20,62,62", "10:02:20,62,x")

    recording = read(tmp_path, gaps)

    assert [at(recording, f"10:0{n}", "counts") for n in (0, 3)] == [720, 756]
    assert np.isnan([at(recording, f"10:0{n}", "counts") for n in (1, 2)]).all()
    assert "counts: 2 of 4 minutes left out, which are not whole" in recording.remarks


def test_only_the_last_days_are_kept(tmp_path):
    rows = "".join(
        f"2026-03-{day:02d} {hour:02d}:{minute:02d},5\n"
        for day in range(1, 21)
        for hour in (9, 21)
        for minute in range(3)
    )

    assert read(tmp_path, f"timestamp,steps\n{rows}", last_days=9).span.days == 9
