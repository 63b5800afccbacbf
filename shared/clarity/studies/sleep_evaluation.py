"""Sleep detectors against polysomnography: the rows of `clarity evaluate sleep`."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.sleep.actigraphy import WAKE, cole_kripke, rescored, sadeh, scripps
from clarity.domain.sleep.sleepwake import detect, load_manifest
from clarity.studies.scores import Figure, Measured, kappa, measure
from clarity.studies.sleep_training import INNER_FOLDS, SENSITIVITY, leave_one_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from clarity.domain.sleep.sleepwake import Inputs
    from clarity.studies.sleep_accel import Night
    from clarity.studies.sleep_training import Choice

Scores = list["NDArray[np.float64]"]

LEAST_PEOPLE: Final = INNER_FOLDS + 1
EDGE_MINUTES: Final = 10  # as far as a classic looks past the record
JUST_ASLEEP: Final = float(np.nextafter(-WAKE, 0.0))  # below 1 is asleep, 1 is not
# Walch et al. 2019, doi:10.1093/sleep/zsz180: motion, heart rate and a clock proxy, neural net.
WALCH: Final = {"accuracy": 0.90, "sensitivity": 0.93, "wake_specificity": 0.596}
AFTER_ONSET: Final = "specificity_after_onset"
COMPARED: Final = {  # with the best classic in each
    "kappa": "kappa",
    "balanced_accuracy": "balanced accuracy",
    "kappa_at_sensitivity": f"kappa at {SENSITIVITY:.0%} sensitivity",
}
OURS: Final[tuple[tuple[str, Inputs, bool], ...]] = (
    ("ours: movement + heart rate", "both", False),
    ("ours: movement + heart rate, causal", "both", True),
    ("ours: movement", "movement", False),
    ("ours: movement, causal", "movement", True),
    ("ours: heart rate", "heart_rate", False),
    ("ours: heart rate, causal", "heart_rate", True),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A detector's figures; those that nobody has published are absent."""

    name: str
    kind: str  # trivial, classic, ours or cited
    figures: dict[str, Figure]
    measured: Measured | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The table and what has to be said with it."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    def with_notes(self, notes: Sequence[str]) -> Evaluation:
        """With more to say, before the verdicts and all else."""
        return replace(self, notes=(*notes, *self.notes))

    def to_document(self) -> dict[str, object]:
        """For a JSON file."""
        rows = [
            {
                "name": row.name,
                "kind": row.kind,
                "figures": {name: asdict(each) for name, each in row.figures.items()},
            }
            for row in self.rows
        ]
        return {"rows": rows, "notes": list(self.notes)}


def evaluate_folds(nights: Sequence[Night], done: Callable[[], None]) -> Evaluation:
    """Ours trained anew for each person on the others, beside the classics.

    Calls `done` `len(OURS) * len(nights)` times, fewer where nobody has a heart rate.
    """
    if len(nights) < LEAST_PEOPLE:
        raise ValueError(f"expected {LEAST_PEOPLE} people at least, found {len(nights)}")
    rows, notes = _fixed_rows(nights), _notes(nights)
    notes.append(f"ours: {len(nights)} folds, one person left out of each; nobody in both parts")
    pulse = any(has_pulse(night) for night in nights)
    for name, inputs, causal in OURS:
        if inputs != "movement" and not pulse:
            notes.append(f"{name}: not scored, for nobody has a heart rate")
            continue
        scores, choices = leave_one_out(nights, inputs, causal=causal, done=done)
        rows.append(_row(name, "ours", nights, scores, 0.0))
        notes.append(f"{name}: {_chosen(choices)}")
    rows.append(_cited(nights))
    return Evaluation(tuple(rows), (*notes, *_verdicts(rows)))


def evaluate_shipped(nights: Sequence[Night], done: Callable[[], None]) -> Evaluation:
    """The detector in the package, trained on nothing in this folder by this command.

    Calls `done` twice for each night.
    """
    rows, notes = _fixed_rows(nights), _notes(nights)
    known = set(load_manifest()["people"])
    seen = sum(night.person in known for night in nights)
    notes.append(
        f"shipped: nothing was trained here; {seen} of these {len(nights)} people are among the "
        f"{len(known)} that the shipped detector was trained on"
        + (": its figures are of the training set, and are not compared" if seen else "")
    )
    for name, causal in (("shipped: movement + heart rate", False), ("shipped, causal", True)):
        scores = []
        for night in nights:
            scores.append(detect(night.counts, night.heart_rate, causal=causal).score[night.minute])
            done()
        rows.append(_row(name, "ours", nights, scores, 0.0))
    rows.append(_cited(nights))
    return Evaluation(tuple(rows), tuple(notes if seen else [*notes, *_verdicts(rows)]))


def has_pulse(night: Night) -> bool:
    """Whether any minute of the night or before it has a heart rate."""
    return not bool(np.isnan(night.heart_rate).all())


def _row(name: str, kind: str, nights: Sequence[Night], scores: Scores, threshold: float) -> Row:
    truth = [night.asleep for night in nights]
    measured = measure(scores, truth, threshold=threshold, sensitivity=SENSITIVITY)
    later = [int(each.argmax()) for each in truth]
    after = measure(
        [score[since:] for score, since in zip(scores, later, strict=True)],
        [each[since:] for each, since in zip(truth, later, strict=True)],
        threshold=threshold,
        sensitivity=SENSITIVITY,
    )
    figures = measured.figures | {AFTER_ONSET: after.figures["specificity_at_sensitivity"]}
    return Row(name, kind, figures, measured)


