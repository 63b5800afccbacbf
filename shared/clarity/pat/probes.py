"""Frozen probes: how far a logistic regression on a week's embedding tells two groups apart.

The same model is put on the pooled embedding, on the published activity metrics of
`clarity.pat.handmade`, on embedding and metrics, and on the summaries of `clarity.pat.summaries`,
which pretraining can teach the pooled vector: what it adds to them is the network's own. The
metrics are measured twice: on what the device recorded, where a minute in a drawer is a still one,
and on worn minutes alone. The stronger is the baseline.
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

from clarity.pat import handmade, labels, nhanes, pretrained, summaries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from rich.progress import Progress

    from clarity.pat.artifact import Artifact
    from clarity.pat.pretrained import Pat
    from clarity.pat.summaries import Summaries

DEFINITIONS = {
    "recorded": "every recorded minute, 0 where the device was not worn",
    "worn": "worn minutes only",
}
INNER_FOLDS = 3  # within the training people, to choose how strongly to regularise
STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0)
EMBED_AT_ONCE = 32  # people between two moves of the progress bar
SUMMARISE_AT_ONCE = 100  # people in memory: each has 25 numbers a minute on the way


@dataclass(frozen=True, slots=True)
class Cohort:
    """People of a folder, one row each.

    Attributes:
        seqn: (n,) who.
        minutes: (n, T) standardised minutes that a network reads; T is 0 if none is asked for.
        pooled: (n, D) their embeddings.
        summaries: (n, F) what their weeks amount to.
        metrics: (n, 14) of each of `DEFINITIONS`.
        truth: (n,) of each label: 1, 0 or NaN where unknown.
    """

    seqn: NDArray[np.int64]
    minutes: NDArray[np.float32]
    pooled: NDArray[np.float32]
    summaries: NDArray[np.float32]
    metrics: dict[str, NDArray[np.float64]]
    truth: dict[str, NDArray[np.float64]]

    def known(self, label: str) -> Cohort:
        """Only the people whose label is known."""
        return self.where(~np.isnan(self.truth[label]))

    def where(self, keep: NDArray[np.bool_]) -> Cohort:
        """Only the people that `keep` (n,) marks."""
        return Cohort(
            self.seqn[keep],
            self.minutes[keep],
            self.pooled[keep],
            self.summaries[keep],
            {name: values[keep] for name, values in self.metrics.items()},
            {name: values[keep] for name, values in self.truth.items()},
        )

    def beside(self, other: Cohort) -> Cohort:
        """These people, then the other ones."""
        return Cohort(
            np.concatenate([self.seqn, other.seqn]),
            np.concatenate([self.minutes, other.minutes]),
            np.concatenate([self.pooled, other.pooled]),
            np.concatenate([self.summaries, other.summaries]),
            {k: np.concatenate([v, other.metrics[k]]) for k, v in self.metrics.items()},
            {k: np.concatenate([v, other.truth[k]]) for k, v in self.truth.items()},
        )


@dataclass(frozen=True, slots=True)
class Probe:
    """A trained logistic regression.

    Attributes:
        score: (m, k) inputs of others -> (m,) scores.
        inner_auc: Cross-validated within the training people.
    """

    score: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    inner_auc: float


def read_cohort(
    folder: Path,
    source: Artifact,
    names: tuple[str, ...],
    progress: Progress,
    *,
    minutes: bool,
    fitted: Summaries | None = None,
) -> tuple[Cohort, Summaries]:
    """Embed and measure everybody of a folder whose week can be used; keep `minutes` if asked.

    The bins of the summaries are `fitted`, or else quantiles of these people, without labels.
    """
    week = nhanes.load(folder, signal=source.scaler.signal)
    truth = labels.read(folder, names, week.seqn)
    wanted = ~np.all([np.isnan(values) for values in truth.values()], axis=0)
    week, truth = week.where(wanted), {name: each[wanted] for name, each in truth.items()}
    pooled = embed(pretrained.Pat(source), week.minutes, progress, folder.name)
    steps = week if source.scaler.signal == "steps" else nhanes.load(folder).where(wanted)
    metrics = {
        "recorded": handmade.metrics(steps.recorded),
        "worn": handmade.metrics(steps.minutes),
    }
    read, observed = source.scaler.transform(week.minutes), np.isfinite(week.minutes)
    if fitted is None:
        few = slice(summaries.FIT_PEOPLE)
        seen = np.where(observed[few], read[few], np.float32("nan"))
        fitted = summaries.fit(seen, source.scaler, source.config)
    told = summarise(fitted, read, observed, progress)
    kept = read if minutes else read[:, :0].copy()  # a view would keep all of them
    return Cohort(week.seqn, kept, pooled, told, metrics, truth), fitted


def summarise(
    fitted: Summaries, minutes: NDArray[np.float32], observed: NDArray[np.bool_], progress: Progress
) -> NDArray[np.float32]:
    """(n, T) standardised minutes -> (n, F) summaries of the whole week, with a bar."""
    bar = progress.add_task(f"summarising {len(minutes):,} people", total=len(minutes))
    shape = (-1, *fitted.mean.shape)  # (n, N, P)
    parts: list[NDArray[np.float32]] = []
    for start in range(0, len(minutes), SUMMARISE_AT_ONCE):
        few = slice(start, start + SUMMARISE_AT_ONCE)
        patches, there = minutes[few].reshape(shape), observed[few].reshape(shape)
        tokens = np.tile(np.arange(shape[1]), (len(patches), 1))
        parts.append(fitted.describe(patches, there, tokens).numpy())
        progress.advance(bar, len(patches))
    return np.concatenate(parts)


def embed(
    pat: Pat, minutes: NDArray[np.float32], progress: Progress, name: str
) -> NDArray[np.float32]:
    """(n, T) minutes -> (n, D) pooled embeddings, with a bar."""
    bar = progress.add_task(f"embedding {len(minutes):,} people of {name}", total=len(minutes))
    parts: list[NDArray[np.float32]] = []
    for start in range(0, len(minutes), EMBED_AT_ONCE):
        parts.append(pat.embed(minutes[start : start + EMBED_AT_ONCE]))
        progress.advance(bar, len(parts[-1]))
    return np.concatenate(parts)


def probe(inputs: NDArray[np.floating], truth: NDArray[np.float64], seed: int) -> Probe:
    """Train a logistic regression on (n, k) inputs.

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
        model.fit(inputs.astype(np.float64), truth)
    return Probe(
        lambda others: np.asarray(model.decision_function(others), np.float64),
        float(search.best_score_),
    )
