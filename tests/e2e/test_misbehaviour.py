"""Every way in which the language model can misbehave, through the real processes.

Whatever it says, a job ends with a true insight, or with one and a text that waits for review; and
nothing of what was said, asked or measured is in a log.
"""

from __future__ import annotations

import functools
import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from clarity.adapters.prompt import prompt, task_text
from clarity.domain.words.facts import Fact
from clarity.domain.words.grounding import check
from clarity.domain.words.narrative import Narrative, Sentence
from clarity.sources.generated import answers_wire, people
from clarity.steps.ports_words import Task
from infra.local.phone import Phone
from infra.local.topology import HOST
from tests.cloud import until, whole_cloud

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clarity.domain.job import Origin
    from tests.cloud import Cloud

TIMEOUT_S = 90
FAILING = ("429", "500", "503", "hang", "drip")
ANSWERING = tuple(mode for mode in answers_wire.MODES if mode not in FAILING)
# One person's analysis is told in as many ways, each an insight of its own; a mode takes one.
WAYS = tuple(itertools.product(("en", "de", "es"), ("detailed", "plain"), ("general", "sleep")))
PEOPLE = -(-len(ANSWERING) // 4)  # each has ten calls a day, and a mode takes two


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud of its own: what it logs is about these people and nobody else."""
    with whole_cloud(tmp_path_factory.mktemp("modes"), "--gemini", "local:ok") as found:
        yield found


@pytest.fixture(scope="module")
def phones(cloud: Cloud) -> list[Phone]:
    """People who have sent their week, and ask for each insight themselves."""
    name = "office-worker"
    last_day = people.last_full_day(name, datetime.now(UTC))
    person = people.generate(name, last_day=last_day)
    found = [Phone(cloud.firestore(), f"somebody-{number}") for number in range(PEOPLE)]
    for phone in found:
        phone.settings(**people.CONSENT, insights="on_request")
        for upload_id, document in people.uploads(person, batch=1000):
            phone.create(upload_id, document)
    return found


def behave(cloud: Cloud, mode: str) -> None:
    address = f"http://{HOST}:{cloud.ports.http}/_local/gemini"
    httpx.put(address, json={"mode": mode}).raise_for_status()


def calls(cloud: Cloud, mode: str) -> int:
    found = httpx.get(f"http://{HOST}:{cloud.ports.http}/_local/gemini").json()
    return int(found["calls_by_mode"].get(mode, 0))


def asked(phone: Phone, way: tuple[str, str, str], mode: str) -> Origin:
    language, level, insight_type = way
    phone.settings(language=language, reading_level=level)
    return phone.request(f"ask-{mode}", insight_type=insight_type)


def ended(phone: Phone, origin: Origin) -> tuple[dict[str, Any], dict[str, Any]]:
    """The job, and the insight that the person reads."""
    job = dict(list(phone.follow(origin, TIMEOUT_S))[-1])
    assert job["status"] in {"completed", "requires_review"}, job
    path = f"users/{phone.user_id}/insights/{job['insight_id']}"
    return job, phone.client.document(path).get().to_dict() or {}


def is_true(insight: dict[str, Any]) -> bool:
    facts = [Fact(**fact) for fact in insight["facts"]]
    sentences = tuple(
        Sentence(each["text"], tuple(each["facts"]), each["kind"]) for each in insight["sentences"]
    )
    level = insight["reading_level"]
    return not check(Narrative(sentences, "gemini", insight["language"], level), facts)


def bad_texts(insight: dict[str, Any], mode: str) -> set[str]:
    """What the stand-in's author knows to be false or unsafe in its answer to these facts."""
    task = Task(
        [Fact(**fact) for fact in insight["facts"]],
        insight["insight_type"],
        insight["data_timeframe"],
        insight["language"],
        insight["reading_level"],
        False,
        (),
        timedelta(seconds=10),
    )
    request = {"contents": [{"parts": [{"text": task_text(task)}]}]}
    answer = answers_wire.reply(mode, request, model="any", repairs=False, seed=0)
    return {line.text for line in answer.lines if line.bad}


@pytest.mark.parametrize("number", range(len(ANSWERING)), ids=ANSWERING)
def test_each_mode_ends_with_a_true_insight_or_a_review(cloud, phones, number) -> None:
    mode, phone = ANSWERING[number], phones[number % PEOPLE]
    behave(cloud, mode)

    job, insight = ended(phone, asked(phone, WAYS[number // PEOPLE], mode))

    assert calls(cloud, mode) >= 1
    assert is_true(insight)
    texts = {sentence["text"] for sentence in insight["sentences"]}
    assert not texts & bad_texts(insight, mode)
    assert (job["status"] == "requires_review") == bool(insight["review_id"])
    if mode == "ok":
        assert insight["source"] == "gemini"


def test_what_breaks_a_rule_of_safety_waits_for_review_and_nothing_else_does(phones) -> None:
    held = {
        snapshot.id.removeprefix("request-ask-"): (snapshot.to_dict() or {})["kinds"]
        for phone in phones
        for snapshot in phone.client.collection(f"users/{phone.user_id}/reviews").stream()
    }

    assert set(held) & {"diagnosis", "prescription", "body", "doctor", "crisis"}
    assert not set(held) & {"ok", "thinking", "wrong_date", "broken_json", "empty", "huge"}
    assert all("safety" in kinds for kinds in held.values())


def test_a_model_that_is_down_in_any_way_is_replaced_in_time(cloud, phones) -> None:
    waiting = []
    for number, mode in enumerate(FAILING):
        behave(cloud, mode)
        phone = phones[number]
        waiting.append((phone, asked(phone, WAYS[-1], mode)))
        until(functools.partial(calls, cloud, mode), TIMEOUT_S, f"a call in mode {mode}")

    for phone, origin in waiting:
        job, insight = ended(phone, origin)
        assert job["status"] == "completed"
        assert insight["source"] == "template"
        assert insight["provisional"]
        assert is_true(insight)


def test_what_a_person_says_of_an_insight_is_answered(phones) -> None:
    phone = phones[0]
    insight = next(phone.client.collection(f"users/{phone.user_id}/insights").stream())

    thanks = phone.say("thanks", insight.id, words="That helps.", rating=5)
    crisis = phone.say("crisis", insight.id, words="I do not want to live any more.", rating=None)

    assert (thanks["status"], thanks["support"]) == ("received", None)
    assert crisis["support"]["text"]


def test_no_log_holds_a_prompt_a_sentence_a_value_or_a_key(cloud, phones) -> None:
    secrets = {*prompt().split("\n\n"), "key-of-the-local-stand-in"}
    for phone in phones:
        user = phone.client.document(f"users/{phone.user_id}")
        for name in ("insights", "reviews"):
            for snapshot in user.collection(name).stream():
                secrets |= said(snapshot.to_dict() or {})
        for snapshot in user.collection("feedback").stream():
            secrets.add((snapshot.to_dict() or {})["words"])
        for snapshot in user.collection("analyses").stream():
            secrets |= measured(snapshot.to_dict() or {})
    written = "".join(text for _, text in logs(cloud.state))

    assert len(secrets) > 150
    assert "insights" in written
    assert not [secret for secret in secrets if secret in written]


def said(document: dict[str, Any]) -> set[str]:
    """Sentences, and the facts' texts that are long enough to be nothing else."""
    texts = {each["text"] for each in document["sentences"]}
    return texts | {fact["text"] for fact in document["facts"] if len(fact["text"]) > 6}


def measured(document: dict[str, Any]) -> set[str]:
    """Values with so many digits that nothing else has them."""
    values = (metric["value"] for metric in [*document["metrics"], *document["details"]])
    return {repr(value)[:8] for value in values if value is not None and len(repr(value)) > 8}


def logs(state: Path) -> Iterator[tuple[str, str]]:
    """What the processes wrote, by file."""
    for file in [state / "up.log", *(state / "logs").glob("*.log")]:
        yield file.name, file.read_text(errors="replace")
