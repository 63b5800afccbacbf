"""Asleep or awake, minute by minute, from activity counts and heart rate: our own detector.

A small bag of neural networks over what happened around a minute at several scales: how much the
person moved, how long ago, and how the heart rate stands to the person's own level of the hours
around. No clock and no time since the record's beginning is among the inputs, so a nap, split
sleep and day sleep are scored like a night. It was trained on people lying in bed: it tells lying
awake from sleep, and does not find the night in a day, which is for `stillness.rest_in_counts`.
Steps are not activity counts: it takes none, and without counts it says nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from clarity.domain.minutes.rolling import minutes_since, quantiles, rolling_max, rolling_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Inputs = Literal["movement", "heart_rate", "both"]

MOVEMENT_MINUTES: Final = (1, 3, 5, 11, 21, 41, 81)
ONE_SIDED: Final = (5, 11, 21)  # the minutes before and the minutes after, apart
HEART_MINUTES: Final = (1, 3, 5, 11, 21, 41)
VARIABILITY_MINUTES: Final = (5, 11, 21, 41)
BIG_MOVEMENT: Final = 40.0  # counts a minute
LONGEST_STILL: Final = 120  # minutes
LEVEL_MINUTES: Final = 240  # the person's own level: so far back, and ahead where that may be
LEAST_SPREAD: Final = 4.0  # beats a minute
CLIP: Final = 5.0  # standard deviations
_FOLDER: Final = files("clarity.domain.sleep") / "data" / "sleepwake"


class DamagedDetectorError(Exception):
    """The shipped detector's file is not the one that its manifest describes."""


def features(
    inputs: Inputs, counts: NDArray[np.float64], heart_rate: NDArray[np.float64], *, causal: bool
) -> NDArray[np.float64]:
    """What the detector knows of each minute; NaN where it cannot be known.

    Args:
        inputs: Which of the two are used.
        counts: (n,) activity counts a minute, NaN where not observed.
        heart_rate: (m,) beats a minute, m >= n, NaN where not observed; its last n minutes are
            those of the counts, and what stands before them says how the person's level was.
        causal: Look at the minutes up to this one only.

    Returns:
        (n, k) features.
    """
    found: list[NDArray[np.float64]] = []
    if inputs != "heart_rate":
        found += _movement(counts, causal=causal)
    if inputs != "movement":
        found += _heart(heart_rate, len(counts), causal=causal)
    return np.column_stack(found)


