from __future__ import annotations

import json
import shutil

import h5py
import numpy as np
import pytest
from click.testing import CliRunner

from clarity.cli import main
from clarity.pat import artifact, runtime, scaler, weights
from clarity.pat.config import preset
from tests.unit.pat_reference import random_weights

TOLD = ["--provenance", "nobody's weeks", "--licence", "CC0"]


def run(*arguments):
    return CliRunner().invoke(main, ["pat", *map(str, arguments)])


@pytest.fixture
def bare(tmp_path):
    path = tmp_path / "PAT-S_29k_weights.h5"
    weights.save(path, random_weights(preset("small")), preset("small"))
    return path


def test_a_bare_file_becomes_an_artifact_that_serves_its_weights(bare, tmp_path):
    result = run("adopt", bare, "--out", tmp_path / "mine", *TOLD)

    assert result.exit_code == 0, result.output
    assert "not what it was trained with unless you know so" in result.output
    source = artifact.open_folder(tmp_path / "mine")
    assert source.manifest.weights_sha256 == artifact.sha256(bare)
    assert (source.manifest.provenance, source.manifest.licence) == ("nobody's weeks", "CC0")
    assert runtime.Pat(source, cores=1).embed(np.ones((1, 10_080), "f4")).shape == (1, 96)


def test_the_older_full_model_layout_is_adopted_as_it_is(bare, tmp_path):
    older = tmp_path / "encoder_small_90_unsmoothed_mse_all.h5"
    with h5py.File(bare) as new, h5py.File(older, "w") as old:
        for name in new:
            new.copy(name, old.require_group("model_weights"))

    assert run("adopt", older, "--out", tmp_path / "mine", *TOLD).exit_code == 0
    assert artifact.open_folder(tmp_path / "mine").manifest.size == "small"


def test_its_own_scaler_is_taken_where_it_is_known(bare, tmp_path):
    own = scaler.fit(np.random.default_rng(0).uniform(0, 9, (30, 10_080)), provenance="thirty")
    scaler.save(own, tmp_path / "own.npz")

    result = run("adopt", bare, "--out", tmp_path / "a", "--scaler", tmp_path / "own.npz", *TOLD)

    assert result.exit_code == 0, result.output
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text("utf-8"))
    assert manifest["scaler_id"] == own.scaler_id


def test_what_is_no_weight_file_or_would_be_written_over_is_refused(bare, tmp_path):
    wrong = shutil.copy(bare, tmp_path / "PAT-L_29k_weights.h5")
    refused = run("adopt", wrong, "--out", tmp_path / "mine", *TOLD)
    assert "is not what its name says" in refused.output
    assert not (tmp_path / "mine").exists()

    again = run("adopt", bare, "--out", tmp_path, *TOLD)
    assert "holds something already" in again.output


@pytest.mark.parametrize("command", ["explain", "export"])
def test_a_command_that_needs_an_artifact_says_how_to_make_one(bare, tmp_path, command):
    (tmp_path / "week.csv").write_text("steps\n" + "5\n" * 10_080)
    first = [tmp_path / "week.csv"] if command == "explain" else ["--format", "onnx"]

    result = run(command, *first, "--artifact", bare, "--out", tmp_path / "out")

    assert result.exit_code == 1
    assert "clarity pat adopt makes one of it" in result.output
