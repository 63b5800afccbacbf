"""Actiwatch recordings: a made-up one in the shape of the format, and real ones where they are."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from clarity.sources.actiwatch import read_actiwatch
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.recording_file import open_recording

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "pyactigraphy-samples"
NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)
HEAD = ["someone", "23-Jan-2018", "13:58", " 4 ", "00", "V664055", "X"]


def awd(*counts: str, **changes: str) -> list[str]:
    at = {"day": 1, "clock": 2, "epoch": 3}
    head = list(HEAD)
    for name, value in changes.items():
        head[at[name]] = value
    return [*head, *counts]


def test_counts_stand_on_their_minutes_and_marks_are_counted(tmp_path):
    path = tmp_path / "night.dat"
    path.write_bytes("\r\n".join(["Zoë", *awd("0", "149", "71 M", "9M", "")[1:]]).encode("latin-1"))

    recording = open_recording(path)

    span, at = recording.span, 6 * 1440 + 13 * 60 + 58
    assert recording.what == "an Actiwatch recording"
    assert (span.first_day, span.days) == (date(2018, 1, 17), 7)
    assert span.counts[at : at + 4].tolist() == [0, 149, 71, 9]
    assert np.isnan(span.counts[at + 4])
    assert span.sources == ("Actiwatch V664055",)
    assert "2 presses of the marker button, which no metric uses" in recording.remarks


def test_days_have_their_real_length_where_the_zone_is_named(tmp_path):
    path = tmp_path / "spring.awd"
    path.write_text("\n".join(awd(*["5"] * 200, day="24-Mar-2018", clock="23:00")))

    span = open_recording(path, time_zone="Europe/Berlin").span

    assert span.repeats.reshape(7, 1440).sum(axis=1).tolist() == [1440] * 6 + [1380]


@pytest.mark.parametrize(
    "day",
    ["23-Jan-2018", "23-jan.-2018", "23 janv. 2018", "23-ene-2018", "23.gen.2018", "23/01/2018",
     "23.01.2018", "23-JAN-2018"],
)  # fmt: skip
def test_days_are_read_in_several_languages(day):
    assert read_actiwatch(awd("1", day=day), "x.awd", now=NOW).first == _minute("2018-01-23T13:58")


@pytest.mark.parametrize(
    ("month", "number"),
    [("M\u00e4r", 3), ("f\u00e9vr.", 2), ("Mai", 5), ("juin", 6), ("juil.", 7), ("ao\u00fbt", 8),
     ("okt", 10), ("out", 10), ("d\u00e9c.", 12), ("Dez", 12), ("mrt", 3), ("mei", 5), ("lug", 7)],
)  # fmt: skip
def test_months_are_known_by_their_first_letters(month, number):
    minutes = read_actiwatch(awd("1", day=f"5-{month}-2018"), "x.awd", now=NOW)

    assert minutes.first == _minute(f"2018-{number:02d}-05T13:58")


def _minute(text: str) -> int:
    return int((datetime.fromisoformat(text) - datetime(1970, 1, 1)).total_seconds()) // 60  # noqa: DTZ001 - a clock time


def test_shorter_epochs_become_whole_minutes():
    minutes = read_actiwatch(
        awd("1", "2", "3", "4", "5", "6", "7", epoch="2", clock="13:58:30"), "x.awd", now=NOW
    )

    assert minutes.first == _minute("2018-01-23T13:59")
    assert minutes.channels["counts"].tolist() == [5, 9, 13]


def test_a_line_that_is_no_count_is_a_minute_not_observed():
    minutes = read_actiwatch(awd("1", "?", "3"), "x.awd", now=NOW)

    assert np.array_equal(minutes.channels["counts"], [1, np.nan, 3], equal_nan=True)
    assert [(each.index, each.field) for each in minutes.rejected] == [(1, "count in line 9")]


def test_light_in_a_second_column_is_no_count():
    assert read_actiwatch(awd("7,1.3", "8 M,0.2"), "x", now=NOW).channels["counts"].tolist() == [
        7,
        8,
    ]


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (awd("1", epoch="8"), "at most 60 s in x.awd, found 120 s"),
        (awd("1", epoch="3"), r"epoch code in line 4.*4 \(60 s\).*found '3'"),
        (awd("1", day="yesterday"), "a day such as 23-Jan-2018 in line 2 .*'yesterday'"),
        (awd("1", day="31-Feb-2018"), "line 2"),
        (awd("1", day="3-xyz-2018"), "line 2"),
        (awd("1", clock="25:00"), "line 3"),
        (awd("1", "many"), "a count in each line of x.awd, found 'many' as count in line 9"),
        (awd("1", epoch="1"), "expected a minute of counts"),
        (awd("\u0661\u0662"), "found .* as count in line 8"),
        (awd("1", day="2\u0663-Jan-2018"), "line 2"),
        (awd("1", day="28-Dec-9999"), "1900 to now .*begins on 9999-12-28 .line 2"),
        (awd("1", day="25-Mar-2026"), "begins on 2026-03-25"),
        (awd("1", day="01-Jan-0001"), "begins on 0001-01-01"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(lines, complaint):
    with pytest.raises(UnreadableSourceError, match=complaint):
        read_actiwatch(lines, "x.awd", now=NOW)


def test_minutes_of_the_future_are_left_out_and_counted():
    """The clock may be a day wrong: the 24th of March up to 12:00 is not the future yet."""
    minutes = read_actiwatch(awd(*["5"] * 10, day="24-Mar-2026", clock="11:57"), "x.awd", now=NOW)

    assert minutes.channels["counts"].tolist() == [5, 5, 5]
    assert "7 minutes of the future left out: is line 2 the first day?" in minutes.remarks


@pytest.mark.parametrize("name", ["example_01.AWD", "example_02.AWD", "example_03.AWD"])
def test_real_recordings_hold_what_pyactigraphy_reads(name):
    if not DATA.is_dir():
        pytest.skip("needs ../shared/data/pyactigraphy-samples, which is not here")
    reference = json.loads((DATA / "pyactigraphy_reference.json").read_text())["inputs"]
    span = open_recording(DATA / name).span
    lines = (DATA / name).read_text("latin-1").splitlines()
    minutes = read_actiwatch(lines, name, now=NOW)
    counts = minutes.channels["counts"]

    whole = reference[name]
    assert minutes.first == _minute(whole["start"])
    assert counts[:10].tolist() == whole["first10"]
    assert (len(counts), counts.sum(), counts.max()) == (whole["n"], whole["sum"], whole["max"])
    assert hashlib.sha256(counts.astype("<f8").tobytes()).hexdigest() == whole["sha256_float64"]
    week = reference[f"{name}#7d"]
    worn = span.counts[1440:][:10080]
    assert week["start"] == f"{span.day(1)} 00:00:00"
    assert np.nansum(worn) <= week["sum"]
    assert np.nansum(worn) > 0.99 * week["sum"]  # but for jolts of a device that lay about
