"""The rest-activity metrics of a complete week of minutes, beside three ways to write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metrics.circadian import (
    average_day,
    extreme_hours,
    hourly,
    interdaily_stability,
    intradaily_variability,
    relative_amplitude,
)
from clarity.domain.metrics.cosinor import cosinor
from clarity.domain.metrics.fragmentation import leaving_rate
from clarity.domain.sleep.actigraphy import (
    COLE_KRIPKE,
    COLE_KRIPKE_SCALE,
    SCRIPPS,
    SCRIPPS_SCALE,
    TWO_SECOND_EPOCHS,
    WAKE,
    cole_kripke,
    sadeh,
    scripps,
)
from clarity.domain.sleep.regularity import sleep_regularity_index
from tests.bench import frames, plain, pyactigraphy
from tests.bench.contest import Contest, Goal

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from clarity.domain.metrics.cosinor import Cosinor
    from tests.bench.contest import Work

    Minutes = NDArray[np.float64]

DAYS: Final = 7
THRESHOLD: Final = 4.0  # counts, above which a minute is active
GOAL: Final = Goal(100.0, pyactigraphy.NAME)
PYTHON, PANDAS = "Python", "pandas"
_COLE_SCALE: Final = COLE_KRIPKE_SCALE / TWO_SECOND_EPOCHS


def counts(seed: int = 3) -> Minutes:
    """Activity counts of somebody who is up from seven to eleven, and now and then at night."""
    rng = np.random.default_rng(seed)
    clock = np.arange(DAYS * 1440) % 1440
    up = (clock > 420) & (clock < 1380)
    busy = np.repeat(rng.random(DAYS * 288) < 0.6, 5) & (up | (rng.random(len(clock)) < 0.1))
    return np.where(busy, rng.gamma(1.5, 150.0, len(clock)), 0.0).round()


def five(minutes: Minutes, ddof: int = 0) -> list[float]:
    """IS, IV, L5, M10 and RA, from one set of hours and one average day."""
    hours, day = hourly(minutes), average_day(minutes)
    least, most = extreme_hours(day, 5, most=False)[0], extreme_hours(day, 10, most=True)[0]
    return [
        interdaily_stability(hours, ddof=ddof),
        intradaily_variability(hours, ddof=ddof),
        least,
        most,
        relative_amplitude(least, most),
    ]


def asleep(minutes: Minutes) -> Minutes:
    """1 where Scripps scores sleep; the ends, which it leaves open, are awake."""
    states = (scripps(minutes) < WAKE).astype(np.float64)
    states[-len(SCRIPPS) + 3 :] = 0.0
    return states


def contests() -> list[Contest]:
    """One row a metric."""
    minutes = counts()
    series = frames.series(minutes)
    theirs = pyactigraphy.works(series) if pyactigraphy.installed() else {}
    ours, python, pandas = _ours(minutes), _python(minutes.tolist()), _pandas(series)
    under = ours | _under_their_definitions(minutes)
    return [
        Contest(
            name,
            work,
            {PYTHON: python[name], PANDAS: pandas[name]}
            | ({pyactigraphy.NAME: theirs[name]} if name in theirs else {}),
            GOAL,
            oracles={pyactigraphy.NAME: under[name]},
        )
        for name, work in ours.items()
    ]


def _ours(m: Minutes) -> dict[str, Work]:
    rest, active = (m <= THRESHOLD).astype(np.float64), (m > THRESHOLD).astype(np.float64)
    return {
        "IS": lambda: interdaily_stability(hourly(m)),
        "IV": lambda: intradaily_variability(hourly(m)),
        "L5": lambda: extreme_hours(average_day(m), 5, most=False)[0],
        "M10": lambda: extreme_hours(average_day(m), 10, most=True)[0],
        "RA": lambda: _contrast(average_day(m)),
        "all five": lambda: five(m),
        "SRI of Scripps": lambda: sleep_regularity_index(asleep(m)),
        "cosinor": lambda: _wave(cosinor(m, 1)),
        "Cole-Kripke": lambda: cole_kripke(m),
        "Sadeh": lambda: sadeh(m),
        "Scripps": lambda: scripps(m),
        "kRA": lambda: leaving_rate(rest, cut_runs_end=True),
        "kAR": lambda: leaving_rate(active, cut_runs_end=True),
    }


def _python(m: list[float]) -> dict[str, Work]:
    rest, active = [value <= THRESHOLD for value in m], [value > THRESHOLD for value in m]
    return {
        "IS": lambda: plain.interdaily_stability(m),
        "IV": lambda: plain.intradaily_variability(m),
        "L5": lambda: plain.stretch(m, 5, most=False),
        "M10": lambda: plain.stretch(m, 10, most=True),
        "RA": lambda: plain.relative_amplitude(m),
        "all five": lambda: plain.five(m),
        "SRI of Scripps": lambda: plain.sleep_regularity_index(
            plain.asleep(m, SCRIPPS, SCRIPPS_SCALE)
        ),
        "cosinor": lambda: plain.cosinor(m),
        "Cole-Kripke": lambda: plain.weighted(m, COLE_KRIPKE, _COLE_SCALE),
        "Sadeh": lambda: plain.sadeh(m),
        "Scripps": lambda: plain.weighted(m, SCRIPPS, SCRIPPS_SCALE),
        "kRA": lambda: plain.leaving_rate(plain.run_lengths(rest)),
        "kAR": lambda: plain.leaving_rate(plain.run_lengths(active)),
    }


def _pandas(m: pd.Series[float]) -> dict[str, Work]:
    rest, active = (m <= THRESHOLD).astype(float), (m > THRESHOLD).astype(float)
    return {
        "IS": lambda: frames.interdaily_stability(m),
        "IV": lambda: frames.intradaily_variability(m),
        "L5": lambda: frames.stretch(m, 5, most=False),
        "M10": lambda: frames.stretch(m, 10, most=True),
        "RA": lambda: frames.relative_amplitude(m),
        "all five": lambda: frames.five(m),
        "SRI of Scripps": lambda: frames.sleep_regularity_index(
            frames.asleep(m, SCRIPPS, SCRIPPS_SCALE)
        ),
        "cosinor": lambda: frames.cosinor(m),
        "Cole-Kripke": lambda: frames.weighted(m, COLE_KRIPKE, _COLE_SCALE),
        "Sadeh": lambda: frames.sadeh(m),
        "Scripps": lambda: frames.weighted(m, SCRIPPS, SCRIPPS_SCALE),
        "kRA": lambda: frames.leaving_rate(rest),
        "kAR": lambda: frames.leaving_rate(active),
    }


def _under_their_definitions(m: Minutes) -> dict[str, Work]:
    """Ours as pyActigraphy defines it, where that differs: variances, scores for numbers."""
    edge = len(COLE_KRIPKE) - 3

    def cole() -> object:
        scored = (cole_kripke(m) < WAKE).astype(np.float64)
        scored[-edge:] = 0.0
        return scored

    return {
        "IS": lambda: interdaily_stability(hourly(m), ddof=1),
        "IV": lambda: intradaily_variability(hourly(m), ddof=1),
        "all five": lambda: five(m, ddof=1),
        "cosinor": lambda: pyactigraphy.converged(_wave(cosinor(m, 1))),
        "Cole-Kripke": cole,
        "Sadeh": lambda: (sadeh(m, next_log=True) > 0).astype(np.float64),
        "Scripps": lambda: asleep(m),
    }


def _contrast(day: Minutes) -> float:
    least, most = extreme_hours(day, 5, most=False)[0], extreme_hours(day, 10, most=True)[0]
    return relative_amplitude(least, most)


def _wave(fit: Cosinor) -> list[float]:
    return [fit.mesor, fit.amplitude]
