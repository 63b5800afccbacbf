from __future__ import annotations

import base64

import numpy as np
import orjson
import pytest

from clarity.pat import instances
from clarity.pat.instances import InstanceError

MINUTES = 6
WEEK = [0, 1.5, None, 200, 0, 3]


def b64(values: object) -> str:
    return base64.b64encode(np.array(values, "<f4").tobytes()).decode()


def parse(document: object) -> instances.PredictRequest:
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    return instances.parse(body, minutes=MINUTES, most=3)


def test_numbers_and_base64_mean_the_same_window():
    floats = [0, 1.5, np.nan, 200, 0, 3]

    found = parse({"instances": [{"steps": WEEK}, {"steps_b64": b64(floats)}]})

    assert found.steps.shape == (2, MINUTES)
    assert found.steps.dtype == np.float32
    assert np.array_equal(found.steps[0], np.array(floats, "f4"), equal_nan=True)
    assert np.array_equal(found.steps[0], found.steps[1], equal_nan=True)


@pytest.mark.parametrize(
    ("parameters", "asked"),
    [({"attention": True}, True), ({"attention": False}, False), ({}, False), (None, False)],
)
def test_attention_is_given_only_when_asked_for(parameters, asked):
    assert parse({"instances": [{"steps": WEEK}], "parameters": parameters}).attention is asked


WRONG_BODIES = {
    "not JSON": (b"\xff\x00", "the body is not JSON"),
    "empty": (b"", "the body is not JSON"),
    "NaN literal": (b'{"instances":[{"steps":[NaN,0,0,0,0,0]}]}', "the body is not JSON"),
    "a list": ([], "the body must be an object, found list"),
    "no instances": ({}, "instances must be a list of 1 to 3 items, found NoneType"),
    "no window": ({"instances": []}, "found 0 items"),
    "too many": ({"instances": [{"steps": WEEK}] * 4}, "found 4 items"),
    "an unknown field": ({"instances": [], "x": 1}, "unknown field 'x'"),
    "odd parameters": ({"instances": [{"steps": WEEK}], "parameters": []}, "parameters must be"),
    "odd attention": (
        {"instances": [{"steps": WEEK}], "parameters": {"attention": "yes"}},
        "parameters must be",
    ),
    "an unknown parameter": (
        {"instances": [{"steps": WEEK}], "parameters": {"attention": True, "x": 1}},
        "parameters must be",
    ),
}


@pytest.mark.parametrize(("body", "reason"), WRONG_BODIES.values(), ids=WRONG_BODIES)
def test_a_wrong_body_is_refused_with_the_reason(body, reason):
    with pytest.raises(InstanceError, match=reason):
        parse(body)


WRONG_INSTANCES = {
    "not an object": (WEEK, "must be an object with exactly one of steps, steps_b64"),
    "empty object": ({}, "must be an object with exactly one of"),
    "both": ({"steps": WEEK, "steps_b64": b64([0] * 6)}, "must be an object with exactly one of"),
    "another key": ({"step": WEEK}, "must be an object with exactly one of"),
    "text for a list": ({"steps": "0,0"}, r"instances\[1\].steps must be a list, found str"),
    "text in the list": ({"steps": ["0", *WEEK[1:]]}, "must hold numbers or null, found str"),
    "true in the list": ({"steps": [True, *WEEK[1:]]}, "must hold numbers or null, found bool"),
    "nested": ({"steps": [WEEK]}, "must hold numbers or null, found list"),
    "too short": ({"steps": WEEK[1:]}, "must hold 6 minutes, found 5"),
    "too long": ({"steps": [*WEEK, 0]}, "must hold 6 minutes, found 7"),
    "negative": ({"steps": [0, -1, *WEEK[2:]]}, "holds a negative value at minute 1"),
    "beyond float32": ({"steps": [1e300, *WEEK[1:]]}, "holds an infinite value at minute 0"),
    "infinite": ({"steps_b64": b64([0, 0, np.inf, 0, 0, 0])}, "infinite value at minute 2"),
    "nothing observed": ({"steps": [None] * 6}, "holds no observed minute"),
    "a number for base64": ({"steps_b64": 3}, "must be base64 text, found int"),
    "not base64": ({"steps_b64": "????"}, "is not base64"),
    "not ASCII": ({"steps_b64": "ä"}, "is not base64"),
    "bad padding": ({"steps_b64": "AAA"}, "is not base64"),
    "half a float": ({"steps_b64": "AAAA"}, "must hold 4-byte floats, found 3 bytes"),
    "empty base64": ({"steps_b64": ""}, "must hold 6 minutes, found 0"),
}


@pytest.mark.parametrize(("item", "reason"), WRONG_INSTANCES.values(), ids=WRONG_INSTANCES)
def test_a_wrong_instance_is_refused_with_its_index_and_the_reason(item, reason):
    with pytest.raises(InstanceError, match=reason) as caught:
        parse({"instances": [{"steps": WEEK}, item]})

    assert "instances[1]" in str(caught.value)
