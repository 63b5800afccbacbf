"""Frozen probes: how far a logistic regression on a week's embedding tells two groups apart.

Three inputs are put to the same model: the pooled embedding, the published activity metrics of
`clarity.pat.handmade`, and both. One folder: five folds of people, so that everybody is scored
once a seed by a model that never saw them. Two folders: trained on one, scored on the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from clarity.pat import handmade, labels, nhanes, scoring

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from rich.progress import Progress

    from clarity.pat.pretrained import Pat
    from clarity.pat.scoring import Estimate

INPUTS = ("embedding", "metrics", "both")
FOLDS = 5
INNER_FOLDS = 3  # within the training people, to choose how strongly to regularise
STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0)
LEAST = 20  # people on either side of a label, else nothing is said about it
RESAMPLE_SEED = 2024
EMBED_AT_ONCE = 32  # people between two moves of the progress bar


@dataclass(frozen=True, slots=True)
class Cohort:
    """People of one folder: who, what is known of their week, and the labels (NaN: unknown)."""

    seqn: NDArray[np.int64]
    inputs: dict[str, NDArray[np.float64]]
    truth: dict[str, NDArray[np.float64]]

    def known(self, label: str) -> Cohort:
        """Only the people whose label is known."""
        return self.where(~np.isnan(self.truth[label]))

    def where(self, keep: NDArray[np.bool_]) -> Cohort:
        """Only the people that `keep` (n,) marks."""
        return Cohort(
            self.seqn[keep],
            {name: values[keep] for name, values in self.inputs.items()},
            {name: values[keep] for name, values in self.truth.items()},
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found on one label.

    Attributes:
        label: Its name in `LABELS`.
        people: Scored people whose label is known, `positives` of them positive.
        positives: See `people`.
        trained_on: People that a scoring model was trained on.
        reason: Why there are no numbers, empty when there are.
        auc: Mean over seeds of each input's AUC, with the interval from resampling people.
        seed_sd: Standard deviation over seeds of each input's AUC.
        over_metrics: AUC minus that of the metrics on the same resampled people.
    """

    label: str
    people: int
    positives: int
    trained_on: int
    reason: str
    auc: dict[str, Estimate]
    seed_sd: dict[str, float]
    over_metrics: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class Settings:
    """How often things are drawn."""

    seeds: int
    resamples: int


def read_cohort(folder: Path, pat: Pat, names: tuple[str, ...], progress: Progress) -> Cohort:
    """Embed and measure everybody of a folder whose week can be used."""
    week = nhanes.load(folder)
    truth = labels.read(folder, names, week.seqn)
    wanted = ~np.all([np.isnan(values) for values in truth.values()], axis=0)
    week, truth = week.where(wanted), {name: each[wanted] for name, each in truth.items()}
    embedding = embed(pat, week.steps, progress, folder.name).astype(np.float64)
    metrics = handmade.metrics(week.steps)
    both = np.concatenate([embedding, metrics], axis=1)
    return Cohort(week.seqn, dict(zip(INPUTS, (embedding, metrics, both), strict=True)), truth)


def embed(
    pat: Pat, steps: NDArray[np.float32], progress: Progress, name: str
) -> NDArray[np.float32]:
    """(n, T) steps -> (n, D) pooled embeddings, with a bar."""
    bar = progress.add_task(f"embedding {len(steps):,} people of {name}", total=len(steps))
    parts: list[NDArray[np.float32]] = []
    for start in range(0, len(steps), EMBED_AT_ONCE):
        parts.append(pat.embed(steps[start : start + EMBED_AT_ONCE]))
        progress.advance(bar, len(parts[-1]))
    return np.concatenate(parts)


def probe(
    inputs: NDArray[np.float64], truth: NDArray[np.float64], seed: int
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Train a logistic regression; what comes back turns inputs into scores.

    Medians, scaling and the strength of the regularisation come from the given people alone.
    """
    folds = StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=seed)
    search = GridSearchCV(
        LogisticRegression(max_iter=2000), {"C": list(STRENGTHS)}, scoring="roc_auc", cv=folds
    )
    model = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler(), search
    )
    with threadpool_limits(1):  # so small a problem is several times slower on many threads
        model.fit(inputs, truth)
    return lambda others: np.asarray(model.decision_function(others), np.float64)


def out_of_fold(
    inputs: NDArray[np.float64], truth: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    """(n,) each person's score from the fold in which they were left out."""
    scores = np.empty(len(truth))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(inputs, truth):
        scores[test] = probe(inputs[train], truth[train], seed)(inputs[test])
    return scores


def measure(
    label: str, train: Cohort, test: Cohort | None, settings: Settings, moved: Callable[[], None]
) -> Finding:
    """Score one label with every input; without `test`, across folds of `train`."""
    train = train.known(label)
    scored = train if test is None else test.known(label)
    truth = scored.truth[label]
    trained_on = len(train.seqn) if test is not None else len(train.seqn) * (FOLDS - 1) // FOLDS
    counts = len(truth), int(truth.sum()), trained_on
    if reason := _too_few(train.truth[label]) or _too_few(truth):
        return Finding(label, *counts, reason, {}, {}, {})
    scores: dict[str, list[NDArray[np.float64]]] = {name: [] for name in INPUTS}
    for name in INPUTS:
        for seed in range(settings.seeds):
            scores[name].append(_scores(train, None if test is None else scored, label, name, seed))
            moved()
    return _summarise(label, counts, truth, scores, settings)


def _too_few(truth: NDArray[np.float64]) -> str:
    positives = int(truth.sum())
    fewer = min(positives, len(truth) - positives)
    return f"{fewer} on one side, {LEAST} needed" if fewer < LEAST else ""


def _scores(
    train: Cohort, test: Cohort | None, label: str, name: str, seed: int
) -> NDArray[np.float64]:
    inputs, truth = train.inputs[name], train.truth[label]
    if test is None:
        return out_of_fold(inputs, truth, seed)
    return probe(inputs, truth, seed)(test.inputs[name])


def _summarise(
    label: str,
    counts: tuple[int, int, int],
    truth: NDArray[np.float64],
    scores: dict[str, list[NDArray[np.float64]]],
    settings: Settings,
) -> Finding:
    draws = scoring.resamples(len(truth), settings.resamples, RESAMPLE_SEED)
    single = {name: [scoring.auc(truth, each) for each in scores[name]] for name in INPUTS}
    mean = {name: float(np.mean(single[name])) for name in INPUTS}
    drawn = {
        name: np.mean([scoring.resampled_auc(truth, each, draws) for each in scores[name]], axis=0)
        for name in INPUTS
    }
    return Finding(
        label,
        *counts,
        "",
        {name: scoring.estimate(mean[name], drawn[name]) for name in INPUTS},
        {name: float(np.std(single[name])) for name in INPUTS},
        {
            name: scoring.estimate(mean[name] - mean["metrics"], drawn[name] - drawn["metrics"])
            for name in INPUTS
            if name != "metrics"
        },
    )
