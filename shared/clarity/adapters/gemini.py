"""Gemini through google-generativeai: facts in, sentences with their facts out.

The package's maintainers have ended its support; this file is all that knows of it. Prompts and
answers are health data: nothing here logs them, what the package logs of them is switched off, and
no error quotes them or is chained to one that might.
"""

from __future__ import annotations

import json
import logging
import random
import time
import warnings
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, get_args

from requests import RequestException

from clarity.adapters import telemetry
from clarity.adapters.bounded_http import Bounded, ErrorAnswer, TooLongAnswer, never_sent
from clarity.adapters.prompt import PROMPT_VERSION, prompt, task_text
from clarity.domain.errors import CutOffError, RefusedError, UnavailableError
from clarity.domain.words.narrative import Narrative, Sentence, SentenceKind
from clarity.steps.ports_words import Answer, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import Session

    from clarity.steps.ports_words import Task

_KINDS: tuple[SentenceKind, ...] = get_args(SentenceKind)
_LONGEST_BODY = 200_000  # bytes; an answer of the schema takes some 5,000
_LONGEST_TEXT = 20_000
_MAX_OUTPUT_TOKENS = 8192  # newer models spend their thinking from it too
_TEMPERATURE = 0.2  # of 0 to 2; low, for the words are to follow the facts
_PAUSES_S = (0.5, 1.5)  # before the second and the third try, or longer if asked to wait
_LEAST_S = 2.0  # a repetition with less time than this would be paid for and not answered
_Failure = UnavailableError | CutOffError | RefusedError
_NOTHING = Usage(0, 0)  # the answer does not say
_REQUEST_TIMEOUT, _TOO_MANY_REQUESTS, _SERVER_ERROR = 408, 429, 500
# The API's FinishReason; the other ones say that a filter or the provider ended the answer.
_STOP, _MAX_TOKENS = 1, 2
_SCHEMA = {
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string"},
                    "kind": {"type": "string", "format": "enum", "enum": list(_KINDS)},
                    "fact_ids": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["text", "kind", "fact_ids"],
            },
        }
    },
    "required": ["sentences"],
}
_BLOCKED = ("harassment", "hate_speech", "sexual", "dangerous")
_FROM_LEVEL = "block_medium_and_above"
# At DEBUG, these log whole requests with their headers, the key among them, and whole responses.
_TALKATIVE = (
    "google.ai.generativelanguage_v1beta.services.generative_service.client",
    "google.ai.generativelanguage_v1beta.services.generative_service.transports.rest",
    "google.auth.transport.requests",
)

_CALLS = "clarity.gemini.calls"

_log = logging.getLogger(__name__)


