"""Cloud Function `sweep`: a clock's tick in, what was left lying is taken up again."""

from cloudevents.http import CloudEvent

from clarity import wiring
from clarity.adapters.cloudevent import tick
from clarity.settings import SweepSettings


@wiring.door(SweepSettings.from_env())  # or it does not start, and gets no traffic
def sweep(event: CloudEvent) -> None:
    """Send again what was not sent, move or end what is stuck, keep the dead letters."""
    tick(event, wiring.sweep())
