"""The PAT endpoint on Vertex AI, by its REST path `:rawPredict`.

google-cloud-aiplatform deploys the endpoint but is not imported here: it costs a function 7 s and
200 MB at start, its prediction client 3 s; an authorised HTTPS session costs 0.2 s (`make bench`
prints the functions' own figures).
"""

from __future__ import annotations

import base64
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeGuard

import google.auth
import numpy as np
import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.requests import AuthorizedSession
from pydantic import BaseModel, Field, FiniteFloat, ValidationError, model_validator

from clarity.adapters import telemetry
from clarity.adapters.backoff import Backoff, Busy
from clarity.adapters.bounded_http import Bounded, asked_to_wait
from clarity.domain.errors import (
    MisconfiguredError,
    ParkedError,
    RefusedError,
    UnavailableError,
    WrongModelError,
)
from clarity.domain.explanation import Explanation
from clarity.steps.ports_model import Embedding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.errors import ClarityError

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_WAIT = frozenset({408, 429, 500, 502, 503, 504})
_BUSY = frozenset({429, 502, 503})  # another attempt may be taken; a prediction leaves no trace
_REFUSED = frozenset({400, 413, 422})  # by the container, or by Vertex AI for what was sent
_OURS = frozenset({401, 403, 413})  # whose fault is the caller's, whatever is deployed
_QUESTION_TIMEOUT_S = 5.0  # for the question whether anything is deployed
_QUESTION_PAUSE_S = 30.0  # between two of them where waiting is right anyway
_LONGEST_ANSWER = 4_000_000  # bytes; an explanation is some 30,000
_WIDTH = 96  # of a PAT embedding, for each of its sizes (Ruan et al. 2024)
_EXPLANATION_TIMEOUT_S = 60.0  # it takes seconds; Vertex AI itself waits no longer for a prediction
_WHOLE = 1e-3  # shares may miss 1 by this

_Size = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Rank = Annotated[float, Field(ge=-1, le=1)]
_Count = Annotated[int, Field(ge=1)]


class _Explanation(BaseModel):
    patch_minutes: _Count
    attention: tuple[_Size, ...]
    attribution: tuple[FiniteFloat, ...]
    departure: _Size
    completeness_error: _Size
    points: _Count
    shuffled_rank: _Rank
    shuffled_attention_rank: _Rank
    input_rank: _Rank

    @model_validator(mode="after")
    def _covers_the_window(self) -> Self:
        patches = {len(self.attention), len(self.attribution)}
        if len(patches) != 1:
            raise ValueError("attention and attribution differ in length")
        if abs(sum(self.attention) - 1) > _WHOLE:
            raise ValueError("the shares of attention do not sum to 1")
        return self


class _Prediction(BaseModel):
    embedding: list[float] = Field(min_length=_WIDTH, max_length=_WIDTH)
    model_id: str
    weights_sha256: str
    scaler_id: str
    explanation: _Explanation | None = None


class _Answer(BaseModel):
    predictions: list[_Prediction] = Field(min_length=1, max_length=1)


class _Endpoint(BaseModel):
    """The resource itself: it names no deployed model where it is parked."""

    name: str
    deployed_models: list[dict[str, Any]] = Field(default=[], alias="deployedModels")


class _Status(BaseModel):
    code: int = 0
    status: str = ""
    message: str = ""


class _Error(BaseModel):
    error: _Status


@dataclass(slots=True)
class _Asked:
    """When it was last asked whether anything is deployed, and something was."""

    at: float = -math.inf


