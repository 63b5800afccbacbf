"""The real google-generativeai client against the local Gemini: what it asks, what it reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.responses import Response

from clarity.adapters.gemini import Gemini
from clarity.adapters.prompt import PROMPT_VERSION, prompt
from clarity.domain.words.grounding import check
from clarity.steps.ports_words import Usage
from tests.contract.gemini_server import (
    FACTS,
    GOOD,
    KEY,
    TASK,
    answered,
    gemini,
    plain_task,
    serving,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.gemini_server import Servers

GOLDEN = Path(__file__).with_name("golden") / "gemini_request.json"


@pytest.fixture(scope="module")
def both() -> Iterator[Servers]:
    with serving() as servers:
        yield servers


@pytest.fixture
def servers(both: Servers) -> Servers:
    both.reset()
    return both


def test_the_answer_is_a_grounded_narrative_with_its_cost(servers):
    answer = gemini(servers.url).narrate(plain_task())

    narrative = answer.narrative
    assert narrative
    assert check(narrative, FACTS) == ()
    assert (narrative.source, narrative.language, narrative.level) == ("gemini", "en", "detailed")
    assert "6 h 12 min" in narrative.narrative + " ".join(narrative.key_insights)
    assert answer.usage.prompt_tokens > 100
    assert answer.usage.output_tokens > 50
    assert answer.fault == ""


@pytest.mark.parametrize(("mode", "kind"), [("invented_number", "number"), ("diagnosis", "safety")])
def test_an_untrue_or_unsafe_answer_arrives_and_is_caught_by_the_check(servers, mode, kind):
    servers.command(mode)

    answer = gemini(servers.url).narrate(plain_task())

    assert answer.narrative
    assert kind in {problem.kind for problem in check(answer.narrative, FACTS)}


def test_the_request_is_the_one_that_was_agreed_on(servers):
    servers.elsewhere.answers[:] = [answered([GOOD])]

    gemini(servers.elsewhere_url).narrate(TASK)

    request, body = servers.elsewhere.requests[0]
    sent = json.loads(body)
    (part,) = sent["systemInstruction"]["parts"]
    assert part.pop("text") == prompt()
    assert sent == json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert request.headers["x-goog-api-key"] == KEY
    assert KEY not in str(request.url)


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        ("broken_json", "broken JSON"),
        ("wrong_schema", "wrong schema"),
        ("no_sentences", "empty"),
        ("cut_short", "cut short"),
        ("empty", "empty"),
        ("blocked", "blocked"),
        ("huge", "too long"),
    ],
)
def test_an_answer_that_cannot_be_used_says_why_and_what_it_cost(servers, mode, fault):
    servers.command(mode)
    before = servers.calls()

    answer = gemini(servers.url).narrate(plain_task())

    assert (answer.narrative, answer.fault) == (None, fault)
    assert answer.usage.prompt_tokens > 100
    assert servers.calls() == before + 1


@pytest.mark.parametrize(
    ("wrote", "fault"),
    [
        ("[]", "wrong schema"),
        ("null", "wrong schema"),
        ('{"sentences": {}}', "wrong schema"),
        ('{"sentences": null}', "wrong schema"),
        ([GOOD, "and"], "wrong schema"),
        ([GOOD | {"kind": "advice"}], "wrong schema"),
        ([GOOD | {"kind": ["summary"]}], "wrong schema"),
        ([GOOD | {"fact_ids": "F2"}], "wrong schema"),
        ([GOOD | {"fact_ids": [2]}], "wrong schema"),
        ([GOOD | {"text": None}], "wrong schema"),
        ([GOOD | {"text": "half \ud83d a character"}], "wrong schema"),
        ([GOOD | {"fact_ids": ["\udc00"]}], "wrong schema"),
        ("```json\n{}\n```", "broken JSON"),
        ("[" * 15_000, "broken JSON"),
        ('{"sentences": [' + "9" * 10_000 + "]}", "broken JSON"),
        (" \n", "empty"),
        ("x" * 20_001, "too long"),
    ],
)
def test_what_the_model_writes_beside_the_schema_is_a_fault(servers, wrote, fault):
    servers.elsewhere.answers[:] = [answered(wrote)]

    answer = gemini(servers.elsewhere_url).narrate(plain_task())

    assert (answer.narrative, answer.fault) == (None, fault)
    assert answer.usage == Usage(900, 330)


@pytest.mark.parametrize(
    ("candidate", "fault"),
    [
        ({"finishReason": "MAX_TOKENS"}, "cut short"),
        ({"finishReason": "SAFETY"}, "blocked"),
        ({"finishReason": "A_REASON_OF_NEXT_YEAR"}, "blocked"),
        ({"finishReason": 99}, "blocked"),
        ({"content": {}}, "empty"),
    ],
)
def test_an_answer_that_was_ended_is_not_read(servers, candidate, fault):
    servers.elsewhere.answers[:] = [answered([GOOD], **candidate)]

    assert gemini(servers.elsewhere_url).narrate(plain_task()).fault == fault


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>a proxy</html>", b"null", b"7", b"\xff\xfe", b"{", b'{"candidates": 3}'],
)
def test_a_body_that_is_no_response_is_unreadable(servers, body):
    servers.elsewhere.answers[:] = [Response(body, media_type="application/json")]

    answer = gemini(servers.elsewhere_url).narrate(plain_task())

    assert (answer.narrative, answer.fault, answer.usage) == (None, "unreadable", Usage(0, 0))
    assert len(servers.elsewhere.requests) == 1


@pytest.mark.parametrize(
    ("counts", "usage"),
    [
        ({"promptTokenCount": 900, "totalTokenCount": 900}, Usage(900, 0)),
        ({"promptTokenCount": 9, "candidatesTokenCount": 3, "totalTokenCount": 12}, Usage(9, 3)),
        ({"promptTokenCount": 9, "candidatesTokenCount": 3}, Usage(9, 3)),
        ({"promptTokenCount": 9, "totalTokenCount": 500, "thoughtsTokenCount": 491}, Usage(9, 491)),
        ({"promptTokenCount": -9, "candidatesTokenCount": -3}, Usage(0, 0)),
        ({}, Usage(0, 0)),
    ],
)
def test_thinking_is_output_and_a_count_is_never_negative(servers, counts, usage):
    body = {"candidates": [{"finishReason": "MAX_TOKENS"}], "usageMetadata": counts}
    servers.elsewhere.answers[:] = [Response(json.dumps(body), media_type="application/json")]

    assert gemini(servers.elsewhere_url).narrate(plain_task()).usage == usage


def test_a_thinking_model_s_thoughts_are_counted(servers):
    plain = gemini(servers.url).narrate(plain_task()).usage
    servers.command("thinking")

    usage = gemini(servers.url).narrate(plain_task()).usage

    assert usage.output_tokens >= plain.output_tokens + 100


def test_an_empty_key_is_refused_before_the_library_looks_for_another():
    with pytest.raises(ValueError, match="API key"):
        Gemini("", "gemini-local", endpoint=None, timeout_s=1.0)


def test_the_version_names_model_and_prompt(servers):
    assert gemini(servers.url).version == f"gemini-local/{PROMPT_VERSION}"


def test_the_library_is_loaded_only_by_a_configured_model():
    code = (
        "import sys, clarity.adapters.gemini; "
        "sys.exit('google.generativeai' in sys.modules or 'google.api_core' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False, env={"PYTHONPATH": "shared"})

    assert done.returncode == 0
