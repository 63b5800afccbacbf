"""The embedded cloud under its own supervisor, with the chaos in between.

`python -m tests.chaos.supervised STATE` runs until its input ends; it may be killed, and started
again.
"""

from __future__ import annotations

import json
import logging
import signal
import sys
from dataclasses import replace
from pathlib import Path

import click

from infra.local import supervisor
from infra.local.__main__ import MANIFEST, REPOSITORY, process_environment
from infra.local.supervisor import Command, Supervisor, commands, locked
from infra.local.topology import FUNCTIONS, HOST, Ports
from tests.chaos.layout import SKEWS, Layout

# Much dies here, and no time is to be lost with it.
RESTART_PAUSE_S = (0.2, 0.4)


def through_fronts(command: Command, layout: Layout, state: Path) -> Command:
    """The command with the fronts in the place of the cloud; what is no function stays."""
    name = command.name
    if name not in FUNCTIONS:
        return command
    front = {place: f"{HOST}:{port}" for place, port in layout.places.items()}
    variables = layout.variables | {
        "FIRESTORE_EMULATOR_HOST": f"{HOST}:{layout.firestore[name]}",
        "PUBSUB_EMULATOR_HOST": f"{HOST}:{layout.pubsub[name]}",
        "VERTEX_EMULATOR_HOST": front["vertex"],
        "GEMINI_API_ENDPOINT": f"http://{front['gemini']}",
        "FCM_ENDPOINT": f"http://{front['fcm']}",
    }
    at = command.arguments.index("--port") + 1
    arguments = (*command.arguments[:at], str(layout.own[name]), *command.arguments[at + 1 :])
    return replace(
        command,
        module="tests.chaos.skewed",
        arguments=(str(state / SKEWS), name, *arguments),
        environment={**command.environment, **variables},
        probe=f"http://{HOST}:{layout.own[name]}/",
        door=None,  # the front stands there; and what may be killed has to run
    )


def main() -> None:
    """Run until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    state = Path(sys.argv[1]).resolve()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, signal.default_int_handler)
    supervisor.RESTART_PAUSE_S = RESTART_PAUSE_S
    model_id = json.loads(MANIFEST.read_text())["model_id"]
    gemini = {"GEMINI_API_KEY": "key-of-the-local-stand-in"}
    plain = commands(state, Ports.of(state), process_environment(), model_id, gemini)
    layout = Layout.of(state)
    processes = [through_fronts(each, layout, state) for each in plain]
    try:
        with locked(state), Supervisor(REPOSITORY, state, processes):
            click.echo("ready")
            sys.stdin.read()  # ends with whoever started this
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