@dataclass(frozen=True, slots=True)
class VertexEncoder:
    """PAT behind a Vertex AI endpoint.

    Attributes:
        session: authorised.
        url: where predictions are asked for.
        resource_url: where the endpoint itself can be read: what is deployed.
        model_ids: the models whose answers are taken, the one that is to answer first.
    """

    session: requests.Session
    url: str
    resource_url: str
    model_ids: tuple[str, ...]
    timeout_s: float
    explanation_timeout_s: float = _EXPLANATION_TIMEOUT_S
    backoff: Backoff = field(default_factory=lambda: _backoff(0))
    asked: _Asked = field(default_factory=_Asked)

    def encode(self, steps: NDArray[np.float32]) -> Embedding:
        """Read one week: (10080,) steps per minute, NaN where not observed.

        Raises:
            ParkedError: no model is deployed, or none is ready yet.
            UnavailableError: the endpoint did not answer, or asked us to wait.
            MisconfiguredError: there is no such endpoint, or we may not ask it.
            WrongModelError: another model than expected answered.
            RefusedError: it refused the week.
        """
        return self._embedding(_parse(self._post(_request(steps), "predict", self.timeout_s)))

    def explain(self, steps: NDArray[np.float32]) -> tuple[Embedding, Explanation]:
        """Read one week, and say where the model looked and what moved its reading.

        Raises:
            ParkedError: no model is deployed, or none is ready yet.
            UnavailableError: the endpoint did not answer, or asked us to wait.
            MisconfiguredError: no such endpoint, no right to ask it, or it explains nothing.
            WrongModelError: another model than expected answered.
            RefusedError: it refused the week.
        """
        body = {**_request(steps), "parameters": {"explanation": True}}
        prediction = _parse(self._post(body, "explain", self.explanation_timeout_s))
        found = prediction.explanation
        if found is None:
            raise MisconfiguredError("expected an explanation from the endpoint, found none")
        if found.patch_minutes * len(found.attention) != len(steps):
            raise MisconfiguredError(
                f"expected an explanation of {len(steps)} minutes, found "
                f"{len(found.attention)} patches of {found.patch_minutes}"
            )
        return self._embedding(prediction), Explanation(**found.model_dump())

    def _embedding(self, prediction: _Prediction) -> Embedding:
        if prediction.model_id not in self.model_ids:
            raise WrongModelError(
                f"expected the model {' or '.join(self.model_ids)}, found {prediction.model_id}"
            )
        return Embedding(
            tuple(prediction.embedding),
            prediction.model_id,
            prediction.weights_sha256,
            prediction.scaler_id,
        )

    def _post(self, body: dict[str, Any], operation: str, timeout_s: float) -> requests.Response:
        with telemetry.call("pat", operation, {"gen_ai.request.model": self.model_ids[0]}):
            return self.backoff.call(lambda: self._ask(body, timeout_s))

    def _ask(self, body: dict[str, Any], timeout_s: float) -> requests.Response | Busy:
        """An answer that is a success; or that the endpoint is busy, or not to be reached now."""
        try:
            # A redirection would take the week elsewhere.
            response = self.session.post(
                self.url, json=body, timeout=timeout_s, allow_redirects=False
            )
        except (requests.RequestException, TransportError) as error:
            name = type(error).__name__
            failure = self._unless_parked(UnavailableError(f"the endpoint did not answer: {name}"))
            # Who did not answer in time would not the next time either, and has cost a thread.
            if isinstance(error, requests.ConnectionError) and _waits(failure):
                return Busy(failure)
            raise failure from error
        except GoogleAuthError as error:
            name = type(error).__name__
            raise MisconfiguredError(f"no credentials for the endpoint: {name}") from error
        status = response.status_code
        if status == requests.codes.ok:
            return response
        failure = _failure(response)
        if status not in _OURS:
            failure = self._unless_parked(failure)
        if status in _BUSY and _waits(failure):
            return Busy(failure, asked_to_wait(response.headers, response.content))
        raise failure

    def _unless_parked(self, failure: ClarityError) -> ClarityError:
        """The failure, or that no model is deployed, which answers in more than one way.

        What an endpoint without a model says is not documented for each of its addresses, so it is
        asked what is deployed. Where that cannot be read, the failure's own words hold.
        """
        # An endpoint that is overloaded fails often, and Vertex AI counts questions.
        lately = time.monotonic() - self.asked.at < _QUESTION_PAUSE_S
        if isinstance(failure, ParkedError) or (lately and _waits(failure)):
            return failure
        if self._lists_no_model():
            return ParkedError("expected a deployed model at the endpoint, found none")
        self.asked.at = time.monotonic()
        return failure

    def _lists_no_model(self) -> bool:
        try:
            answer = self.session.get(self.resource_url, timeout=_QUESTION_TIMEOUT_S)
            return answer.ok and not _Endpoint.model_validate_json(answer.content).deployed_models
        except (requests.RequestException, GoogleAuthError, ValidationError):
            return False


