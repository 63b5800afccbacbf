"""The smallest function: what functions-framework itself costs."""

import functions_framework
from cloudevents.http import CloudEvent


@functions_framework.cloud_event
def hello(event: CloudEvent) -> None:
    """Do nothing."""
