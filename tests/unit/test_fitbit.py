"""The 2016 Fitbit files: a made-up person in their shape, and the real one where the data is."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from clarity.domain.intake.samples import parse_upload
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.fitbit import Night, read_fitbit
from clarity.sources.generated.people import Person, uploads

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "fitbit-2016"
MINUTES = ",".join(f"Steps{minute:02d}" for minute in range(60))


def write(folder: Path, name: str, *lines: str) -> None:
    with gzip.open(folder / name, "wt", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines) + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(
        tmp_path,
        "hr_minute_user7.csv.gz",
        "date,time,hr,intensity,steps",
        "2016-04-11,2016-04-11 23:58:00,61,0,12",
        "2016-04-11,2016-04-11 23:59:00,62,0,0",
        "2016-04-12,2016-04-12 00:00:00,64,0,0",
    )
    steps = ["0"] * 30 + ["90", "80"] + ["0"] * 28
    write(
        tmp_path,
        "minuteStepsWide_merged.csv.gz",
        f"Id,ActivityHour,{MINUTES}",
        f"7,4/12/2016 0:00,{','.join(steps)}",
        f"7,4/12/2016 1:00:00 AM,{','.join(['0'] * 60)}",
        f"7,4/13/2016 1:00:00 AM,{','.join(['5'] * 60)}",
        f"8,4/12/2016 0:00,{','.join(['7'] * 60)}",
    )
    write(
        tmp_path,
        "sleepDay_merged.csv.gz",
        "Id,SleepDay,TotalSleepRecords,TotalMinutesAsleep,TotalTimeInBed",
        "7,4/12/2016 12:00:00 AM,1,400,430",
        "8,4/12/2016 0:00,1,1,2",
    )
    return tmp_path


@pytest.mark.parametrize("count", ["1_000", "\u0661\u0662", "inf"])
def test_what_is_no_whole_number_is_said(folder, count):
    write(folder, "hr_minute_user7.csv.gz", "date,time,hr,intensity,steps",
          f"2016-04-11,2016-04-11 23:58:00,61,0,{count}")  # fmt: skip

    with pytest.raises(UnreadableSourceError, match="expected a number in hr_minute_user7"):
        read_fitbit(folder, user="7")


def steps_of(person: Person) -> list[tuple[str, str, float]]:
    return [
        (sample["start_date"][11:16], sample["end_date"][11:16], sample["value"])
        for sample in person.samples
        if sample["sample_type"] == "stepCount"
    ]


def test_still_minutes_are_sent_as_samples_of_no_steps(folder):
    person = read_fitbit(folder, user="7", time_zone="UTC", last_days=2).person

    assert steps_of(person) == [
        ("23:58", "23:59", 12.0),
        ("23:59", "00:30", 0.0),
        ("00:30", "00:31", 90.0),
        ("00:31", "00:32", 80.0),
        ("00:32", "01:32", 0.0),
        ("01:32", "02:00", 0.0),
    ]


def test_heart_rate_is_sent_by_the_minute_on_the_assumed_clock(folder):
    person = read_fitbit(folder, user="7").person

    beats = [
        (sample["start_date"], sample["value"])
        for sample in person.samples
        if sample["sample_type"] == "heartRate"
    ]
    assert beats[0] == ("2016-04-12T03:58:00Z", 61.0)
    assert len(beats) == 3
    assert person.time_zone == "America/New_York"
    assert "America/New_York assumed" in person.description


def test_the_last_days_are_those_up_to_the_last_heart_rate(folder):
    person = read_fitbit(folder, user="7", time_zone="UTC", last_days=1).person

    assert {sample["start_date"][:10] for sample in person.samples} == {"2016-04-12"}


def test_nights_are_totals_to_compare_with_and_make_no_sleep_samples(folder):
    read = read_fitbit(folder, user="7")

    assert read.nights == {date(2016, 4, 12): Night(400, 430)}
    assert {sample["sample_type"] for sample in read.person.samples} == {"stepCount", "heartRate"}


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(UnreadableSourceError, match="nowhere, found no such folder"):
        read_fitbit(tmp_path / "nowhere")


def test_a_person_who_is_not_there_is_said(folder):
    with pytest.raises(UnreadableSourceError, match=r"expected hr_minute_user9.*no such file"):
        read_fitbit(folder, user="9")


def test_an_empty_file_is_said(folder):
    write(folder, "hr_minute_user8.csv.gz", "date,time,hr,intensity,steps")

    with pytest.raises(UnreadableSourceError, match="minutes of person 8"):
        read_fitbit(folder, user="8")


def test_an_unknown_zone_is_said(folder):
    with pytest.raises(UnreadableSourceError, match="IANA time zone, found 'Mars/Base'"):
        read_fitbit(folder, user="7", time_zone="Mars/Base")


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("2016-04-11,yesterday,61,0,12", "expected a date in hr_minute_user7.*'yesterday'"),
        ("2016-04-11,2016-04-11 23:58:00,fast,0,12", "expected a number in .*'fast'"),
    ],
)
def test_a_broken_row_is_said(folder, row, complaint):
    write(folder, "hr_minute_user7.csv.gz", "date,time,hr,intensity,steps", row)

    with pytest.raises(UnreadableSourceError, match=complaint):
        read_fitbit(folder, user="7")


def test_the_real_person_is_taken_whole():
    if not DATA.is_dir():
        pytest.skip("needs ../shared/data/fitbit-2016, which is not here")

    read = read_fitbit(DATA, last_days=7)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    results = [parse_upload(document, received_at=now) for _, document in uploads(read.person)]

    assert sum(len(result.rejected) for result in results) == 0
    assert sum(len(result.samples) for result in results) == len(read.person.samples) > 8000
    assert len(read.nights) == 31
