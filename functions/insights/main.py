"""Cloud Function `insights`: `health-insights-processing` in, an insight in Firestore out."""

import functions_framework
from cloudevents.http import CloudEvent

from clarity import wiring
from clarity.adapters.cloudevent import deliver
from clarity.settings import InsightsSettings

InsightsSettings.from_env()  # or it does not start, and gets no traffic


@functions_framework.cloud_event
def insights(event: CloudEvent) -> None:
    """Put one analysis into words that its facts carry."""
    deliver(event, wiring.insights())
