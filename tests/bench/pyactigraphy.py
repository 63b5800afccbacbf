"""pyActigraphy as a peer of the metrics, where it is installed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from tests.bench.contest import Work

NAME = "pyActigraphy"
MISSING = "pyActigraphy: not installed (needs Python 3.9 or older)"


def installed() -> bool:
    """Whether it can be imported here."""
    return find_spec(NAME) is not None


def works(minutes: pd.Series[float]) -> dict[str, Work]:
    """What it calls our rows; sleep is 1 and what it leaves open is awake, 0."""
    raw = _recording(minutes)
    return {
        "IS": lambda: raw.IS(freq="1H", binarize=False),
        "IV": lambda: raw.IV(freq="1H", binarize=False),
        "L5": lambda: raw.L5(binarize=False),
        "M10": lambda: raw.M10(binarize=False),
        "RA": lambda: raw.RA(binarize=False),
        "all five": lambda: [
            *(metric(freq="1H", binarize=False) for metric in (raw.IS, raw.IV)),
            *(metric(binarize=False) for metric in (raw.L5, raw.M10, raw.RA)),
        ],
        "SRI of Scripps": lambda: raw.SleepRegularityIndex(algo="Scripps"),
        "cosinor": lambda: converged(_wave(raw)),
        "Cole-Kripke": lambda: raw.CK(settings="mean", rescoring=False),
        "Sadeh": raw.Sadeh,
        "Scripps": raw.Scripps,
        "kRA": lambda: raw.kRA(threshold=4, frac=0.3, it=0),
        "kAR": lambda: raw.kAR(threshold=4, frac=0.3, it=0),
    }


def converged(numbers: list[float]) -> list[float]:
    """As many digits as its search for the wave settles."""
    return [float(f"{number:.5g}") for number in numbers]


def _wave(raw: Any) -> list[float]:
    found = import_module(f"{NAME}.analysis").Cosinor().fit(raw, verbose=False).params.valuesdict()
    return [found["Mesor"], abs(found["Amplitude"])]


def _recording(minutes: pd.Series[float]) -> Any:
    clock: Any = minutes.index
    return import_module(f"{NAME}.io").BaseRaw(
        name="bench",
        uuid="bench",
        format="bench",
        axial_mode=None,
        start_time=clock[0],
        period=clock[-1] - clock[0],
        frequency=clock.freq,
        data=minutes,
        light=None,
    )
