"""Who trains, who stops, who is scored, and what is found: every arm on the same people.

A split cuts the people of a label into fifths, each with its share of positives: three train, one
decides when a network stops, one is scored. Five splits score everybody once, by models that never
saw them; the next five deal anew. With people of another folder to score, four fifths train, one
stops. Whatever is no network trains on both, so that each arm may learn from the same people.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from sklearn.model_selection import StratifiedKFold

from clarity.pat import networks, probes, scoring
from clarity.pat.fitting import Parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from rich.progress import Progress

    from clarity.pat.artifact import Artifact
    from clarity.pat.networks import Budget
    from clarity.pat.probes import Cohort
    from clarity.pat.scoring import Estimate

PROBES = ("probe", "metrics", "summaries", "both")
ARMS = (*PROBES, *networks.NETWORKS)
REFERENCES = ("metrics", "summaries", "scratch")  # that the other arms are compared with
FIFTHS = 5
LEAST = 20  # people on either side of a label, else nothing is said about it
RESAMPLE_SEED = 2024


@dataclass(frozen=True, slots=True)
class Settings:
    """What is tried, and how often things are drawn."""

    arms: tuple[str, ...]
    splits: int
    resamples: int
    budget: Budget


@dataclass(frozen=True, slots=True)
class Question:
    """One label.

    Attributes:
        label: Its name in `LABELS`.
        people: The people whose answer is known, those of another folder last.
        truth: (n,) their answers, 1 or 0.
        asked: Indices of those who may be scored.
        splits: How they are split, none if there is a reason not to.
        reason: See `splits`.
    """

    label: str
    people: Cohort
    truth: NDArray[np.float64]
    asked: NDArray[np.int64]
    splits: tuple[Parts, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Kit:
    """What every run needs beside its question."""

    source: Artifact
    budget: Budget
    progress: Progress
    moved: Callable[[], None]


@dataclass(slots=True)
class Run:
    """One arm over a label's splits, growing."""

    scores: list[NDArray[np.float64]]
    inner_auc: list[float]
    passes: list[int]
    seconds: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found on one label.

    Attributes:
        label: Its name in `LABELS`.
        people: Scored people whose label is known, `positives` of them positive.
        positives: See `people`.
        trained_on: People of a split that train, `stopped_on` those that stop a network.
        stopped_on: See `trained_on`.
        reason: Why there are no numbers, empty when there are.
        auc: Mean over splits of each arm's AUC, with the interval from resampling people.
        over: For each reference and other arm, its AUC minus the reference's on the same people.
        single: Each arm's AUC in each split.
        passes: Passes over the training people that each network took in each split.
        seconds: How long each arm took a split.
    """

    label: str
    people: int
    positives: int
    trained_on: int
    stopped_on: int
    reason: str
    auc: dict[str, Estimate]
    over: dict[str, dict[str, Estimate]]
    single: dict[str, list[float]]
    passes: dict[str, list[int]]
    seconds: dict[str, float]


def ask(label: str, train: Cohort, other: Cohort | None, splits: int) -> Question:
    """Deal the people of a label out; without `other`, some of `train` are scored."""
    people = train.known(label)
    count, truth = len(people.seqn), people.truth[label]
    reason = too_few(truth)
    if other is not None:
        others = other.known(label)
        reason = reason or too_few(others.truth[label])
        people = people.beside(others)
    apart = np.arange(count, len(people.seqn))
    parts = () if reason else tuple(_deal(truth, seed, apart) for seed in range(splits))
    asked = np.arange(count) if other is None else apart
    return Question(label, people, people.truth[label], asked, parts, reason)


def too_few(truth: NDArray[np.float64]) -> str:
    """Why these people cannot be told apart, empty if there are enough of both kinds."""
    positives = int(truth.sum())
    fewer = min(positives, len(truth) - positives)
    return f"{fewer} on one side, {LEAST} needed" if fewer < LEAST else ""


def _deal(truth: NDArray[np.float64], seed: int, apart: NDArray[np.int64]) -> Parts:
    """Split number `seed`; the people of another folder, if any, are scored in each."""
    folds = StratifiedKFold(FIFTHS, shuffle=True, random_state=seed // FIFTHS)
    fifths = [fold for _, fold in folds.split(truth, truth)]
    turn = seed % FIFTHS
    around = fifths[turn:] + fifths[:turn]
    if len(apart):
        return Parts(np.concatenate(around[1:]), around[0], apart)
    return Parts(np.concatenate(around[2:]), around[1], around[0])


def measure(
    questions: list[Question], settings: Settings, kit: Kit
) -> tuple[list[Finding], dict[str, float]]:
    """Score every arm on every label; the findings, and how each of `DEFINITIONS` did.

    The metrics' definition is chosen once for all labels, see `stronger`: by the AUC that
    cross-validation within the training people gives it, on average over labels and splits. No
    scored AUC decides.
    """
    asked = [question for question in questions if not question.reason]
    baseline = {
        name: [_run_probe(q, q.people.metrics[name], kit) for q in asked]
        for name in probes.DEFINITIONS
    }
    inner = {name: _inner(runs) for name, runs in baseline.items()}
    chosen = stronger(inner)
    found = {}
    for question, metrics in zip(asked, baseline[chosen], strict=True):
        runs = {"metrics": metrics}
        for arm in (arm for arm in settings.arms if arm != "metrics"):
            runs[arm] = _run(arm, question, chosen, kit)
        found[question.label] = summarise(question, runs, settings)
    return [found.get(q.label) or _nothing(q) for q in questions], inner


def stronger(inner: dict[str, float]) -> str:
    """The definition of the metrics that is the baseline."""
    return max(inner, key=lambda name: inner[name])


def _inner(runs: list[Run]) -> float:
    return float(np.mean([run.inner_auc for run in runs])) if runs else 0.0


def _run(arm: str, question: Question, chosen: str, kit: Kit) -> Run:
    people = question.people
    if arm == "probe":
        return _run_probe(question, people.pooled, kit)
    if arm == "summaries":
        return _run_probe(question, people.summaries, kit)
    if arm == "both":
        both = np.concatenate([people.pooled, people.metrics[chosen]], axis=1)
        return _run_probe(question, both, kit)
    return _run_network(arm, question, kit)


def _run_probe(question: Question, inputs: NDArray[np.floating], kit: Kit) -> Run:
    run, began = Run([], [], [], 0.0), perf_counter()
    for seed, parts in enumerate(question.splits):
        train = np.concatenate([parts.train, parts.validation])
        trained = probes.probe(inputs[train], question.truth[train], seed)
        run.scores.append(trained.score(inputs[parts.test].astype(np.float64)))
        run.inner_auc.append(trained.inner_auc)
        kit.moved()
    run.seconds = perf_counter() - began
    return run


def _run_network(arm: str, question: Question, kit: Kit) -> Run:
    run, began, people = Run([], [], [], 0.0), perf_counter(), question.people
    for seed, parts in enumerate(question.splits):
        task = networks.Task(kit.source, people.minutes, people.pooled, question.truth, parts)
        scored = networks.score(arm, task, kit.budget, seed=seed, progress=kit.progress)
        run.scores.append(scored.logits)
        run.passes.append(scored.passes)
        found = scoring.auc(question.truth[parts.test], scored.logits)
        kit.progress.console.print(
            f"{question.label} {arm}, split {seed + 1} of {len(question.splits)}: AUC {found:.3f} "
            f"after {scored.passes} passes, {perf_counter() - began:.0f} s in all"
        )
        kit.moved()
    run.seconds = perf_counter() - began
    return run


def summarise(question: Question, runs: dict[str, Run], settings: Settings) -> Finding:
    """Intervals from resampling the scored people, the same resamples for each arm and split."""
    tested = [parts.test for parts in question.splits]
    scored = np.unique(np.concatenate(tested))
    draws = np.zeros((settings.resamples, len(question.truth)), np.float32)
    draws[:, scored] = scoring.resamples(len(scored), settings.resamples, RESAMPLE_SEED)
    single: dict[str, list[float]] = {}
    drawn: dict[str, NDArray[np.float64]] = {}
    for arm in (arm for arm in ARMS if arm in runs):
        cut = [
            (question.truth[who], score)
            for who, score in zip(tested, runs[arm].scores, strict=True)
        ]
        single[arm] = [scoring.auc(*each) for each in cut]
        drawn[arm] = _mean_over_splits(cut, [draws[:, who] for who in tested])
    mean = {arm: float(np.mean(values)) for arm, values in single.items()}
    return Finding(
        question.label,
        len(scored),
        int(question.truth[scored].sum()),
        len(question.splits[0].train),
        len(question.splits[0].validation),
        "",
        {arm: scoring.estimate(mean[arm], drawn[arm]) for arm in mean},
        {
            reference: {
                arm: scoring.estimate(mean[arm] - mean[reference], drawn[arm] - drawn[reference])
                for arm in mean
                if arm != reference
            }
            for reference in REFERENCES
            if reference in mean
        },
        single,
        {arm: runs[arm].passes for arm in mean if runs[arm].passes},
        {arm: runs[arm].seconds / len(question.splits) for arm in mean},
    )


def _mean_over_splits(
    cut: list[tuple[NDArray[np.float64], NDArray[np.float64]]], draws: list[NDArray[np.float32]]
) -> NDArray[np.float64]:
    """(times,) mean AUC; a split in which a resample has nobody on one side does not count."""
    each = np.stack(
        [
            scoring.resampled_auc(truth, score, counts)
            for (truth, score), counts in zip(cut, draws, strict=True)
        ]
    )
    defined = ~np.isnan(each)
    total, count = np.where(defined, each, 0.0).sum(axis=0), defined.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _nothing(question: Question) -> Finding:
    truth = question.truth[question.asked]
    return Finding(
        question.label, len(truth), int(truth.sum()), 0, 0, question.reason, {}, {}, {}, {}, {}
    )
