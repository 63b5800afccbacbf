"""Cloud Function `insights`: `health-insights-processing` in, an insight in Firestore out."""

from cloudevents.http import CloudEvent

from clarity import wiring
from clarity.adapters.cloudevent import deliver
from clarity.settings import InsightsSettings


@wiring.door(InsightsSettings.from_env())  # or it does not start, and gets no traffic
def insights(event: CloudEvent) -> None:
    """Put one analysis into words that its facts carry."""
    deliver(event, wiring.insights())