def _fixed_rows(nights: Sequence[Night]) -> list[Row]:
    """What needs no training: always asleep, and the classics as published."""
    always = [np.zeros(len(night.minute)) for night in nights]
    rows = [_row("always asleep", "trivial", nights, always, 0.0)]
    for name, score, threshold in (
        ("Cole-Kripke 1992", lambda counts: -cole_kripke(counts), JUST_ASLEEP),
        ("Cole-Kripke, Webster's rules", _by_webster, 1.0),
        ("Sadeh 1994", sadeh, 0.0),
        ("Scripps (Kripke 2010)", lambda counts: -scripps(counts), JUST_ASLEEP),
    ):
        scores = [score(_padded(night.counts))[night.minute + EDGE_MINUTES] for night in nights]
        rows.append(_row(name, "classic", nights, scores, threshold))
    return rows


def _by_webster(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 asleep, 0 awake."""
    return rescored(cole_kripke(counts) < WAKE).astype(np.float64)


def _padded(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The record as a classic needs it: without gaps, and stillness before and after."""
    return np.pad(np.nan_to_num(counts), EDGE_MINUTES)


def _cited(nights: Sequence[Night]) -> Row:
    """Walch 2019 with what follows from its figures at this folder's share of sleep."""
    share = float(np.concatenate([night.asleep for night in nights]).mean())
    sensitivity, specificity = WALCH["sensitivity"], WALCH["wake_specificity"]
    derived = kappa(sensitivity, specificity, share)
    figures = WALCH | {
        "balanced_accuracy": (sensitivity + specificity) / 2,
        "kappa": derived,
        "specificity_at_sensitivity": specificity,
        "kappa_at_sensitivity": derived,
    }
    nan = float("nan")
    return Row(
        "Walch 2019, as published",
        "cited",
        {name: Figure(value, nan, nan) for name, value in figures.items()},
    )


def _notes(nights: Sequence[Night]) -> list[str]:
    asleep = np.concatenate([night.asleep for night in nights])
    who = "1 person" if len(nights) == 1 else f"{len(nights)} people"
    notes = [
        f"{who}, {len(asleep):,} epochs of 30 s, {asleep.mean():.1%} asleep; "
        + ("intervals: 95 %, people drawn with replacement" if len(nights) > 1 else "no intervals"),
        f"the last three columns: at {SENSITIVITY:.0%} sensitivity, read off the ROC; after onset: "
        "without the time awake before the first sleep, in which wake is easy to see",
        "the classics' thresholds are as published for other devices; beyond the record, and in "
        "its gaps, they take the person to be still",
        "Webster's rules say sleep or wake and give no score: what stands there of the ROC is of "
        "one point and its straight lines",
        "Roenneberg 2015 is not scored: it needs the trend of 24 hours, and these are nights",
        "Walch 2019 used 31 people and a clock proxy; its balanced accuracy and kappa are worked "
        "out here from its sensitivity and specificity",
    ]
    short = [night for night in nights if night.without_counts]
    notes += [
        f"{night.person}: {night.without_counts} of "
        f"{night.without_counts + len(night.minute)} scored epochs have no counts and are left out"
        for night in short
    ]
    return notes


def _chosen(choices: Sequence[Choice]) -> str:
    """What the folds chose, as counts."""
    penalty = Counter(choice.penalty for choice in choices)
    smoothing = Counter(choice.smoothing for choice in choices)
    return (
        "penalty "
        + ", ".join(f"{value:g} in {count}" for value, count in sorted(penalty.items()))
        + " folds; smoothing "
        + ", ".join(f"{value} min in {count}" for value, count in sorted(smoothing.items()))
    )


def _verdicts(rows: Sequence[Row]) -> list[str]:
    """Whether the goal is met, each part of it, said either way."""
    classics = [row for row in rows if row.kind == "classic"]
    cited = next(row for row in rows if row.kind == "cited")
    out = []
    for row in rows:
        if row.kind != "ours" or row.measured is None:
            continue
        for name, words in COMPARED.items():
            best = max(classics, key=lambda each: each.figures[name].value)
            if best.measured is not None:
                apart = _signed(row.measured.above(best.measured, name))
                out.append(f"{row.name}: {words} {apart} against {best.name}")
        at, published = row.figures["specificity_at_sensitivity"], WALCH["wake_specificity"]
        within = ", whose figure lies within the interval" if at.low <= published <= at.high else ""
        out.append(
            f"{row.name}: wake specificity at {SENSITIVITY:.0%} sensitivity is "
            f"{'above' if at.value > published else 'NOT above'} that of {cited.name}{within}"
        )
    return out


def _signed(apart: Figure) -> str:
    """A difference, its interval over the same people, and what that allows to say."""
    if np.isnan(apart.low):
        return f"{apart.value:+.3f} (one person, or one state: no interval)"
    if apart.low > 0:
        verdict = "higher"
    elif apart.high < 0:
        verdict = "LOWER"
    else:
        verdict = "not to be told apart"
    return f"{apart.value:+.3f} ({apart.low:+.3f} to {apart.high:+.3f}, {verdict})"
