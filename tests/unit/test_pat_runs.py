"""Pretraining as processes: killed and resumed, and on several devices."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

from clarity.pat.training import read_history
from tests.cloud import REPOSITORY
from tests.unit.nhanes_folder import write_folder

EPOCHS = 3
TWO_DEVICES = """
import json, sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from clarity.pat.mae import Masking
from clarity.pat.training import Plan, Training

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
plan = Plan("small", 4, seed=3, batch=8, masking=Masking(decode=0.1))
minutes = np.random.default_rng(0).normal(0, 1, (8, 1440)).astype("f4")


def without_dropout(*devices):
    out = Path(sys.argv[1]) / str(len(devices))
    out.mkdir(exist_ok=True)
    training = Training(plan, out, minutes=1440, devices=devices)
    blocks = [training.model.decoder, *training.model.encoder.layers]
    for layer in (part for block in blocks for part in getattr(block, "layers", [])):
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    return training


shared = without_dropout("CPU:0", "CPU:1")
first = shared.train_epoch(minutes)
alone = without_dropout("CPU:0")
order = np.random.default_rng((3, 0)).permutation(8)
slopes = []
for copy, rows in enumerate((order[:4], order[4:])):
    with tf.GradientTape() as tape:
        seed = tf.constant([3, copy], tf.int64)
        errors = alone.model.errors(tf.constant(minutes[rows]), plan.masking, seed, training=True)
    slopes.append(tape.gradient(errors.masked, alone.model.trainable_variables))
alone.optimizer.learning_rate.assign(plan.rate(1))
means = [(a + b) / 2 for a, b in zip(*slopes, strict=True)]
alone.optimizer.apply_gradients(zip(means, alone.model.trainable_variables, strict=True))
apart = [
    float(np.abs(a.numpy() - b.numpy()).max())
    for a, b in zip(shared.model.trainable_variables, alone.model.trainable_variables, strict=True)
]
shared.keep(first, shared.validate(minutes), 0.0)
resumed = without_dropout("CPU:0", "CPU:1")
print(json.dumps({"apart": max(apart), "copies": shared.copies, "epoch": int(resumed.epoch)}))
"""


def environment() -> dict[str, str]:
    return {"PYTHONPATH": str(REPOSITORY / "shared"), "TF_CPP_MIN_LOG_LEVEL": "2"}


def start(data, out) -> subprocess.Popen[str]:
    asked = (
        f"--data {data} --out {out} --epochs {EPOCHS} --batch 8 --decode 0.02 --precision float32"
    )
    return subprocess.Popen(
        [sys.executable, "-m", "clarity.pat.pretrain", *asked.split()],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def curve(out) -> list[dict[str, float]]:
    return [{k: v for k, v in entry.items() if k != "seconds"} for entry in read_history(out)]


def test_a_run_that_is_killed_goes_on_with_the_curve_that_it_would_have_had(tmp_path):
    data = write_folder(tmp_path / "data", people=80)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    said, _ = start(data, whole).communicate(timeout=200)
    assert len(curve(whole)) == EPOCHS, said

    with start(data, killed) as first:
        while not read_history(killed):
            assert first.poll() is None
            time.sleep(0.02)
        time.sleep(0.2)  # somewhere in the second epoch, or in writing the first one's checkpoint
        first.send_signal(signal.SIGKILL)
    assert first.returncode == -signal.SIGKILL
    assert len(read_history(killed)) < EPOCHS
    said, _ = start(data, killed).communicate(timeout=200)

    assert curve(killed) == curve(whole), said
    assert (killed / "best.h5").read_bytes() == (whole / "best.h5").read_bytes()


def test_two_devices_take_the_step_that_the_mean_of_their_slopes_is(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", TWO_DEVICES, str(tmp_path)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["copies"] == 2
    assert found["epoch"] == 1
    assert found["apart"] < 1e-5
