"""The peers in plain Python: a loop a person would write, without numpy."""

from __future__ import annotations

import math
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from clarity.domain.intake.samples import KIND_INDEX

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

DAY = 1440
HOUR = 60
SATURATION = KIND_INDEX["oxygenSaturation"]


def read(documents: Iterable[Mapping[str, Any]]) -> list[list[float]]:
    """Kind, start, end, value, offset and source of every sample of some uploads, as columns."""
    columns: list[list[float]] = [[], [], [], [], [], []]
    sources: dict[tuple[str, str, str], int] = {}
    zones: dict[str, ZoneInfo] = {}
    for document in documents:
        home = document["device_info"]["time_zone"]
        for sample in document["samples"]:
            kind = KIND_INDEX[sample["sample_type"]]
            start = datetime.fromisoformat(sample["start_date"])
            zone = sample["metadata"].get("HKTimeZone", home)
            revision = sample["source_revision"]
            source = revision["source"]
            key = (source["name"], source["bundle_identifier"], revision["product_type"])
            fields = (
                kind,
                start.timestamp(),
                datetime.fromisoformat(sample["end_date"]).timestamp(),
                value(kind, sample.get("value"), sample.get("category_value")),
                offset(start, zones.setdefault(zone, ZoneInfo(zone))),
                sources.setdefault(key, len(sources)),
            )
            for column, field in zip(columns, fields, strict=True):
                column.append(field)
    return columns


def value(kind: int, number: float | None, stage: int | None) -> float:
    """A stage for sleep; percent for the saturation, which the phone sends from 0 to 1."""
    if stage is not None or number is None:
        return float(stage or 0)
    return number * 100.0 if kind == SATURATION and number <= 1 else number


def offset(start: datetime, zone: ZoneInfo) -> float:
    """Seconds east of UTC."""
    shift = start.astimezone(zone).utcoffset()
    return shift.total_seconds() if shift is not None else 0.0


