"""A candidate beside the current model: scored on frozen and on recent weeks, decided by a rule."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

import clarity
from clarity.domain.analysis import best_week
from clarity.domain.errors import ForgottenError
from clarity.domain.minutes.imputation import model_input
from clarity.domain.minutes.quality import assess
from clarity.pat import artifact, masked, probes
from clarity.pat.judging import RULE, Compared, compare_areas, compare_errors, decide, doubt
from clarity.pat.runtime import Pat
from clarity.steps.preprocess import combine
from clarity.studies.reference_sets import Set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from clarity.adapters.firestore_candidates import FirestoreCandidates
    from clarity.pat.artifact import Artifact

RECENT: Final = timedelta(days=28)
MOST_ANALYSES: Final = 5000  # of the last weeks, that are looked through for people who consent
MOST_PEOPLE: Final = 400  # whose newest week is read
_PROBE_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Trial:
    """Which candidate is tried against which model.

    Attributes:
        id: of the decision.
        current: the model that answers now.
        candidate: the one that may replace it.
        attempt: how many candidates were tried against the current one, with this one.
        at: when.
        by: who tries it.
        request: the request for retraining that it answers; empty for none.
        last_frozen_sha256: of the frozen set that was used last; empty for none.
    """

    id: str
    current: Artifact
    candidate: Artifact
    attempt: int
    at: datetime
    by: str
    request: str = ""
    last_frozen_sha256: str = ""


def compare(trial: Trial, sets: Sequence[Set], done: Callable[[str], None]) -> list[Compared]:
    """Both models on each set: their errors on hidden minutes, and a probe of each label.

    Of the first set, with the most people, each model gets the decoder that scores it on the
    others.
    """
    # The runtime takes one machine's cores; both models at once would only share them.
    models = Pat(trial.current), Pat(trial.candidate)
    units = artifact.open_folder(artifact.shipped("small")).scaler
    first, *others = sets
    fitted = [masked.cross_validated(model, first.steps, units) for model in models]
    found = [_compare_errors(trial, first, [errors for errors, _ in fitted])]
    found += _compare_labels(trial, first, models)
    done(first.name)
    for each in others:
        errors = [
            masked.errors(model, each.steps, units, decoder)
            for model, (_, decoder) in zip(models, fitted, strict=True)
        ]
        found.append(_compare_errors(trial, each, errors))
        found += _compare_labels(trial, each, models)
        done(each.name)
    return found


def _compare_errors(trial: Trial, weeks: Set, errors: Sequence[NDArray[np.float64]]) -> Compared:
    return compare_errors(
        weeks.name, weeks.version, *errors, attempt=trial.attempt, may_win=weeks.may_win
    )


def _compare_labels(trial: Trial, weeks: Set, models: tuple[Pat, Pat]) -> Iterator[Compared]:
    for label, truth in weeks.truth.items():
        known = ~np.isnan(truth)
        if min(truth[known].sum(), (1 - truth[known]).sum()) < masked.FOLDS * probes.INNER_FOLDS:
            continue  # nothing that could be fitted
        steps, labels = weeks.steps[known], truth[known]
        scores = [_scores(model.embed(steps), labels) for model in models]
        yield compare_areas(
            f"{label} of {weeks.name}", weeks.version, labels, *scores, attempt=trial.attempt
        )


def _scores(pooled: NDArray[np.float32], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) scores of people by probes that were fitted on others, with as many of each label."""
    fold = np.empty(len(truth), np.int64)
    for label in (0, 1):
        mine = truth == label
        fold[mine] = np.arange(mine.sum()) % masked.FOLDS
    scores = np.empty(len(truth))
    for number in range(masked.FOLDS):
        test = fold == number
        fitted = probes.probe(pooled[~test], truth[~test], _PROBE_SEED)
        drawn = fitted.score(pooled[test].astype(np.float64))
        # Of another probe than the other folds': only what is above its own level compares.
        scores[test] = (drawn - drawn.mean()) / (drawn.std() or 1.0)
    return scores


def recent_weeks(store: FirestoreCandidates, trial: Trial, done: Callable[[int, int], None]) -> Set:
    """The newest week of people who consent to research and had an analysis lately."""
    people = store.consenting(trial.at - RECENT, MOST_ANALYSES, MOST_PEOPLE)
    steps: list[NDArray[np.float32]] = []
    for number, (uid, expires_at) in enumerate(people.items()):
        done(number, len(people))
        try:
            chunks = store.week(uid, trial.id, trial.by, trial.at, expires_at)
        except ForgottenError:
            continue
        grid = best_week(combine(chunks))
        if assess(grid).sufficient:
            steps.append(model_input(grid)[0])
    table = np.array(steps, np.float32).reshape(len(steps), trial.current.scaler.minutes)
    name = f"recent weeks, {trial.at - RECENT:%Y-%m-%d} to {trial.at:%Y-%m-%d}"
    # No digest: the record is of no person, and of few people it would tell something.
    return Set(name, "", table, {}, may_win=True)


def decision(
    trial: Trial, found: Sequence[Compared], sets: Sequence[Set], ratings: Mapping[str, Any]
) -> dict[str, Any]:
    """The document that says what was decided, on what and why."""
    decided, why = decide(found)
    if trial.candidate.manifest.weights_sha256 == trial.current.manifest.weights_sha256:
        decided, why = "not_better", "these are the current model's weights"
    digests = {each.version: each.digest for each in sets}
    return {
        "at": trial.at,
        "by": trial.by,
        "decision": decided,
        "why": why,
        "rule": RULE,
        "level": 1 - doubt(trial.attempt),
        "attempt": trial.attempt,
        "request": trial.request,
        "candidate_sha256": trial.candidate.manifest.weights_sha256,
        "current_sha256": trial.current.manifest.weights_sha256,
        "candidate": _named(trial.candidate),
        "current": _named(trial.current),
        "sets": [asdict(each) | {"sha256": digests.get(each.version, "")} for each in found],
        "ratings": {"count": ratings.get("count", 0), "mean": ratings.get("mean")},
        "code_version": clarity.__version__,
    }


def _named(source: Artifact) -> dict[str, str]:
    manifest = source.manifest
    return {
        "model_id": manifest.model_id,
        "size": manifest.size,
        "scaler_id": manifest.scaler_id,
        "provenance": manifest.provenance,
        "command": manifest.command,
    }
