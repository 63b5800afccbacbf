from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner

from clarity.pat import artifact, baselines, mae, pretrain, release, weights
from clarity.pat.config import PatConfig, preset
from clarity.pat.mae import MaskedAutoencoder, Masking
from clarity.pat.training import (
    Plan,
    Training,
    epochs_without_gain,
    read_history,
    read_plan,
    validation_seed,
    write_plan,
)
from tests.unit.nhanes_folder import write_nhanes
from tests.unit.pat_reference import random_weights

DAY = 1440
TINY = PatConfig("tiny", patch=18, heads=2, layers=1)
SEED = tf.constant([1, 2], tf.int64)


@pytest.fixture(scope="module")
def autoencoder() -> MaskedAutoencoder:
    ours = MaskedAutoencoder(TINY, minutes=DAY)
    weights.set_weights(ours.encoder, random_weights(TINY), TINY)
    return ours


def days(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (n, DAY)).astype("f4")


def patches(windows: int, tokens: int) -> tf.Tensor:
    return tf.ones((windows, tokens), tf.bool)


def test_nine_patches_in_ten_are_hidden_and_each_window_has_its_own():
    seen, guessed = (t.numpy() for t in mae.draw(patches(4, 560), Masking(decode=1.0), SEED))

    assert (seen.shape, guessed.shape) == ((4, 56), (4, 504))
    assert not np.array_equal(np.sort(seen[0]), np.sort(seen[1]))
    for row in np.concatenate([seen, guessed], axis=1):
        assert np.array_equal(np.sort(row), np.arange(560))


def test_decoding_a_share_asks_for_a_random_part_of_the_hidden_patches():
    seen, guessed = (t.numpy() for t in mae.draw(patches(2, 560), Masking(decode=0.25), SEED))

    assert guessed.shape == (2, 126)
    assert not set(seen[0]) & set(guessed[0])


def test_patches_that_nobody_wore_are_seen_as_they_come_and_guessed_last():
    worn = np.arange(560) < 200

    seen, guessed = (
        t.numpy() for t in mae.draw(tf.constant(np.tile(worn, (3, 1))), Masking(decode=0.25), SEED)
    )

    assert worn[guessed].all()
    assert 0.2 < worn[seen].mean() < 0.5


def test_what_is_pretrained_is_the_encoder_that_is_shipped(autoencoder):
    minutes = days(2)
    everything = tf.tile(tf.range(80)[None], (2, 1))

    tokens = autoencoder.encode(minutes.reshape(2, 80, 18), everything, training=False)

    assert np.abs(tokens - autoencoder.encoder(minutes)["tokens"]).max() < 1e-5


def guess(ours: MaskedAutoencoder, week: np.ndarray, seen: list[int], guessed: list[int]):
    """Minutes of `guessed` patches of one day, from what the encoder makes of the `seen` ones."""
    tokens = ours.encode(week[:, seen], tf.constant([seen]), training=False)
    return ours.decode(tokens, tf.constant([seen]), tf.constant([guessed]), training=False).numpy()


def test_a_visible_token_counts_by_its_place_in_time_not_in_the_list(autoencoder):
    week = days(1).reshape(1, 80, 18)

    one, other = (guess(autoencoder, week, s, [0, 7, 79]) for s in ([3, 40, 60], [60, 3, 40]))

    assert np.abs(one - other).max() < 1e-5


def test_a_guess_belongs_to_the_patch_that_was_asked_for(autoencoder):
    week, seen = days(1).reshape(1, 80, 18), [3, 40, 60]

    one, other = (guess(autoencoder, week, seen, asked) for asked in ([5, 20, 70], [70, 5, 20]))

    assert np.abs(one[:, [2, 0, 1]] - other).max() < 1e-5
    assert np.abs(one - other).max() > 1e-3


def test_hidden_patches_are_not_read(autoencoder):
    masking, minutes = Masking(decode=0.1), days(2)
    seen, guessed = (t.numpy() for t in mae.draw(patches(2, 80), masking, SEED))
    changed = minutes.reshape(2, 80, 18).copy()
    for person in range(2):
        hidden = np.setdiff1d(np.arange(80), [*seen[person], *guessed[person]])
        changed[person, hidden] += 5

    one, other = (
        autoencoder.errors(tf.constant(m.reshape(2, DAY)), masking, SEED, training=False).masked
        for m in (minutes, changed)
    )

    assert float(one) == float(other)


def masked_by_hand(ours: MaskedAutoencoder, minutes: np.ndarray, masking: Masking) -> float:
    truth = minutes.reshape(-1, 80, 18)
    week = np.nan_to_num(truth, nan=0.0)
    seen, guessed = mae.draw(tf.constant(np.isfinite(truth).any(2)), masking, SEED)
    tokens = ours.encode(tf.gather(week, seen, batch_dims=1), seen, training=False)
    found = ours.decode(tokens, seen, guessed, training=False).numpy()
    asked = np.take_along_axis(truth, guessed.numpy()[:, :, None], axis=1)
    return float(np.nanmean((found - asked) ** 2))


