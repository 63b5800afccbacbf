"""Who read whose data: what is logged, what is kept, and what somebody is told of."""

from __future__ import annotations

import re
from typing import Any

from infra.terraform.values import text_of
from tests.contract.terraform_plans import instances
from tests.logquery import matches


def access(
    service: str = "firestore", method: str = "Get", resource: str = "x", **caller: object
) -> Any:
    """An entry of a data access audit log (cloud.google.com/firestore/docs/audit-logging)."""
    return {
        "logName": "projects/${var.project_id}/logs/cloudaudit.googleapis.com%2Fdata_access",
        "protoPayload": {
            "serviceName": f"{service}.googleapis.com",
            "methodName": f"google.{method}",
            "resourceName": resource,
            "authenticationInfo": caller,
        },
    }


def line(message: str, service: str = "sweep") -> Any:
    """An entry that Cloud Run makes of a function's line."""
    resource = {"type": "cloud_run_revision", "labels": {"service_name": service}}
    return {"resource": resource, "jsonPayload": {"message": message}, "protoPayload": {}}


def object_in(bucket: str) -> str:
    (found,) = (one for one in instances("google_storage_bucket") if one.key == bucket)
    return f"projects/_/buckets/{text_of(found.get('name'))}/objects/weeks.jsonl"


SOMEBODY = "ops@example.com"
PHONE = access(thirdPartyPrincipal={"payload": {"sub": "ada"}})
PERSON = access(principalEmail=SOMEBODY)
ACCOUNT = access(principalEmail="clarity-smoke@p.iam.gserviceaccount.com")
SECRET = access("secretmanager", principalEmail=SOMEBODY)
MODELS = access("aiplatform", "ModelService.GetModel", principalEmail=SOMEBODY)
PREDICTION = access("aiplatform", "PredictionService.Predict", principalEmail=SOMEBODY)
BATCH = access("storage", "storage.objects.get", object_in("batch"), principalEmail=SOMEBODY)
PLAN = access("storage", "storage.objects.get", object_in("plans"), principalEmail=SOMEBODY)


def test_who_read_whose_data_is_kept_but_for_phones_and_predictions() -> None:
    (sink,) = instances("google_logging_project_sink")
    kept = text_of(sink.get("filter"))

    assert [matches(kept, each) for each in (PERSON, ACCOUNT, SECRET, MODELS, BATCH)] == [True] * 5
    assert [matches(kept, each) for each in (PHONE, PREDICTION)] == [False] * 2


def test_where_the_ledger_ended_is_kept_as_long_as_who_wrote() -> None:
    (sink,) = instances("google_logging_project_sink")
    kept = text_of(sink.get("filter"))

    assert matches(kept, line("ledger checked"))
    assert not matches(kept, line("audit checked"))
    assert not matches(kept, line("ledger checked", service="another"))


def test_sign_in_tokens_and_predictions_are_kept_in_no_bucket() -> None:
    left_out = [text_of(one.get("filter")) for one in instances("google_logging_project_exclusion")]

    for each in (PHONE, PREDICTION):
        assert any(matches(query, each) for query in left_out)
    for each in (PERSON, ACCOUNT, SECRET, MODELS):
        assert not any(matches(query, each) for query in left_out)


def test_a_person_s_access_is_told_and_a_service_account_s_is_not() -> None:
    (policy,) = (one for one in instances("google_monitoring_alert_policy") if one.key == "access")
    (condition,) = policy.node.all("conditions")
    lines = text_of(condition.get("condition_matched_log", "filter"))

    assert [matches(lines, each) for each in (PERSON, SECRET, BATCH)] == [True] * 3
    assert [matches(lines, each) for each in (ACCOUNT, PHONE, MODELS, PLAN)] == [False] * 4


def test_only_the_functions_own_work_is_left_out_of_the_audit_log() -> None:
    spared: dict[str, set[str]] = {}
    for one in instances("google_project_iam_audit_config"):
        blocks = one.node.all("audit_log_config")
        assert {block.get("log_type") for block in blocks} == {
            "ADMIN_READ",
            "DATA_READ",
            "DATA_WRITE",
        }
        spared[one.get("service").removesuffix(".googleapis.com")] = {
            found
            for block in blocks
            for member in block.get("exempted_members")
            for found in re.findall(r'account\["(\w+)"\]', text_of(member))
        }

    functions = {one.key for one in instances("google_cloudfunctions2_function")}
    assert spared == {
        "datastore": functions,
        "aiplatform": functions,
        "storage": set(),
        "secretmanager": set(),
    }
