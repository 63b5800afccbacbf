"""Samples as columns: made, stored, joined, chosen."""

from __future__ import annotations

from datetime import UTC

import numpy as np
import pytest

from clarity.domain.intake.samples import Samples, Source, samples_from_columns
from tests.healthkit import MONDAY, PHONE, RECEIVED, at, ordinary_day, read, steps

NOON = at(MONDAY, 720)
GOOD = steps(NOON, 600, 100)


def test_columns_without_rows_are_checked_as_rows_are():
    night = NOON.timestamp()
    kind, unit = np.array([0, 0, 8, 10], np.int8), np.array([0, 1, 2, 9])
    same = np.zeros(4, np.int64)

    samples, rejected = samples_from_columns(
        kind=kind, start=np.full(4, night), end=np.full(4, night + 600),
        value=np.array([100.0, 5.0, 0.25, 4.0]), unit=unit, units=["count", "kcal", "mi"],
        zone=same, zones=[UTC], source=same, sources=[Source("Watch")], received_at=RECEIVED,
    )  # fmt: skip

    assert [(each.index, each.code, each.found) for each in rejected] == [(1, "bad_unit", "'kcal'")]
    assert samples.value.tolist() == [100.0, 402.336, 4.0]
    assert samples.kind.tolist() == [0, 8, 10]


def test_columns_come_back_as_they_went():
    samples = read([*ordinary_day(MONDAY), steps(NOON, 60, 9, source=PHONE)])
    watch_only = samples.select(samples.source == 0)

    for original in (samples, watch_only, Samples.empty()):
        again = Samples.from_columns(original.to_columns())
        assert again.identity.tolist() == original.identity.tolist()
        assert again.value.tolist() == original.value.tolist()
        assert [again.sources[i] for i in again.source] == [
            original.sources[i] for i in original.source
        ]
    assert len(watch_only.to_columns()["sources"]) == 1  # type: ignore[arg-type]  # a list


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"count": "1"}, "count"),
        ({"schema_version": 2}, "schema_version"),
        ({"value": b"short"}, "column value: expected 8 bytes, found 5"),
        ({"start": None}, "found NoneType"),
        ({"kind": b"\x7f"}, "column kind: expected 0 to 11"),
        ({"source": b"\x01\x00"}, "column source: expected 0 to 0"),
        ({"sources": "watch"}, "sources: expected a list"),
    ],
)
def test_broken_columns_say_what_is_wrong(change: dict[str, object], told: str):
    columns = read([GOOD]).to_columns() | change

    with pytest.raises(ValueError, match=told):
        Samples.from_columns(columns)


def test_concat_keeps_each_samples_source():
    parts = [read([steps(NOON, 60, 9, source=PHONE)]), Samples.empty(), read([GOOD, GOOD])]

    joined = Samples.concat(parts)

    assert [joined.sources[i].product_type for i in joined.source] == [
        "iPhone16,1", "Watch7,1", "Watch7,1",
    ]  # fmt: skip
    assert len(Samples.concat([])) == 0
    assert len(joined.of("stepCount")) == 3
    assert len(joined.without(joined.identity[:0])) == 3
    assert len(joined.unique()) == 2


def test_columns_of_different_lengths_are_no_samples():
    good = read([GOOD])

    with pytest.raises(ValueError, match="one length"):
        Samples(good.kind, good.start, good.end, good.value[:0], good.offset, good.source,
                good.identity, good.sources)  # fmt: skip


def test_more_sources_than_the_column_can_number_are_refused():
    one = read([GOOD])
    crowd = [
        Samples(one.kind, one.start, one.end, one.value, one.offset, one.source, one.identity,
                tuple(Source(f"{part} {i}") for i in range(20_000)))
        for part in range(2)
    ]  # fmt: skip

    with pytest.raises(ValueError, match="at most 32767 sources"):
        Samples.concat(crowd)