def _waits(failure: ClarityError) -> TypeGuard[UnavailableError]:
    return isinstance(failure, UnavailableError)


def _failure(response: requests.Response) -> ClarityError:
    """What an answer means: its own words name projects and rights, and are not passed on.

    Only what the container itself, or Vertex AI's check of the request, says about the data is for
    good. All else (rights, addresses, what nobody knows yet) is mended, and the week is read then.
    """
    status, error = response.status_code, _error(response)
    if _not_ready(status, error):
        return ParkedError(f"expected a model that is ready, found the answer {status}")
    if status in _WAIT:
        return UnavailableError(f"the endpoint answered {status}")
    if status in _REFUSED and error.status in {"", "INVALID_ARGUMENT"}:
        return RefusedError(f"the endpoint refused the week: {status}")
    return MisconfiguredError(f"expected a prediction from the endpoint, found the answer {status}")


def _error(response: requests.Response) -> _Status:
    """What Google's form of an error says; the container's own has no status."""
    try:
        return _Error.model_validate_json(response.content).error
    except ValidationError:
        return _Status(message=response.text)


def _not_ready(code: int, error: _Status) -> bool:
    """Whether the answer's own words say that no model is there.

    FAILED_PRECONDITION: nothing is deployed ("Endpoint E doesn't have traffic_split."), or the
    address is wrong: a dedicated endpoint names its own domain then. 429 "Model is not yet ready
    for inference": a deployment scaled to zero (Vertex AI's page on autoscaling).
    """
    if code == requests.codes.too_many_requests:
        return "not yet ready" in error.message
    elsewhere = "Dedicated Endpoint" in error.message and "domain" in error.message
    return error.status == "FAILED_PRECONDITION" and not elsewhere


def _request(steps: NDArray[np.float32]) -> dict[str, Any]:
    packed = base64.b64encode(np.ascontiguousarray(steps, dtype="<f4").tobytes()).decode()
    return {"instances": [{"steps_b64": packed}]}


def _parse(response: requests.Response) -> _Prediction:
    """The prediction in an answer; one that holds none is no fault of the week's."""
    try:
        return _Answer.model_validate_json(response.content).predictions[0]
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors())
        message = f"expected one prediction from the endpoint, found: {found}"
        raise UnavailableError(message) from error


def open_encoder(
    endpoint: str,
    *,
    model_id: str,
    canary_id: str | None = None,
    timeout_s: float,
    retry_s: float = 0.0,
    host: str | None = None,
    emulator_host: str | None,
) -> VertexEncoder:
    """The encoder for `projects/P/locations/L/endpoints/E`.

    Args:
        endpoint: the endpoint's resource name.
        model_id: the model that is to answer.
        canary_id: another whose answers are taken as well; None: no other's.
        timeout_s: for one prediction, each time it is asked for.
        retry_s: how long one that is busy is asked again; the last time takes its own time.
        host: a dedicated endpoint's own, which alone takes its predictions; None: a shared one.
        emulator_host: host:port of a local stand-in (plain HTTP, no credentials), or None.
    """
    resource = f"/v1/{endpoint}"
    if emulator_host:
        base, session = f"http://{emulator_host}{resource}", requests.Session()
        session.trust_env = False  # loopback knows no proxy, and each request would look for one
        url = base
    else:
        shared = f"{endpoint.split('/')[3]}-aiplatform.googleapis.com"
        credentials, _ = google.auth.default(scopes=[_SCOPE])
        session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
        base, url = f"https://{shared}{resource}", f"https://{host or shared}{resource}"
    for scheme in ("https://", "http://"):
        session.mount(scheme, Bounded(_LONGEST_ANSWER, raise_errors=False))
    model_ids = (model_id, canary_id) if canary_id else (model_id,)
    return VertexEncoder(
        session, f"{url}:rawPredict", base, model_ids, timeout_s, backoff=_backoff(retry_s)
    )


def _backoff(retry_s: float) -> Backoff:
    return Backoff(retry_s, busy="the endpoint asked to be left alone for now")
