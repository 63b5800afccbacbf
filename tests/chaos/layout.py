"""Which port is whose: the chaos stands between the embedded cloud and its functions.

The cloud pushes to a function's *front* (the port that the topology names), which passes it on to
the function's own port. Each function reaches Firestore, Pub/Sub, Vertex AI, Gemini and FCM through
fronts of its own.
"""

from __future__ import annotations

import json
import socket
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from infra.local.topology import FUNCTIONS, HOST, Ports

if TYPE_CHECKING:
    from pathlib import Path

FILE = "chaos.json"
SKEWS = "skews.json"
PLACES = ("vertex", "gemini", "fcm")


@dataclass(frozen=True, slots=True)
class Layout:
    """All ports.

    Attributes:
        own: of each function's process.
        firestore: what each function takes for Firestore.
        pubsub: what each function takes for Pub/Sub.
        places: what the functions take for the other services.
        variables: that the functions get beside those of the topology.
    """

    own: dict[str, int]
    firestore: dict[str, int]
    pubsub: dict[str, int]
    places: dict[str, int]
    variables: dict[str, str]

    def write(self, state: Path) -> None:
        """Keep it with the state, for the supervised processes."""
        (state / FILE).write_text(json.dumps(asdict(self)))

    @staticmethod
    def of(state: Path) -> Layout:
        """That of the state."""
        return Layout(**json.loads((state / FILE).read_text()))

    @staticmethod
    def allocate(variables: dict[str, str]) -> Layout:
        """On ports that are free now."""
        ports = iter(free_ports(3 * len(FUNCTIONS) + len(PLACES)))
        own, firestore, pubsub = ({name: next(ports) for name in FUNCTIONS} for _ in range(3))
        return Layout(own, firestore, pubsub, {name: next(ports) for name in PLACES}, variables)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def prepare(state: Path, variables: dict[str, str]) -> tuple[Ports, Layout]:
    """A new state's ports, written down."""
    state.mkdir(parents=True, exist_ok=True)
    ports, layout = Ports.allocate(state), Layout.allocate(variables)
    layout.write(state)
    return ports, layout
