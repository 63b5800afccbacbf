"""Samples as somebody's phone would send them: the way from an export back to uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.intake.samples import KINDS
from clarity.domain.intake.units import CANONICAL, SLEEP
from clarity.sources import healthkit
from clarity.sources.generated.people import Person

if TYPE_CHECKING:
    from clarity.domain.intake.samples import Samples, Source
    from clarity.sources.healthkit import Json

HOUR_S: Final = 3600


def person_of(samples: Samples, name: str, description: str) -> Person:
    """A person who has these samples, in time order; uploading them gives the same samples.

    The phone's zone is the commonest offset of each hour. A sample of another offset carries its
    own, as a watch notes it.
    """
    samples = samples.select(np.lexsort((samples.end, samples.start)))
    zones = _zones(samples)
    starts, offsets = np.array(zones, np.int64).T
    phone = offsets[np.maximum(np.searchsorted(starts, samples.start, side="right") - 1, 0)]
    revisions = [_revision(source) for source in samples.sources]
    return Person(
        name=name,
        description=description,
        time_zone=fixed_zone(zones[-1][1]),
        samples=[
            _sample(samples, at, revisions, own_zone=bool(samples.offset[at] != phone[at]))
            for at in range(len(samples))
        ],
        zones=tuple((start, fixed_zone(offset)) for start, offset in zones),
    )


def _sample(samples: Samples, at: int, revisions: list[Json], *, own_zone: bool) -> Json:
    kind = int(samples.kind[at])
    value = float(samples.value[at])
    reading: Json = {"value": value, "unit": CANONICAL[KINDS[kind]]}
    if kind == SLEEP:
        reading = {"category_value": int(value)}
    return {
        "sample_type": KINDS[kind],
        **reading,
        "start_date": healthkit.instant(samples.start[at]),
        "end_date": healthkit.instant(samples.end[at]),
        "metadata": {"HKTimeZone": fixed_zone(int(samples.offset[at]))} if own_zone else {},
        "source_revision": revisions[samples.source[at]],
    }


def _revision(source: Source) -> Json:
    device = healthkit.Device(source.name, source.bundle_id, source.product_type, "")
    return device.source_revision()


def _zones(samples: Samples) -> list[tuple[int, int]]:
    """(from epoch second, seconds east of UTC) as the offsets change: by the hour, by majority."""
    hours = np.floor_divide(samples.start, HOUR_S).astype(np.int64)
    pairs, counts = np.unique(np.stack([hours, samples.offset]), axis=1, return_counts=True)
    commonest: dict[int, tuple[int, int]] = {}
    for (hour, offset), count in zip(pairs.T.tolist(), counts.tolist(), strict=True):
        if count > commonest.get(hour, (0, 0))[0]:
            commonest[hour] = (count, offset)
    zones: list[tuple[int, int]] = []
    for hour, (_, offset) in sorted(commonest.items()):
        if not zones or zones[-1][1] != offset:
            zones.append((hour * HOUR_S, offset))
    return zones


def fixed_zone(offset: int) -> str:
    """The zone of so many seconds east of UTC.

    >>> fixed_zone(3600), fixed_zone(-28_800), fixed_zone(0), fixed_zone(19_800)
    ('Etc/GMT-1', 'Etc/GMT+8', 'Etc/UTC', 'GMT+0530')
    """
    minutes = offset // 60
    if minutes % 60:
        sign = "-" if minutes < 0 else "+"
        return f"GMT{sign}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
    return f"Etc/GMT{-minutes // 60:+d}" if minutes else "Etc/UTC"
