"""Cloud Function `ingest`: a person's new document in, `health-data-ingested` out."""

from cloudevents.http import CloudEvent

from clarity import wiring
from clarity.adapters.cloudevent import deliver
from clarity.settings import IngestSettings


@wiring.door(IngestSettings.from_env())  # or it does not start, and gets no traffic
def ingest(event: CloudEvent) -> None:
    """Validate and store one upload, or take one insight request."""
    deliver(event, wiring.ingest())
