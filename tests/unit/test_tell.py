"""tell over ports in memory: who writes the text, and what is shown when it does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from clarity.domain.errors import PermanentError, UnavailableError
from clarity.domain.words.facts import Fact
from clarity.domain.words.grounding import check
from clarity.domain.words.narrative import Narrative, Sentence, narrate
from clarity.sources.generated import people
from clarity.steps.ports import Usage
from tests.chain import PATIENCE, QUIET, Chain


@dataclass
class Told:
    """A narrator that answers what it is given, in turn."""

    answers: list
    version: str = "model-test"
    asked: int = 0

    def narrate(self, facts, *, insight_type, language, problems=()):
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer(facts), Usage(100, 50)


@pytest.fixture(scope="module")
def worker() -> people.Person:
    return people.generate("office-worker", last_day=date(2026, 6, 14))


def honest(facts):
    return narrate(facts, language="en", insight_type="general")


def dishonest(facts):
    narrative = honest(facts)
    first = narrative.sentences[0]
    changed = type(first)(first.text + " You walked 99,999 steps.", first.fact_ids, first.kind)
    return type(narrative)((changed, *narrative.sentences[1:]), "gemini", narrative.language)


def test_a_text_that_passes_the_check_is_used(worker) -> None:
    chain = Chain(narrator=Told([honest]))
    chain.send(worker)

    chain.run()

    insight = next(iter(chain.records.insights.values()))
    assert insight["source"] == "gemini"
    assert insight["usage"] == {"prompt_tokens": 100, "output_tokens": 50}


def test_an_invented_number_gets_one_repair_then_the_template(worker) -> None:
    chain = Chain(narrator=Told([dishonest, dishonest]))
    chain.send(worker)

    chain.run()

    insight = next(iter(chain.records.insights.values()))
    assert chain.narrator.asked == 2
    assert insight["source"] == "template"
    assert "99,999" not in insight["narrative"]
    assert "check" in insight["fallback_reason"]
    assert insight["usage"]["prompt_tokens"] == 200


def test_a_repaired_text_is_used(worker) -> None:
    chain = Chain(narrator=Told([dishonest, honest]))
    chain.send(worker)

    chain.run()

    assert next(iter(chain.records.insights.values()))["source"] == "gemini"


def test_an_unusable_answer_falls_back_to_the_template_and_says_so(worker) -> None:
    chain = Chain(narrator=Told([PermanentError("broken")]))
    chain.send(worker)

    chain.run()

    insight = next(iter(chain.records.insights.values()))
    assert insight["source"] == "template"
    assert insight["fallback_reason"] == "the language model gave no usable answer: permanent"


def test_a_model_that_is_down_is_tried_again_later(worker) -> None:
    chain = Chain(narrator=Told([UnavailableError("503"), honest]))
    chain.send(worker)
    chain.clock.wait(QUIET.total_seconds())
    chain.preprocess(chain.topics.ingested_messages.pop())
    message = chain.topics.analysed_messages[0]

    with pytest.raises(UnavailableError):
        chain.insights(message)
    chain.insights(message)

    assert next(iter(chain.records.insights.values()))["source"] == "gemini"


def test_a_model_that_stays_down_is_replaced_by_the_template(worker) -> None:
    chain = Chain(narrator=Told([UnavailableError("503")]))
    chain.send(worker)
    chain.clock.wait(PATIENCE.total_seconds())

    chain.run()

    insight = next(iter(chain.records.insights.values()))
    assert insight["fallback_reason"] == "the language model did not answer in time"


def test_after_an_outage_the_same_facts_are_told_by_the_model(worker) -> None:
    chain = Chain(narrator=Told([UnavailableError("503"), honest]))
    chain.send(worker)
    chain.clock.wait(PATIENCE.total_seconds())
    chain.run()

    first = chain.request("r1")
    chain.run()
    second = chain.request("r2")
    chain.run()

    told = {job.processing_id: chain.job(job)["insight_id"] for job in (first, second)}
    assert chain.records.insights["ada", told["request-r1"]]["source"] == "gemini"
    assert chain.narrator.asked == 2


def test_an_outage_does_not_eat_the_budget(worker) -> None:
    chain = Chain(narrator=Told([UnavailableError("503")] * 5 + [honest]), daily_calls=1)
    chain.send(worker)
    chain.clock.wait(QUIET.total_seconds())
    chain.preprocess(chain.topics.ingested_messages.pop())
    message = chain.topics.analysed_messages[0]

    for _ in range(5):
        with pytest.raises(UnavailableError):
            chain.insights(message)
    chain.insights(message)

    assert next(iter(chain.records.insights.values()))["source"] == "gemini"


def test_when_the_budget_is_spent_the_template_writes(worker) -> None:
    chain = Chain(narrator=Told([]), daily_calls=0)
    chain.send(worker)

    chain.run()

    insight = next(iter(chain.records.insights.values()))
    assert chain.narrator.asked == 0
    assert insight["fallback_reason"] == "the day's budget of calls is spent"


def test_every_stored_text_passes_the_check(worker) -> None:
    chain = Chain()
    chain.send(worker)
    chain.run()

    insight = next(iter(chain.records.insights.values()))
    facts = [Fact(**fact) for fact in insight["facts"]]
    sentences = [Sentence(s["text"], tuple(s["facts"]), s["kind"]) for s in insight["sentences"]]
    assert check(Narrative(tuple(sentences), "template", "en"), facts) == ()
