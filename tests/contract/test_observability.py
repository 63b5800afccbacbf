"""Alerts and the dashboard: their queries name what exists, and an alert says what to do."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from clarity.adapters.firestore_dead_letters import KEPT
from clarity.domain import errors
from clarity.domain.job import Status
from infra.terraform.check import plans
from infra.terraform.values import text_of
from tests.cloud import REPOSITORY
from tests.contract.google_metrics import METRICS, RESOURCES, Metric, aligned
from tests.contract.terraform_plans import instances

if TYPE_CHECKING:
    from infra.terraform.plan import Instance, Node

ENVIRONMENTS = ("dev", "prod")
_POLICY = "google_monitoring_alert_policy"
RUNBOOK = REPOSITORY / "infra" / "README.md"
_LABEL = re.compile(r"\b(metric|resource)\.labels?\.(\w+)")
_TYPES = re.compile(r'metric\.type="([^"]+)" AND resource\.type="([^"]+)"')
_VALUE = re.compile(r'metric\.labels\.(code|step|status|outcome)=(?:one_of\(([^)]*)\)|("\w+"))')
_PROMETHEUS = re.compile(r"(\w+):(\w+)\{monitored_resource=\"([^\"]+)\"\}")


@dataclass(frozen=True, slots=True)
class Query:
    """A filter of Cloud Monitoring, and what becomes of its series."""

    where: str
    filter: str
    aligner: str
    reducer: str
    by: tuple[str, ...]


def metrics() -> dict[str, Metric]:
    """Google's metrics and our own, by type."""
    ours = {
        f"logging.googleapis.com/user/{one.get('name')}": Metric(
            one.get("metric_descriptor", "metric_kind"),
            one.get("metric_descriptor", "value_type"),
            "cloud_run_revision",
            frozenset(one.get("label_extractors")),
        )
        for one in instances("google_logging_metric")
    }
    return METRICS | ours


def policies() -> dict[str, Instance]:
    """The alerts of both environments."""
    return {
        f"{environment}: {one.key}": one
        for environment in ENVIRONMENTS
        for one in instances(_POLICY, environment=environment)
    }


def asked(where: str, condition: Node) -> list[Query]:
    """A condition's queries: of its series, and of what they are a share of."""
    found = []
    for kind in ("condition_threshold", "condition_absent"):
        for block in condition.all(kind):
            pairs = [("filter", "aggregations")]
            if block.get("denominator_filter"):
                pairs.append(("denominator_filter", "denominator_aggregations"))
            for name, aggregation in pairs:
                (how,) = block.all(aggregation)
                found.append(
                    Query(
                        where,
                        text_of(block.get(name)),
                        how.get("per_series_aligner"),
                        how.get("cross_series_reducer"),
                        tuple(how.get("group_by_fields")),
                    )
                )
    return found


def dashboard(environment: str = "prod") -> dict[str, Any]:
    (one,) = instances("google_monitoring_dashboard", environment=environment)
    parsed: dict[str, Any] = json.loads(text_of(one.get("dashboard_json")))
    return parsed


def charted() -> list[Query]:
    """The dashboard's queries."""
    found = []
    for tile in dashboard()["mosaicLayout"]["tiles"]:
        for data in tile["widget"].get("xyChart", {}).get("dataSets", []):
            if series := data["timeSeriesQuery"].get("timeSeriesFilter"):
                how = series["aggregation"]
                found.append(
                    Query(
                        tile["widget"]["title"],
                        series["filter"],
                        how["perSeriesAligner"],
                        how["crossSeriesReducer"],
                        tuple(how["groupByFields"]),
                    )
                )
    return found


ALERTS = [
    query
    for name, policy in policies().items()
    for condition in policy.node.all("conditions")
    for query in asked(f"{name}: {condition.get('display_name')}", condition)
]
QUERIES = [*ALERTS, *charted()]
PROMETHEUS = [
    block.get("query")
    for policy in policies().values()
    for condition in policy.node.all("conditions")
    for block in condition.all("condition_prometheus_query_language")
] + [
    data["timeSeriesQuery"]["prometheusQuery"]
    for tile in dashboard()["mosaicLayout"]["tiles"]
    for data in tile["widget"].get("xyChart", {}).get("dataSets", [])
    if "prometheusQuery" in data["timeSeriesQuery"]
]


