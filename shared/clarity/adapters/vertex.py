"""The PAT endpoint on Vertex AI, by its REST path `:rawPredict`.

google-cloud-aiplatform deploys the endpoint but is not imported here: it costs a function 7 s and
200 MB at start, its prediction client 3 s; an authorised HTTPS session costs 0.2 s (`make bench`
prints the functions' own figures).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Self

import google.auth
import numpy as np
import requests
from google.auth.exceptions import TransportError
from google.auth.transport.requests import AuthorizedSession
from pydantic import BaseModel, Field, FiniteFloat, ValidationError, model_validator

from clarity.domain.errors import RefusedError, UnavailableError
from clarity.domain.explanation import Explanation
from clarity.steps.ports import Embedding

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_WAIT = frozenset({408, 429, 500, 502, 503, 504})
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


@dataclass(frozen=True, slots=True)
class VertexEncoder:
    """PAT behind a Vertex AI endpoint."""

    session: requests.Session
    url: str
    expected_model_id: str
    timeout_s: float
    explanation_timeout_s: float = _EXPLANATION_TIMEOUT_S

    @property
    def model_id(self) -> str:
        """The model that must answer: it is part of an analysis's identity."""
        return self.expected_model_id

    def encode(self, steps: NDArray[np.float32]) -> Embedding:
        """Read one week: (10080,) steps per minute, NaN where not observed.

        Raises:
            UnavailableError: the endpoint did not answer, or asked us to wait.
            RefusedError: it refused the week, or another model than expected answered.
        """
        return self._embedding(_parse(self._post(_request(steps), self.timeout_s)))

    def explain(self, steps: NDArray[np.float32]) -> tuple[Embedding, Explanation]:
        """Read one week, and say where the model looked and what moved its reading.

        Raises:
            UnavailableError: the endpoint did not answer, or asked us to wait.
            RefusedError: it refused the week, did not explain it, or is another model's.
        """
        body = {**_request(steps), "parameters": {"explanation": True}}
        prediction = _parse(self._post(body, self.explanation_timeout_s))
        found = prediction.explanation
        if found is None:
            raise RefusedError("expected an explanation from the endpoint, found none")
        if found.patch_minutes * len(found.attention) != len(steps):
            raise RefusedError(
                f"expected an explanation of {len(steps)} minutes, found "
                f"{len(found.attention)} patches of {found.patch_minutes}"
            )
        return self._embedding(prediction), Explanation(**found.model_dump())

    def _embedding(self, prediction: _Prediction) -> Embedding:
        if prediction.model_id != self.expected_model_id:
            raise RefusedError(
                f"expected the model {self.expected_model_id}, found {prediction.model_id}"
            )
        return Embedding(
            tuple(prediction.embedding),
            prediction.model_id,
            prediction.weights_sha256,
            prediction.scaler_id,
        )

    def _post(self, body: dict[str, Any], timeout_s: float) -> requests.Response:
        try:
            response = self.session.post(self.url, json=body, timeout=timeout_s)
        except (requests.RequestException, TransportError) as error:
            raise UnavailableError(
                f"the endpoint did not answer: {type(error).__name__}"
            ) from error
        if response.status_code in _WAIT:
            raise UnavailableError(f"the endpoint answered {response.status_code}")
        if not response.ok:
            raise RefusedError(
                f"the endpoint refused: {response.status_code} {response.text[:200]}"
            )
        return response


def _request(steps: NDArray[np.float32]) -> dict[str, Any]:
    packed = base64.b64encode(np.ascontiguousarray(steps, dtype="<f4").tobytes()).decode()
    return {"instances": [{"steps_b64": packed}]}


def _parse(response: requests.Response) -> _Prediction:
    try:
        return _Answer.model_validate_json(response.content).predictions[0]
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors())
        raise RefusedError(f"expected one prediction from the endpoint, found: {found}") from error


def open_encoder(
    endpoint: str, *, model_id: str, timeout_s: float, emulator_host: str | None
) -> VertexEncoder:
    """The encoder for `projects/P/locations/L/endpoints/E`.

    Args:
        endpoint: the endpoint's resource name.
        model_id: the model that must answer.
        timeout_s: for one prediction.
        emulator_host: host:port of a local stand-in (plain HTTP, no credentials), or None.
    """
    path = f"/v1/{endpoint}:rawPredict"
    if emulator_host:
        return VertexEncoder(
            requests.Session(), f"http://{emulator_host}{path}", model_id, timeout_s
        )
    location = endpoint.split("/")[3]
    credentials, _ = google.auth.default(scopes=[_SCOPE])
    url = f"https://{location}-aiplatform.googleapis.com{path}"
    session: requests.Session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
    return VertexEncoder(session, url, model_id, timeout_s)
