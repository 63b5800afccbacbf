"""A function behind its checks: where there is an application, where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask
import pytest
from cloudevents.http import CloudEvent, from_http

from clarity.adapters.door import RefusedDeliveryError, Strict, guard
from clarity.settings import ParkSettings, SettingsError
from infra.local.topology import PUSHER, Ports, function_environment, strict_environment
from tests import events

if TYPE_CHECKING:
    from collections.abc import Callable

STRICT = Strict("clarity-local", ("https://a",), frozenset({"a@b"}))
EVENT = from_http(*events.published({}))


def handled(strict: Strict | None) -> tuple[list[CloudEvent], Callable[[CloudEvent], None]]:
    taken: list[CloudEvent] = []

    @guard(strict)
    def park(event: CloudEvent) -> None:
        taken.append(event)

    return taken, park


@pytest.mark.parametrize("strict", [None, STRICT])
def test_a_function_that_is_called_by_hand_takes_what_it_is_given(strict) -> None:
    taken, function = handled(strict)

    function(EVENT)

    assert taken == [EVENT]


@pytest.mark.parametrize("strict", [None, STRICT])
def test_one_that_was_loaded_without_an_application_takes_no_request(strict) -> None:
    taken, function = handled(strict)

    with flask.Flask("park").test_request_context(), pytest.raises(RefusedDeliveryError):
        function(EVENT)

    assert not taken


def settings(**changed: str) -> ParkSettings:
    ports = Ports(*range(1, 12))
    environment = function_environment(ports, pat_model_id="m", gemini={})
    return ParkSettings.from_env(environment | strict_environment("park", ports) | changed)


def test_the_embedded_cloud_tells_a_function_whom_to_take() -> None:
    told = settings(EVENT_CALLERS=f"{PUSHER}, events@p.iam.gserviceaccount.com,")

    assert told.callers == {PUSHER, "events@p.iam.gserviceaccount.com"}
    assert told.audiences == ("http://127.0.0.1:8/",)


@pytest.mark.parametrize("absent", ["EVENT_AUDIENCE", "EVENT_CALLERS"])
def test_half_a_lock_is_no_lock(absent) -> None:
    with pytest.raises(SettingsError, match=f"expected {absent} beside it"):
        settings(**{absent: ""})
