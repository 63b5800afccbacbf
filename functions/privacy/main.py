"""Cloud Function `privacy`: a person's request in, an export of their data or its erasure."""

from cloudevents.http import CloudEvent

from clarity import wiring
from clarity.adapters.cloudevent import deliver
from clarity.settings import PrivacySettings


@wiring.door(PrivacySettings.from_env())  # or it does not start, and gets no traffic
def privacy(event: CloudEvent) -> None:
    """Hand out all that is stored of a person, or delete it."""
    deliver(event, wiring.privacy())
