"""infer: PAT reads the week, once for the same data and model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import clarity
from clarity.domain.minutes.imputation import model_input
from clarity.steps.once import once
from clarity.steps.ports import Done

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from clarity.domain.events import JobMessage
    from clarity.domain.minutes.grid import Grid
    from clarity.steps.ports import Claims, Encoder, Records


@dataclass(frozen=True, slots=True)
class Infer:
    """Ask the endpoint, store the analysis with its provenance, leave an audit record."""

    claims: Claims
    records: Records
    encoder: Encoder
    clock: Callable[[], datetime]
    lease: timedelta
    retention: timedelta

    @property
    def model_id(self) -> str:
        """The model whose reading is stored."""
        return self.encoder.model_id

    def __call__(
        self, message: JobMessage, analysis_id: str, grid: Grid, measured: Mapping[str, object]
    ) -> None:
        """Complete the measured week with PAT's embedding and store it as an analysis."""
        user_id = message.origin.user_id
        once(
            self.claims,
            "infer",
            f"{user_id}/{analysis_id}",
            lambda _: self._run(message, analysis_id, grid, measured),
            user_id=user_id,
            lease=self.lease,
        )

    def _run(
        self, message: JobMessage, analysis_id: str, grid: Grid, measured: Mapping[str, object]
    ) -> Done:
        steps, imputed_share = model_input(grid)
        embedding = self.encoder.encode(steps)
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
            "created_at": now,
            "expires_at": now + self.retention,
        }
        user_id = message.origin.user_id
        record = {
            "action": "predict",
            "step": "preprocess",
            "processing_id": message.processing_id,
            "subject": analysis_id,
            "model": embedding.model_id,
            "at": now,
            "expires_at": now + self.retention,
        }
        # The record first: once the analysis is there, nobody comes back to leave it.
        self.records.audit(user_id, f"predict-{analysis_id}", record)
        self.records.add_analysis(user_id, analysis_id, document)
        return Done(analysis_id)
