"""What runs, where, and what joins it: ports, topics, triggers, the functions' environment."""

from __future__ import annotations

import json
import secrets
import socket
import time
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HOST = "127.0.0.1"
PROJECT = "clarity-local"
LOCATION = "us-central1"
PAT_ENDPOINT = f"projects/{PROJECT}/locations/{LOCATION}/endpoints/pat"
PAT_ARTIFACT = "pat-s-nhanes-steps"
GEMINI_MODEL = "gemini-2.5-flash"
EXPORTS_BUCKET = f"{PROJECT}-exports"
EXPORTS_DAYS = 7  # then an export is deleted
FUNCTIONS = ("ingest", "preprocess", "insights", "park", "sweep", "monitor", "privacy")
# Those that nobody waits for: they start with their first delivery, as in Cloud Functions.
ON_DEMAND = frozenset({"park", "sweep", "monitor", "privacy"})


def topic(name: str) -> str:
    """A topic's full name."""
    return f"projects/{PROJECT}/topics/{name}"


def subscription(name: str) -> str:
    """A subscription's full name."""
    return f"projects/{PROJECT}/subscriptions/{name}"


INGESTED = topic("health-data-ingested")
ANALYSED = topic("health-insights-processing")
DEAD_LETTERS = topic("clarity-dead-letters")
# Documents of people that ingest is to handle although no event announces them (again).
DOCUMENTS = topic("documents-to-ingest")
# A clock's ticks: at each, park looks whether the endpoint has work, sweep what was left lying, and
# monitor whether people's weeks are still like those that the model was trained on.
ENDPOINT_CHECKS = topic("endpoint-checks")
SWEEPS = topic("sweeps")
MODEL_CHECKS = topic("model-checks")

# Whose tokens pushes carry; see pubsub/options.py.
PUSHER = f"pubsub-push@{PROJECT}.iam.gserviceaccount.com"

# Firestore trigger -> function: what a person writes.
TRIGGERS = {
    "uploads": ("users/{uid}/uploads/{upload_id}", "ingest"),
    "insight-requests": ("users/{uid}/insight_requests/{request_id}", "ingest"),
    "feedback": ("users/{uid}/feedback/{feedback_id}", "ingest"),
    "privacy-requests": ("users/{uid}/privacy_requests/{request_id}", "privacy"),
}
# Push subscription of our own -> the topic, and the function that it is pushed to.
PUSHES = {
    "preprocess": (INGESTED, "preprocess"),
    "insights": (ANALYSED, "insights"),
    "documents": (DOCUMENTS, "ingest"),
    "privacy-documents": (DOCUMENTS, "privacy"),
    "park": (ENDPOINT_CHECKS, "park"),
    "sweep": (SWEEPS, "sweep"),
    "monitor": (MODEL_CHECKS, "monitor"),
}
# Push subscription -> which of its topic's messages it takes; any other takes all. Those that share
# a topic share its messages out.
FILTERS = {
    "documents": 'NOT attributes.collection = "privacy_requests"',
    "privacy-documents": 'attributes.collection = "privacy_requests"',
}
# Push subscriptions that hand out one message of an ordering key at a time.
ORDERED = frozenset({"documents"})
# Job of the scheduler -> the topic that it ticks to.
TICKS = {"park": ENDPOINT_CHECKS, "sweep": SWEEPS, "monitor": MODEL_CHECKS}
# Where an operator pulls dead letters from.
DEAD_LETTERS_PULL = subscription("clarity-dead-letters")
# The functions give up by age before this (MAX_EVENT_AGE_SECONDS); it is for those that cannot run.
MAX_DELIVERY_ATTEMPTS = 100


# Below those that the system gives to outgoing connections: one of these would keep a server from
# coming back to its port.
_PORTS = range(20_000, 32_000)
_FREED_WITHIN_S = 5.0  # the processes of a cloud that was killed end by themselves


@dataclass(frozen=True, slots=True)
class Ports:
    """The loopback ports; kept with the state, so that a restart finds its clients again."""

    firestore: int
    pubsub: int
    http: int
    pat: int
    ingest: int
    preprocess: int
    insights: int
    park: int
    sweep: int
    monitor: int
    privacy: int

    @staticmethod
    def of(state: Path) -> Ports:
        """Those that the state names."""
        return Ports(**json.loads((state / "ports.json").read_text()))

    @staticmethod
    def allocate(state: Path) -> Ports:
        """Those that the state names; free ones where it names none or they are taken."""
        file = state / "ports.json"
        try:
            known = json.loads(file.read_text())
        except (FileNotFoundError, ValueError):  # the first start, or one cut short
            known = {}
        taken: set[int] = set()
        ports = {}
        for field in fields(Ports):
            port = known.get(field.name)
            ports[field.name] = port if port and _freed(port) else _free_port(taken)
            taken.add(ports[field.name])
        file.write_text(json.dumps(ports))
        return Ports(**ports)

    def named(self) -> dict[str, int]:
        """Name to port."""
        return asdict(self)


def _freed(port: int) -> bool:
    """Whether the port is free, or is so in a moment."""
    until = time.monotonic() + _FREED_WITHIN_S
    while not _free(port):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex((HOST, port)) != 0 and _bindable(probe, port)


def _bindable(probe: socket.socket, port: int) -> bool:
    try:
        probe.bind((HOST, port))
    except OSError:
        return False
    return True


def _free_port(taken: set[int]) -> int:
    while True:
        port = secrets.choice(_PORTS)
        if port not in taken and _free(port):
            return port


