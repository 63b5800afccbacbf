from __future__ import annotations

import re
import shutil
import subprocess
import sys

import h5py
import keras
import numpy as np
import pytest
from click.testing import CliRunner

from clarity.cli import main
from clarity.pat import artifact, model, verify, weights
from clarity.pat.cli import COMMANDS
from clarity.pat.config import CONV_PRESETS, EVERY_SIZE, preset
from tests.cloud import REPOSITORY
from tests.unit.pat_reference import random_weights

SMALL = preset("small")
SHIPPED = artifact.shipped("small")
KERNEL = "encoder_layer_1_transformer/encoder_layer_1_ff1/kernel:0"
PUBLISHED = {
    "small": (274_720, 18),
    "medium": (993_440, 34),
    "large": (1_984_192, 66),
    "huge": (3_967_040, 130),
    "conv-small": (273_280, 18),
    "conv-medium": (992_000, 34),
    "conv-large": (1_983_616, 66),
    "conv-huge": (3_966_848, 130),
}


def run(*arguments):
    return CliRunner().invoke(main, ["pat", *map(str, arguments)])


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "PAT-S_weights.h5"
    weights.save(path, random_weights(SMALL), SMALL)
    return path


def refusal(path) -> str:
    result = run("verify", path)
    assert result.exit_code == 1
    assert result.output.startswith("Error: refused: ")
    return result.output


def test_help_info_and_verify_need_no_tensorflow_and_help_not_even_hdf5():
    code = (
        "import sys; from click.testing import CliRunner; from clarity.cli import main\n"
        "def run(*a): assert CliRunner().invoke(main, ['pat', *a]).exit_code == 0, a\n"
        "run('--help'); assert not {'tensorflow', 'keras', 'h5py'} & set(sys.modules)\n"
        f"run('info'); run('verify', {str(SHIPPED)!r}); run('explain', '--help')\n"
        "run('export', '--help'); assert not {'tensorflow', 'keras', 'onnx'} & set(sys.modules)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY / "shared",
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_help_says_what_each_command_is_for():
    output = run("--help").output

    for name, lazy in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(lazy.about[:40])}", output, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_is_listed_is_there(name):
    result = run(name, "--help")

    assert result.exit_code == 0, result.output
    assert "Options:" in result.output


def test_an_unknown_command_is_refused():
    assert "No such command 'predict'" in run("predict").output


def test_info_prints_the_published_counts_of_every_size():
    output = run("info").output

    assert PUBLISHED.keys() == EVERY_SIZE.keys()
    for size, (parameters, tensors) in PUBLISHED.items():
        assert re.search(rf"^{size} +{parameters:,} +{tensors} ", output, re.MULTILINE)


def test_info_names_the_shipped_weights_by_hash():
    manifest = artifact.open_folder(SHIPPED).manifest
    output = run("info").output

    for value in (manifest.model_id, manifest.weights_sha256, manifest.scaler_id):
        assert value in output
    assert manifest.licence[:30] in output


def test_the_shipped_weights_are_told_by_their_manifest_wherever_they_lie(tmp_path):
    copy = tmp_path / "renamed.h5"
    shutil.copyfile(SHIPPED / "weights.h5", copy)
    output = run("verify", copy).output
    manifest = artifact.open_folder(SHIPPED).manifest

    assert f"{manifest.model_id}, shipped with this package" in output
    assert manifest.weights_sha256 in output
    assert "by the manifest beside it" in run("verify", SHIPPED).output


@pytest.mark.parametrize("size", ["small", "medium", "conv-small"])
def test_a_good_file_is_told_by_size_layout_training_and_hash(tmp_path, size):
    path, config = tmp_path / "x.h5", preset(size)
    weights.save(path, random_weights(config), config)
    result = run("verify", path)

    assert result.exit_code == 0
    assert f"PAT-{size}, {config.parameters:,} parameters" in result.output
    assert "weights only (layout B), as this package writes it" in result.output
    assert "trained   yes: " in result.output
    assert artifact.sha256(path) in result.output
    assert "none known" in result.output