def mean_by_minute(seconds: Sequence[float], values: Sequence[float], minutes: int) -> list[float]:
    """Mean of the samples of each minute, NaN without one."""
    total, count = [0.0] * minutes, [0] * minutes
    for second, value in zip(seconds, values, strict=True):
        minute = int(second // 60)
        total[minute] += value
        count[minute] += 1
    return [t / n if n else math.nan for t, n in zip(total, count, strict=True)]


def spread(
    starts: Sequence[float], ends: Sequence[float], values: Sequence[float], minutes: int
) -> list[float]:
    """What each interval adds to each minute, by overlap."""
    out = [0.0] * minutes
    for start, end, value in zip(starts, ends, values, strict=True):
        begin, stop = start / 60, end / 60
        for minute in range(int(begin), math.ceil(stop)):
            overlap = min(stop, minute + 1) - max(begin, minute)
            out[minute] += value * overlap / (stop - begin)
    return out


def hourly(minutes: Sequence[float]) -> list[float]:
    """Mean of each hour."""
    return [sum(minutes[at : at + HOUR]) / HOUR for at in range(0, len(minutes), HOUR)]


def interdaily_stability(minutes: Sequence[float]) -> float:
    """IS of hourly means."""
    hours = hourly(minutes)
    mean = sum(hours) / len(hours)
    days = len(hours) // 24
    clock = [sum(hours[hour::24]) / days for hour in range(24)]
    between = days * sum((level - mean) ** 2 for level in clock)
    return between / sum((hour - mean) ** 2 for hour in hours)


def intradaily_variability(minutes: Sequence[float]) -> float:
    """IV of hourly means."""
    hours = hourly(minutes)
    mean, n = sum(hours) / len(hours), len(hours)
    steps = sum((b - a) ** 2 for a, b in pairwise(hours))
    return n * steps / (n - 1) / sum((hour - mean) ** 2 for hour in hours)


def stretch(minutes: Sequence[float], hours: int, *, most: bool) -> float:
    """L5 or M10: the running sum over the average day, once round the clock."""
    days = len(minutes) // DAY
    day = [sum(minutes[at::DAY]) / days for at in range(DAY)]
    length = hours * HOUR
    level = best = sum(day[:length])
    for at in range(DAY - 1):
        level += day[(at + length) % DAY] - day[at]
        best = max(best, level) if most else min(best, level)
    return best / length


def relative_amplitude(minutes: Sequence[float]) -> float:
    """(M10 - L5) / (M10 + L5)."""
    least, most = stretch(minutes, 5, most=False), stretch(minutes, 10, most=True)
    return (most - least) / (most + least)


def five(minutes: Sequence[float]) -> list[float]:
    """IS, IV, L5, M10 and RA, nothing done twice but the hours and the average day."""
    least, most = stretch(minutes, 5, most=False), stretch(minutes, 10, most=True)
    contrast = (most - least) / (most + least)
    return [interdaily_stability(minutes), intradaily_variability(minutes), least, most, contrast]


def asleep(counts: Sequence[float], weights: Sequence[float], scale: float) -> list[bool]:
    """Below 1, but not in the ends."""
    scored = [score < 1 for score in weighted(counts, weights, scale)]
    edge = len(weights) - 3
    return scored[:-edge] + [False] * edge


def sleep_regularity_index(asleep: Sequence[float]) -> float:
    """SRI of a complete series."""
    pairs = zip(asleep, asleep[DAY:], strict=False)
    return 200 * sum(a == b for a, b in pairs) / (len(asleep) - DAY) - 100


def cosinor(minutes: Sequence[float]) -> list[float]:
    """Mesor and amplitude: over whole days the three regressors are orthogonal."""
    n = len(minutes)
    cosine = sine = 0.0
    for at, value in enumerate(minutes):
        angle = 2 * math.pi * (at + 0.5) / DAY
        cosine += value * math.cos(angle)
        sine += value * math.sin(angle)
    return [sum(minutes) / n, math.hypot(cosine, sine) * 2 / n]


def weighted(counts: Sequence[float], weights: Sequence[float], scale: float) -> list[float]:
    """Cole-Kripke or Scripps: weights that end two minutes ahead, NaN where they reach outside."""
    before = len(weights) - 3
    out = [math.nan] * len(counts)
    for at in range(before, len(counts) - 2):
        window = counts[at - before : at + 3]
        out[at] = scale * sum(w * c for w, c in zip(weights, window, strict=True))
    return out


def sadeh(counts: Sequence[float]) -> list[float]:
    """Sadeh's index of each minute."""
    out = [math.nan] * len(counts)
    for at in range(5, len(counts) - 5):
        around, before = counts[at - 5 : at + 6], counts[at - 5 : at + 1]
        middle = sum(before) / 6
        spread = math.sqrt(sum((c - middle) ** 2 for c in before) / 5)
        between = sum(50 < c < 100 for c in around)
        out[at] = (
            7.601 - 0.065 * sum(around) / 11 - 1.08 * between - 0.056 * spread
            - 0.703 * math.log1p(counts[at])
        )  # fmt: skip
    return out


def run_lengths(state: Sequence[float]) -> list[int]:
    """Length of each run of 1, as it is seen."""
    out, length = [], 0
    for value in state:
        if value:
            length += 1
        elif length:
            out.append(length)
            length = 0
    return [*out, length] if length else out


def leaving_rate(lengths: Sequence[int]) -> float:
    """KRA or kAR of the runs: Lim's rate over the stretch where the chance is constant."""
    times = sorted(set(lengths))
    risk = [sum(length >= time for length in lengths) for time in times]
    ends = [a - b for a, b in zip(risk, [*risk[1:], 0], strict=True)]
    chance = [ends[k] / risk[k] / (times[k + 1] - times[k]) for k in range(len(times) - 1)]
    curve = lowess(times[:-1], chance)
    mean = sum(chance) / len(chance)
    spread = math.sqrt(sum((p - mean) ** 2 for p in chance) / (len(chance) - 1))
    low = high = first = 0
    for k in range(len(chance) + 1):
        if k == len(chance) or abs(chance[k] - curve[k]) > spread:
            if k - first > high - low:
                low, high = first, k
            first = k + 1
    weights = [math.sqrt(risk[k] + risk[k + 1]) for k in range(low, high)]
    rate = sum(w * p for w, p in zip(weights, chance[low:high], strict=True))
    return rate / sum(weights)


def lowess(x: Sequence[int], y: Sequence[float], share: float = 0.3) -> list[float]:
    """Local linear fit with tricube weights over the nearest points."""
    near, out = int(share * len(x) + 1e-10), []
    for at in x:
        away = [abs(other - at) for other in x]
        radius = max(sorted(away)[near - 1], 1e-9)
        weight = [max(1 - (far / radius) ** 3, 0.0) ** 3 for far in away]
        total = sum(weight)
        weight = [w / total for w in weight]
        middle = sum(w * other for w, other in zip(weight, x, strict=True))
        level = sum(w * value for w, value in zip(weight, y, strict=True))
        width = sum(w * (other - middle) ** 2 for w, other in zip(weight, x, strict=True))
        if math.sqrt(width) <= 1e-3 * (x[-1] - x[0]):
            out.append(level)
            continue
        slope = sum(
            w * (other - middle) * value for w, other, value in zip(weight, x, y, strict=True)
        )
        out.append(level + slope / width * (at - middle))
    return out
