from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rich.progress import Progress

from clarity.pat import probes, scoring, trials, verdicts
from clarity.pat.fitting import Parts
from clarity.pat.networks import Budget
from clarity.pat.probes import Cohort
from clarity.pat.scoring import Estimate
from clarity.pat.trials import Finding, Question, Run, Settings

BUDGET = Budget(1, patience=1, rate=1e-3, scratch_rate=1e-3, number="float32")
SETTINGS = Settings(trials.PROBES, splits=5, resamples=200, budget=BUDGET)


def cohort(people: int, *, signal: float, first: int = 1, seed: int = 0) -> Cohort:
    """Every third has the label; it shows in the embedding alone."""
    rng = np.random.default_rng(seed)
    truth = (np.arange(people) % 3 == 0).astype(float)
    noise = rng.normal(0, 1, (people, 6))
    telling = noise.astype("f4")
    telling[:, 0] += signal * truth
    metrics = {"recorded": noise[:, 1:], "worn": rng.normal(0, 1, (people, 5))}
    minutes = np.empty((people, 0), np.float32)
    seqn = np.arange(first, first + people)
    return Cohort(seqn, minutes, telling, 2 * telling, metrics, {"age60": truth})


def find(train: Cohort, other: Cohort | None = None) -> tuple[Finding, str]:
    """What is found on the label, and the metrics' definition."""
    question = trials.ask("age60", train, other, SETTINGS.splits)
    with Progress(disable=True) as progress:
        kit = trials.Kit(None, BUDGET, progress, lambda: None)  # type: ignore[arg-type] # no network
        (finding,), inner = trials.measure([question], SETTINGS, kit)
    return finding, trials.stronger(inner)


# who is scored


def test_five_splits_score_everybody_once_and_no_one_has_two_parts():
    splits = trials.ask("age60", cohort(200, signal=0), None, 7).splits

    assert sorted(np.concatenate([split.test for split in splits[:5]])) == list(range(200))
    for split in splits:
        together = np.concatenate([split.train, split.validation, split.test])
        assert sorted(together) == list(range(200))
        assert (len(split.train), len(split.validation), len(split.test)) == (120, 40, 40)
    assert not np.array_equal(np.sort(splits[0].test), np.sort(splits[5].test))  # dealt anew


def test_each_part_has_its_share_of_positives():
    question = trials.ask("age60", cohort(300, signal=0), None, 5)

    for split in question.splits:
        for part in (split.train, split.validation, split.test):
            assert question.truth[part].mean() == pytest.approx(1 / 3, abs=0.01)


def test_people_of_another_folder_are_scored_and_nobody_else():
    question = trials.ask("age60", cohort(100, signal=0), cohort(60, signal=0, first=900), 2)

    for split in question.splits:
        assert question.people.seqn[split.test].tolist() == list(range(900, 960))
        assert sorted(np.concatenate([split.train, split.validation])) == list(range(100))


def test_unknown_answers_are_left_out():
    people = cohort(120, signal=0)
    people.truth["age60"][:10] = np.nan

    question = trials.ask("age60", people, None, 1)

    assert question.people.seqn.tolist() == list(range(11, 121))
    assert not np.isnan(question.truth).any()


# what is found


def test_an_arm_that_tells_the_groups_apart_is_found_and_noise_is_not():
    found, _ = find(cohort(240, signal=3.0))

    assert (found.people, found.positives, found.trained_on, found.stopped_on) == (240, 80, 144, 48)
    assert found.auc["probe"].low > 0.9
    assert found.auc["summaries"] == found.auc["probe"]  # the same numbers, twice as large
    assert found.auc["metrics"].low < 0.55
    assert found.over["metrics"]["probe"].low > 0.2
    assert verdicts.beside(found, "probe") == "apart, higher"
    assert verdicts.beside(found, "metrics") == ""


def test_two_folders_train_on_the_one_and_score_the_other():
    train = cohort(150, signal=3.0)
    other = cohort(90, signal=-3.0, first=1000, seed=1)  # there the sign is turned round

    found, _ = find(train, other)

    assert (found.people, found.trained_on, found.stopped_on) == (90, 120, 30)
    assert found.auc["probe"].high < 0.2
    assert verdicts.beside(found, "probe") == "apart, lower"


def test_nobody_is_scored_by_a_model_that_saw_them():
    """Each person's own label in an input of their own would be learnt, were they trained on."""
    rng = np.random.default_rng(6)
    truth = (rng.random(120) < 0.5).astype(float)
    own = np.eye(120) * (2 * truth - 1)[:, None]
    people = replace(cohort(120, signal=0), pooled=own, truth={"age60": truth})

    inside = scoring.auc(truth, probes.probe(own, truth, 0).score(own))
    found, _ = find(people)

    assert inside == 1
    assert found.auc["probe"].value < 0.7


def test_the_baseline_is_the_definition_that_training_people_favour():
    people = cohort(240, signal=0)
    truth = people.truth["age60"]
    people.metrics["worn"][:, 0] += 3 * truth

    found, definition = find(people)

    assert definition == "worn"
    assert found.auc["metrics"].low > 0.9
    assert found.auc["both"].low > 0.9


def test_too_few_positives_give_a_reason_and_no_number():
    few = cohort(240, signal=3.0)
    few.truth["age60"][19 * 3 :] = 0

    found, _ = find(few)

    assert found.auc == {}
    assert (found.people, found.reason) == (240, "19 on one side, 20 needed")


def test_an_interval_is_that_of_the_scored_people_over_the_splits():
    """By hand: the mean over splits of the AUC of the people drawn, with the same people drawn."""
    rng = np.random.default_rng(8)
    truth = (np.arange(90) % 3 == 0).astype(float)
    parts = tuple(
        Parts(np.arange(0), np.arange(0), np.arange(start, start + 45)) for start in (0, 45)
    )
    scores = [np.round(truth[p.test] + rng.normal(0, 1, 45), 1) for p in parts]
    people = cohort(90, signal=0)
    question = Question("age60", people, truth, np.arange(90), parts, "")

    found = trials.summarise(
        question, {"probe": Run(scores, [], [], 1.0), "metrics": Run(scores, [], [], 1.0)}, SETTINGS
    )

    drawn = []
    for row in scoring.resamples(90, SETTINGS.resamples, trials.RESAMPLE_SEED):
        each = []
        for part, score in zip(parts, scores, strict=True):
            who = np.repeat(np.arange(45), row[part.test].astype(int))
            each.append(scoring.auc(truth[part.test][who], score[who]))
        drawn.append(np.mean(each))
    low, high = np.percentile(drawn, scoring.CONFIDENCE)
    assert (found.auc["probe"].low, found.auc["probe"].high) == pytest.approx((low, high))
    assert found.over["metrics"]["probe"] == Estimate(0.0, 0.0, 0.0)
