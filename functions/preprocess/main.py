"""Cloud Function `preprocess`: `health-data-ingested` in, `health-insights-processing` out."""

import functions_framework
from cloudevents.http import CloudEvent

from clarity import wiring
from clarity.adapters.cloudevent import deliver
from clarity.settings import PreprocessSettings

PreprocessSettings.from_env()  # or it does not start, and gets no traffic


@functions_framework.cloud_event
def preprocess(event: CloudEvent) -> None:
    """Turn a person's samples into the analysed week."""
    deliver(event, wiring.preprocess())
