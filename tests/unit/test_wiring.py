"""A function that cannot be composed: nobody but it can say why."""

from __future__ import annotations

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from functions_framework import create_app

from clarity import wiring
from clarity.settings import SettingsError
from infra.local.topology import FUNCTIONS, Ports, function_environment
from tests import events
from tests.cloud import REPOSITORY, environment

PORTS = Ports(*range(1, 12))  # nobody is asked there


def source(function: str) -> str:
    return str(REPOSITORY / "functions" / function / "main.py")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_without_credentials_says_so_at_each_event(
    function, tmp_path, capsys, monkeypatch
) -> None:
    variables = function_environment(PORTS, pat_model_id="pat-test", gemini={})
    # Google's clients look for credentials where they find no emulator.
    for name in [each for each in variables if each.endswith("EMULATOR_HOST")]:
        monkeypatch.delenv(name, raising=False)
        del variables[name]
    absent = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "none.json")}
    composed, handlers = getattr(wiring, function), logging.root.handlers[:]
    composed.cache_clear()
    headers, body = events.push(b"tick")

    with environment(variables | absent):
        door = create_app(function, source(function)).test_client()
        for _ in ("delivered", "delivered again"):
            assert door.post("/", headers=headers, data=body).status_code == 500
    composed.cache_clear()
    logging.root.handlers[:] = handlers

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["message"], line["step"]) for line in lines] == [("failed", function)] * 2
    said = ("none.json was not found", "expected credentials, found none")
    assert all(any(each in line["reason"] for each in said) for line in lines)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_with_an_impossible_setting_does_not_start(function) -> None:
    variables = function_environment(PORTS, pat_model_id="pat-test", gemini={})

    with (
        environment(variables | {"MAX_EVENT_AGE_SECONDS": "inf"}),
        pytest.raises(SettingsError, match=r"^MAX_EVENT_AGE_SECONDS: expected a number above 0"),
    ):
        create_app(function, source(function))


def test_the_events_of_a_cold_start_compose_once() -> None:
    ready, made = threading.Barrier(8), []

    def compose() -> int:
        made.append(threading.get_ident())
        time.sleep(0.05)  # as an import takes
        return len(made)

    composed = wiring._Composed(compose)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: (ready.wait(), composed())[1], range(8)))

    assert results == [1] * 8
