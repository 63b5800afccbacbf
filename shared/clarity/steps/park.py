"""park: the endpoint is undeployed while nobody needs it, and deployed again when work waits.

                 a message waits
       parked ──────────────────▶ starting (some 20 minutes; a tick finds it busy and leaves it)
         ▲                            │
         │ no message waited          ▼
         └──────────────────────── deployed
           and nothing was predicted
           for the idle time

What is measured is known up to six minutes late, and that may not park an endpoint that has just
been started: it is parked only if no message waited at any time within the idle time, and those
that it was started for did; one that was deployed by hand counts its idle time from then. So the
idle time is to be well above the delay. What was not measured is not zero: without any measurement
nothing is changed.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Deployed:
    """One model version that the PAT endpoint serves, and its share of the requests in percent."""

    deployed_id: str
    model_version: str
    traffic: int
    since: datetime


class Endpoint(Protocol):
    """What runs, and costs, behind the PAT endpoint. Each of these may be repeated."""

    def deployed(self) -> Sequence[Deployed]:
        """What is deployed; nothing where the endpoint is parked."""

    def busy(self) -> bool:
        """Whether something is being deployed or undeployed."""

    def park(self) -> None:
        """Undeploy all; the version with the alias `live` is what comes back."""

    def unpark(self) -> None:
        """Begin to deploy the version with the alias `live`, for all requests."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages waited for the endpoint's work: now, and at most within some time."""

    latest: int
    largest: int


class Load(Protocol):
    """What there is to do for the PAT endpoint, as far as is known: measurements come late."""

    def backlog(self, within: timedelta) -> Backlog | None:
        """The messages that waited; None if nothing was measured."""

    def predictions(self, within: timedelta) -> int:
        """How many predictions were made."""


class Action(StrEnum):
    """What a tick does."""

    PARK = "parked"
    UNPARK = "unparked"
    NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Situation:
    """What a tick finds.

    Attributes:
        busy: something is being deployed or undeployed.
        parked: nothing is deployed.
        settled: what is deployed has been so for the whole idle time.
        backlog: the messages that waited within the idle time; None if nothing was measured.
        predictions: those within the idle time.
    """

    busy: bool
    parked: bool
    settled: bool
    backlog: Backlog | None
    predictions: int


def decide(found: Situation) -> Action:
    """What to do about it.

    >>> decide(Situation(False, True, False, Backlog(latest=3, largest=3), 0))
    <Action.UNPARK: 'unparked'>
    """
    if found.busy or found.backlog is None:
        return Action.NOTHING
    if found.parked:
        return Action.UNPARK if found.backlog.latest else Action.NOTHING
    idle = found.settled and not found.backlog.largest and not found.predictions
    return Action.PARK if idle else Action.NOTHING


@dataclass(frozen=True, slots=True)
class Park:
    """Look at the endpoint and its work, and change the one to fit the other.

    Any tick may be repeated, lost or late: each looks afresh.
    """

    endpoint: Endpoint
    load: Load
    clock: Callable[[], datetime]
    idle: timedelta

    def __call__(self) -> Action:
        """Handle one tick."""
        found = self._look()
        action = decide(found)
        if action is Action.PARK:
            self.endpoint.park()
        elif action is Action.UNPARK:
            self.endpoint.unpark()
        backlog = found.backlog
        fields = {
            "action": action.value,
            "busy": found.busy,
            "parked": found.parked,
            "waiting": backlog.latest if backlog else None,
            "predictions": found.predictions,
        }
        _log.info("endpoint checked", extra={"fields": fields})
        return action

    def _look(self) -> Situation:
        # First: what ends between this question and the next is then still taken for busy.
        busy = self.endpoint.busy()
        deployed = self.endpoint.deployed()
        began = [each.since for each in deployed]
        return Situation(
            busy=busy,
            parked=not deployed,
            settled=all(self.clock() - since >= self.idle for since in began),
            backlog=self.load.backlog(self.idle),
            predictions=self.load.predictions(self.idle),
        )