def faults(query: Query, known: dict[str, Metric]) -> list[str]:
    """What the API would not accept, or would never find."""
    typed = _TYPES.match(query.filter)
    if typed is None or typed[1] not in known:
        return [f"no such metric: {query.filter}"]
    metric = known[typed[1]]
    found = [] if metric.resource == typed[2] else [f"{typed[1]} is of {metric.resource}"]
    labels = {"metric": metric.labels, "resource": RESOURCES[metric.resource]}
    for of, name in _LABEL.findall(f"{query.filter} {' '.join(query.by)}"):
        if name not in labels[of]:
            found.append(f"{typed[1]} has no {of} label {name}")
    try:
        if aligned(metric, query.aligner, query.reducer) != "NUMBER":
            found.append(f"{query.aligner} and {query.reducer} leave a distribution")
    except ValueError as error:
        found.append(str(error))
    return found


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.where)
def test_a_query_names_a_metric_its_labels_and_what_can_be_done_with_them(query) -> None:
    assert faults(query, metrics()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"filter": 'metric.type="run.googleapis.com/requests" AND resource.type="x"'},
        {"filter": 'metric.type="run.googleapis.com/request_count" AND resource.type="x"'},
        {"by": ("metric.label.code",)},
        {"by": ("resource.label.service",)},
        {"aligner": "ALIGN_PERCENTILE_95"},
        {"aligner": "ALIGN_NEXT_OLDER"},
        {"reducer": "REDUCE_COUNT_FALSE"},
    ],
    ids=str,
)
def test_a_wrong_query_is_found(change) -> None:
    good: dict[str, Any] = {
        "where": "",
        "filter": 'metric.type="run.googleapis.com/request_count"'
        ' AND resource.type="cloud_run_revision"',
        "aligner": "ALIGN_DELTA",
        "reducer": "REDUCE_SUM",
        "by": ("resource.label.service_name", "metric.label.response_code"),
    }

    assert faults(Query(**good), METRICS) == []
    assert faults(Query(**good | change), METRICS)


@pytest.mark.parametrize("query", PROMETHEUS)
def test_a_prometheus_query_names_metrics_of_their_resource(query) -> None:
    # The first / becomes :, other special characters _ (cloud.google.com/monitoring/promql).
    names: dict[str, Metric] = {}
    for name, metric in metrics().items():
        mapped = ":".join(re.sub(r"\W", "_", part) for part in name.split("/", 1))
        parts = ("_sum", "_count") if metric.value == "DISTRIBUTION" else ("",)
        names |= {mapped + part: metric for part in parts}

    used = _PROMETHEUS.findall(query)

    assert used
    assert query.count("monitored_resource") == len(used)
    assert [names[f"{domain}:{path}"].resource for domain, path, _ in used] == [
        resource for _, _, resource in used
    ]


@pytest.mark.parametrize("query", ALERTS, ids=lambda query: query.where)
def test_an_alert_waits_for_labels_that_the_code_gives(query) -> None:
    codes = {
        each.code for each in vars(errors).values() if isinstance(getattr(each, "code", 0), str)
    }
    given = {
        "code": codes,
        "step": {one.key for one in instances("google_cloudfunctions2_function")},
        "status": set(Status),
        "outcome": {"answered", *codes},
    }

    for label, several, one in _VALUE.findall(query.filter):
        assert {each.strip(' "') for each in (several or one).split(",")} <= given[label]


@pytest.mark.parametrize(("name", "policy"), policies().items(), ids=list(policies()))
def test_an_alert_says_what_to_do_and_where_the_runbook_says_more(name, policy) -> None:
    content = policy.get("documentation", "content")
    (section,) = re.findall(r'Runbook: infra/README\.md, "([^"]+)"\.$', content)

    assert len(content) > 100
    assert f"\n## {section}\n" in RUNBOOK.read_text()
    assert policy.get("severity") in {"CRITICAL", "ERROR", "WARNING"}


def test_the_runbook_lists_every_alert() -> None:
    _, _, section = RUNBOOK.read_text().partition("\n## On call\n")
    rows = [line.split("|")[1] for line in section.split("\n## ")[0].splitlines() if "|" in line]

    listed = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)}

    assert listed == {one.key for one in instances(_POLICY)}


@pytest.mark.parametrize(("name", "policy"), policies().items(), ids=list(policies()))
def test_an_alert_stays_within_the_api_s_limits(name, policy) -> None:
    # Six conditions, and 25 hours of alignment and retest: cloud.google.com/monitoring/alerts.
    conditions = policy.node.all("conditions")

    assert 1 <= len(conditions) <= 6
    for condition in conditions:
        for kind in ("condition_threshold", "condition_absent"):
            for block in condition.all(kind):
                period, duration = (
                    int(text.removesuffix("s"))
                    for text in (
                        block.get("aggregations", "alignment_period"),
                        block.get("duration"),
                    )
                )
                assert period >= 60
                assert period % 60 == duration % 60 == 0
                assert period + duration <= 90_000


