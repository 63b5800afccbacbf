"""Gemini through google-generativeai: facts in, sentences with their facts out.

The package's maintainers have ended its support; this file is all that knows of it. Prompts and
answers are health data: nothing here logs them, and no error message quotes them.
"""

from __future__ import annotations

import importlib.resources
import json
import warnings
from dataclasses import asdict
from typing import TYPE_CHECKING, NoReturn, get_args

from clarity.domain.errors import RefusedError, UnavailableError, UnusableAnswerError
from clarity.domain.words.narrative import Narrative, Sentence, SentenceKind
from clarity.steps.ports import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from google.generativeai.types import GenerateContentResponse

    from clarity.domain.words.facts import Fact
    from clarity.domain.words.grounding import Problem

# The file in prompts/ of this name. Another text is another version, under another name.
PROMPT_VERSION = "insight-1"
_KINDS: tuple[SentenceKind, ...] = get_args(SentenceKind)
_LONGEST_ANSWER = 20_000
_MAX_OUTPUT_TOKENS = 4096  # newer models spend their thinking from it too
_TEMPERATURE = 0.2  # of 0 to 2; low, for the words are to follow the facts
_RETRY_DELAY_S = 0.5
_TOO_MANY_REQUESTS = 429
_REQUEST_TIMEOUT = 408
_SERVER_ERROR = 500
# What a fact shows to the model. Its value stands in its text already.
_SHOWN = ("id", "label", "text", "status", "note")
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
    ) -> None:
        """Prepare the client; no request is made.

        Args:
            api_key: must not be empty: the library would go and look for one in the environment.
            model: a model name, as the API lists it.
            endpoint: where to call, with its scheme; None for Google's own.
            timeout_s: for one call, its one repetition included.
        """
        if not api_key:
            raise ValueError("expected an API key, found an empty one")
        self._model_name, self._timeout_s = model, timeout_s
        # Imported here: 0.8 s and 80 MB that a function without a key does not pay at cold start.
        with warnings.catch_warnings():
            # It announces the end of its support (see the module's docstring) at every import.
            warnings.simplefilter("ignore", FutureWarning)
            from google.generativeai.client import configure  # noqa: PLC0415  see above
            from google.generativeai.generative_models import (  # noqa: PLC0415  see above
                GenerativeModel,
            )

        options = {"api_endpoint": endpoint} if endpoint else None
        # REST: gRPC would keep a channel open between invocations, and needs TLS on loopback.
        configure(api_key=api_key, transport="rest", client_options=options)
        self._model = GenerativeModel(
            model,
            system_instruction=_prompt(PROMPT_VERSION),
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

    def narrate(
        self,
        facts: Sequence[Fact],
        *,
        insight_type: str,
        language: str,
        problems: Sequence[Problem] = (),
    ) -> tuple[Narrative, Usage]:
        """Put the facts into words; `problems` are those of the try before.

        The sentences are what the model says: `clarity.domain.words.grounding.check` decides.

        Raises:
            UnavailableError: no answer in time, too many requests, or an error on the other side.
            RefusedError: the key, the model's name or the request is not accepted.
            UnusableAnswerError: an answer without sentences.
        """
        response = self._call(task(facts, insight_type, language, problems))
        sentences = _sentences(_text(response))
        metadata = response.usage_metadata
        usage = Usage(metadata.prompt_token_count, metadata.candidates_token_count)
        return Narrative(sentences, source="gemini", language=language), usage

    def _call(self, text: str) -> GenerateContentResponse:
        from google.api_core.exceptions import GoogleAPIError  # noqa: PLC0415  as above
        from google.api_core.retry import Retry  # noqa: PLC0415  as above
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415  as above
        from google.protobuf.json_format import ParseError  # noqa: PLC0415  as above
        from requests import RequestException  # noqa: PLC0415  as above

        retry = Retry(predicate=_once_more(), initial=_RETRY_DELAY_S, timeout=self._timeout_s)
        try:
            return self._model.generate_content(
                text, request_options={"retry": retry, "timeout": self._timeout_s}
            )
        except GoogleAPIError as error:
            _translate(error)
        except (RequestException, GoogleAuthError) as error:
            name = type(error).__name__
            raise UnavailableError(f"expected an answer from Gemini, found {name}") from error
        except ParseError as error:
            # Not chained: the parser quotes what it could not read.
            del error
            raise UnusableAnswerError(
                "expected a response of the API, found something else"
            ) from None


def task(
    facts: Sequence[Fact], insight_type: str, language: str, problems: Sequence[Problem] = ()
) -> str:
    """What the model is asked, as delimited data; no text inside can end the delimiter."""
    content: dict[str, object] = {
        "language": language,
        "insight_type": insight_type,
        "facts": [
            {key: value for key, value in asdict(fact).items() if key in _SHOWN and value}
            for fact in facts
        ],
    }
    if problems:
        content["problems"] = [problem.reason for problem in problems]
    data = json.dumps(content, ensure_ascii=True, indent=1).replace("<", "\\u003c")
    return f"<task>\n{data}\n</task>"


def _prompt(version: str) -> str:
    prompts = importlib.resources.files("clarity.adapters") / "prompts"
    return (prompts / f"{version}.md").read_text(encoding="utf-8")


def _waits(error: Exception) -> bool:
    """Whether the same call may work later."""
    code = getattr(error, "code", None)
    return code in {_TOO_MANY_REQUESTS, _REQUEST_TIMEOUT} or (code or 0) >= _SERVER_ERROR


def _once_more() -> Callable[[Exception], bool]:
    """A predicate that lets one failure pass: the event's redelivery does the patient waiting."""
    tries = iter((True,))
    return lambda error: _waits(error) and next(tries, False)


def _translate(error: Exception) -> NoReturn:
    # RetryError has no code: time ran out between two tries.
    code, name = getattr(error, "code", None), type(error).__name__
    if code is None or _waits(error):
        raise UnavailableError(f"expected an answer from Gemini, found {name}") from error
    raise RefusedError(f"expected Gemini to accept the call, found {int(code)} {name}") from error


def _text(response: GenerateContentResponse) -> str:
    """The one candidate's whole text."""
    if not response.candidates:
        reason = response.prompt_feedback.block_reason.name
        raise UnusableAnswerError(f"expected one candidate, found none ({reason})")
    candidate = response.candidates[0]
    if candidate.finish_reason.name != "STOP":
        raise UnusableAnswerError(f"expected a whole answer, found {candidate.finish_reason.name}")
    text = "".join(part.text for part in candidate.content.parts)
    if not 0 < len(text) <= _LONGEST_ANSWER:
        raise UnusableAnswerError(f"expected 1 to {_LONGEST_ANSWER} characters, found {len(text)}")
    return text


def _sentences(text: str) -> tuple[Sentence, ...]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        # Not chained: the decoder's error carries the whole answer.
        raise UnusableAnswerError("expected JSON, found something else") from None
    rows = answer.get("sentences") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not rows:
        raise UnusableAnswerError("expected a list of sentences, found none")
    return tuple(_sentence(row) for row in rows)


def _sentence(row: object) -> Sentence:
    match row:
        case {"text": str(text), "kind": str(named), "fact_ids": list(ids)}:
            kind = next((kind for kind in _KINDS if kind == named), None)
            if kind and all(isinstance(each, str) for each in ids):
                return Sentence(text.strip(), tuple(ids), kind)
    raise UnusableAnswerError("expected a sentence of the schema, found something else")
