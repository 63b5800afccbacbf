"""The daily wave by least squares: its level, height and hour, and how sure each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.minutes.grid import MINUTES_PER_DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONFIDENCE: Final = 0.95
NO_WAVE: Final = 0.05  # p of the zero-amplitude test, from which on the hour of the wave is unknown
MAX_CORRELATION: Final = 0.95  # of neighbouring residuals; beyond it an interval says nothing
SPARE: Final = 10  # observations beyond the coefficients, for intervals that hold
SINGULAR: Final = 1e-9  # smallest eigenvalue of a design that determines its coefficients
DETERMINED: Final = 1e-6  # share of a cause's variance that the others leave of it, to be one
ROUNDING: Final = 1e-12  # of the sum of squares
MIN_DAYS: Final = 3  # that a wave must repeat on, to be told from chance
TINY: Final = 1e-200
_Z: Final = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


@dataclass(frozen=True, slots=True)
class Cosinor:
    """A fitted daily wave; all NaN where there is none to fit.

    Attributes:
        mesor: Its mean level, in the unit of the values.
        amplitude: Half of its height, 0 upwards, in the same unit.
        acrophase: Minute of the day, 0 to 1440, at which it is highest.
        mesor_error: Half the width of the mesor's 95 % confidence interval.
        amplitude_error: The same of the amplitude.
        acrophase_error: The same of the acrophase, in minutes; at most half a day.
        share: Of the variance, explained by the fit: R squared, 0 to 1.
        p_value: Of the zero-amplitude test: how often days that have nothing in common make such
            a wave; NaN below three days.
    """

    mesor: float
    amplitude: float
    acrophase: float
    mesor_error: float
    amplitude_error: float
    acrophase_error: float
    share: float
    p_value: float


_NONE: Final = Cosinor(*[float("nan")] * 8)


def cosinor(
    values: NDArray[np.float64],
    width: int = 60,
    *,
    covariate: NDArray[np.float64] | None = None,
    autocorrelated: bool = True,
) -> Cosinor:
    r"""The wave of 24 h through the observed bins, with 95 % confidence intervals.

    .. math:: x_i = M + A \cos(2\pi (t_i - \varphi) / 1440) + e_i

    Linear least squares on cosine and sine, at the middle of each bin; amplitude and acrophase by
    the delta method (Cornelissen 2014, doi:10.1186/1742-4682-11-16). Residuals of neighbouring
    hours are alike, so the variances are multiplied by the spectrum of a first-order process with
    the residuals' own correlation, at frequency 0 for the mesor and at one a day for the wave
    (Bayley & Hammersley 1946, doi:10.2307/2983560). The test against no wave takes the day for its
    unit, as the population-mean cosinor does (Hotelling's T squared; Cornelissen 2014): a week of
    days that each have their wave at another hour has many hours but no daily rhythm. Where days
    lack hours it is the Wald test with their clustered variance (Liang & Zeger 1986,
    doi:10.1093/biomet/73.1.13), which is the same for whole days. Undefined (all NaN) with too few
    bins (ten more than coefficients are needed), or where they do not vary or leave the wave
    undetermined.

    Args:
        values: (n,) from a midnight on, NaN where not observed.
        width: Minutes a bin.
        covariate: (n,) or (n, k) other causes of the values, such as steps for a heart rate; bins
            without one do not count. Mesor and wave are then those at none of them. A cause that
            does not vary, or that the rest determines, takes no part.
        autocorrelated: Whether intervals are widened; False is the textbook's, for independent
            residuals.

    >>> wave = 5 + 2 * np.cos(2 * np.pi * (np.arange(72) + 0.5 - 15) / 24)
    >>> fit = cosinor(wave)
    >>> round(fit.mesor, 6), round(fit.amplitude, 6), round(fit.acrophase / 60, 6)
    (5.0, 2.0, 15.0)
    """
    given = np.empty((len(values), 0)) if covariate is None else covariate
    given = given if given.ndim > 1 else given[:, None]
    seen = ~np.isnan(values) & ~np.isnan(given).any(axis=1)
    x, where = values[seen], np.flatnonzero(seen)
    causes = _causes(2 * np.pi * (where + 0.5) * width / MINUTES_PER_DAY, given[seen])
    spare = len(x) - len(causes)
    if spare < SPARE or np.ptp(x) <= 0:
        return _NONE
    # Products one by one: so few are not worth the threads of a matrix product.
    normal = np.empty((len(causes), len(causes)))
    for row, one in enumerate(causes):
        for column, other in enumerate(causes[: row + 1]):
            normal[row, column] = normal[column, row] = (one * other).sum()
    size = np.sqrt(np.diag(normal))
    if size.min() <= 0 or np.linalg.eigvalsh(normal / np.outer(size, size))[0] < SINGULAR:
        return _NONE
    inverse = np.asarray(np.linalg.inv(normal), np.float64)
    fit = inverse @ np.array([float((cause * x).sum()) for cause in causes])
    rest = x - sum(weight * cause for weight, cause in zip(fit, causes, strict=True))
    power = float((rest**2).sum())
    variance = inverse[:3, :3] * power / spare
    if autocorrelated:
        stretch = np.sqrt(_inflation(rest, where, 2 * np.pi * width / MINUTES_PER_DAY))
        variance = variance * np.outer(stretch, stretch)
    share = 1.0 - power / float(((x - x.mean()) ** 2).sum())
    day = where * width // MINUTES_PER_DAY
    p_value = _p_value(fit[1:3], rest, inverse[1:3], causes, day)
    return _described(fit[:3], variance, spare, share, p_value)


def _causes(angle: NDArray[np.float64], given: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Level, cosine and sine, and of the given causes those that the ones before leave open."""
    causes = [np.ones(len(angle)), np.cos(angle), np.sin(angle)]
    if len(angle) <= SPARE or not given.size:
        return causes
    span: list[NDArray[np.float64]] = []
    for cause in (*causes, *given.T):
        left = cause
        for unit in span:
            left = left - float((unit * left).sum()) * unit
        size, whole = float((left**2).sum()), float((cause**2).sum())
        apart = whole - float(cause.sum()) ** 2 / len(cause)
        if size > DETERMINED * max(apart, 0.0) + ROUNDING * whole:
            span.append(left / np.sqrt(size))
            if len(span) > len(causes):
                causes.append(cause)
    return causes


def _described(
    fit: NDArray[np.float64],
    variance: NDArray[np.float64],
    spare: int,
    share: float,
    p_value: float,
) -> Cosinor:
    """Amplitude and phase of the coefficients of cosine and sine, by the delta method."""
    mesor, wave, spread = float(fit[0]), fit[1:], variance[1:, 1:]
    amplitude = max(float(np.hypot(*wave)), TINY)
    along = wave / amplitude
    across = np.array([-along[1], along[0]])
    half = _student(spare)
    per_radian = MINUTES_PER_DAY / (2 * np.pi)
    phase_error = half * float(np.sqrt(across @ spread @ across)) / amplitude * per_radian
    return Cosinor(
        mesor=mesor,
        amplitude=amplitude,
        acrophase=float(np.arctan2(wave[1], wave[0]) * per_radian) % MINUTES_PER_DAY,
        mesor_error=half * float(np.sqrt(variance[0, 0])),
        amplitude_error=half * float(np.sqrt(along @ spread @ along)),
        acrophase_error=min(phase_error, MINUTES_PER_DAY / 2),
        share=min(max(share, 0.0), 1.0),
        p_value=p_value,
    )


def _p_value(
    wave: NDArray[np.float64],
    rest: NDArray[np.float64],
    inverse: NDArray[np.float64],
    causes: list[NDArray[np.float64]],
    day: NDArray[np.int64],
) -> float:
    """Of Hotelling's T squared over days: an F test with two degrees of freedom above.

    Args:
        wave: (2,) coefficients of cosine and sine.
        rest: (n,) residuals.
        inverse: (2, k) the rows of the inverse normal matrix that belong to them.
        causes: (n,) each, the k columns of the design.
        day: (n,) the day of each residual.
    """
    first = np.flatnonzero(np.diff(day, prepend=-1))  # of each day that has any
    many = len(first)
    if many < MIN_DAYS:
        return float("nan")
    # What each day adds to the two coefficients, apart from the others.
    own = np.add.reduceat(np.stack(causes) * rest, first, axis=1)
    share = (inverse[:, :, None] * own).sum(axis=1)
    spread = (share[:, None] * share).sum(axis=2)
    size, along = np.linalg.eigh(spread * many / (many - 1))
    # Of an exact fit the spread is 0, and p too.
    size = np.maximum(size, max(ROUNDING * float(size[-1]), TINY))
    t_squared = sum(float(wave @ along[:, i]) ** 2 / float(size[i]) for i in (0, 1))
    return float((1 + t_squared / (many - 1)) ** (1 - many / 2))


def _inflation(
    rest: NDArray[np.float64], where: NDArray[np.int64], daily: float
) -> NDArray[np.float64]:
    """(3,) factors on the variances of mesor, cosine and sine, by the neighbours' correlation."""
    next_to = np.diff(where) == 1
    power = float((rest**2).sum())
    if not next_to.any() or power <= 0:
        return np.ones(3)
    rho = float((rest[:-1] * rest[1:])[next_to].mean()) / (power / len(rest))
    rho = min(max(rho, 0.0), MAX_CORRELATION)
    wave = (1 - rho**2) / (1 - 2 * rho * np.cos(daily) + rho**2)
    return np.array([(1 + rho) / (1 - rho), wave, wave])


def _student(spare: int) -> float:
    """Student's t for the confidence level: Cornish-Fisher around the normal, good from 10 on."""
    z = _Z
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / spare + second / spare**2 + third / spare**3
