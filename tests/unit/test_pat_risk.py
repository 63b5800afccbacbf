from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from html.parser import HTMLParser

import numpy as np
import pytest
from click.testing import CliRunner

from clarity.cli import main
from clarity.pat import artifact, calibration, heads, reliability_page, risk, runtime
from clarity.pat.heads import Head, HeadError
from clarity.pat.scoring import Bin, Estimate

SHIPPED = artifact.shipped("small")


def run(*arguments):
    return CliRunner().invoke(main, ["pat", *map(str, arguments)])


def weeks_of(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Weeks by day only, and who has it: those who walk half as much."""
    rng = np.random.default_rng(seed)
    has = np.arange(n) % 2
    day = np.clip(np.sin((np.arange(10_080) % 1440 - 480) * 2 * np.pi / 1440), 0, None)
    level = np.where(has, 7, 14)[:, None] * rng.uniform(0.6, 1.4, (n, 1))
    steps = rng.poisson(level * day).astype("f4")
    steps[:, np.arange(10_080) % 1440 < 420] = np.nan
    return steps, has


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A head of one person's hundred weeks."""
    folder = tmp_path_factory.mktemp("own")
    steps, has = weeks_of(100)
    np.savez(folder / "weeks.npz", steps=steps, person=np.zeros(100, int), label=has)
    options = ["--data", folder / "weeks.npz", "--label", "bad-week", "--out", folder / "head"]
    result = run("finetune", *options, "--epochs", 25)
    assert result.exit_code == 0, result.output
    assert "cut by time, since all weeks are one person's" in " ".join(result.output.split())
    return folder / "head"


@pytest.fixture
def week(tmp_path):
    np.save(tmp_path / "week.npy", weeks_of(2, seed=9)[0][1])
    return tmp_path / "week.npy"


def test_a_risk_is_the_heads_and_is_told_beside_how_the_head_did(own, week):
    result = run("risk", week, "--head", own)

    assert result.exit_code == 0, result.output
    facts = json.loads((own / "head.json").read_text("utf-8"))["facts"]
    assert facts["parts"]["test"] == {"people": 1, "weeks": 20, "positives": 10}
    source = artifact.open_folder(SHIPPED)
    head = heads.load(own, encoder_sha256=source.manifest.weights_sha256)
    said = float(head.risk(runtime.load("small", cores=1).embed(np.load(week)[None]))[0])
    assert said > 0.5
    told = f"{said:.1%}" if said <= 0.999 else "above 99.9%"
    assert f"risk         {told} for bad-week\n" in result.output
    assert "base rate    50.0% of 20 test weeks had it" in result.output
    assert "of 2 test weeks told about the same (" in result.output
    assert f"AUC {Estimate(**facts['test']['auc'])} (95 %) on those 20" in result.output
    assert "not a diagnosis of anybody" in result.output


def test_a_week_with_too_little_data_gets_no_risk(own, week):
    steps = np.load(week)
    steps[3 * 1440 :] = np.nan
    np.save(week, steps)
    result = run("risk", week, "--head", own)

    assert result.exit_code == 1
    assert (
        "4 days with at least 10 h of observed minutes and a step in them are needed, 3 found"
        in result.output
    )


def test_a_device_in_a_drawer_is_no_still_week(own, week):
    np.save(week, np.zeros(10_080, "f4"))

    result = run("risk", week, "--head", own)

    assert result.exit_code == 1
    assert "a step in them are needed, 0 found" in result.output


@pytest.mark.parametrize(
    ("said", "told"), [(0.0, "below 0.1%"), (0.12, "12.0%"), (1.0, "above 99.9%")]
)
def test_no_risk_is_told_as_certain(own, said, told):
    head = heads.load(own, encoder_sha256=heads.encoder_of(own))

    found = dict(risk.lines(risk.Told(head, calibration.read(head.facts), said)))

    assert found["risk"].startswith(told)


def changed(own, folder, **facts):
    """A copy of a head with other facts."""
    shutil.copytree(own, folder)
    document = json.loads((folder / "head.json").read_text("utf-8"))
    document["facts"] |= facts
    (folder / "head.json").write_text(json.dumps(document), "utf-8")
    return folder


def test_a_head_that_chance_could_equal_tells_no_risk(own, week, tmp_path):
    test = json.loads((own / "head.json").read_text("utf-8"))["facts"]["test"]
    test["auc"] = asdict(Estimate(0.6, 0.5, 0.7))
    result = run("risk", week, "--head", changed(own, tmp_path / "head", test=test))

    assert result.exit_code == 1
    assert "chance could equal it, so there is no risk" in result.output


def test_a_head_is_refused_with_another_scaler(own, week, tmp_path):
    result = run("risk", week, "--head", changed(own, tmp_path / "head", scaler_id="steps-x"))

    assert result.exit_code == 1
    assert "the head was trained on weeks that scaler steps-x standardised" in result.output


def test_without_a_head_there_is_no_risk(week, tmp_path):
    result = run("risk", week, "--head", tmp_path)

    assert result.exit_code == 1
    assert "so there is no risk" in result.output


def test_a_head_is_refused_on_another_encoder(own, week, tmp_path):
    head = heads.load(own, encoder_sha256=heads.encoder_of(own))
    heads.save(replace(head, encoder_sha256="c" * 64), tmp_path)

    other = run("risk", week, "--head", tmp_path, "--artifact", SHIPPED)
    assert "belongs to the encoder " + "c" * 64 in other.output
    unknown = run("risk", week, "--head", tmp_path)
    assert "which is not shipped and not in" in unknown.output
    assert "clarity pat merge" not in unknown.output
    (tmp_path / "adapter.json").write_text("{}")
    assert f"clarity pat merge {tmp_path}" in run("risk", week, "--head", tmp_path).output
    assert {other.exit_code, unknown.exit_code} == {1}


def test_the_encoder_beside_a_head_is_the_one_that_is_used(own, tmp_path):
    shutil.copytree(own, tmp_path, dirs_exist_ok=True)
    assert risk.encoder_for(tmp_path) == SHIPPED

    (tmp_path / "encoder").mkdir()
    assert risk.encoder_for(tmp_path) == tmp_path / "encoder"


# measuring


def scored(n: int = 200, people: int = 200) -> tuple[Head, np.ndarray, np.ndarray, np.ndarray]:
    """A head that passes its one input through, and people whose risks are what it says."""
    rng = np.random.default_rng(3)
    logit = rng.normal(0, 1.5, n)
    tensors = {
        "hidden_kernel": np.array([[1.0, -1.0]], "f4"),
        "hidden_bias": np.zeros(2, "f4"),
        "output_kernel": np.array([[2.0], [-2.0]], "f4"),  # twice as sure as it should be
        "output_bias": np.zeros(1, "f4"),
    }
    truth = (rng.random(n) < heads.sigmoid(logit)).astype(float)
    head = Head("x", "probe", "a" * 64, tensors, slope=0.5)
    return head, logit[:, None].astype("f4"), truth, np.arange(n) % people


def test_calibration_lowers_the_error_and_the_brier_score():
    found = calibration.measure(*scored(2000))

    assert found.error < 0.04 < found.error_before
    assert found.brier < found.brier_before
    assert found.auc.low < found.auc.value < found.auc.high


def test_the_edges_put_every_person_into_the_bin_that_counted_him():
    head, pooled, truth, person = scored()
    found = calibration.measure(head, pooled, truth, person)

    bins = np.array([found.bin_of(each) for each in head.risk(pooled)])
    assert np.bincount(bins).tolist() == [each.people for each in found.bins]
    for i, each in enumerate(found.bins):
        assert truth[bins == i].mean() == pytest.approx(each.observed)


def test_the_interval_is_wider_when_the_weeks_are_of_few_people():
    head, pooled, truth, _ = scored(400)
    by_truth = truth.astype(int) * 5 + np.arange(400) % 5  # ten people, each always the same

    def wide(person: np.ndarray) -> float:
        auc = calibration.measure(head, pooled, truth, person).auc
        return auc.high - auc.low

    assert wide(np.arange(400)) == wide(np.zeros(400, int))  # one person: weeks are drawn
    assert wide(np.arange(400)) != wide(by_truth)


def test_the_interval_of_a_share_is_wilsons():
    # Newcombe 1998, table I: 81 of 263.
    low, high = calibration.interval(Bin(263, 0.3, 81 / 263))

    assert low == pytest.approx(0.2553, abs=1e-4)
    assert high == pytest.approx(0.3662, abs=1e-4)


def test_what_was_measured_comes_back_from_a_heads_facts():
    found = calibration.measure(*scored())
    facts = json.loads(json.dumps({"test": asdict(found)}))

    assert calibration.read(facts) == found
    broken: tuple[dict[str, object], ...] = ({}, {"test": 3}, {"test": facts["test"] | {"x": 1}})
    for each in broken:
        with pytest.raises(HeadError, match="does not say how the head was measured"):
            calibration.read(each)
    with pytest.raises(HeadError, match="10 bins and 1 edges"):
        calibration.read({"test": facts["test"] | {"edges": [0.5]}})


# the picture


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        assert not {"src", "href"} & dict(attrs).keys()
        if tag not in {"meta", "path", "circle"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in {"path", "circle"}:
            assert self.open.pop() == tag


@pytest.fixture
def page():
    head, pooled, truth, person = scored()
    measured = calibration.measure(head, pooled, truth, person)
    facts = {"unit": "people", "meaning": "is <so>", "cut": "by person"}
    return reliability_page.render(replace(head, facts=facts), measured), measured


def test_the_picture_is_whole_and_asks_for_nothing_from_anywhere(page):
    text, measured = page
    tags = Tags()
    tags.feed(text)

    assert tags.open == []
    assert tags.seen.count("circle") == len(measured.bins) == tags.seen.count("tr") - 1
    assert not {"script", "img", "link", "iframe"} & set(tags.seen)
    assert "http" not in text
    assert "prefers-color-scheme:dark" in text
    assert 'svg role="img" aria-label="Reliability curve of 10 groups of people' in text


def test_the_picture_says_what_was_measured_and_escapes_what_it_is_told(page):
    text, measured = page

    assert f"{measured.error:.3f}; {measured.error_before:.3f} before" in text
    assert f"{measured.brier:.3f}; {measured.brier_before:.3f} before" in text
    assert "is &lt;so&gt;" in text
    assert "Not a diagnosis." in text


def test_a_rare_conditions_dots_fill_the_drawing():
    measured = calibration.measure(*scored())
    bins = tuple(Bin(2000, 0.01 * i, 0.01 * i) for i in range(1, 5))
    drawn = reliability_page.drawing(replace(measured, bins=bins), "people")

    assert ">5 %</text>" in drawn
    assert ">100 %</text>" not in drawn
    assert 'cx="386.0" cy="90.0"' in drawn  # 4 % of 5 %: four fifths of the way along and up
