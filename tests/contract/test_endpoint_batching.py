"""Windows of several requests in one call of the model, as they run on a GPU."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from clarity.pat import artifact
from clarity.pat.instances import PredictRequest
from clarity.pat.runtime_tensorflow import Pat
from infra.endpoint.predictor import Predictor, RefusalError
from tests.contract.endpoint_server import Held, b64, post, serving, wait_until_healthy, week

STACK = 8


def numbered(*numbers: int) -> PredictRequest:
    """A request whose windows a `Held` model answers with these numbers."""
    return PredictRequest(np.repeat(np.array(numbers, "f4")[:, None], 10_080, axis=1))


def answered(predictions: list[dict[str, object]]) -> list[float]:
    return [np.asarray(one["embedding"]).flat[0] for one in predictions]


async def in_turn(predictor: Predictor, requests: list[PredictRequest]) -> list[asyncio.Task]:
    """Ask in this order, each request queued before the next one comes."""
    tasks = []
    for request in requests:
        tasks.append(asyncio.create_task(predictor.predict(request)))
        await asyncio.sleep(0)
    return tasks


def test_what_comes_while_a_batch_runs_goes_together_in_the_next_one_in_order():
    held = Held(stack=3)
    predictor = Predictor(lambda: held, queue=20)

    async def run() -> list[list[dict[str, object]]]:
        await held.warm(predictor)
        first = await in_turn(predictor, [numbered(1)])
        await asyncio.to_thread(held.entered.wait)
        others = await in_turn(predictor, [numbered(2), numbered(3, 4), numbered(5), numbered(6)])
        held.go.set()
        return await asyncio.gather(*first, *others)

    found = [answered(one) for one in asyncio.run(run())]
    predictor.close()

    assert found == [[1], [2], [3, 4], [5], [6]]
    assert held.batches == [1, 3, 2]
    assert held.ran[-6:] == [1, 2, 3, 4, 5, 6]


def test_a_window_alone_starts_at_once_and_one_request_fills_a_batch():
    held = Held(stack=4)
    held.go.set()
    predictor = Predictor(lambda: held, queue=20)

    async def run() -> None:
        await predictor.warm()
        held.batches.clear()
        await predictor.predict(numbered(1))
        await predictor.predict(numbered(1, 2, 3, 4, 5))

    asyncio.run(run())
    predictor.close()

    assert held.batches == [1, 4, 1]


def test_a_late_request_and_one_that_left_take_nobody_with_them():
    held = Held(stack=4)
    predictor = Predictor(lambda: held, queue=20, deadline_s=0.3)

    async def run() -> list[object]:
        await held.warm(predictor)
        late = await in_turn(predictor, [numbered(1, 2)])
        await asyncio.to_thread(held.entered.wait)
        (left,) = await in_turn(predictor, [numbered(3)])
        left.cancel()
        await asyncio.sleep(0.2)
        (patient,) = await in_turn(predictor, [numbered(4)])
        await asyncio.wait(late)
        held.go.set()
        return await asyncio.gather(*late, left, patient, return_exceptions=True)

    late, left, patient = asyncio.run(run())
    predictor.close()

    assert isinstance(late, RefusalError)
    assert (late.status, late.code) == (504, "deadline")
    assert isinstance(left, asyncio.CancelledError)
    assert isinstance(patient, list)
    assert answered(patient) == [4]
    assert held.batches == [2, 1], "what was cancelled should never have run"


def test_a_batch_that_fails_is_told_to_its_requests_and_the_next_one_runs():
    class Broken(Held):
        def embed(self, steps):
            if steps[0, 0] == 1:
                raise ArithmeticError("wrong")
            return super().embed(steps)

    held = Broken(stack=4)
    predictor = Predictor(lambda: held, queue=20)

    async def run() -> list[object]:
        await held.warm(predictor)
        held.go.set()
        failed = await in_turn(predictor, [numbered(1, 1)])
        others = await in_turn(predictor, [numbered(2)])
        return await asyncio.gather(*failed, *others, return_exceptions=True)

    failed, other = asyncio.run(run())
    predictor.close()

    assert isinstance(failed, ArithmeticError)
    assert isinstance(other, list)
    assert answered(other) == [2]


@pytest.fixture(scope="module")
def pat() -> Pat:
    return Pat(artifact.open_folder(artifact.shipped("small")), stack=STACK)


def test_under_load_the_real_model_runs_batches_and_every_answer_is_its_own(pat):
    weeks = [week(seed) for seed in range(24)]
    alone = np.concatenate([pat.embed(one[None]) for one in weeks])
    predictor = Predictor(lambda: pat, queue=64)

    with serving(predictor) as client:
        wait_until_healthy(client.get)
        with ThreadPoolExecutor(len(weeks)) as clients:
            answers = list(clients.map(lambda w: post(client, {"instances": [b64(w)]}), weeks))
        page = client.get("/metrics").text

    assert {answer.status_code for answer in answers} == {200}
    found = [answer.json()["predictions"][0]["embedding"] for answer in answers]
    assert np.abs(np.array(found) - alone).max() < 1e-5
    counts = dict(line.rsplit(" ", 1) for line in page.splitlines() if line[0] != "#")
    ran = float(counts['pat_batch_windows_count{work="prediction"}'])
    largest_half = float(counts['pat_batch_windows_bucket{le="4.0",work="prediction"}'])
    assert float(counts['pat_batch_windows_sum{work="prediction"}']) == len(weeks)
    assert ran <= len(weeks) / 2, "fewer than two windows a batch"
    assert largest_half < ran, "no batch was ever more than half full"


def test_attention_goes_to_those_in_a_batch_who_asked_for_it(pat):
    predictor = Predictor(lambda: pat, queue=64)
    weeks = np.stack([week(seed) for seed in range(3)])
    requests = [PredictRequest(weeks[i : i + 1], attention=i == 1) for i in range(3)]

    async def run() -> list[list[dict[str, object]]]:
        await predictor.warm()
        return await asyncio.gather(*await in_turn(predictor, requests))

    found = [one[0] for one in asyncio.run(run())]
    predictor.close()

    assert ["attention" in one for one in found] == [False, True, False]
    expected = pat.attention(weeks[1:2])[0]
    assert np.abs(np.asarray(found[1]["attention"]) - expected).max() < 1e-6
