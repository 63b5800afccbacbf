"""The model behind the routes: warm-up, a bounded queue, a deadline, windows in and answers out."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

import numpy as np

from infra.endpoint.lanes import Answer, Lanes, Window
from infra.endpoint.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from clarity.pat.artifact import Artifact
    from clarity.pat.instances import PredictRequest

DEADLINE_S = 30.0  # Vertex itself gives up after 60
MOST_EXPLAINED = 4  # windows of one request: each takes seconds
EXPLANATION_S = 2.0  # what one is taken for until one was measured

log = logging.getLogger("endpoint")


class RefusalError(Exception):
    """A request that gets no prediction: status, reason, and the word that it is counted under."""

    def __init__(
        self, status: HTTPStatus, code: str, reason: str, *, retry_after_s: int | None = None
    ) -> None:
        super().__init__(reason)
        self.status, self.code, self.retry_after_s = status, code, retry_after_s


class Encoder(Protocol):
    """What is served: the `Pat` of one of the runtimes."""

    lanes: int
    stack: int
    source: Artifact

    @property
    def model_id(self) -> str: ...  # noqa: D102 - as in Pat
    @property
    def weights_sha256(self) -> str: ...  # noqa: D102 - as in Pat
    @property
    def scaler_id(self) -> str: ...  # noqa: D102 - as in Pat
    @property
    def minutes(self) -> int: ...  # noqa: D102 - as in Pat
    def embed(self, steps: NDArray[np.floating]) -> NDArray[np.float32]: ...  # noqa: D102 - as in Pat
    def attention(self, steps: NDArray[np.floating]) -> NDArray[np.float64]: ...  # noqa: D102 - as in Pat


class Predictor:
    """Runs windows on the model as the hardware likes them, and refuses what would wait too long.

    Explanations take a hundred times as long as predictions: one at a time, in a lane of their own
    that holds no more than it can end by the deadline.
    """

    def __init__(
        self, load: Callable[[], Encoder], *, queue: int, deadline_s: float = DEADLINE_S
    ) -> None:
        self._load, self._queue, self.deadline_s = load, queue, deadline_s
        self.metrics = Metrics()
        self._pat: Encoder | None = None
        self._predicting: Lanes
        self._explaining: Lanes

    async def warm(self) -> None:
        """Build the model and make a first prediction: only then is the endpoint healthy."""
        pat = await asyncio.to_thread(self._load)
        for count in sorted({1, pat.stack}):  # as many as will come: memory for less proves little
            await asyncio.to_thread(pat.embed, np.zeros((count, pat.minutes), np.float32))
        named = names(pat)
        self._predicting = Lanes(
            "prediction",
            lambda windows: predict(pat, named, windows),
            self.metrics,
            lanes=pat.lanes,
            stack=pat.stack,
        )
        self._explaining = Lanes(
            "explanation",
            lambda windows: [explain(pat, window) for window in windows],
            self.metrics,
            lanes=1,
            window_s=EXPLANATION_S,
        )
        self.metrics.model.info(named)
        hand_back_freed()
        self._pat = pat
        log.info("serving %s", pat.model_id)

    def ready(self) -> Encoder:
        """The model, once it is warm; before that every request is refused."""
        if self._pat is None:
            status = HTTPStatus.SERVICE_UNAVAILABLE
            raise RefusalError(status, "warming_up", "warming up", retry_after_s=1)
        return self._pat

    async def predict(self, asked: PredictRequest) -> list[Answer]:
        """One prediction a window, in the request's order and by the deadline."""
        windows = [Window(steps, asked.attention) for steps in asked.steps]
        explained = windows if asked.explanation else []
        self._check_room(len(windows), len(explained))
        answers = self._predicting.put(windows)
        extra = self._explaining.put(explained)
        slowest = self._explaining if explained else self._predicting
        try:
            async with asyncio.timeout(self.deadline_s):
                found = await asyncio.gather(*answers, *extra)
        except TimeoutError as error:
            reason = f"no answer within {self.deadline_s:g} s"
            raise busy(slowest, HTTPStatus.GATEWAY_TIMEOUT, "deadline", reason) from error
        finally:
            for answer in (*answers, *extra):
                answer.cancel()  # what waits of a request that failed need not run
        self.metrics.windows.inc(len(windows))
        predictions, explanations = found[: len(windows)], found[len(windows) :]
        for prediction, explanation in zip(predictions, explanations, strict=False):
            prediction["explanation"] = explanation
        return predictions

    def _check_room(self, windows: int, explained: int) -> None:
        """Refuse what would wait too long; a request that finds nobody waiting always fits."""
        if explained > MOST_EXPLAINED:
            reason = (
                f"explanations of at most {MOST_EXPLAINED} windows a request, found {explained}"
            )
            raise RefusalError(HTTPStatus.BAD_REQUEST, "too_many_explanations", reason)
        in_time = int(self.deadline_s / self._explaining.window_s)
        for lanes, count, most in (
            (self._predicting, windows, self._queue),
            (self._explaining, explained, in_time),
        ):
            if count and lanes.pending and lanes.pending + count > most:
                reason = f"{lanes.pending} windows are waiting and the queue holds {most}"
                raise busy(lanes, HTTPStatus.TOO_MANY_REQUESTS, "queue_full", reason)

    def close(self) -> None:
        """Let running windows end; what only waits is dropped."""
        if self._pat is not None:
            self._predicting.close()
            self._explaining.close()


def busy(lanes: Lanes, status: HTTPStatus, code: str, reason: str) -> RefusalError:
    """A refusal that says when what is waiting now should be done."""
    return RefusalError(status, code, reason, retry_after_s=max(1, math.ceil(lanes.wait_s)))


def hand_back_freed() -> None:
    """Give the system what reading and compiling have freed, where the C library can do that."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)  # 5 MiB


def names(pat: Encoder) -> dict[str, str]:
    """Where an answer comes from."""
    return {
        "model_id": pat.model_id,
        "weights_sha256": pat.weights_sha256,
        "scaler_id": pat.scaler_id,
    }


def predict(pat: Encoder, named: dict[str, str], windows: list[Window]) -> list[Answer]:
    """The predictions of a batch, with attention for those that asked for it."""
    pooled = pat.embed(np.stack([window.steps for window in windows]))
    answers: list[Answer] = [{"embedding": one, **named} for one in pooled]
    if asked := [i for i, window in enumerate(windows) if window.attention]:
        maps = pat.attention(np.stack([windows[i].steps for i in asked]))
        for i, attention in zip(asked, maps, strict=True):
            answers[i]["attention"] = attention
    return answers


def explain(pat: Encoder, window: Window) -> Answer:
    """What moved a window's embedding, and the checks that tell how far to believe it."""
    from clarity.pat import attribution  # noqa: PLC0415 - most servers are never asked

    try:
        found = attribution.explain(pat.source, window.steps)
    except attribution.NothingToExplainError as error:
        raise RefusalError(HTTPStatus.BAD_REQUEST, "nothing_to_explain", str(error)) from error
    return {
        "patch_minutes": found.patch,
        "attention": np.ascontiguousarray(found.attention[:: found.patch]),
        "attribution": found.gradients.minutes.reshape(-1, found.patch).sum(axis=1),
        "departure": found.gradients.departure,
        "completeness_error": found.gradients.error,
        "points": found.gradients.points,
        "shuffled_rank": found.shuffled_rank,
        "shuffled_attention_rank": found.shuffled_attention_rank,
        "input_rank": found.input_rank,
    }