def test_a_full_model_is_told_from_weights_only(path, tmp_path):
    full = tmp_path / "encoder_small_90_unsmoothed_mse_all.h5"
    with h5py.File(path) as source, h5py.File(full, "w") as target:
        group = target.create_group("model_weights")
        for name in source:
            source.copy(name, group)

    assert "official full model (layout A)" in run("verify", full).output


def test_a_file_with_the_official_layers_without_weights_is_told_from_ours(path):
    with h5py.File(path, "r+") as file:
        file.create_group("inputs")
        file.attrs["layer_names"] = [b"inputs", b"dense", b"encoder_layer_1_transformer"]

    assert "layout B), as Keras 2 does" in run("verify", path).output


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer"),
        (b"PK\x03\x04rest", "a zip archive"),
        (b"\x1f\x8brest", "a gzip archive"),
        (b"\n<!DOCTYPE html><html>", "a web page"),
        (b"\x93NUMPY\x01\x00", "a NumPy array"),
        (b"\x80\x04\x95", "a Python pickle, which is never opened"),
        (b"weights, honest", "not an HDF5 file: it begins with b'weights,'"),
    ],
)
def test_what_is_no_weight_file_is_called_by_its_name(tmp_path, content, reason):
    path = tmp_path / "PAT-S_weights.h5"
    path.write_bytes(content)

    assert reason in refusal(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "there is no file" in refusal(tmp_path / "absent.h5")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_truncated_file_says_how_much_of_it_there_is(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])

    assert f"is truncated: it has {int(share * len(content))} of {len(content)} bytes" in refusal(
        path
    )


def change(path, name: str, value: np.ndarray | None, new_name: str | None = None) -> None:
    with h5py.File(path, "r+") as file:
        kept = file[name][()]
        del file[name]
        file[new_name or name] = kept if value is None else value


def test_values_that_are_not_finite_are_refused(path):
    change(path, KERNEL, np.full((96, 256), np.nan, "f4"))

    assert "holds 24576 values that are not finite" in refusal(path)


def test_a_renamed_tensor_is_refused(path):
    change(path, KERNEL, None, KERNEL.replace("ff1", "ffn"))

    assert "is not PAT-small: 1 tensors are missing, first encoder" in refusal(path)


def test_a_tensor_of_another_shape_is_refused_for_the_size_that_the_rest_is_of(path):
    change(path, KERNEL, np.ones((96, 128), "f4"))

    assert "is not PAT-small: " in refusal(path)


def test_an_untrained_file_is_refused(path):
    fresh = weights.of_model(model.encoder(SMALL, minutes=360), SMALL)
    for name, value in fresh.items():
        change(path, name, value)

    assert "was never trained" in refusal(path)


def test_a_kernel_of_one_number_is_no_trained_one(path):
    change(path, KERNEL, np.zeros((96, 256), "f4"))

    assert "ff1/kernel:0 was never trained: every value is 0" in refusal(path)


@pytest.mark.parametrize(
    "name", ["PAT-M_29k_weights.h5", "encoder_medium_90_unsmoothed_mse_all.h5", "pat-l_x.h5"]
)
def test_a_file_whose_name_says_another_size_is_refused(path, name):
    renamed = path.rename(path.with_name(name))

    assert "is not what its name says: expected PAT-" in refusal(renamed)


def test_a_name_that_says_nothing_is_no_reason_to_refuse(path):
    assert run("verify", path.rename(path.with_name("mine.h5"))).exit_code == 0


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (h5py.SoftLink("/nowhere"), "is a link that leads nowhere"),
        ("text", "is not PAT-small"),
        (b"bytes", "is not PAT-small"),
    ],
)
def test_what_is_no_array_is_refused_with_the_reason(path, entry, reason):
    with h5py.File(path, "r+") as file:
        del file[KERNEL]
        file[KERNEL] = entry

    assert reason in refusal(path)


def test_an_array_in_the_place_of_the_layers_is_refused(path):
    with h5py.File(path, "r+") as file:
        file["model_weights"] = np.ones(3)

    assert "model_weights is no group of layers" in refusal(path)


