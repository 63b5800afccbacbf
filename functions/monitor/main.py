"""Cloud Function `monitor`: a clock's tick in, how the model is."""

from cloudevents.http import CloudEvent

from clarity import wiring
from clarity.adapters.cloudevent import tick
from clarity.settings import MonitorSettings


@wiring.door(MonitorSettings.from_env())  # or it does not start, and gets no traffic
def monitor(event: CloudEvent) -> None:
    """Compare the weeks of a window with a reference, and say how the model is."""
    tick(event, wiring.monitor())
