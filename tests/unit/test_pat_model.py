from __future__ import annotations

import numpy as np
import pytest

from clarity.pat import model, weights
from clarity.pat.config import PRESETS, PatConfig, preset
from clarity.pat.positions import position_table
from tests.unit import pat_reference as reference

# name: parameters, tensors
PINNED = {
    "small": (274_720, 18),
    "medium": (993_440, 34),
    "large": (1_984_192, 66),
    "huge": (3_967_040, 130),
}
TINY = PatConfig("tiny", patch=18, heads=3, layers=2)
DAY = 1440


def built(config: PatConfig, w: weights.Weights, *, attention: bool = False):
    encoder = model.encoder(config, minutes=DAY, attention=attention)
    weights.set_weights(encoder, w, config)
    return encoder


def day(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, DAY).astype("f4")


def test_every_preset_is_pinned():
    assert PRESETS.keys() == PINNED.keys()


@pytest.mark.parametrize("size", PINNED)
def test_a_preset_has_the_published_number_of_parameters_and_tensors(size):
    config = preset(size)
    parameters, tensors = PINNED[size]

    encoder = model.encoder(config, minutes=DAY)

    assert (encoder.count_params(), len(encoder.weights)) == (parameters, tensors)
    assert (config.parameters, config.tensors) == (parameters, tensors)
    assert sum(int(np.prod(s)) for s in weights.layout(config).values()) == parameters


def test_an_unknown_size_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown PAT size 'xl', expected one of small, medium"):
        preset("xl")


@pytest.mark.parametrize("config", [TINY, preset("small")], ids=lambda c: c.name)
def test_keras_and_the_numpy_reference_agree(config):
    w = reference.random_weights(config)
    minutes = day()

    out = built(config, w, attention=True)(minutes[None])
    tokens, scores = reference.forward(w, config, minutes.astype(np.float64))

    assert np.abs(out["tokens"][0] - tokens).max() < 1e-5
    assert np.abs(out["pooled"][0] - tokens.mean(0)).max() < 1e-5
    assert len(out["attention"]) == config.layers
    for ours, theirs in zip(out["attention"], scores, strict=True):
        assert np.abs(ours[0] - theirs).max() < 1e-5


def test_the_serving_model_without_attention_gives_the_same_tokens():
    w = reference.random_weights(TINY)

    plain, explained = (built(TINY, w, attention=a)(day()[None]) for a in (False, True))

    assert "attention" not in plain
    assert np.abs(plain["tokens"] - explained["tokens"]).max() < 1e-5


@pytest.mark.parametrize(
    "wrong",
    [
        reference.Variant(gelu=True),
        reference.Variant(interleaved=True),
        reference.Variant(scale_by_share=True),
        reference.Variant(pre_norm=True),
        reference.Variant(epsilon=1e-3),
    ],
    ids=["gelu", "interleaved positions", "scale of key_dim D/H", "pre-norm", "Keras' epsilon"],
)
def test_a_wrong_variant_that_fits_the_same_weights_is_told_apart(wrong):
    w = reference.random_weights(preset("small"))
    minutes = day()

    out = built(preset("small"), w)(minutes[None])
    tokens, _ = reference.forward(w, preset("small"), minutes.astype(np.float64), wrong)

    assert np.abs(out["tokens"][0] - tokens).max() > 1e-4


def test_key_dim_is_the_embedding_and_not_a_share_of_it():
    narrow = PatConfig("narrow", patch=18, heads=6, layers=1, key_dim=96 // 6)

    assert narrow.parameters == 88_960
    with pytest.raises(ValueError, match="shape"):
        weights.set_weights(
            model.encoder(narrow, minutes=DAY), reference.random_weights(preset("small")), narrow
        )


def test_positions_are_all_sines_then_all_cosines():
    table = position_table(560, 96)

    assert table[0].tolist() == [0.0] * 48 + [1.0] * 48
    assert table[1, 0] == np.sin(1)
    assert table[1, 48] == np.cos(1)


def test_inference_is_deterministic_and_has_no_dropout():
    encoder = built(TINY, reference.random_weights(TINY))

    first, second = (np.asarray(encoder(day()[None])["pooled"]) for _ in range(2))

    assert (first == second).all()


@pytest.mark.parametrize("minutes", [1440, 4320])
def test_the_same_weights_read_any_length_of_whole_patches(minutes):
    w = reference.random_weights(TINY)
    encoder = model.encoder(TINY, minutes=minutes)
    weights.set_weights(encoder, w, TINY)

    assert encoder(np.zeros((1, minutes), "f4"))["tokens"].shape == (1, minutes // 18, 96)


@pytest.mark.parametrize("minutes", [1000, 0, -18])
def test_a_length_that_is_not_whole_patches_is_refused(minutes):
    with pytest.raises(ValueError, match=f"whole patches of 18 minutes, found .* {minutes} min"):
        model.encoder(TINY, minutes=minutes)


def test_uniform_attention_gives_every_minute_one_share_of_its_patch():
    profile = model.attention_profile(np.full((2, 6, 80, 80), 1 / 80, "f4"), patch=18)

    assert profile.shape == (2, 1440)
    assert np.allclose(profile, 1 / 80)


def test_the_attention_profile_is_what_a_minute_receives_not_what_it_gives():
    scores = np.zeros((1, 1, 4, 4), "f4")
    scores[0, 0, :, 2] = 1  # every query looks at token 2

    profile = model.attention_profile(scores, patch=3)

    assert profile[0].tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0]
