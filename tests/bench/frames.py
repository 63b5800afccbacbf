"""The peers with pandas, as its manual has it: resample, group, explode, roll."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tests.bench import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

DAY = pd.Timestamp("2025-06-02")


def series(minutes: Numbers) -> pd.Series[float]:
    """Minutes on a clock."""
    return pd.Series(minutes, index=pd.date_range(DAY, periods=len(minutes), freq="min"))


def mean_by_minute(seconds: Numbers, values: Numbers, minutes: int) -> Numbers:
    """Resampled to minutes."""
    at = DAY + pd.to_timedelta(seconds, unit="s")
    clock = pd.date_range(DAY, periods=minutes, freq="min")
    means = pd.Series(values, index=at).resample("min").mean()
    return np.asarray(means.reindex(clock), np.float64)


def spread(starts: Numbers, ends: Numbers, values: Numbers, minutes: int) -> Numbers:
    """Each interval repeated once a minute, then grouped by minute.

    Rows repeated by their count take a third of the time that `explode` does of lists.
    """
    frame = pd.DataFrame({"begin": starts / 60, "end": ends / 60, "value": values})
    first = frame["begin"].astype("int64")
    count = np.ceil(frame["end"]).astype("int64") - first
    pieces = frame.loc[frame.index.repeat(count)]
    minute = pieces["begin"].astype("int64") + pieces.groupby(level=0).cumcount()
    overlap = np.minimum(pieces["end"], minute + 1) - np.maximum(pieces["begin"], minute)
    share = pieces["value"] * overlap / (pieces["end"] - pieces["begin"])
    return share.groupby(minute).sum().reindex(range(minutes), fill_value=0.0).to_numpy()


def hours_of(minutes: pd.Series[float]) -> pd.Series[float]:
    """Hourly means."""
    return minutes.resample("h").mean()


def interdaily_stability(minutes: pd.Series[float]) -> float:
    """Variance of the clock hours over that of all hours."""
    hours = hours_of(minutes)
    clock = hours.groupby(hours.index.hour).mean()  # type: ignore[attr-defined]
    return float(clock.var(ddof=0) / hours.var(ddof=0))


def intradaily_variability(minutes: pd.Series[float]) -> float:
    """Mean squared difference of following hours over their variance."""
    hours = hours_of(minutes)
    return float((hours.diff() ** 2).mean() / hours.var(ddof=0))


def stretch(minutes: pd.Series[float], hours: int, *, most: bool) -> float:
    """L5 or M10: a rolling mean over the average day, doubled."""
    index: Any = minutes.index
    day = minutes.groupby(index.hour * 60 + index.minute).mean()
    levels = pd.concat([day, day]).rolling(hours * 60).mean()
    return float(levels.max() if most else levels.min())


def relative_amplitude(minutes: pd.Series[float]) -> float:
    """(M10 - L5) / (M10 + L5)."""
    least, most = stretch(minutes, 5, most=False), stretch(minutes, 10, most=True)
    return (most - least) / (most + least)


def five(minutes: pd.Series[float]) -> list[float]:
    """IS, IV, L5, M10 and RA."""
    least, most = stretch(minutes, 5, most=False), stretch(minutes, 10, most=True)
    contrast = (most - least) / (most + least)
    return [interdaily_stability(minutes), intradaily_variability(minutes), least, most, contrast]


def asleep(counts: pd.Series[float], weights: Sequence[float], scale: float) -> pd.Series[bool]:
    """Below 1, but not in the ends."""
    scored = pd.Series(weighted(counts, weights, scale), index=counts.index) < 1
    scored.iloc[-len(weights) + 3 :] = False
    return scored


def sleep_regularity_index(asleep: pd.Series[bool]) -> float:
    """SRI of a complete series."""
    same = asleep.eq(asleep.shift(1440)).iloc[1440:]
    return float(200 * same.mean() - 100)


def cosinor(minutes: pd.Series[float]) -> list[float]:
    """Mesor and amplitude by least squares."""
    index: Any = minutes.index
    angle = 2 * np.pi * (index.hour * 60 + index.minute + 0.5) / 1440
    design = np.column_stack([np.ones(len(angle)), np.cos(angle), np.sin(angle)])
    mesor, cosine, sine = np.linalg.lstsq(design, minutes.to_numpy(), rcond=None)[0]
    return [float(mesor), float(np.hypot(cosine, sine))]


def weighted(counts: pd.Series[float], weights: Sequence[float], scale: float) -> Numbers:
    """Cole-Kripke or Scripps: the shifted series, weighed and added."""
    before = len(weights) - 3
    parts = [weight * counts.shift(before - at) for at, weight in enumerate(weights)]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return (scale * total).to_numpy()


def sadeh(counts: pd.Series[float]) -> Numbers:
    """Sadeh's index of each minute."""
    between = counts.between(50, 100, inclusive="neither").astype(float)
    around = counts.rolling(11, center=True)
    # rolling(6).std() carries rounding on from one minute to the next: 1e-6 after a large count.
    before = pd.concat([counts.shift(late) for late in range(6)], axis=1)
    index = (
        7.601 - 0.065 * around.mean() - 1.08 * between.rolling(11, center=True).sum()
        - 0.056 * before.std(axis=1, skipna=False) - 0.703 * np.log1p(counts)
    )  # fmt: skip
    return index.to_numpy()


def leaving_rate(state: pd.Series[float]) -> float:
    """KRA or kAR: runs by grouping; pandas has no local fit, so that is the plain one."""
    run = state.ne(state.shift()).cumsum()
    lengths = state[state == 1].groupby(run[state == 1]).size()
    return plain.leaving_rate(lengths.tolist())
