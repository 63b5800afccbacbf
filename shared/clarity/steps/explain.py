"""explain: where PAT looked in the week and what moved its reading, if somebody asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import clarity
from clarity.domain.job import Status
from clarity.domain.minutes.imputation import model_input
from clarity.steps.audit import Entry
from clarity.steps.once import once
from clarity.steps.ports import Creation, Done, Move

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from clarity.domain.events import JobMessage
    from clarity.domain.minutes.grid import Grid
    from clarity.steps.ports import Claims
    from clarity.steps.ports_model import Encoder


@dataclass(frozen=True, slots=True)
class Explain:
    """Ask the endpoint, store the explanation under its analysis's id, leave an audit record."""

    claims: Claims
    encoder: Encoder
    clock: Callable[[], datetime]
    lease: timedelta
    retention: timedelta

    def __call__(self, message: JobMessage, analysis_id: str, model_id: str, grid: Grid) -> None:
        """Explain what PAT read in the grid: the week with its short gaps filled.

        Args:
            message: of the job.
            analysis_id: of the week.
            model_id: the model that the analysis is of; while there is a canary, either may answer,
                and of another model than this one the explanation says so.
            grid: the week.
        """
        user_id = message.origin.user_id
        once(
            self.claims,
            "explain",
            f"{user_id}/{analysis_id}",
            lambda _: self._run(message, analysis_id, model_id, grid),
            user_id=user_id,
            lease=self.lease,
            move=Move(message.origin, Status.PROCESSING, "Looking at what moved the reading."),
        )

    def _run(self, message: JobMessage, analysis_id: str, model_id: str, grid: Grid) -> Done:
        steps, imputed_share = model_input(grid)
        embedding, explanation = self.encoder.explain(steps)
        now = self.clock()
        document = {
            **explanation.to_document(by=embedding.model_id, of=model_id),
            "analysis_id": analysis_id,
            "window": {"first_day": grid.first_day.isoformat(), "days": grid.days},
            "provenance": {
                "model_id": embedding.model_id,
                "weights_sha256": embedding.weights_sha256,
                "scaler_id": embedding.scaler_id,
                "imputed_share": imputed_share,
                "code_version": clarity.__version__,
            },
            "created_at": now,
            "expires_at": now + self.retention,
        }
        record = {
            "action": "explain",
            "step": "preprocess",
            "processing_id": message.processing_id,
            "subject": analysis_id,
            "model": embedding.model_id,
            "at": now,
            "expires_at": now + self.retention,
        }
        entry = Entry(f"explain-{analysis_id}", record)
        return Done(analysis_id, creates=Creation("explanations", analysis_id, document, entry))
