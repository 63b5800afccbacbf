"""The benchmark for a GPU, run on what is here so that it does not rot."""

from __future__ import annotations

from io import StringIO

import pytest
import tensorflow as tf
from click.testing import CliRunner
from rich.console import Console

from tests.bench import pat_gpu


def test_every_table_for_a_card_is_made_on_a_cpu_too():
    effort = pat_gpu.Effort(batches=(1, 3), sgemm=128, repeats=1, clients=6, stack=4)
    console = Console(width=140, file=StringIO(), record=True)

    for table in pat_gpu.tables(("small",), effort):
        console.print(table)

    shown = console.export_text()
    rows = {pat_gpu.OURS, "tf.function", "keras.predict"}
    assert all(row in shown for row in rows)
    (gain,) = [line.split() for line in shown.splitlines() if line.startswith("│ small")]
    assert gain[-4] == "2.0", "one that finds the lane idle, four that then wait, one more"


def test_where_there_is_no_card_it_says_so():
    if tf.config.list_physical_devices("GPU"):
        pytest.skip("needs a machine without a GPU, and this one has one")

    said = CliRunner().invoke(pat_gpu.main)

    assert said.exit_code == 0
    assert "sees no GPU" in said.output
