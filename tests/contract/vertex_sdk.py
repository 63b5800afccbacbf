"""Google's high-level client at work on the stand-in: `python vertex_sdk.py HOST:PORT IMAGE`."""

from __future__ import annotations

import json
import sys

from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform


def work(address: str, image: str) -> list[object]:
    """Upload a version, deploy it beside the live one, and undeploy everything."""
    aiplatform.init(
        project="clarity-local",
        location="us-central1",
        api_endpoint=f"http://{address}",
        api_transport="rest",
        credentials=AnonymousCredentials(),
    )
    endpoint = aiplatform.Endpoint("projects/clarity-local/locations/us-central1/endpoints/pat")
    model = aiplatform.Model.upload(
        display_name="pat",
        parent_model="pat",
        serving_container_image_uri=image,
        serving_container_predict_route="/predict",
        serving_container_health_route="/health",
        serving_container_ports=[8080],
        is_default_version=False,
        version_aliases=["candidate"],
    )
    endpoint.deploy(model, machine_type="n2-standard-4", min_replica_count=1, traffic_percentage=20)
    split = sorted(endpoint.traffic_split.values())
    endpoint.undeploy_all()
    return [model.version_id, [*model.version_aliases], split, endpoint.list_models()]


if __name__ == "__main__":
    # The client itself writes to stdout what it does: this is the last line.
    sys.stdout.write(f"{json.dumps(work(*sys.argv[1:]))}\n")
