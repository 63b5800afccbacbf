from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pytest
from click.testing import CliRunner

from clarity.cli import main
from clarity.pat import artifact, attribution, explain_page, scaler, weights
from clarity.pat.attribution import Explainer, NothingToExplainError, rank_correlation
from clarity.pat.config import preset
from clarity.pat.explain import UnreadableStepsError, read_steps
from clarity.pat.pretrained import Pat
from tests.unit.pat_reference import random_weights

MINUTES = 2880  # two days: attention costs the square, and the weights fit any length


def week(seed: int = 3) -> np.ndarray:
    """Plausible days of steps: awake by day, in bouts, with one night not observed."""
    rng = np.random.default_rng(seed)
    hour = np.arange(MINUTES) % 1440 / 60
    awake = (hour > 7.5) & (hour < 22)
    bouts = np.repeat(rng.random(MINUTES // 15) < 0.3, 15)
    steps = np.where(awake & bouts, rng.gamma(2, 25, MINUTES).round(), 0.0)
    steps[1500:1900] = np.nan
    return steps


@pytest.fixture(scope="module")
def source():
    shipped = artifact.open_folder(artifact.shipped("small"))
    fitted = shipped.scaler
    short = replace(fitted, mean=fitted.mean[:MINUTES], sd=fitted.sd[:MINUTES])
    return replace(shipped, scaler=short)


@pytest.fixture(scope="module")
def found(source):
    return attribution.explain(source, week())


def test_the_minutes_sum_to_how_far_the_week_lies_from_the_average_one(found):
    gradients = found.gradients

    assert gradients.error < 0.01
    assert gradients.minutes.sum() == pytest.approx(gradients.departure, rel=0.01)


def test_the_departure_is_the_distance_between_the_two_embeddings(found, source):
    pat = Pat(source)
    average = np.minimum(source.scaler.mean.astype("f8") ** 2, 200)
    unseen = np.full((1, MINUTES), np.nan)
    far = np.linalg.norm(pat.embed(week()[None])[0] - pat.embed(unseen)[0])

    assert found.gradients.departure == pytest.approx(far, rel=1e-4)
    assert np.abs(pat.embed(average[None])[0] - pat.embed(unseen)[0]).max() < 1e-4


def test_shuffled_weights_destroy_both_maps(found):
    assert found.shuffled_rank < 0.3
    assert found.shuffled_attention_rank < 0.5


def test_each_shuffle_by_itself_destroys_the_map_and_no_shuffle_keeps_it(source):
    minutes = source.scaler.transform(week()[None])[0]
    explainer = Explainer(source.weights, source.config, MINUTES)
    direction, _ = explainer.departure(minutes)
    trained = explainer.integrate(minutes, direction, 8)

    assert rank_correlation(trained, explainer.integrate(minutes, direction, 16)) > 0.9
    for seed in range(100, 103):
        null = Explainer(attribution.shuffled(source.weights, seed), source.config, MINUTES)
        assert abs(rank_correlation(trained, null.integrate(minutes, direction, 8))) < 0.4


def test_shuffling_keeps_each_tensors_numbers(source):
    for name, array in attribution.shuffled(source.weights, 0).items():
        assert array.shape == source.weights[name].shape
        assert (np.sort(array, axis=None) == np.sort(source.weights[name], axis=None)).all()


def test_a_minute_that_nobody_observed_moved_nothing(found):
    assert (found.gradients.minutes[1500:1900] == 0).all()
    assert np.count_nonzero(found.gradients.minutes) > 2000


def test_the_gradient_is_the_slope_that_small_changes_measure(source):
    minutes = source.scaler.transform(week()[None])[0]
    explainer = Explainer(source.weights, source.config, MINUTES)
    direction, _ = explainer.departure(minutes)
    slope = explainer.slope(minutes, direction)
    way = np.sign(slope).astype("f4")  # the steepest of small changes, so that rounding is small

    up, down = (explainer.pooled(minutes + step * way) @ direction for step in (1e-3, -1e-3))

    assert (up - down) / 2e-3 == pytest.approx(np.abs(slope).sum(), rel=1e-2)


def test_the_attention_is_that_of_the_endpoint(found, source):
    assert np.abs(found.attention - Pat(source).attention(week()[None])[0]).max() < 1e-7
    assert found.attention.sum() == pytest.approx(18)


def test_the_average_week_leaves_nothing_to_explain(source):
    explainer = Explainer(source.weights, source.config, MINUTES)

    with pytest.raises(NothingToExplainError, match="population's mean week"):
        explainer.departure(np.zeros(MINUTES, "f4"))


def test_ranks_are_shared_by_equal_values_and_a_constant_correlates_with_nothing():
    a = np.array([3.0, 1.0, 2.0, 2.0])

    assert rank_correlation(a, a**3) == pytest.approx(1)
    assert rank_correlation(a, -a) == pytest.approx(-1)
    assert rank_correlation(a, np.ones(4)) == 0
    # By hand: ranks 1 2.5 2.5 4 against 1 2 3 4.
    assert rank_correlation(np.array([1.0, 2, 2, 3]), np.array([1.0, 2, 3, 4])) == pytest.approx(
        4.5 / np.sqrt(4.5 * 5)
    )


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in {"meta", "path"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag != "path":
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(found):
    return explain_page.render(found, date(2026, 3, 2))


def test_the_page_is_whole_and_asks_for_nothing_from_anywhere(page):
    tags = Tags()
    tags.feed(page)

    assert tags.open == []
    assert tags.seen.count("svg") == 3
    assert not {"script", "img", "link", "iframe"} & set(tags.seen)
    assert not {"src", "href", "onload", "onclick"} & {name for name, _ in tags.attributes}
    assert "http" not in page
    assert "prefers-color-scheme:dark" in page


def test_the_page_says_that_attention_is_correlational_and_names_no_risk(page, found):
    assert "Attention is correlational" in page
    assert "not why" in page
    assert "no head: nothing here is a risk, a symptom or a diagnosis" in page
    assert found.weights_sha256 in page
    assert f"{found.shuffled_rank:.2f}" in page
    assert f"{found.input_rank:.2f}" in page


def test_the_days_are_dated_or_numbered_and_tell_of_what_was_not_observed(page, found):
    assert "<b>Mon 2 Mar</b>" in page
    assert "<b>Tue 3 Mar</b>" in page
    assert "6.7 h not observed" in page
    assert "<b>Day 2</b>" in explain_page.render(found, None)


def write(folder, name: str, text: str):
    path = folder / name
    path.write_text(text)
    return path


def test_steps_are_read_alike_from_an_array_and_from_a_table(tmp_path):
    steps = week()
    np.save(tmp_path / "w.npy", steps[None])
    fields = ["" if np.isnan(s) else f"{s:g}" for s in steps]
    bare = write(tmp_path, "bare.csv", "\n".join(f or "nan" for f in fields))
    named = "".join(f"{i},{f}\n" for i, f in enumerate(fields))
    table = write(tmp_path, "table.csv", f"minute,Steps\n{named}\n")

    for path in (tmp_path / "w.npy", bare, table):
        assert np.array_equal(read_steps(path, MINUTES), steps, equal_nan=True)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.csv", "1\n2\n", "must hold 4 minutes, 7 days from a local midnight; found 2"),
        ("a.csv", "", "found 0"),
        ("a.csv", "steps\n1\n2\nx\n4\n", "a.csv:4: 'x' is no number"),
        ("a.csv", "1\n-2\n3\n4\n", "minute 1 is -2"),
        ("a.csv", "1\ninf\n3\n4\n", "minute 1 is inf"),
        ("a.csv", "nan\nnan\nnan\nnan\n", "no observed minute"),
        ("a.csv", "time,count\n0,1\n", "has 2 columns and none is named steps: time, count"),
        ("a.npy", "text", "not an array of numbers"),
        ("a.npy", "", "not an array of numbers"),
    ],
)
def test_steps_that_cannot_be_used_are_refused_with_the_place(tmp_path, name, text, reason):
    with pytest.raises(UnreadableStepsError, match=reason):
        read_steps(write(tmp_path, name, text), 4)


def stored(folder, source: artifact.Artifact):
    """The artifact as a folder."""
    folder.mkdir()
    weights.save(folder / "weights.h5", source.weights, source.config)
    scaler.save(source.scaler, folder / "scaler.npz")
    manifest = replace(
        source.manifest,
        size=source.config.name,
        weights_sha256=artifact.sha256(folder / "weights.h5"),
        scaler_id=source.scaler.scaler_id,
    )
    artifact.write_manifest(manifest, folder / "manifest.json")
    return folder


@pytest.mark.parametrize("size", ["small", "medium"])
def test_the_command_explains_with_any_size_and_says_what_it_found(tmp_path, source, size):
    if size != "small":
        config = preset(size)
        source = replace(source, config=config, weights=random_weights(config))
    folder = stored(tmp_path / "artifact", source)
    np.save(tmp_path / "w.npy", week())
    out = tmp_path / "page.html"
    result = CliRunner().invoke(
        main, ["pat", "explain", f"{tmp_path / 'w.npy'}", f"--out={out}", f"--artifact={folder}"]
    )

    assert result.exit_code == 0, result.output
    assert "completeness off by 0." in result.output
    assert "rank correlation with shuffled weights" in result.output
    assert re.search("Checks passed by|cannot be trusted", result.output)
    assert out.read_text().startswith("<!doctype html>")


def test_the_command_takes_one_model_at_a_time(tmp_path):
    path = write(tmp_path, "w.csv", "1\n2\n")
    both = ["--size=small", f"--artifact={tmp_path}"]
    result = CliRunner().invoke(main, ["pat", "explain", str(path), *both])

    assert result.exit_code == 2
    assert "give one" in result.output
    unknown = CliRunner().invoke(main, ["pat", "explain", str(path), "--size=tiny"])
    assert "'small'" in unknown.output


def test_a_page_whose_checks_failed_says_that_its_maps_cannot_be_trusted(found, page):
    doubtful = explain_page.render(replace(found, shuffled_rank=0.6), None)

    assert "The attribution map cannot be trusted" in doubtful
    assert "0.60, above 0.3" in doubtful
    assert "The attribution map cannot be trusted" not in page


def test_the_command_refuses_bad_steps_and_writes_nothing(tmp_path):
    out = tmp_path / "page.html"
    path = write(tmp_path, "w.csv", "1\n2\n")
    result = CliRunner().invoke(main, ["pat", "explain", str(path), "--out", str(out)])

    assert result.exit_code == 1
    assert "must hold 10080 minutes" in result.output
    assert not out.exists()