def test_heads_that_share_the_embedding_are_called_another_model(path):
    for part in ("query", "key", "value"):
        name = f"encoder_layer_1_transformer/encoder_layer_1_attention/{part}"
        change(path, f"{name}/kernel:0", np.ones((96, 6, 16), "f4"))

    assert "a head is 16 wide; in PAT each head is 96 wide" in refusal(path)


def test_keras_own_format_and_strange_tensors_are_refused(tmp_path):
    path = tmp_path / "m.weights.h5"
    with h5py.File(path, "w") as file:
        file["layers/dense/vars/0"] = np.ones((18, 96), "f4")
        file["layers/dense/vars/1"] = np.ones(96, "f4")
    assert "Keras 3's own format" in refusal(path)

    with h5py.File(path, "w") as file:
        file["conv/kernel:0"] = np.ones(3, "f4")
    assert "holds no known size of PAT" in refusal(path)

    with h5py.File(path, "w"):
        pass
    assert "holds no tensors" in refusal(path)


def test_a_file_that_is_not_its_manifests_is_refused(tmp_path):
    shutil.copy(SHIPPED / "manifest.json", tmp_path)
    weights.save(tmp_path / "weights.h5", random_weights(SMALL), SMALL)

    assert "is not the file of pat-s-nhanes-steps" in refusal(tmp_path / "weights.h5")


def test_another_programs_manifest_beside_a_file_is_ignored(path):
    (path.parent / "manifest.json").write_text('{"name": "a web app"}')

    assert run("verify", path).exit_code == 0


def test_a_folder_that_is_no_artifact_is_refused(tmp_path):
    assert "it lacks manifest.json" in refusal(tmp_path)


def official_conv_tokens(patch: int, minutes: int) -> keras.Model:
    """PAT-Conv's embedding as the notebook writes it, with its TimeDistributed layers."""
    inputs = keras.Input((minutes,), name="inputs")
    x = keras.layers.Reshape((minutes // patch, patch, 1), name="add_channel_dim")(inputs)
    x = keras.layers.TimeDistributed(
        keras.layers.Conv1D(96, 3, padding="same", activation="relu"), name="conv1d_patch_embedding"
    )(x)
    x = keras.layers.TimeDistributed(
        keras.layers.GlobalAveragePooling1D(), name="global_avg_pooling"
    )(x)
    return keras.Model(inputs, x)


@pytest.mark.parametrize("size", CONV_PRESETS)
def test_pat_conv_embeds_patches_as_the_official_layers_do(size, tmp_path):
    config = preset(size)
    written, minutes = random_weights(config), np.random.default_rng(0).normal(0, 1, (2, 360))
    official = official_conv_tokens(config.patch, 360)
    ours = model.ConvPatches(96)
    kernel, bias = list(written.values())[:2]
    official.set_weights([kernel, bias])
    ours.set_weights([kernel, bias])
    x = minutes.astype("f4")
    patches = x.reshape(2, -1, config.patch)

    assert np.abs(official(x) - ours(patches)).max() < 1e-5


@pytest.mark.parametrize("size", CONV_PRESETS)
def test_pat_conv_has_the_pinned_number_of_parameters(size):
    config = preset(size)
    built = model.encoder(config, minutes=360)

    assert (built.count_params(), len(built.weights)) == PUBLISHED[size]
    assert (config.parameters, config.tensors) == PUBLISHED[size]


def test_pat_conv_is_read_as_strictly_as_pat(tmp_path):
    config, path = preset("conv-small"), tmp_path / "conv.h5"
    weights.save(path, random_weights(config), config)
    built = model.encoder(config, minutes=360)
    weights.set_weights(built, weights.read(path, config), config)

    assert verify.closest(path).name == "conv-small"
    assert (
        built.weights[0].numpy() == random_weights(config)[next(iter(weights.layout(config)))]
    ).all()
    with pytest.raises(weights.WeightsError, match="not PAT-small: 2 tensors are missing"):
        weights.read(path, SMALL)