def _window(minutes: int, *, causal: bool) -> tuple[int, int]:
    """How many minutes before and after this one a window of so many minutes reaches."""
    return (minutes - 1, 0) if causal else (minutes // 2, minutes // 2)


def _movement(counts: NDArray[np.float64], *, causal: bool) -> list[NDArray[np.float64]]:
    size = np.log1p(counts)
    moved = np.where(np.isnan(counts), np.nan, counts > 0)
    out = []
    for minutes in MOVEMENT_MINUTES:
        window = _window(minutes, causal=causal)
        out.append(rolling_mean(size, *window))
        if 1 < minutes < MOVEMENT_MINUTES[-1]:
            out += [rolling_max(size, *window), rolling_mean(moved, *window)]
    for threshold in (0.0, BIG_MOVEMENT):
        above = counts > threshold
        out.append(np.log1p(minutes_since(above, LONGEST_STILL)))
        if not causal:
            out.append(np.log1p(minutes_since(above[::-1], LONGEST_STILL)[::-1]))
    if not causal:
        for minutes in ONE_SIDED:
            out += [rolling_mean(size, minutes, 0), rolling_mean(size, 0, minutes)]
    return out


def _heart(
    heart_rate: NDArray[np.float64], length: int, *, causal: bool
) -> list[NDArray[np.float64]]:
    """The heart rate against the person's own low and usual level, and how it varies."""
    mean = {
        minutes: rolling_mean(heart_rate, *_window(minutes, causal=causal))
        for minutes in (*HEART_MINUTES, 121)
    }
    ahead = 0 if causal else LEVEL_MINUTES
    low, usual, high = quantiles(heart_rate, LEVEL_MINUTES, ahead, (0.1, 0.5, 0.75))
    spread = np.maximum(high - low, LEAST_SPREAD)
    out = []
    for minutes in HEART_MINUTES:
        out += [mean[minutes] - low, (mean[minutes] - usual) / spread]
    out += [mean[5] - mean[41], mean[5] - mean[121], np.log(spread)]
    smooth = rolling_mean(heart_rate, 2, 0)
    change = np.abs(np.diff(smooth, prepend=np.nan))
    away = (heart_rate - mean[21]) ** 2
    for minutes in VARIABILITY_MINUTES:
        window = _window(minutes, causal=causal)
        out.append(np.log1p(np.sqrt(np.maximum(rolling_mean(away, *window), 0.0))))
        out.append(np.log1p(rolling_mean(change, *window)))
    return [each[len(each) - length :] for each in out]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A bag of networks with one hidden layer, and the scale of their inputs.

    Attributes:
        inputs: What its features are made of.
        causal: Whether they look at the past only.
        mean: (k,) of the training people's features.
        sd: (k,) of the same.
        layers: One (hidden weights (k, h), hidden bias (h,), output weights (h,), bias ()) each.
        smoothing: Minutes that a score is the mean of, its own among them.
        threshold: Asleep from this score upwards.
    """

    inputs: Inputs
    causal: bool
    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    layers: tuple[tuple[NDArray[np.float64], ...], ...]
    smoothing: int
    threshold: float

    def scaled(self, known: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, k) features in SD from the training people's mean, which stands for an unknown."""
        return np.nan_to_num(np.clip((known - self.mean) / self.sd, -CLIP, CLIP))

    def score(self, known: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, k) features -> (n,) log-odds of being asleep."""
        scaled = self.scaled(known)
        total = np.zeros(len(known))
        for hidden, bias, out, last in self.layers:
            total += np.tanh(scaled @ hidden + bias) @ out + last
        window = _window(self.smoothing, causal=self.causal)
        return rolling_mean(total / len(self.layers), *window)


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """What the detector says of each minute.

    Attributes:
        score: (n,) log-odds of sleep above the threshold, NaN where it cannot be told.
        asleep: (n,) True in minutes asleep.
        with_heart_rate: (n,) True where the heart rate took part.
        method: In words, for the result.
    """

    score: NDArray[np.float64]
    asleep: NDArray[np.bool_]
    with_heart_rate: NDArray[np.bool_]
    method: str


def detect(
    counts: NDArray[np.float64], heart_rate: NDArray[np.float64], *, causal: bool = False
) -> Detection:
    """Score each minute from activity counts and, where there is one, the heart rate.

    Args:
        counts: (n,) activity counts a minute, NaN where not observed.
        heart_rate: (m,) beats a minute with m >= n, see `features`; all NaN without any.
        causal: Use nothing after the minute.
    """
    shipped = load_detector()
    moving = shipped["movement", causal]
    both = shipped["both", causal]
    alone = moving.score(features("movement", counts, heart_rate, causal=causal))
    joint = both.score(features("both", counts, heart_rate, causal=causal))
    pulse = has_heart_rate(heart_rate, len(counts), causal=causal)
    score = np.where(pulse, joint - both.threshold, alone - moving.threshold)
    score = np.where(np.isnan(counts), np.nan, score)
    used = pulse & ~np.isnan(counts)
    share = used.sum() / max(int((~np.isnan(counts)).sum()), 1)
    method = (
        "sleep and wake by a network trained against polysomnography on activity counts, with "
        f"heart rate in {share:.0%} of the minutes; minutes without counts are left open"
    )
    return Detection(score, score >= 0, used, method)


def has_heart_rate(
    heart_rate: NDArray[np.float64], length: int, *, causal: bool
) -> NDArray[np.bool_]:
    """(length,) minutes with a heart rate within the 11 minutes that matter to them."""
    near = rolling_mean(heart_rate, *_window(11, causal=causal))
    return ~np.isnan(near[len(near) - length :])


@cache
def load_detector() -> Mapping[tuple[Inputs, bool], Network]:
    """The networks that are shipped, by input and causality.

    Raises:
        DamagedDetectorError: The file does not have the hash of its manifest.
    """
    return read_detector((_FOLDER / "weights.json").read_bytes(), load_manifest()["sha256"])


def load_manifest() -> dict[str, Any]:
    """What the shipped detector is and was made of: hash, people, data, licence, command."""
    manifest: dict[str, Any] = json.loads((_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def read_detector(raw: bytes, sha256: str) -> dict[tuple[Inputs, bool], Network]:
    """Networks from a weight file that has this hash.

    Raises:
        DamagedDetectorError: It has another.
    """
    found = hashlib.sha256(raw).hexdigest()
    if found != sha256:
        raise DamagedDetectorError(f"expected sha256 {sha256}, found {found}")
    networks = [
        Network(
            inputs=each["inputs"],
            causal=each["causal"],
            mean=np.array(each["mean"]),
            sd=np.array(each["sd"]),
            layers=tuple(tuple(np.array(part) for part in layer) for layer in each["layers"]),
            smoothing=each["smoothing"],
            threshold=each["threshold"],
        )
        for each in json.loads(raw)
    ]
    return {(network.inputs, network.causal): network for network in networks}
