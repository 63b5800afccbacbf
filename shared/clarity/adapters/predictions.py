"""Each call of the endpoint, as metrics; those that failed are counted for the monitor, too.

monitor/failures-{hour}-{shard}     how many failed in an hour: a share of them, of nobody
"""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from google.cloud.firestore import Increment

from clarity.adapters import telemetry
from clarity.adapters.firestore_errors import translated
from clarity.domain.errors import ClarityError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from google.cloud.firestore import Client

    from clarity.steps.infer import Prediction

SHARDS = 10  # a document takes about one write a second
PATIENCE_S = 2.0
_KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Predictions:
    """Who is told of each call.

    Attributes:
        client: of the database.
        clock: the time.
    """

    client: Client
    clock: Callable[[], datetime]

    def __call__(self, prediction: Prediction) -> None:
        """Measure it; whose week it was is not said."""
        labels = {"model": prediction.model_id}
        outcome = "failed" if prediction.code else "done"
        said = labels | {"outcome": outcome, "code": prediction.code}
        telemetry.add("clarity.predictions", 1, said)
        telemetry.measure("clarity.prediction.duration", prediction.seconds, labels)
        if prediction.code:
            # That it cannot be counted now is no reason to fail otherwise.
            with suppress(ClarityError):
                self._failed(prediction.code)
            return
        values = {
            "confidence": prediction.confidence,
            "input_mean": prediction.input_mean,
            "input_sd": prediction.input_sd,
        }
        for name, value in values.items():
            if value is not None:
                telemetry.measure(f"clarity.prediction.{name}", value, labels)

    @translated
    def _failed(self, code: str) -> None:
        hour = self.clock().replace(minute=0, second=0, microsecond=0)
        shard = random.randrange(SHARDS)  # noqa: S311 # nosec B311 # spreads writes, hides nothing
        fields = {
            "hour": hour,
            "count": Increment(1),
            "codes": {code: Increment(1)},
            "expires_at": hour + _KEPT,
        }
        place = self.client.document(f"monitor/failures-{hour:%Y%m%dT%H}-{shard}")
        # Tried once, and shortly: the delivery's time is for something else.
        place.set(fields, merge=True, retry=None, timeout=PATIENCE_S)
