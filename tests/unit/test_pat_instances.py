from __future__ import annotations

import base64

import numpy as np
import orjson
import pytest

from clarity.pat import instances
from clarity.pat.instances import InstanceError

MINUTES = 6
WEEK = [0, 1.5, None, 200, 0, 3]


def b64(values: object, kind: str = "<f4") -> str:
    return base64.b64encode(np.array(values, kind).tobytes()).decode()


def half(values: object) -> dict[str, str]:
    return {"steps_b64": b64(values, "<f2"), "dtype": "float16"}


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


def test_float16_holds_every_whole_number_of_steps_to_2048_and_nan():
    numbers = np.append(np.arange(2049.0), np.nan)
    whole = numbers.reshape(-1, 5)

    found = [
        instances.parse(orjson.dumps({"instances": [half(row)]}), minutes=5, most=1).steps[0]
        for row in whole[:-1]
    ]

    assert np.array_equal(np.array(found), whole[:-1])
    assert np.isnan(parse({"instances": [half([np.nan, 1, 2, 3, 4, 5])]}).steps[0, 0])
    assert parse({"instances": [half([2049, 2050, 65_504, 0.1, 0, 0])]}).steps[0].tolist() == [
        2048,
        2050,
        65_504,
        pytest.approx(0.1, rel=2**-11),
        0,
        0,
    ]


def test_a_dtype_that_is_the_default_may_be_named():
    item = {"steps_b64": b64([1] * MINUTES), "dtype": "float32"}

    assert (parse({"instances": [item]}).steps == 1).all()


def test_a_request_of_the_largest_size_holds_55_weeks_as_float16_and_27_as_float32():
    week = np.zeros(10_080)
    items = {"<f2": half(week), "<f4": {"steps_b64": b64(week)}}

    held = {kind: 1_500_000 // (len(orjson.dumps(item)) + 1) for kind, item in items.items()}

    assert held == {"<f2": 55, "<f4": 27}


@pytest.mark.parametrize("name", ["attention", "explanation"])
@pytest.mark.parametrize(("value", "asked"), [({}, False), (True, True), (False, False)])
def test_attention_and_explanation_are_given_only_when_asked_for(name, value, asked):
    parameters = {} if value == {} else {name: value}

    found = parse({"instances": [{"steps": WEEK}], "parameters": parameters})

    assert getattr(found, name) is asked
    assert found.attention + found.explanation == asked


def test_no_parameters_at_all_ask_for_nothing():
    found = parse({"instances": [{"steps": WEEK}], "parameters": None})

    assert (found.attention, found.explanation) == (False, False)


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
        "parameters.attention must be true or false, found str",
    ),
    "an unknown parameter": (
        {"instances": [{"steps": WEEK}], "parameters": {"attention": True, "x": 1}},
        "parameters: unknown 'x', expected attention, explanation",
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
    "half of half a float": (
        {"steps_b64": "AA==", "dtype": "float16"},
        "must hold 2-byte floats, found 1 bytes",
    ),
    "another dtype": (
        {"steps_b64": b64([0] * 6), "dtype": "float64"},
        "dtype must be one of float32, float16, found 'float64'",
    ),
    "a number for a dtype": (
        {"steps_b64": b64([0] * 6), "dtype": 16},
        "dtype must be one of float32, float16, found int",
    ),
    "a dtype of a list": (
        {"steps": WEEK, "dtype": "float16"},
        "must be an object with exactly one of steps, steps_b64",
    ),
    "a dtype alone": ({"dtype": "float16"}, "must be an object with exactly one of"),
    "infinite float16": (half([0, 0, 0, np.inf, 0, 0]), "infinite value at minute 3"),
    "negative float16": (half([0, 0, 0, 0, -1, 0]), "negative value at minute 4"),
    "empty base64": ({"steps_b64": ""}, "must hold 6 minutes, found 0"),
}


@pytest.mark.parametrize(("item", "reason"), WRONG_INSTANCES.values(), ids=WRONG_INSTANCES)
def test_a_wrong_instance_is_refused_with_its_index_and_the_reason(item, reason):
    with pytest.raises(InstanceError, match=reason) as caught:
        parse({"instances": [{"steps": WEEK}, item]})

    assert "instances[1]" in str(caught.value)
