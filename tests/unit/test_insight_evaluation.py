"""Insights from a language model that misbehaves: what is counted, and a blind check shows."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import replace

import pytest
from click.testing import CliRunner

from clarity.domain.words.grounding import Problem
from clarity.sources.generated import answers_wire
from clarity.sources.generated.answers import Line
from clarity.studies import insight_evaluation
from clarity.studies.cli import evaluate
from clarity.studies.insight_cases import (
    AS_RECORDED,
    LANGUAGES,
    LIVES,
    Case,
    Week,
    all_weeks,
    cases_of,
    weeks_of,
)
from clarity.studies.insight_evaluation import HONEST, Evaluation, Judged, evaluate_insights
from clarity.studies.insight_page import sample, sentences, share, tables

MODES = (HONEST, "diagnosis", "markup", "mixed", "broken_json", "500")


@functools.cache
def weeks() -> tuple[Week, ...]:
    return tuple(all_weeks(["office-worker"], [1], lambda: None))


@functools.cache
def faulty() -> tuple[Week, ...]:
    return tuple(weeks_of("desk", 1, tuple(LIVES)))


@functools.cache
def cases() -> tuple[Case, ...]:
    return tuple(cases_of(weeks()))[:12]


@functools.cache
def evaluation() -> Evaluation:
    return evaluate_insights(cases(), MODES, lambda: None)


def blind(*_: object) -> tuple[Problem, ...]:
    return ()


def paranoid(*_: object) -> tuple[Problem, ...]:
    return (Problem("number", 0, "no"),)


def test_a_life_is_told_as_recorded_and_with_a_fault() -> None:
    lives = {week.life for week in weeks()}

    assert AS_RECORDED in lives
    assert len(lives) == 2
    assert all(week.history.first_days[-1] == week.first_day for week in weeks())


def test_every_fault_leaves_something_to_tell() -> None:
    found = [week.life for week in faulty()]

    assert set(found) == set(LIVES)
    assert found.count("few days") < found.count(AS_RECORDED)


def test_cases_are_of_every_language_level_and_timeframe() -> None:
    found = list(cases_of([*weeks(), *weeks()]))

    assert {case.asked.language for case in found} == set(LANGUAGES)
    assert {case.asked.level for case in found} == {"plain", "detailed"}
    assert {case.timeframe for case in found} == {"1week", "1month", "3months"}
    assert {case.insight_type for case in found} == {"general", "sleep", "activity"}
    assert any(case.asked.minor for case in found)


def test_each_answer_is_counted_with_its_calls_and_what_became_of_it() -> None:
    found = evaluation()

    by_mode = {mode: [each for each in found.answered if each.mode == mode] for mode in MODES}
    assert len(by_mode[HONEST]) == len(cases())
    assert all(each.source == "template" for each in by_mode["broken_json"] + by_mode["500"])
    assert all(each.calls == 1 for each in by_mode["broken_json"])
    assert all(each.calls == 3 for each in by_mode["500"])
    assert any(each.held for each in by_mode["diagnosis"])
    assert all(each.misled for each in by_mode["diagnosis"])
    assert not any(each.misled for each in by_mode[HONEST])
    assert all(each.usage.prompt_tokens > 0 for each in by_mode[HONEST])


def test_a_model_that_hangs_or_drips_ends_in_the_deterministic_text() -> None:
    found = evaluate_insights(cases()[:1], ("hang", "drip"), lambda: None)

    assert [each.mode for each in found.answered] == ["hang", "drip"]
    assert all(each.source == "template" for each in found.answered)


def test_a_blind_check_is_seen_at_once(monkeypatch) -> None:
    monkeypatch.setattr(insight_evaluation, "check", blind)

    found = evaluate_insights(cases()[:2], ("diagnosis",), lambda: None)

    assert all(each.wrong for each in found.judged)
    assert found.leaked == len(found.judged) > 0


def test_a_check_that_lets_nothing_through_rejects_every_good_sentence(monkeypatch) -> None:
    monkeypatch.setattr(insight_evaluation, "check", paranoid)

    found = evaluate_insights(cases()[:2], (HONEST,), lambda: None)

    assert all(each.wrong for each in found.judged)
    assert found.leaked == 0


def test_what_is_wrong_with_the_text_as_a_whole_is_no_fault_of_a_sentence(monkeypatch) -> None:
    monkeypatch.setattr(insight_evaluation, "check", lambda *_: (Problem("number", -1, "no"),))

    found = evaluate_insights(cases()[:1], (HONEST,), lambda: None)

    assert not any(each.wrong for each in found.judged)


def test_a_bad_sentence_that_reached_the_person_is_found_in_the_whole_answer(monkeypatch) -> None:
    monkeypatch.setattr("clarity.steps.tell.check", blind)

    found = evaluate_insights(cases()[:3], ("verdict",), lambda: None)

    reached = [text for each in found.answered for text in each.reached]
    assert len(reached) >= 3
    assert found.leaked >= len(reached)


def test_a_sentence_that_is_bad_for_what_it_cites_is_good_where_it_cites_rightly(
    monkeypatch,
) -> None:
    asked = cases()[0]
    ids = tuple(fact.id for fact in asked.facts)
    wrong = Line("You slept.", "summary", ids[:1], "you slept", bad="wrong_citation")
    right = replace(wrong, fact_ids=ids[1:2], bad="")
    lines = {False: (wrong,), True: (right,)}
    monkeypatch.setattr(answers_wire, "dishonest", lambda task, *_: lines[task.repair])
    monkeypatch.setattr(answers_wire, "honest", lambda *_: (right,))
    first_is_bad = iter([(Problem("citation", 0, "no"),), ()])
    monkeypatch.setattr("clarity.steps.tell.check", lambda *_: next(first_is_bad))

    found = evaluate_insights((asked,), ("wrong_citation",), lambda: None)

    assert [(each.source, each.misled, each.reached) for each in found.answered] == [
        ("gemini", True, ())
    ]


def test_the_document_lists_no_phrase_that_is_held_back() -> None:
    judged = [Judged("fear", "en", "Boo.", (), held_back, True, ()) for held_back in (True, False)]

    written = Evaluation(1, 1, [], judged).to_document()

    assert [each["held_back"] for each in written["wrong"]] == [False]  # type: ignore[attr-defined]
    assert sum(row["count"] for row in written["judged"]) == 2  # type: ignore[attr-defined]


def test_the_page_has_a_row_for_each_mode_and_says_the_goals() -> None:
    bad, good, answers = tables(evaluation())

    assert bad.row_count == 2
    assert good.row_count == len(LANGUAGES)
    assert answers.row_count == len(MODES)
    text = "\n".join(sentences(evaluation()))
    assert "goal 0" in text
    assert "never listed" in text


def test_a_sample_is_of_different_people_in_turn_of_language() -> None:
    names = ("office-worker", "desk")
    found = list(sample([*cases(), *cases_of(faulty()[:6])], 5))

    assert [heading.split(",")[0] for heading, _ in found] == list(names)
    assert ", en, " in found[0][0]
    assert ", de, " in found[1][0]
    assert all(re.search(r"\d", text) for _, text in found)


@pytest.mark.parametrize(("hits", "of", "low", "high"), [(0, 200, 0, 0.0188), (3, 3, 0.4385, 1)])
def test_the_interval_is_wilsons(hits, of, low, high) -> None:
    found = share(hits, of)

    assert found.low == pytest.approx(low, abs=1e-4)
    assert found.high == pytest.approx(high, abs=1e-4)


def test_the_command_prints_and_writes_and_fails_on_a_leak(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(insight_evaluation, "check", blind)
    monkeypatch.setattr("clarity.studies.insight_cases.TOLD", (13,))
    out = tmp_path / "insights.json"

    done = CliRunner().invoke(
        evaluate,
        ["insights", "--person", "desk", "--mode", "fear", "--sample", "1", "--out", str(out)],
    )

    assert done.exit_code == 1, done.output
    assert "goal 0" in done.output
    assert json.loads(out.read_text())["wrong"]


@pytest.mark.parametrize("arguments", [["--mode", "rude"], ["--person", "nobody"]])
def test_the_command_names_what_it_does_not_know(arguments) -> None:
    done = CliRunner().invoke(evaluate, ["insights", *arguments])

    assert done.exit_code == 2
    assert arguments[1] in done.output


def test_without_a_week_there_is_nothing_to_evaluate() -> None:
    done = CliRunner().invoke(evaluate, ["insights", "--person", "phone-only"])

    assert done.exit_code == 1
    assert "enough data" in done.output


def test_a_mode_without_sentences_is_said_to_measure_nothing() -> None:
    found = evaluate_insights(cases()[:1], ("empty",), lambda: None)

    assert len([text for text in sentences(found) if "measured" in text]) == 3
