from __future__ import annotations

import json
import shutil

import numpy as np
import onnxruntime
import pytest
import tensorflow as tf
from click.testing import CliRunner

from clarity.cli import main
from clarity.pat import artifact, export, export_onnx, export_tensorflow, scaler, weights
from clarity.pat.artifact import Artifact, Manifest
from clarity.pat.config import preset
from clarity.pat.export import ExportError
from clarity.pat.pretrained import Pat
from tests.unit.pat_reference import random_weights

MINUTES = 360


def small_source(size: str = "small", seed: int = 0) -> Artifact:
    """An artifact of short windows, so that exports are quick; the mathematics is the same."""
    rng = np.random.default_rng(seed)
    fitted = scaler.fit(rng.poisson(9, (50, MINUTES)).astype("f4"), provenance="nobody")
    manifest = Manifest(f"pat-{size}-test", size, "0" * 64, fitted.scaler_id, "-", "-", "-")
    config = preset(size)
    return Artifact(manifest, config, random_weights(config, seed), fitted)


@pytest.mark.parametrize(
    ("size", "form"),
    [("small", "savedmodel"), *((s, f) for s in ("small", "medium") for f in ("onnx", "litert"))],
)
def test_every_format_gives_the_references_embedding(tmp_path, size, form):
    about = export.write(small_source(size), form, tmp_path / "out")

    worst = about["worst_difference"]
    assert isinstance(worst, float)
    assert worst <= 1e-5
    assert (tmp_path / "out").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "out.json"]


@pytest.mark.parametrize("form", export.FORMATS)
def test_the_shipped_weights_are_exported_for_a_whole_week(tmp_path, form):
    result = CliRunner().invoke(
        main, ["pat", "export", "--format", form, "--out", str(tmp_path / "pat")]
    )

    assert result.exit_code == 0, result.output
    about = json.loads((tmp_path / "pat.json").read_text())
    manifest = artifact.read_manifest(artifact.shipped("small") / "manifest.json")
    assert about["weights_sha256"] == manifest.weights_sha256
    assert about["worst_difference"] <= 1e-5
    for name, digest in about["files"].items():
        assert artifact.sha256(tmp_path / "pat" / name if name else tmp_path / "pat") == digest


def test_the_onnx_graph_takes_several_windows_and_one_input(tmp_path):
    source, windows = small_source(), export.check_windows(MINUTES)
    export_onnx.write(source, tmp_path / "pat.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "pat.onnx")

    found = session.run(None, {"steps": windows})[0]

    assert [given.name for given in session.get_inputs()] == ["steps"]
    assert np.abs(found - Pat(source).embed(windows)).max() <= 1e-5
    assert session.get_modelmeta().custom_metadata_map["scaler_id"] == source.manifest.scaler_id


def test_the_savedmodel_takes_several_windows(tmp_path):
    source, windows = small_source(), export.check_windows(MINUTES)
    export_tensorflow.write_savedmodel(source, tmp_path / "pat")
    serve = tf.saved_model.load(tmp_path / "pat").signatures["serving_default"]

    found = serve(steps=tf.constant(windows))["embedding"].numpy()

    assert np.abs(found - Pat(source).embed(windows)).max() <= 1e-5


def test_negative_steps_give_no_number_rather_than_a_guess(tmp_path):
    run = export_onnx.write(small_source(), tmp_path / "pat.onnx")

    assert np.isnan(run(np.full((1, MINUTES), -1, "f4"))).all()


def test_the_weeks_that_are_compared_go_beyond_the_common(tmp_path):
    windows = export.check_windows(10_080)

    assert windows.dtype == np.float32
    assert np.isnan(windows).any(axis=1).sum() == 2
    assert np.nanmax(windows) > scaler.STEP_CAP
    assert (windows == 0).all(axis=1).any()


def test_an_export_that_differs_is_not_written(tmp_path):
    source, name = small_source(), "encoder_layer_1_transformer/encoder_layer_1_ff2/bias:0"
    nearly = source.weights | {name: source.weights[name] + np.linspace(0, 1e-3, 96, dtype="f4")}
    other = Artifact(source.manifest, source.config, nearly, source.scaler)

    with pytest.raises(ExportError, match=r"differs from the reference by .*nothing was written"):
        export.write(
            source, "onnx", tmp_path / "pat.onnx", lambda _, path: export_onnx.write(other, path)
        )
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_gives_no_numbers_is_not_written(tmp_path):
    def broken(source, path):
        path.write_bytes(b"?")
        return lambda steps: np.full((len(steps), source.config.embed), np.nan, "f4")

    with pytest.raises(ExportError, match="576 values that are not finite"):
        export.write(small_source(), "litert", tmp_path / "pat.tflite", broken)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_overwritten(tmp_path):
    path = tmp_path / "pat.onnx"
    path.write_bytes(b"mine")

    with pytest.raises(ExportError, match="exists"):
        export.write(small_source(), "onnx", path)
    assert path.read_bytes() == b"mine"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ExportError, match=r"there is no folder .*absent"):
        export.write(small_source(), "onnx", tmp_path / "absent" / "pat.onnx")


def test_pat_conv_is_exported_as_a_savedmodel_only(tmp_path):
    export.write(small_source("conv-small"), "savedmodel", tmp_path / "conv")

    for form in ("onnx", "litert"):
        with pytest.raises(ExportError, match="SavedModel only"):
            export.write(small_source("conv-small"), form, tmp_path / "x")


def test_wrong_weights_are_refused_with_the_reason(tmp_path):
    folder = tmp_path / "artifact"
    shutil.copytree(artifact.shipped("small"), folder)
    config = preset("small")
    (folder / "weights.h5").unlink()
    weights.save(folder / "weights.h5", random_weights(config), config)
    result = CliRunner().invoke(
        main,
        ["pat", "export", "--format=onnx", f"--out={tmp_path / 'x'}", f"--artifact={folder}"],
    )

    assert result.exit_code == 1
    assert "is not the file of pat-s-nhanes-steps" in result.output
