from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console
from rich.progress import Progress

from clarity.pat import (
    artifact,
    calibration,
    finetune,
    fitting,
    heads,
    lora,
    pretrained,
    runtime,
    scaler,
    scoring,
    tuner,
    weights,
)
from clarity.pat.artifact import Artifact, Manifest
from clarity.pat.calibration import Measured
from clarity.pat.finetune import Asked
from clarity.pat.fitting import Recipe
from clarity.pat.heads import Head, HeadError
from clarity.pat.scoring import Bin, Estimate
from clarity.pat.tuner import Tuner
from clarity.pat.weights import WeightsError
from tests.unit.nhanes_folder import write_folder

HOURS = 360  # minutes, a window that is quick
NOON = slice(600, 600 + HOURS)
QUICK = Recipe(epochs=3, patience=3, batch=16, rate=1e-3)
SHA = "a" * 64


@pytest.fixture(scope="module")
def source() -> Artifact:
    return artifact.open_folder(artifact.shipped("small"))


def people(n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Standardised windows, and who of them is positive: those with more of everything."""
    rng = np.random.default_rng(1)
    truth = (np.arange(n) % 3 == 0).astype(float)
    return (rng.normal(0, 1, (n, HOURS)) + truth[:, None]).astype("f4"), truth


def head(seed: int = 0) -> Head:
    rng = np.random.default_rng(seed)
    shapes = [(96, 128), (128,), (128, 1), (1,)]
    tensors = [rng.normal(0, 0.1, shape).astype("f4") for shape in shapes]
    return Head(
        "age60",
        "probe",
        SHA,
        dict(zip(heads.TENSORS, tensors, strict=True)),
        slope=1.5,
        intercept=-2.0,
        facts={"seed": 1},
    )


# training


def test_a_probe_leaves_the_encoder_bit_identical_and_its_saved_head_is_the_trained_one(source):
    minutes, truth = people()
    ours = Tuner(source, minutes=HOURS, seed=1)
    untrained = ours.head_tensors()

    with Progress(disable=True) as progress:
        pooled = ours.encode(minutes, progress)
        ours.fit_head(pooled, truth, tuner.split(truth, 1), QUICK, progress)

    after = ours.encoder_weights()
    assert len(after) == source.config.tensors
    assert all(after[name].tobytes() == source.weights[name].tobytes() for name in after)
    assert not np.array_equal(ours.head_tensors()["hidden_kernel"], untrained["hidden_kernel"])
    ready = replace(head(), tensors=ours.head_tensors())
    assert np.abs(ready.logit(pooled) - ours.head(pooled)[:, 0]).max() < 1e-4
    assert scoring.auc(truth, ready.logit(pooled)) > 0.9


def test_people_are_cut_into_parts_that_share_nobody_and_the_positives():
    truth = (np.arange(500) % 5 == 0).astype(float)

    parts = tuner.split(truth, 3)

    together = np.concatenate([parts.train, parts.validation, parts.test])
    assert sorted(together) == list(range(500))
    assert [len(parts.train), len(parts.validation), len(parts.test)] == [300, 100, 100]
    assert [truth[part].sum() for part in (parts.train, parts.validation, parts.test)] == [
        60,
        20,
        20,
    ]


def test_the_rarer_class_weighs_more():
    assert fitting.class_weights(np.array([0.0, 0, 0, 1])) == {0: 0.25, 1: 0.75}


# calibration


def test_platt_undoes_what_class_weights_did_to_the_risks():
    rng = np.random.default_rng(2)
    logit = rng.normal(-3, 1, 20_000)
    truth = (rng.random(20_000) < heads.sigmoid(logit)).astype(float)

    slope, intercept = tuner.platt(truth, 2 * logit + 5)

    assert slope == pytest.approx(0.5, abs=0.03)
    assert intercept == pytest.approx(-2.5, abs=0.15)


def test_a_few_people_told_apart_without_error_make_no_risk_certain():
    truth = np.array([0.0, 0, 0, 0, 0, 0, 1, 1, 1, 1])

    slope, intercept = tuner.platt(truth, 9 * truth)

    said = heads.sigmoid(slope * 9 * truth + intercept)
    assert said == pytest.approx(np.where(truth == 1, 5 / 6, 1 / 8), abs=0.05)


def test_a_head_that_ranks_the_wrong_way_is_refused():
    truth = (np.arange(100) % 2).astype(float)

    with pytest.raises(HeadError, match="do not rise"):
        tuner.platt(truth, -truth + np.linspace(0, 0.5, 100))


# heads


def test_a_head_comes_back_as_it_was_saved(tmp_path):
    pooled = np.random.default_rng(1).normal(0, 1, (5, 96)).astype("f4")
    heads.save(head(), tmp_path)

    found = heads.load(tmp_path, encoder_sha256=SHA)

    assert np.array_equal(found.risk(pooled), head().risk(pooled))
    assert ((found.risk(pooled) > 0) & (found.risk(pooled) < 1)).all()
    assert (found.label, found.mode, found.facts) == ("age60", "probe", {"seed": 1})


def test_a_head_is_refused_on_another_encoder(tmp_path):
    heads.save(head(), tmp_path)

    with pytest.raises(HeadError, match=f"belongs to the encoder {SHA}, not to {'b' * 64}"):
        heads.load(tmp_path, encoder_sha256="b" * 64)


def test_without_a_head_there_is_no_risk(tmp_path):
    with pytest.raises(HeadError, match="so there is no risk"):
        heads.load(tmp_path, encoder_sha256=SHA)


def test_another_heads_weights_are_refused(tmp_path):
    heads.save(head(), tmp_path / "one")
    heads.save(head(seed=1), tmp_path / "two")
    (tmp_path / "two" / "head.npz").replace(tmp_path / "one" / "head.npz")

    with pytest.raises(HeadError, match=r"not the head that head\.json describes"):
        heads.load(tmp_path / "one", encoder_sha256=SHA)
    with pytest.raises(HeadError, match="no such file"):
        heads.load(tmp_path / "two", encoder_sha256=SHA)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda document: document.pop("slope"), "lacks slope"),
        (lambda document: document.update(slope="steep"), "slope must be a number"),
        (lambda document: document.update(intercept=float("nan")), "intercept must be a number"),
    ],
)
def test_a_head_whose_description_is_damaged_is_refused(tmp_path, change, reason):
    heads.save(head(), tmp_path)
    document = json.loads((tmp_path / "head.json").read_text("utf-8"))
    change(document)
    (tmp_path / "head.json").write_text(json.dumps(document), "utf-8")

    with pytest.raises(HeadError, match=reason):
        heads.load(tmp_path, encoder_sha256=SHA)


@pytest.mark.parametrize(("text", "reason"), [("[]", "lacks everything"), ("{", "is not JSON")])
def test_what_is_no_description_is_refused(tmp_path, text, reason):
    heads.save(head(), tmp_path)
    (tmp_path / "head.json").write_text(text, "utf-8")

    with pytest.raises(HeadError, match=reason):
        heads.load(tmp_path, encoder_sha256=SHA)


def test_a_head_with_a_nan_is_refused(tmp_path):
    tensors = {name: array.copy() for name, array in head().tensors.items()}
    tensors["output_bias"][0] = np.nan
    heads.save(replace(head(), tensors=tensors), tmp_path)

    with pytest.raises(HeadError, match="output_bias holds values that are not finite"):
        heads.load(tmp_path, encoder_sha256=SHA)


# the command


@pytest.fixture(scope="module")
def quick_artifact(source, tmp_path_factory):
    """The shipped weights with a scaler of six hours, so that a run here is quick."""
    folder = tmp_path_factory.mktemp("artifact")
    weights.save(folder / "weights.h5", source.weights, source.config)
    whole = source.scaler
    part = scaler.Scaler(whole.mean[NOON], whole.sd[NOON], whole.cap, "six hours")
    scaler.save(part, folder / "scaler.npz")
    digest = artifact.sha256(folder / "weights.h5")
    manifest = Manifest("pat-quick", "small", digest, part.scaler_id, "here", "none", "none")
    artifact.write_manifest(manifest, folder / "manifest.json")
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A hundred and twenty people whose recordings are six hours long."""
    folder = write_folder(tmp_path_factory.mktemp("nhanes"), people=120)
    with np.load(folder / "minutes.npz") as stored:
        week = dict(stored)
    short = {name: array[:, NOON] if array.ndim > 1 else array for name, array in week.items()}
    np.savez(folder / "minutes.npz", **short)
    return folder


def invoke(data, quick_artifact, out, *more: str):
    options = ["--data", str(data), "--weights", str(quick_artifact), "--out", str(out)]
    return CliRunner().invoke(finetune.finetune, [*options, "--label", "age60", *more])


def test_a_probe_gives_a_calibrated_head_of_the_encoder_as_it_is(data, quick_artifact, tmp_path):
    result = invoke(data, quick_artifact, tmp_path / "head", "--epochs", "30", "--patience", "8")

    assert result.exit_code == 0, result.output
    assert "expected calibration error" in " ".join(result.output.split())
    digest = artifact.open_folder(quick_artifact).manifest.weights_sha256
    found = heads.load(tmp_path / "head", encoder_sha256=digest)
    facts = json.loads((tmp_path / "head" / "head.json").read_text("utf-8"))["facts"]
    assert found.mode == "probe"
    assert found.facts == facts
    assert facts["parts"]["test"] == {"people": 24, "weeks": 24, "positives": 12}
    assert facts["cut"] == "by person: nobody is in two parts"
    assert calibration.read(facts).better_than_chance
    assert "<svg role" in (tmp_path / "head" / "reliability.html").read_text("utf-8")
    assert facts["test"]["auc"]["value"] > 0.8
    assert sum(each["people"] for each in facts["test"]["bins"]) == 24
    assert not (tmp_path / "head" / "encoder").exists()
    again = invoke(data, quick_artifact, tmp_path / "head")
    assert again.exit_code == 1
    assert "holds a head already" in again.output


def test_a_full_run_gives_a_head_that_only_its_own_encoder_may_use(data, quick_artifact, tmp_path):
    result = invoke(data, quick_artifact, tmp_path, "--mode", "full", "--epochs", "1")

    assert result.exit_code == 0, result.output
    assert "of the probe that it started from" in " ".join(result.output.split())
    base, own = artifact.open_folder(quick_artifact), artifact.open_folder(tmp_path / "encoder")
    assert own.manifest.weights_sha256 != base.manifest.weights_sha256
    assert own.manifest.scaler_id == base.manifest.scaler_id
    same = [name for name in own.weights if np.array_equal(own.weights[name], base.weights[name])]
    assert [name for name in same if "key/bias" not in name] == []  # softmax cancels a key's bias
    assert heads.load(tmp_path, encoder_sha256=own.manifest.weights_sha256).mode == "full"
    with pytest.raises(HeadError, match="belongs to the encoder"):
        heads.load(tmp_path, encoder_sha256=base.manifest.weights_sha256)


def test_a_low_rank_run_gives_an_encoder_that_is_the_base_and_the_adapter(
    data, quick_artifact, tmp_path
):
    more = ["--mode", "lora", "--epochs", "1", "--rank", "2", "--feed-forward"]
    result = invoke(data, quick_artifact, tmp_path, *more)

    assert result.exit_code == 0, result.output
    base, own = artifact.open_folder(quick_artifact), artifact.open_folder(tmp_path / "encoder")
    adapter, manifest = lora.load(tmp_path, base=base)
    assert manifest == own.manifest
    assert f'"parameters": {adapter.parameters}' in " ".join(result.output.split())
    assert f'"encoder_parameters": {base.config.parameters}' in " ".join(result.output.split())
    changed = {n for n in own.weights if not np.array_equal(own.weights[n], base.weights[n])}
    assert changed == set(lora.targets(base.config, adapter.shape).values())
    found = heads.load(tmp_path, encoder_sha256=own.manifest.weights_sha256)
    assert found.mode == "lora"
    with pytest.raises(HeadError, match="belongs to the encoder"):
        heads.load(tmp_path, encoder_sha256=base.manifest.weights_sha256)
    again = tmp_path / "again"
    options = [str(tmp_path), "--base", str(quick_artifact), "--out", str(again)]
    merged = CliRunner().invoke(lora.merge, options)
    assert merged.exit_code == 0, merged.output
    assert (again / "weights.h5").read_bytes() == (tmp_path / "encoder/weights.h5").read_bytes()
    steps = np.random.default_rng(3).poisson(9.0, (2, HOURS)).astype(float)
    served = runtime.load(again, cores=1).embed(steps)  # as the endpoint does
    assert np.abs(served - pretrained.load(tmp_path / "encoder").embed(steps)).max() < 1e-5


def test_a_head_that_chance_could_equal_is_called_that(tmp_path):
    nothing = Measured(Estimate(0.6, 0.49, 0.7), 0.1, 0.1, 0.2, 0.2, (Bin(9, 0.5, 0.5),), ())
    facts = {"parts": {}, "unit": "people", "cut": "by person"}
    console = Console(record=True, width=200, file=io.StringIO())

    finetune.report(console, replace(head(), facts=facts), nothing, tmp_path)

    assert "this head may tell nothing" in console.export_text()


def test_a_label_with_too_few_people_gets_no_head(quick_artifact, tmp_path):
    few = write_folder(tmp_path / "few", people=80)

    result = invoke(few, quick_artifact, tmp_path / "head")

    assert result.exit_code == 1
    assert "needs 50 people on either side of the label, found 40 with 1 and 40 with 0" in (
        " ".join(result.output.split())
    )
    assert not (tmp_path / "head").exists()


def test_weights_that_are_not_what_they_claim_are_no_base(tmp_path):
    with pytest.raises(WeightsError, match="is no PAT artifact"):
        finetune.read_task(tmp_path, tmp_path, Asked("age60"))
