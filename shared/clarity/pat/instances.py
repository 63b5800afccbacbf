"""The prediction request of PAT's endpoint, parsed into windows of steps.

    {"instances": [{"steps_b64": base64 of T float32, little-endian, NaN = not observed}
                   | {"steps_b64": base64 of T float16, little-endian, "dtype": "float16"}
                   | {"steps": [T numbers, null = not observed]}, ...],
     "parameters": {"attention": false, "explanation": false}}

float16 takes half the room: every whole number of steps to 2,048 is exact, above that one in two,
then one in four; beyond 65,504 it is infinite and refused; fractions keep eleven bits. The scaler
cuts off at its cap, far below 2,048, so that whole steps get the same answer in either type.

Anything else is an `InstanceError` that says which instance, what was expected and what was found.
"""

from __future__ import annotations

import base64
import binascii
import math
from dataclasses import dataclass
from types import NoneType
from typing import TYPE_CHECKING

import numpy as np
import orjson

from clarity.domain.errors import PermanentError

if TYPE_CHECKING:
    from numpy.typing import NDArray


DTYPES = {"float32": "<f4", "float16": "<f2"}  # of steps_b64; the first is the default
PARAMETERS = ("attention", "explanation")


class InstanceError(PermanentError):
    """A prediction request that cannot be answered; the message says which part and why."""

    code = "bad_instance"


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """`steps` (n, T) float32 steps a minute, NaN where not observed; and what else is asked for."""

    steps: NDArray[np.float32]
    attention: bool = False
    explanation: bool = False


def parse(body: bytes, *, minutes: int, most: int) -> PredictRequest:
    """Parse a request of at most `most` windows of `minutes` minutes each."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InstanceError(f"the body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise InstanceError(f"the body must be an object, found {type(document).__name__}")
    if unknown := sorted(document.keys() - {"instances", "parameters"}):
        raise InstanceError(f"unknown field {unknown[0]!r}, expected instances and parameters")
    found = document.get("instances")
    if not isinstance(found, list) or not 1 <= len(found) <= most:
        size = f"{len(found)} items" if isinstance(found, list) else type(found).__name__
        raise InstanceError(f"instances must be a list of 1 to {most} items, found {size}")
    windows = [_window(item, f"instances[{i}]", minutes) for i, item in enumerate(found)]
    return PredictRequest(np.stack(windows), **_parameters(document.get("parameters")))


def _parameters(parameters: object) -> dict[str, bool]:
    """What is asked for beside embeddings; no parameters at all means nothing."""
    if parameters is None:
        return {}
    if not isinstance(parameters, dict):
        raise InstanceError(f"parameters must be an object, found {type(parameters).__name__}")
    if unknown := sorted(parameters.keys() - set(PARAMETERS)):
        known = ", ".join(PARAMETERS)
        raise InstanceError(f"parameters: unknown {unknown[0]!r}, expected {known}")
    for name, value in parameters.items():
        if not isinstance(value, bool):
            found = type(value).__name__
            raise InstanceError(f"parameters.{name} must be true or false, found {found}")
    return parameters


def _window(item: object, where: str, minutes: int) -> NDArray[np.float32]:
    if not isinstance(item, dict) or not _is_one(set(item)):
        raise InstanceError(
            f"{where} must be an object with exactly one of steps, steps_b64; the latter may have "
            "a dtype"
        )
    if "steps" in item:
        steps = _numbers(item["steps"], f"{where}.steps")
    else:
        steps = _floats(item["steps_b64"], item.get("dtype", "float32"), where)
    if steps.size != minutes:
        raise InstanceError(f"{where} must hold {minutes} minutes, found {steps.size}")
    if np.isinf(steps).any():
        raise InstanceError(f"{where} holds an infinite value at minute {_first(np.isinf(steps))}")
    if (steps < 0).any():
        raise InstanceError(f"{where} holds a negative value at minute {_first(steps < 0)}")
    if np.isnan(steps).all():
        raise InstanceError(f"{where} holds no observed minute")
    return steps


def _is_one(names: set[object]) -> bool:
    return names == {"steps"} or ("steps_b64" in names and names <= {"steps_b64", "dtype"})


def _first(mask: NDArray[np.bool_]) -> int:
    return int(np.argmax(mask))


def _numbers(values: object, where: str) -> NDArray[np.float32]:
    if not isinstance(values, list):
        raise InstanceError(f"{where} must be a list, found {type(values).__name__}")
    if strange := {type(value) for value in values} - {int, float, NoneType}:
        raise InstanceError(f"{where} must hold numbers or null, found {strange.pop().__name__}")
    wide = np.array([math.nan if value is None else value for value in values], np.float64)
    with np.errstate(over="ignore"):  # what is too large for float32 turns into inf: refused next
        return wide.astype(np.float32)


def _floats(text: object, dtype: object, where: str) -> NDArray[np.float32]:
    if not isinstance(dtype, str) or dtype not in DTYPES:
        found = repr(dtype[:20]) if isinstance(dtype, str) else type(dtype).__name__
        raise InstanceError(f"{where}.dtype must be one of {', '.join(DTYPES)}, found {found}")
    where = f"{where}.steps_b64"
    if not isinstance(text, str):
        raise InstanceError(f"{where} must be base64 text, found {type(text).__name__}")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InstanceError(f"{where} is not base64: {error}") from error
    stored = np.dtype(DTYPES[dtype])
    if len(raw) % stored.itemsize:
        raise InstanceError(
            f"{where} must hold {stored.itemsize}-byte floats, found {len(raw)} bytes"
        )
    return np.frombuffer(raw, stored).astype(np.float32)
