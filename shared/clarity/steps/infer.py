"""infer: PAT reads the week, once for the same data and model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import clarity
from clarity.domain.errors import ParkedError, PermanentError, TransientError
from clarity.domain.job import Status
from clarity.domain.minutes.imputation import model_input
from clarity.steps.audit import Entry
from clarity.steps.once import once
from clarity.steps.ports import Creation, Done, Move

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from numpy.typing import NDArray

    from clarity.domain.events import JobMessage
    from clarity.domain.minutes.grid import Grid
    from clarity.steps.ports import Claims
    from clarity.steps.ports_model import Embedding, Encoder


@dataclass(frozen=True, slots=True)
class Prediction:
    """One call of the endpoint, in numbers for whoever watches the model.

    Attributes:
        model_id: that answered; where none did, that was to.
        seconds: until it did, or did not.
        code: of the error; empty where it answered.
        confidence: of the week's numbers, 0 to 1.
        input_mean: steps a minute, of the minutes that are known; None where none is.
        input_sd: their standard deviation; likewise.
    """

    model_id: str
    seconds: float
    code: str
    confidence: float
    input_mean: float | None
    input_sd: float | None

    def to_document(self) -> dict[str, object]:
        """What the analysis keeps of it."""
        names = ("seconds", "input_mean", "input_sd")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Infer:
    """Ask the endpoint, store the analysis with its provenance, leave an audit record."""

    claims: Claims
    encoder: Encoder
    clock: Callable[[], datetime]
    lease: timedelta
    retention: timedelta
    tell: Callable[[Prediction], None]

    @property
    def model_ids(self) -> tuple[str, ...]:
        """The models whose reading is stored, the one that is to answer first."""
        return self.encoder.model_ids

    def __call__(
        self,
        message: JobMessage,
        analysis_ids: Mapping[str, str],
        grid: Grid,
        measured: Mapping[str, object],
    ) -> str:
        """Complete the measured week with PAT's embedding and store it as an analysis.

        Args:
            message: of the job.
            analysis_ids: of this week, by the model that may read it.
            grid: the week.
            measured: what is known of it already.

        Returns:
            The id of the analysis, which is the one of the model that answered.
        """
        user_id = message.origin.user_id
        # Of all of them: what was done while a canary might answer is no answer without it.
        return once(
            self.claims,
            "infer",
            f"{user_id}/{'+'.join(analysis_ids.values())}",
            lambda _: self._run(message, analysis_ids, grid, measured),
            user_id=user_id,
            lease=self.lease,
            move=Move(message.origin, Status.PROCESSING, "Reading your week's rhythm."),
        )

    def _run(
        self,
        message: JobMessage,
        analysis_ids: Mapping[str, str],
        grid: Grid,
        measured: Mapping[str, object],
    ) -> Done:
        steps, imputed_share = model_input(grid)
        embedding, call = self._encode(steps, measured)
        analysis_id = analysis_ids[embedding.model_id]
        provenance = asdict(embedding)
        vector = provenance.pop("vector")
        now = self.clock()
        document = {
            **measured,
            "embedding": list(vector),
            "provenance": {
                **provenance,
                "imputed_share": imputed_share,
                "code_version": clarity.__version__,
            },
            "call": call.to_document() | {"vector_size": len(vector)},
            "created_at": now,
            "expires_at": now + self.retention,
        }
        record = {
            "action": "predict",
            "step": "preprocess",
            "processing_id": message.processing_id,
            "subject": analysis_id,
            "model": embedding.model_id,
            "at": now,
            "expires_at": now + self.retention,
        }
        entry = Entry(f"predict-{analysis_id}", record)
        return Done(analysis_id, creates=Creation("analyses", analysis_id, document, entry))

    def _encode(
        self, steps: NDArray[np.float32], measured: Mapping[str, object]
    ) -> tuple[Embedding, Prediction]:
        """Ask the endpoint, and tell how it went; that a parked one does not answer is as meant."""
        began = self.clock()
        confidence: Any = measured["confidence"]
        known = steps[~np.isnan(steps)]
        numbers = (float(known.mean()), float(known.std())) if len(known) else (None, None)

        def call(model_id: str, code: str) -> Prediction:
            seconds = (self.clock() - began).total_seconds()
            return Prediction(model_id, seconds, code, float(confidence), *numbers)

        try:
            embedding = self.encoder.encode(steps)
        except ParkedError:
            raise
        except (PermanentError, TransientError) as error:
            self.tell(call(self.model_ids[0], error.code))
            raise
        done = call(embedding.model_id, "")
        self.tell(done)
        return embedding, done
