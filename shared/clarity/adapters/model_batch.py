"""The call that has a version of the model read a file of weeks: pure, no client."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from clarity.adapters.model_state import MODEL_ID, Call

if TYPE_CHECKING:
    from clarity.adapters.model_state import Machine, State


def predict_batch(
    state: State,
    number: str,
    source: str,
    output: str,
    machine: Machine,
    *,
    batch_size: int,
    service_account: str = "",
) -> Call:
    """Have a version read a file; the job's name says which file, so that it is found again."""
    state.version(number).fits(machine)
    same = hashlib.sha256(f"{source} {output}".encode()).hexdigest()[:12]
    job: dict[str, Any] = {
        "display_name": f"{MODEL_ID}-{number}-{same}",
        "model": f"{state.model}@{number}",
        "input_config": {"instances_format": "jsonl", "gcs_source": {"uris": [source]}},
        "output_config": {
            "predictions_format": "jsonl",
            "gcs_destination": {"output_uri_prefix": output},
        },
        "dedicated_resources": {
            "machine_spec": machine.spec(),
            "starting_replica_count": machine.min_replicas,
            "max_replica_count": machine.max_replicas,
        },
        "manual_batch_tuning_parameters": {"batch_size": batch_size},
        "labels": dict(state.version(number).labels),
    }
    if service_account:
        job["service_account"] = service_account
    request = {"parent": state.parent, "batch_prediction_job": job}
    return Call("CreateBatchPredictionJob", state.parent, request, f"predict {source}")
