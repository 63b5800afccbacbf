from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clarity.pat import artifact
from clarity.pat.config import preset
from clarity.pat.pretrained import load
from clarity.pat.weights import WeightsError
from tests.unit import pat_reference as reference

SHIPPED = artifact.shipped("small")


def copy_of_shipped(folder: Path) -> Path:
    return Path(shutil.copytree(artifact.shipped("small"), folder / "pat"))


def test_a_copy_of_the_shipped_folder_is_the_same_artifact(tmp_path):
    ours, copy = (artifact.open_folder(f) for f in (SHIPPED, copy_of_shipped(tmp_path)))

    assert copy.manifest == ours.manifest
    assert copy.config == preset("small")
    assert all((copy.weights[name] == ours.weights[name]).all() for name in ours.weights)


def test_the_card_tells_what_the_manifest_tells():
    manifest, card = artifact.open_folder(SHIPPED).manifest, (SHIPPED / "MODEL_CARD.md").read_text()

    for value in (manifest.model_id, manifest.weights_sha256, manifest.scaler_id, manifest.command):
        assert value in card


def test_the_shipped_model_tells_weeks_apart_and_ignores_how_many_come_at_once():
    pat, rng = load("small"), np.random.default_rng(0)
    weeks = rng.poisson(5, (3, 10_080)).astype("f4")
    weeks[2, :1440] = np.nan

    together = pat.embed(weeks)

    assert together.shape == (3, 96)
    assert (together[1] == pat.embed(weeks[1:2])[0]).all()
    assert np.abs(together[0] - together[1]).max() > 1e-3


def test_the_shipped_model_is_the_reference_on_standardised_steps():
    pat, source = load(SHIPPED), artifact.open_folder(SHIPPED)
    steps = np.random.default_rng(0).poisson(5, (1, 10_080)).astype("f4")
    steps[0, :500] = np.nan

    standard = source.scaler.transform(steps)[0].astype(np.float64)
    tokens, scores = reference.forward(source.weights, source.config, standard)

    assert np.abs(pat.embed(steps)[0] - tokens.mean(0)).max() < 1e-5
    received = scores[-1].sum(axis=1).mean(axis=0)
    assert np.allclose(pat.attention(steps)[0], np.repeat(received / received.sum(), 18), atol=1e-6)


@pytest.mark.parametrize("shape", [(10_080,), (1, 1440), (1, 10_080, 1)])
def test_steps_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"expected steps of shape \(n, 10080\), found"):
        load("small").embed(np.zeros(shape))


def damage_weights(folder: Path) -> None:
    content = bytearray((folder / "weights.h5").read_bytes())
    content[-1] ^= 1
    (folder / "weights.h5").write_bytes(content)


def damage_scaler(folder: Path) -> None:
    with np.load(folder / "scaler.npz") as stored:
        arrays = dict(stored)
    np.savez(folder / "scaler.npz", **(arrays | {"mean": arrays["mean"] + 1}))


def rewrite_manifest(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


DAMAGES = {
    "another weight file": (damage_weights, "weights.h5 is not the file of pat-s"),
    "another scaler": (damage_scaler, "scaler.npz is not the scaler of pat-s"),
    "a broken scaler": (
        lambda folder: (folder / "scaler.npz").write_bytes(b"PK"),
        "scaler.npz is no scaler: damaged",
    ),
    "another size": (
        lambda folder: rewrite_manifest(folder, size="medium"),
        "weights.h5 is not PAT-medium",
    ),
    "an unknown size": (
        lambda folder: rewrite_manifest(folder, size="xl"),
        "unknown size 'xl'",
    ),
    "a manifest with more names": (
        lambda folder: rewrite_manifest(folder, extra="x"),
        "must name exactly",
    ),
    "a manifest with a number": (
        lambda folder: rewrite_manifest(folder, command=1),
        "every value must be text",
    ),
    "a manifest that is no JSON": (
        lambda folder: (folder / "manifest.json").write_text("{"),
        "is not JSON",
    ),
    "no weights": (lambda folder: (folder / "weights.h5").unlink(), "it lacks weights.h5"),
}


@pytest.mark.parametrize(("damage", "reason"), DAMAGES.values(), ids=DAMAGES)
def test_an_artifact_that_is_not_what_it_claims_is_refused(tmp_path, damage, reason):
    folder = copy_of_shipped(tmp_path)
    damage(folder)

    with pytest.raises(WeightsError, match=reason):
        artifact.open_folder(folder)


def test_a_model_of_counts_is_refused_where_steps_come():
    source = artifact.open_folder(SHIPPED)

    assert source.of_steps() is source
    counts = replace(source, scaler=replace(source.scaler, signal="counts"))
    with pytest.raises(WeightsError, match=r"reads steps a minute, .* reads counts"):
        counts.of_steps()


def test_a_size_without_shipped_weights_is_refused_not_replaced():
    with pytest.raises(WeightsError, match="no weights of PAT-huge are shipped, only small"):
        load("huge")