def test_the_loss_is_the_squared_error_at_exactly_the_guessed_minutes(autoencoder):
    masking, minutes = Masking(decode=0.5), days(3)

    errors = autoencoder.errors(tf.constant(minutes), masking, SEED, training=False)

    assert float(errors.masked) == pytest.approx(
        masked_by_hand(autoencoder, minutes, masking), rel=1e-5
    )
    assert float(errors.summary) == 0


def test_an_unobserved_minute_reads_as_the_mean_and_stays_out_of_the_loss(autoencoder):
    masking, minutes = Masking(decode=1.0), days(3)
    minutes[:, ::2] = np.nan
    minutes[1, :700] = np.nan

    errors = autoencoder.errors(tf.constant(minutes), masking, SEED, training=False)

    assert float(errors.masked) == pytest.approx(
        masked_by_hand(autoencoder, minutes, masking), rel=1e-5
    )


def test_a_person_who_wore_nothing_costs_nothing(autoencoder):
    minutes = np.full((2, DAY), np.nan, "f4")

    errors = autoencoder.errors(tf.constant(minutes), Masking(), SEED, training=False)

    assert float(errors.masked) == 0


def plan(epochs: int = 4, *, precision: str = "float32") -> Plan:
    return Plan("small", epochs, seed=3, batch=8, masking=Masking(), precision=precision)


def run(out, epochs: int, *, stop: int, precision: str = "float32") -> list[dict[str, float]]:
    training = Training(plan(epochs, precision=precision), out, minutes=DAY)
    people, held = days(24), days(8, seed=1)
    while int(training.epoch.numpy()) < stop:
        training.keep(training.train_epoch(people), training.validate(held), seconds=0.0)
    return read_history(out)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_stopped_run_goes_on_with_the_curve_that_it_would_have_had(tmp_path, precision):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    whole = run(tmp_path / "a", epochs=2, stop=2, precision=precision)
    run(tmp_path / "b", epochs=2, stop=1, precision=precision)
    resumed = run(tmp_path / "b", epochs=2, stop=2, precision=precision)

    assert [e["epoch"] for e in resumed] == [1, 2]
    assert resumed == whole
    best = weights.read(tmp_path / "b" / "best.h5", preset("small"))
    assert best["dense/dense/bias:0"].any()


def test_bfloat16_changes_the_arithmetic_and_not_the_weights(tmp_path):
    errors = {}
    for precision in ("float32", "bfloat16"):
        training = Training(plan(precision=precision), tmp_path, minutes=DAY)
        errors[precision] = training.validate(days(8))[0]
        assert {v.dtype for v in training.model.trainable_variables} == {"float32"}

    assert errors["bfloat16"] == pytest.approx(errors["float32"], rel=0.01)
    assert errors["bfloat16"] != errors["float32"]


def test_the_rate_ramps_up_stays_and_cools_down():
    ten = plan(10)

    assert ten.rate(0.5) == pytest.approx(5e-4)
    assert ten.rate(1) == ten.rate(6.9) == 1e-3
    assert ten.rate(8.5) == pytest.approx(1e-3 * (0.02 + 0.98 * 0.5))
    assert ten.rate(10) == pytest.approx(2e-5)


def test_before_its_cool_down_a_run_does_not_depend_on_its_length():
    assert [plan(10).rate(e / 4) for e in range(28)] == [plan(20).rate(e / 4) for e in range(28)]


def test_baselines_read_only_what_is_visible():
    minutes = days(2)
    visible = np.zeros((2, DAY), bool)
    visible[0, [30, 31, 700]] = True
    hidden = np.where(visible, minutes, 99.0).astype("f4")

    for guess in baselines.BASELINES.values():
        assert (guess(minutes, visible) == guess(hidden, visible)).all()
        assert (guess(minutes, visible)[1] == 0).all()


def test_last_day_persistence_takes_the_latest_earlier_day_that_was_visible():
    minutes = np.arange(4 * DAY, dtype="f4")[None]
    visible = np.zeros((1, 4 * DAY), bool)
    visible[0, [5, DAY + 5, DAY + 7]] = True

    guess = baselines.last_day(minutes, visible)[0]

    assert guess[[5, DAY + 5, 2 * DAY + 5, 3 * DAY + 5]].tolist() == [0, 5, DAY + 5, DAY + 5]
    assert guess[[DAY + 7, 2 * DAY + 7]].tolist() == [0, DAY + 7]


def test_linear_interpolation_joins_visible_minutes():
    minutes = np.array([[0.0, 1.0, 4.0, 3.0]] * 2, "f4")
    visible = np.array([[True, False, True, False]] * 2)

    assert baselines.linear_interpolation(minutes, visible)[0].tolist() == [0, 2, 4, 4]


