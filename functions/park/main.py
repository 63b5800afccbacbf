"""Cloud Function `park`: a clock's tick in, a PAT endpoint that costs only while it has work."""

from cloudevents.http import CloudEvent

from clarity import wiring
from clarity.adapters.cloudevent import tick
from clarity.settings import ParkSettings


@wiring.door(ParkSettings.from_env())  # or it does not start, and gets no traffic
def park(event: CloudEvent) -> None:
    """Undeploy the idle endpoint, or deploy the parked one that messages wait for."""
    tick(event, wiring.park())