class Gemini:
    """The language model as a narrator.

    The library keeps its key and endpoint for the whole process: the last one built wins until it
    has made its first call, so a process has one.
    """

    def __init__(
        self,
        api_key: str,
        model: str,
        *,
        endpoint: str | None,
        timeout_s: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare the client; no request is made.

        Args:
            api_key: must not be empty: the library would go and look for one in the environment.
            model: a model name, as the API lists it.
            endpoint: where to call, with its scheme; None for Google's own.
            timeout_s: for one call.
            sleep: waits between two calls.
        """
        if not api_key:
            raise ValueError("expected an API key, found an empty one")
        self._model_name, self._timeout_s, self._sleep = model, timeout_s, sleep
        # Imported here: 0.8 s and 80 MB that a function without a key does not pay at cold start.
        with warnings.catch_warnings():
            # It announces the end of its support (see the module's docstring) at every import.
            warnings.simplefilter("ignore", FutureWarning)
            from google.generativeai.client import (  # noqa: PLC0415  see above
                configure,
                get_default_generative_client,
            )
            from google.generativeai.generative_models import (  # noqa: PLC0415  see above
                GenerativeModel,
            )

        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.INFO)
        options = {"api_endpoint": endpoint} if endpoint else None
        # REST: gRPC would keep a channel open between invocations, and needs TLS on loopback.
        configure(api_key=api_key, transport="rest", client_options=options)
        # The library has no other door to its session.
        session: Session = get_default_generative_client().transport._session  # type: ignore[attr-defined]  # REST's
        for scheme in ("https://", "http://"):
            session.mount(scheme, Bounded(_LONGEST_BODY))
        self._model = GenerativeModel(
            model,
            system_instruction=prompt(),
            safety_settings=[{"category": name, "threshold": _FROM_LEVEL} for name in _BLOCKED],
            generation_config={
                "temperature": _TEMPERATURE,
                "max_output_tokens": _MAX_OUTPUT_TOKENS,
                "candidate_count": 1,
                "response_mime_type": "application/json",
                "response_schema": _SCHEMA,
            },
        )

    @property
    def version(self) -> str:
        """Model and prompt version."""
        return f"{self._model_name}/{PROMPT_VERSION}"

    def narrate(self, task: Task) -> Answer:
        """Put the facts into words.

        The sentences are what the model says: `clarity.domain.words.grounding.check` decides.

        Raises:
            UnavailableError: nobody was there, too many requests, or an error on the other side.
            CutOffError: no whole answer in time, or the connection broke.
            RefusedError: the key, the model's name or the request is not accepted.
        """
        text = task_text(task)
        ends = time.monotonic() + task.within.total_seconds()
        outcome, wait_s = self._call(text, ends)
        for pause_s in _PAUSES_S:
            # At least what was asked for, and nobody at the same moment as everybody else.
            spread = random.uniform(1, 1.5)  # noqa: S311 # nosec B311 # hides nothing
            pause = max(wait_s, pause_s) * spread
            in_time = time.monotonic() + pause + _LEAST_S <= ends
            if not isinstance(outcome, UnavailableError) or not in_time:
                break
            telemetry.note("retry", {"wait_s": round(pause, 3)})
            self._sleep(pause)
            outcome, wait_s = self._call(text, ends)
        if isinstance(outcome, _Failure):
            _log.warning("asked Gemini", extra={"fields": {"outcome": outcome.code}})
            telemetry.add(_CALLS, 1, {"outcome": outcome.code})
            raise outcome
        answer = _answer(outcome, task)
        fields = {"outcome": "answered", "fault": answer.fault, **asdict(answer.usage)}
        _log.info("asked Gemini", extra={"fields": fields})
        _count(answer)
        return answer

    def _call(self, text: str, ends: float) -> tuple[dict[str, Any] | str | _Failure, float]:
        """One call, as `_ask` says; it is a span of the trace."""
        attributes = {
            "gen_ai.operation.name": "generate_content",
            "gen_ai.provider.name": "gcp.gemini",
            "gen_ai.request.model": self._model_name,
        }
        with telemetry.call("gemini", "generate_content", attributes):
            outcome, wait_s = self._ask(text, ends)
            if isinstance(outcome, _Failure):
                telemetry.describe({"error.type": outcome.code})
        return outcome, wait_s

    def _ask(self, text: str, ends: float) -> tuple[dict[str, Any] | str | _Failure, float]:
        """A response, the fault of one that cannot be read, or an error; and a wait asked for.

        Errors are not raised here: they would be chained to the library's, which may quote us.
        """
        from google.protobuf.json_format import ParseError  # noqa: PLC0415  as above

        timeout_s = min(self._timeout_s, ends - time.monotonic())
        if timeout_s <= 0:
            return UnavailableError("expected time for a call, found none left"), 0
        try:
            options: Any = {"retry": None, "timeout": timeout_s}  # the package's type knows no None
            response = self._model.generate_content(text, request_options=options)
            return response.to_dict(), 0  # type: ignore[no-untyped-call]
        except ErrorAnswer as error:
            return _refusal(error.status), error.wait_s
        except TooLongAnswer:
            return "too long", 0
        except RequestException as error:
            kind = UnavailableError if never_sent(error) else CutOffError
            return kind(f"expected an answer from Gemini, found {type(error).__name__}"), 0
        except (ParseError, ValueError):
            return "unreadable", 0


def _count(answer: Answer) -> None:
    telemetry.add(_CALLS, 1, {"outcome": "answered"})
    tokens = {"input": answer.usage.prompt_tokens, "output": answer.usage.output_tokens}
    for kind, number in tokens.items():
        telemetry.measure("gen_ai.client.token.usage", number, {"gen_ai.token.type": kind})


def _refusal(status: int) -> _Failure:
    if status in {_REQUEST_TIMEOUT, _TOO_MANY_REQUESTS} or status >= _SERVER_ERROR:
        return UnavailableError(f"expected an answer from Gemini, found {status}")
    return RefusedError(f"expected Gemini to accept the call, found {status}")


def _answer(response: Mapping[str, Any] | str, task: Task) -> Answer:
    if isinstance(response, str):  # the fault of one that cannot be read
        return Answer(None, _NOTHING, response)
    counts = response.get("usage_metadata", {})
    prompt_tokens, candidates, total = (
        max(0, counts.get(f"{name}_token_count", 0)) for name in ("prompt", "candidates", "total")
    )
    # The total tells what was spent on thinking, which this library has no field for.
    usage = Usage(prompt_tokens, max(candidates, total - prompt_tokens))
    read = _read(response)
    if isinstance(read, str):
        return Answer(None, usage, read)
    return Answer(Narrative(read, "gemini", task.language, task.level), usage)


def _read(response: Mapping[str, Any]) -> tuple[Sentence, ...] | str:
    """The sentences of the one candidate, or its fault."""
    if not response["candidates"]:
        return "blocked" if "prompt_feedback" in response else "empty"
    candidate = response["candidates"][0]
    if candidate["finish_reason"] != _STOP:
        return "cut short" if candidate["finish_reason"] == _MAX_TOKENS else "blocked"
    parts = candidate.get("content", {}).get("parts", [])
    text = "".join(part.get("text", "") for part in parts)
    if len(text) > _LONGEST_TEXT:
        return "too long"
    return _sentences(text) if text.strip() else "empty"


def _sentences(text: str) -> tuple[Sentence, ...] | str:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return "broken JSON"
    rows = answer.get("sentences") if isinstance(answer, dict) else None
    if rows == []:
        return "empty"
    sentences = tuple(map(_sentence, rows)) if isinstance(rows, list) else (None,)
    whole = tuple(each for each in sentences if each is not None)
    return whole if len(whole) == len(sentences) else "wrong schema"


def _sentence(row: object) -> Sentence | None:
    match row:
        case {"text": str(text), "kind": str(named), "fact_ids": list(ids)}:
            kind = next((kind for kind in _KINDS if kind == named), None)
            if kind and all(isinstance(each, str) and _storable(each) for each in (text, *ids)):
                return Sentence(text.strip(), tuple(ids), kind)
    return None


def _storable(text: str) -> bool:
    # JSON may write half a character, which no database takes.
    return not any("\ud800" <= character <= "\udfff" for character in text)
