"""Reading a list of samples in bulk gives what reading its samples one by one gives."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clarity.domain.intake import open_wearables
from clarity.domain.intake.dates import read_date, read_dates
from clarity.domain.intake.decoding import BLOCK, decode
from clarity.domain.intake.rows import Fault, UnreadableSampleError, client_fields, read_row
from clarity.domain.intake.samples import parse_upload
from clarity.domain.intake.units import ALIASES
from tests.healthkit import MONDAY, PHONE, RECEIVED, at, document, pulse, slept, steps

NOON = at(MONDAY, 720)
UNITS = ["count", "count/min", "bpm", "ms", "s", "%", "kcal", "kJ", "min", "hr", "m", "mi", "km",
         "degC", "degF", "", "mg", "Count", "9^9^9^9"]  # fmt: skip
HARD_DATES = [
    "2025-02-30T00:00:00Z", "2024-02-29T00:00:00Z", "2025-06-02T24:00:00Z", "0000-06-02T16:00:00Z",
    "2025-06-02T16:00:00z", "2025-06-02t16:00:00Z", "2025-06-02 16:00:00Z", "٢٠٢٥-06-02T16:00:00Z",
    "2025-06-02T16:00:60Z", "2025-06-02T16:00:00", "2025-06-02T16:00:00.5Z", "2025-W23-1T16:00:00Z",
    "2025-06-02T16:00:00+24:00", "2025-06-02T16:00:00-00:00", "2025-06-02T12:00:00.000-04:00",
    "2025-06-02T16:00:00.000000Z", "2025-06-02 12:00:00 -0400", "20250602T160000Z", "", "Z" * 20,
    "2025-06-02T16:00:0\ud83dZ", "2025-06-02T16:00:00Z ", "+025-06-02T16:00:00Z",
    "2025-06-02T16:00:00 04:00", "2025-06-02T16:00:00Z04:00", "2025-06-02T16:00:00.000=04:00",
]  # fmt: skip

NEARLY_A_DATE = (
    r"\d{4}-[01]\d-[0-3]\d[T ][0-2]\d:[0-6]\d:[0-6]\d(\.\d{3}|\.\d{6})?(Z|[+-][012]\d:\d\d)"
)


class Word(str):
    """A text that is not exactly a str."""

    __slots__ = ()


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([10**400, -(10**400), 2**53, 2**70, float("nan"), -0.0])
    | st.text(max_size=12)
    | st.sampled_from(UNITS + HARD_DATES)
    | st.builds(Word, st.sampled_from(UNITS))
    | st.just(NOON)
    | st.just(NOON.replace(tzinfo=None))
    | st.just(b"bytes")
)
junk = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=5,
)
moments = st.builds(
    lambda seconds, hours, form: form(
        (NOON + timedelta(seconds=seconds)).astimezone(timezone(timedelta(hours=hours)))
    ),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.integers(-12, 14),
    st.sampled_from(
        [
            lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            lambda moment: moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            lambda moment: moment.isoformat(timespec="seconds"),
            lambda moment: moment.isoformat(timespec="milliseconds"),
            lambda moment: moment.isoformat(timespec="microseconds"),
            lambda moment: moment,
        ]
    ),
)
good = st.one_of(
    st.builds(lambda s, n: steps(NOON, s, n), st.integers(0, 9000), st.integers(0, 300)),
    st.builds(pulse, st.just(NOON), st.integers(20, 310)),
    st.builds(lambda code: slept(NOON, 30, code), st.sampled_from([-1, 0, 1, 2, 2.5, 3, 4, 5, 6])),
    st.builds(lambda n: steps(NOON, 60, n, source=PHONE), st.integers(0, 300)),
    st.builds(
        lambda kind, value, unit: steps(NOON, 600, 1)
        | {"sample_type": kind, "value": value, "unit": unit, "category_value": 3},
        st.sampled_from(sorted(ALIASES)), st.floats(0, 200), st.sampled_from(UNITS),
    ),
)  # fmt: skip
FIELDS = list(steps(NOON, 60, 1))
broken = st.one_of(
    junk,
    st.builds(lambda row, key, found: row | {key: found}, good, st.sampled_from(FIELDS), junk),
    st.builds(lambda row, key: {k: v for k, v in row.items() if k != key}, good,
              st.sampled_from(FIELDS)),
    st.builds(lambda row, key, date: row | {key: date}, good,
              st.sampled_from(["start_date", "end_date"]), moments | st.sampled_from(HARD_DATES)),
    st.builds(
        lambda row, a, b: row | {"source_revision": {"source": a, "product_type": b}},
        good, st.dictionaries(st.sampled_from(["name", "bundle_identifier"]), junk), junk,
    ),
    st.builds(lambda row, zone: row | {"metadata": {"HKTimeZone": zone}}, good,
              st.sampled_from(["Europe/Berlin", "GMT+0530", "Middle/Earth", "../x", 7, [1]])),
    st.builds(MappingProxyType, good),
    st.builds(OrderedDict, good),
)  # fmt: skip
rows = st.lists(good | broken, max_size=25)


def one_by_one(fields: Any, length: int) -> tuple[dict[int, Any], dict[int, Fault]]:
    """What the row reader alone makes of a list."""
    read, faults = {}, {}
    for index in range(length):
        try:
            read[index] = read_row(fields, index)
        except UnreadableSampleError as fault:
            faults[index] = fault.args
    return read, faults


def in_bulk(found: Any) -> dict[int, Any]:
    columns = (found.kind, found.value, found.unit, found.start, found.end)
    return {
        int(position): (int(kind), float(value), found.units[unit], float(start), float(end))
        for position, kind, value, unit, start, end in zip(found.position, *columns, strict=True)
    }


@settings(deadline=None, max_examples=300)
@given(rows)
def test_a_list_decodes_as_its_rows_are_read(written: list[Any]):
    read, faults = one_by_one(client_fields(written), len(written))

    decoded = decode(written, client_fields, UTC)

    assert decoded.faults == faults
    np.testing.assert_equal(in_bulk(decoded), read)


@settings(deadline=None, max_examples=150)
@given(st.lists(good | broken, max_size=12))
def test_a_sample_fares_in_a_list_as_it_fares_alone(written: list[Any]):
    together = parse_upload(document(written), received_at=RECEIVED)
    alone = [parse_upload(document([row]), received_at=RECEIVED) for row in written]

    told = [(r.index, r.code, r.field, r.expected, r.found) for r in together.rejected]
    assert told == [
        (index, r.code, r.field, r.expected, r.found)
        for index, upload in enumerate(alone)
        for r in upload.rejected
    ]
    kept = [upload.samples for upload in alone if len(upload.samples)]
    for name in ("kind", "start", "end", "value", "offset", "identity"):
        expected = [getattr(samples, name)[0] for samples in kept]
        np.testing.assert_array_equal(getattr(together.samples, name), expected)
    ours = together.samples
    assert [ours.sources[i] for i in ours.source] == [s.sources[s.source[0]] for s in kept]


def test_unusual_rows_between_many_blocks_are_read_in_place():
    rng = np.random.default_rng(4)
    written: list[Any] = [pulse(NOON + timedelta(seconds=i), 40 + i % 100) for i in range(5000)]
    unusual: list[Any] = [
        None,
        {},
        {"sample_type": {}},
        pulse(NOON, 60) | {"value": "60"},
        pulse(NOON, 60) | {"value": 10**400},
        pulse(NOON, 60) | {"unit": [1]},
        pulse(NOON, 60) | {"start_date": NOON},
        slept(NOON, 30, 4),
        steps(NOON, 60, 7, source=PHONE),
    ]
    for index in rng.integers(0, 5000, 300).tolist():
        written[index] = unusual[index % len(unusual)]
    assert len(written) > 2 * BLOCK

    decoded = decode(written, client_fields, UTC)

    read, faults = one_by_one(client_fields(written), len(written))
    assert decoded.faults == faults
    np.testing.assert_equal(in_bulk(decoded), read)


record_keys = st.sampled_from(["type", "startDate", "endDate", "value", "unit", "stage", "source",
                               "values", "zoneOffset", "metadata"])  # fmt: skip
records = st.builds(
    lambda start, end, kind, value, unit, stage, changed: {
        "type": kind, "startDate": start, "endDate": end, "value": value, "unit": unit,
        "stage": stage, "zoneOffset": "+01:00",
        "values": [{"type": "duration", "value": value, "unit": "s"}],
        "source": {"appId": "com.apple.health", "deviceModel": "Watch7,1"},
    } | changed,
    moments, moments, st.sampled_from(sorted(ALIASES)), st.floats(0, 200), st.sampled_from(UNITS),
    st.sampled_from(["in_bed", "sleeping", "awake", "light", "deep", "rem", "unknown"]),
    st.dictionaries(record_keys, junk, max_size=2),
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(records | junk, max_size=15))
def test_the_collections_of_open_wearables_decode_as_their_rows_are_read(written: list[Any]):
    collections = dict.fromkeys(("records", "sleep", "workouts"), written)

    for listed in open_wearables.listed(collections, "data"):
        read, faults = one_by_one(listed.fields(written), len(written))
        decoded = decode(written, listed.fields, UTC)

        assert decoded.faults == faults
        np.testing.assert_equal(in_bulk(decoded), read)


dates = st.one_of(
    moments,
    st.sampled_from(HARD_DATES),
    junk,
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.timezones()),  # noqa: DTZ001
    st.from_regex(NEARLY_A_DATE, fullmatch=True),
)


@settings(deadline=None, max_examples=400)
@given(st.lists(dates, max_size=12))
@example(list(HARD_DATES))
@example(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_dates_in_bulk_are_the_dates_one_by_one_or_left_to_them(written: list[Any]):
    bulk = read_dates(written)

    for found, seconds in zip(written, bulk.tolist(), strict=True):
        assert seconds != seconds or seconds == read_date(found)  # noqa: PLR0124  NaN: it gave up


@settings(deadline=None, max_examples=50)
@given(st.lists(moments, min_size=1, max_size=12))
def test_no_common_date_is_left_over(written: list[Any]):
    assert not np.isnan(read_dates(written)).any()