def test_every_subscription_has_an_alert_on_its_oldest_message() -> None:
    named = {
        found[1]
        for query in ALERTS
        if "oldest_unacked_message_age" in query.filter
        and (found := re.search(r'subscription_id="([\w-]+)"', query.filter))
    }
    subscriptions = {one.get("name") for one in instances("google_pubsub_subscription")} - {
        "park",
        "sweep",
        "monitor",
    }  # their messages expire before they are old; `silence` looks after them

    assert named == subscriptions


def test_dead_letters_that_nobody_keeps_are_told_of_days_before_they_expire() -> None:
    kept = {
        int(one.get("message_retention_duration").removesuffix("s")) // 86_400
        for one in instances("google_pubsub_subscription")
        if one.get("name") == "clarity-dead-letters"
    }
    policy = policies()["prod: dead-letters-unkept"]
    (condition,) = policy.node.all("conditions")
    told = condition.get("condition_threshold", "threshold_value") / 3600

    said = re.findall(
        r"more than (\d+) hours; after (\d+) days it is gone",
        policy.get("documentation", "content"),
    )

    assert [(int(first), {int(last)}) for first, last in said] == [(told, kept)]
    assert condition.get("display_name") == f"the oldest is {told:.0f} hours old"
    assert told / 24 <= min(kept) - 5
    assert min(kept) == KEPT.days


def test_a_backlog_may_last_as_long_as_the_code_waits_by_itself() -> None:
    waits = {
        one.key: one.get("service_config", "environment_variables")
        for one in instances("google_cloudfunctions2_function")
    }
    limits = {
        condition.get("display_name"): condition.get("condition_threshold", "threshold_value")
        for condition in policies()["prod: backlog"].node.all("conditions")
    }

    assert limits["subscription insights"] > int(waits["insights"]["GEMINI_PATIENCE_SECONDS"])
    # And the endpoint's start, which takes 20 minutes.
    assert limits["subscription preprocess"] > int(waits["preprocess"]["PATIENCE_SECONDS"]) + 1200


def test_ticks_and_jobs_are_missed_where_they_are_expected() -> None:
    absent = {
        (name, block.get("duration"))
        for name, policy in policies().items()
        for condition in policy.node.all("conditions")
        for block in condition.all("condition_absent")
    }

    assert absent == {
        ("dev: silence", "1800s"),
        ("dev: silence", "82800s"),
        ("prod: silence", "1800s"),
        ("prod: silence", "82800s"),
    }


def test_the_dashboard_s_tiles_lie_beside_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for tile in dashboard()["mosaicLayout"]["tiles"]:
        x, y = tile.get("xPos", 0), tile.get("yPos", 0)
        area = {(x + i, y + j) for i in range(tile["width"]) for j in range(tile["height"])}
        assert not area & taken
        assert x + tile["width"] <= dashboard()["mosaicLayout"]["columns"]
        taken |= area

    assert len(taken) == 48 * (1 + max(y for _, y in taken))


def test_every_metric_of_logs_is_looked_at() -> None:
    looked_at = {found[1] for each in QUERIES if (found := re.search(r"user/(\w+)", each.filter))}
    looked_at |= {found for each in PROMETHEUS for found in re.findall(r":user_(\w+?)_sum\b", each)}

    assert looked_at == {one.get("name") for one in instances("google_logging_metric")}


def test_channels_a_budget_and_app_check_are_there_when_they_are_asked_for(tmp_path) -> None:
    folder = tmp_path / "infra" / "gcp"
    shutil.copytree(REPOSITORY / "infra" / "gcp", folder)
    prod = folder / "env" / "prod.tfvars"
    prod.write_text(f"""{prod.read_text()}
alert_emails   = ["a@example.com", "b@example.com"]
alert_channels = ["projects/p/notificationChannels/7"]
budget         = {{ billing_account = "012345-6789AB-CDEF01", monthly = 900 }}
app_check      = {{ ios_app_id = "1:2:ios:3", enforcement = "ENFORCED" }}
""")

    _, (dev, asked), findings = plans(folder)

    assert not findings
    (budget,) = asked.of("google_billing_budget")
    (enforced,) = asked.of("google_firebase_app_check_service_config")
    assert budget.get("amount", "specified_amount", "units") == "900"
    assert len(budget.get("all_updates_rule", "monitoring_notification_channels")) == 2
    assert enforced.get("enforcement_mode") == "ENFORCED"
    assert {len(one.get("notification_channels")) for one in asked.of(_POLICY)} == {3}
    assert not dev.of("google_billing_budget", "google_firebase_app_check_service_config")
