"""Cloud Function `preprocess`: `health-data-ingested` in, `health-insights-processing` out."""

from cloudevents.http import CloudEvent

from clarity import wiring
from clarity.adapters.cloudevent import deliver
from clarity.settings import PreprocessSettings


@wiring.door(PreprocessSettings.from_env())  # or it does not start, and gets no traffic
def preprocess(event: CloudEvent) -> None:
    """Turn a person's samples into the analysed week."""
    deliver(event, wiring.preprocess())