def client_environment(ports: Ports) -> dict[str, str]:
    """What a client of the embedded cloud exports: the phone, a test, an operator."""
    return {
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "FIRESTORE_EMULATOR_HOST": f"{HOST}:{ports.firestore}",
        "PUBSUB_EMULATOR_HOST": f"{HOST}:{ports.pubsub}",
        "VERTEX_EMULATOR_HOST": f"{HOST}:{ports.http}",
        "PAT_ENDPOINT": PAT_ENDPOINT,
        "GEMINI_API_ENDPOINT": f"http://{HOST}:{ports.http}",
        "STORAGE_EMULATOR_HOST": f"http://{HOST}:{ports.http}",
    }


def around_proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that keep loopback away from the machine's proxies."""
    exceptions = environment.get("no_proxy") or environment.get("NO_PROXY")
    value = ",".join([*([exceptions] if exceptions else []), HOST, "localhost"])
    return {"no_proxy": value, "NO_PROXY": value}


def strict_environment(function: str, ports: Ports) -> dict[str, str]:
    """What lets a function take only what this cloud delivers to it."""
    return {
        "EVENT_AUDIENCE": f"http://{HOST}:{ports.named()[function]}/",
        "EVENT_CALLERS": PUSHER,
        "EVENT_KEYS": f"http://{HOST}:{ports.http}/_local/jwks",
    }


def own_environment(function: str) -> dict[str, str]:
    """What one function has otherwise: erasures take many deliveries, exports of years a minute."""
    privacy = {"MAX_EVENT_AGE_SECONDS": "3600", "LEASE_SECONDS": "60"}
    return privacy if function == "privacy" else {}


def telemetry_environment(ports: Ports) -> dict[str, str]:
    """What lets the functions trace into the embedded cloud."""
    return {
        "TELEMETRY_ENDPOINT": f"http://{HOST}:{ports.http}",
        "TELEMETRY_LOCATION": LOCATION,
    }


def function_environment(
    ports: Ports, *, pat_model_id: str, gemini: Mapping[str, str]
) -> dict[str, str]:
    """What the functions read (clarity.settings). Short waits, since a person looks on.

    Args:
        ports: where the cloud listens.
        pat_model_id: the model that the endpoint serves.
        gemini: GEMINI_API_KEY and GEMINI_API_ENDPOINT, or nothing for the template.
    """
    clients = client_environment(ports)
    del clients["GEMINI_API_ENDPOINT"]
    return clients | {
        # As in the cloud (infra/gcp/functions.tf).
        "THREADS": "4",
        "MALLOC_ARENA_MAX": "2",
        "DEAD_LETTER_TOPIC": DEAD_LETTERS,
        "HEALTH_DATA_INGESTED_TOPIC": INGESTED,
        "HEALTH_INSIGHTS_PROCESSING_TOPIC": ANALYSED,
        "DOCUMENTS_TOPIC": DOCUMENTS,
        "LEASE_SECONDS": "15",
        "RETENTION_DAYS": "30",
        # As in the cloud: long enough for a model to start, shorter than all the attempts take.
        "MAX_EVENT_AGE_SECONDS": "900",
        "QUEUE_STALE_SECONDS": "60",
        "UPLOAD_RETENTION_DAYS": "7",
        "UPLOAD_BURST": "5000",
        "UPLOADS_PER_HOUR": "600",
        "REQUEST_BURST": "20",
        "REQUESTS_PER_HOUR": "30",
        "QUIET_SECONDS": "0.2",
        "PATIENCE_SECONDS": "45",
        "PAT_MODEL_ID": pat_model_id,
        "PAT_TIMEOUT_SECONDS": "30",
        "PAT_RETRY_SECONDS": "5",
        "PARK_SUBSCRIPTION": subscription("preprocess"),
        "PARK_IDLE_SECONDS": "5",
        "PAT_MACHINE_TYPE": "g2-standard-4",
        "PAT_ACCELERATOR": "nvidia-l4",
        "PAT_ACCELERATOR_COUNT": "1",
        "PAT_MIN_REPLICAS": "1",
        "PAT_MAX_REPLICAS": "1",
        "MONITORING_EMULATOR_HOST": f"{HOST}:{ports.http}",
        "DEAD_LETTERS_SUBSCRIPTION": DEAD_LETTERS_PULL,
        "SWEEP_GRACE_SECONDS": "5",
        "SWEEP_STUCK_SECONDS": "90",
        "SWEEP_GIVE_UP_SECONDS": "1200",
        "SWEEP_PAUSE_SECONDS": "60",
        "SWEEP_SECONDS": "20",
        "SWEEP_DOCUMENTS": "500",
        "ERASE_SECONDS": "20",
        "MONITOR_WINDOW_SECONDS": "604800",
        "MONITOR_GRACE_SECONDS": "5",
        "MONITOR_DOCUMENTS": "2000",
        "MONITOR_SECONDS": "20",
        "GEMINI_MODEL": GEMINI_MODEL,
        "GEMINI_TIMEOUT_SECONDS": "8",
        "GEMINI_DAILY_CALLS": "10",
        "GEMINI_PROJECT_DAILY_CALLS": "1000",
        "GEMINI_FAILURES": "5",
        "GEMINI_PAUSE_SECONDS": "5",
        "GEMINI_PATIENCE_SECONDS": "30",
        "FCM_ENDPOINT": f"http://{HOST}:{ports.http}",
        "EXPORTS_BUCKET": EXPORTS_BUCKET,
        "EXPORTS_SIGNER": f"privacy@{PROJECT}.iam.gserviceaccount.com",
        "EXPORT_LINK_SECONDS": "86400",
        "IAM_EMULATOR_HOST": f"{HOST}:{ports.http}",
        **gemini,
    }