def test_every_baseline_is_scored_on_the_minutes_that_validation_asks_for():
    minutes = days(8)
    minutes[:, 200:300] = np.nan
    of_patch = np.isfinite(minutes).reshape(8, 80, 18).any(2)

    errors = baselines.errors(minutes, preset("small"), plan())

    drawn = mae.draw(tf.constant(of_patch), Masking(), validation_seed(0))[1].numpy()
    asked = np.take_along_axis(minutes.reshape(8, 80, 18), drawn[:, :, None], axis=1)
    assert errors.keys() == baselines.BASELINES.keys()
    assert errors["minute-of-week mean"] == pytest.approx(np.nanmean(asked**2), rel=1e-5)


def test_a_run_is_trained_and_released_from_the_command_line(tmp_path):
    data, out, shipped = (tmp_path / name for name in ("data", "run", "shipped"))
    data.mkdir()
    write_nhanes(data, 44)
    asked = f"--data {data} --out {out} --size small --epochs 1 --seed 5 --batch 8 --decode 0.05"
    asked += " --tensorboard"

    trained = CliRunner().invoke(pretrain.main, asked.split(), catch_exceptions=False)
    released = CliRunner().invoke(
        release.main,
        f"--run {out} --data {data} --out {shipped}".split(),
        catch_exceptions=False,
    )

    assert (trained.exit_code, released.exit_code) == (0, 0)
    assert json.loads(trained.stdout.splitlines()[-1])["epoch"] == 1
    log = min((out / "tensorboard").iterdir()).read_bytes()
    assert all(name in log for name in (b"train", b"validation_summary", b"rate", b"seconds"))
    source = artifact.open_folder(shipped)
    assert source.manifest.model_id.startswith("pat-s-nhanes-steps-")
    assert "--size small --signal steps --epochs 1 --seed 5 --batch 8" in source.manifest.command
    card = (shipped / "MODEL_CARD.md").read_text()
    assert source.manifest.weights_sha256 in card
    assert "last-day persistence" in card
    assert "$" not in card


def test_a_folder_that_holds_another_run_is_not_touched(tmp_path):
    write_plan(plan(), tmp_path)
    write_plan(plan(epochs=9), tmp_path)  # longer or shorter is the same run

    with pytest.raises(ValueError, match=r"holds another run: .*\"seed\": 3"):
        write_plan(replace(plan(), seed=4), tmp_path)
    assert read_plan(tmp_path) == plan(epochs=9)


def test_a_run_that_has_cooled_down_cannot_become_longer_or_shorter(tmp_path):
    write_plan(plan(epochs=10), tmp_path)
    (tmp_path / "history.jsonl").write_text('{"epoch": 1}\n' * 8)

    with pytest.raises(ValueError, match="cannot become 20 any more"):
        write_plan(plan(epochs=20), tmp_path)
    write_plan(plan(epochs=10), tmp_path)


def test_a_run_goes_on_with_its_own_people_only(tmp_path):
    for name, people in (("a", 44), ("b", 52)):
        (tmp_path / name).mkdir()
        write_nhanes(tmp_path / name, people)
    out = tmp_path / "run"
    out.mkdir()
    pretrain.read_people(tmp_path / "a", out, "steps")

    with pytest.raises(ValueError, match="holds a run on other people"):
        pretrain.read_people(tmp_path / "b", out, "steps")
    pretrain.read_people(tmp_path / "a", out, "steps")


def test_a_run_without_gain_is_told_by_its_history():
    curve = [{"epoch": i, "loss": loss} for i, loss in enumerate((0.9, 0.8, 0.85, 0.81), 1)]

    assert epochs_without_gain(curve) == 2
    assert epochs_without_gain(curve[:2]) == 0
    assert epochs_without_gain([]) == 0


def test_a_run_stops_where_nothing_is_gained(tmp_path):
    data, out = tmp_path / "data", tmp_path / "run"
    for folder in (data, out):
        folder.mkdir()
    write_nhanes(data, 44)
    lines = [{"epoch": e, "validation": v, "loss": v} for e, v in ((1, 0.5), (2, 0.6), (3, 0.7))]
    (out / "history.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    asked = f"--data {data} --out {out} --epochs 9 --batch 8 --patience 2"
    stopped = CliRunner().invoke(pretrain.main, asked.split())

    assert stopped.exit_code == 0, stopped.output
    assert "stopped: 2 epochs without a lower validation loss" in stopped.output
    assert "best: epoch 1, masked error 0.5000" in stopped.output


def test_the_help_teaches():
    text = CliRunner().invoke(pretrain.main, ["--help"]).output

    assert "clarity pat pretrain --data" in text
    assert "Share of the hidden patches that are" in text
