"""The prediction request of PAT's endpoint, parsed into windows of steps.

    {"instances": [{"steps_b64": base64 of T float32, little-endian, NaN = not observed}
                   | {"steps": [T numbers, null = not observed]}, ...],
     "parameters": {"attention": false}}

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


class InstanceError(PermanentError):
    """A prediction request that cannot be answered; the message says which part and why."""

    code = "bad_instance"


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """`steps` (n, T) float32 steps a minute, NaN where not observed; `attention` if asked for."""

    steps: NDArray[np.float32]
    attention: bool


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
    return PredictRequest(np.stack(windows), _attention(document.get("parameters")))


def _attention(parameters: object) -> bool:
    """Whether attention was asked for; no parameters at all means no."""
    if parameters is None or parameters == {}:
        return False
    asked = parameters.get("attention") if isinstance(parameters, dict) else None
    if not isinstance(parameters, dict) or len(parameters) != 1 or not isinstance(asked, bool):
        raise InstanceError('parameters must be an object like {"attention": true}')
    return asked


def _window(item: object, where: str, minutes: int) -> NDArray[np.float32]:
    if not isinstance(item, dict) or len(item) != 1 or not item.keys() <= {"steps", "steps_b64"}:
        raise InstanceError(f"{where} must be an object with exactly one of steps, steps_b64")
    if "steps" in item:
        steps = _numbers(item["steps"], f"{where}.steps")
    else:
        steps = _floats(item["steps_b64"], f"{where}.steps_b64")
    if steps.size != minutes:
        raise InstanceError(f"{where} must hold {minutes} minutes, found {steps.size}")
    if np.isinf(steps).any():
        raise InstanceError(f"{where} holds an infinite value at minute {_first(np.isinf(steps))}")
    if (steps < 0).any():
        raise InstanceError(f"{where} holds a negative value at minute {_first(steps < 0)}")
    if np.isnan(steps).all():
        raise InstanceError(f"{where} holds no observed minute")
    return steps


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


def _floats(text: object, where: str) -> NDArray[np.float32]:
    if not isinstance(text, str):
        raise InstanceError(f"{where} must be base64 text, found {type(text).__name__}")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InstanceError(f"{where} is not base64: {error}") from error
    if len(raw) % 4:
        raise InstanceError(f"{where} must hold 4-byte floats, found {len(raw)} bytes")
    return np.frombuffer(raw, "<f4").astype(np.float32)
