"""The number format that networks are trained in: bfloat16 where the machine has it in hardware."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import tensorflow as tf

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS = ("float32", "bfloat16")
CPU_FACTS = Path("/proc/cpuinfo")
BFLOAT_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
BFLOAT_GPU = (8, 0)  # compute capability of the first cards with bfloat16


def fastest() -> str:
    """`bfloat16` if the GPUs, or without one the CPU, multiply it in hardware, else `float32`."""
    if cards := tf.config.list_physical_devices("GPU"):
        details = [tf.config.experimental.get_device_details(card) for card in cards]
        able = all(each.get("compute_capability", (0, 0)) >= BFLOAT_GPU for each in details)
    else:
        able = CPU_FACTS.is_file() and not BFLOAT_FLAGS.isdisjoint(CPU_FACTS.read_text().split())
    return "bfloat16" if able else "float32"


@contextmanager
def computing_in(number: str) -> Iterator[None]:
    """Layers built inside compute in this format; their weights are float32 in any case.

    A layer whose result is a loss or a rank must say `dtype="float32"`: bfloat16 has 8 bits of
    fraction, and people with one and the same score cannot be ranked.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if number == "bfloat16" else "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
