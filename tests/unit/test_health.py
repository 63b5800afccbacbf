"""What is said of the model, and what it is said of: references, recorders, calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from clarity.adapters import references
from clarity.cli import main
from clarity.domain.drift import FEATURES, People
from clarity.domain.errors import ParkedError, UnavailableError
from clarity.domain.health import Lately, Reading, Watch, health_of, is_known_well, line
from clarity.domain.intake.samples import parse_upload
from clarity.domain.intake.software import software_of
from clarity.domain.minutes.recorder import recorder_of
from clarity.pat.artifact import SHIPPED, read_manifest, shipped
from clarity.sources.generated import people
from tests.chain import Chain
from tests.memory_services import MemoryEncoder
from tests.unit.nhanes_folder import write_folder

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
READING = Reading("someone", NOW - timedelta(hours=1), "pat-x", "ab", 0.3)
BUSY = Lately(2000, 4, [READING], 7, 4.25)
QUIET = Lately(0, 0, [], 0, None)


def watch(*differed: bool, **more: Any) -> Watch:
    found = Watch("pat-x", "v1", NOW, NOW + WEEK, **more)
    for differs in differed:
        found = found.judged(differs=differs).next(WEEK)
    return found


def looked(*what: str, compared: bool = True, people: int = 60) -> dict[str, Any]:
    return {"what": list(what), "compared": compared, "people": people}


def test_the_answers_of_a_canary_are_counted_by_its_model() -> None:
    canary = [replace(READING, model_id="pat-y")] * 3
    health = health_of(watch(), replace(BUSY, readings=[READING, *canary]), NOW)

    assert health["day"]["other_models"] == [{"model_id": "pat-y", "weeks": 3}]
    assert health["day"]["measured"] == 1


@pytest.mark.parametrize(
    ("found", "lately", "said"),
    [
        (
            watch(False, looked=looked()),
            BUSY,
            "pat-x read 2,000 weeks in 24 h, half of them in 0.30 s and 95 % in 0.30 s, 4 calls "
            "failed (0.2%), rated 4.2 of 5 by 7; no drift; of 60 people compared nothing differs.",
        ),
        (
            watch(),
            QUIET,
            "pat-x read 0 weeks in 24 h, none failed; not enough people to tell: 0 of 25, and the "
            "window is open until 2026-06-22.",
        ),
        (
            watch(False, looked=looked(people=3, compared=False)),
            QUIET,
            "pat-x read 0 weeks in 24 h, none failed; no drift; lately not enough people to tell: "
            "3 of 25, and the window is open until 2026-06-29.",
        ),
        (
            watch(True, looked=looked("daily_steps")),
            QUIET,
            "pat-x read 0 weeks in 24 h, none failed; the last window differs, which is drift only "
            "if 3 in a row do; of 60 people compared daily_steps differs.",
        ),
        (
            watch(
                True, True, True, looked=looked("m10", "l5", "coverage", "embedding"), request="r"
            ),
            QUIET,
            "pat-x read 0 weeks in 24 h, none failed; DRIFT since 2026-06-15, a new training is "
            "asked for (r); of 60 people compared m10, l5, coverage differs.",
        ),
        (
            Watch("pat-x", "", NOW, NOW + WEEK, looked=looked("m10", "l5")),
            QUIET,
            "pat-x read 0 weeks in 24 h, none failed; no drift can be told: there is no reference "
            "of your own yet; 2 of their features differ from the people that it was trained on.",
        ),
    ],
    ids=["none", "too few", "too few lately", "suspected", "drift", "no reference"],
)
def test_one_line_says_how_the_model_is(found, lately, said) -> None:
    health = health_of(found, lately, NOW)

    assert line(health, NOW) == said
    assert is_known_well(health, NOW) == (health["drift"]["state"] in ("none", "suspected"))


@pytest.mark.parametrize(
    ("found", "people", "said"),
    [
        (watch(), 30, "nothing can be told before the window ends on 2026-06-22"),
        (watch(looked=looked(people=40, compared=False)), 0, "no reference comes with pat-x"),
        (
            watch(looked=looked(people=4, compared=False)),
            3,
            "not enough people to tell: 4 of 25, and the window is open until 2026-06-22.",
        ),
        (
            watch(looked=looked(people=0, compared=False) | {"unlike": 40, "reference": "v1"}),
            0,
            "0 of 25 (and 40 weeks unreadable, or of another width than the reference's), and",
        ),
    ],
    ids=["window is open", "no reference", "few", "reference of another width"],
)
def test_why_nobody_can_tell_is_said(found, people, said) -> None:
    readings = [replace(READING, person=str(number)) for number in range(people)]

    health = health_of(found, Lately(people, 0, readings, 0, None), NOW)

    assert said in line(health, NOW)
    assert not is_known_well(health, NOW)


def test_a_request_that_was_closed_is_named_as_closed() -> None:
    found = health_of(watch(True, True, True, looked=looked("m10"), request="r"), QUIET, NOW)
    found["drift"]["request_closed_at"] = NOW

    assert "the request for a new training (r) was closed on 2026-06-15" in line(found, NOW)


def test_what_was_told_long_ago_is_not_known_any_more() -> None:
    found = watch(False, looked=looked(people=5, compared=False))
    states = []

    for _ in range(4):
        states.append(found.state)
        found = found.longer(WEEK)

    assert states == ["none", "none", "none", "too_few"]
    assert found.next(WEEK).judged(differs=False).state == "none"


def test_what_was_not_heard_of_for_a_day_is_not_known() -> None:
    health = health_of(watch(False, looked=looked()), BUSY, NOW)

    assert not is_known_well(health, NOW + timedelta(days=2))
    assert line(health, NOW + timedelta(days=2)).startswith("Nothing was heard for 2 days; before")


@pytest.mark.parametrize(
    ("verdicts", "first"),
    [
        ([True, True], None),
        ([False, True, True, True, False], 1),
        ([True] * 3 + [False] * 3, None),
        ([True] * 3 + [False] * 3 + [True] * 4, 6),
        ([True] * 3 + [False] * 2 + [True] * 4, 0),
    ],
)
def test_drift_goes_on_since_the_first_of_the_windows_that_made_it(verdicts, first) -> None:
    found = watch(*verdicts)

    assert found.drifts_since == (None if first is None else NOW + first * WEEK)


@pytest.mark.parametrize(
    ("device_info", "software"),
    [
        ({"system_name": "iOS", "system_version": "19.1", "app_version": "2.0"}, "iOS 19.1, 2.0"),
        ({"system_version": "19.1"}, "19.1"),
        ({"system_name": "<b>", "system_version": ["19"], "app_version": "x" * 33}, ""),
        (None, ""),
        ("iPhone", ""),
    ],
)
def test_software_is_taken_from_the_upload_where_it_is_a_name_or_a_version(
    device_info, software
) -> None:
    assert ", ".join(software_of({"device_info": device_info}).values()) == software


def test_the_recorder_is_the_device_with_most_samples_of_steps_in_the_week() -> None:
    person = people.generate("two-devices", days=7, last_day=date(2026, 6, 14), seed=1)
    chain = Chain()
    chain.send(person)
    (analysis,) = _completed(chain)

    assert analysis["recorded_by"]["device"].startswith(("Watch", "iPhone"))
    assert analysis["recorded_by"]["os"].startswith("iOS")
    assert analysis["recorded_by"]["app"] == "1.0.0"


def _completed(chain: Chain) -> list[Any]:
    chain.request()
    chain.run()
    return list(chain.records.analyses.values())


@pytest.mark.parametrize(
    ("name", "model", "device"),
    [
        ("Ada's Watch", "Watch7,1", "Watch7,1"),
        ("Ada's Watch", "", "watch"),
        ("Tracker", "Ada's own one", "other"),
    ],
)
def test_a_recorder_is_named_by_its_model_or_its_kind_and_never_by_its_owner(
    name, model, device
) -> None:
    source = {"source": {"name": name, "bundle_identifier": "com.x"}, "product_type": model}
    row = {
        "sample_type": "stepCount",
        "value": 3,
        "unit": "count",
        "start_date": "2026-06-14T10:00:00Z",
        "end_date": "2026-06-14T10:01:00Z",
        "source_revision": source,
    }
    samples = parse_upload({"samples": [row], "time_zone": "UTC"}, received_at=NOW).samples

    assert recorder_of(samples, date(2026, 6, 14), 1) == device
    assert recorder_of(samples, date(2026, 6, 20), 1) == ""


def test_each_call_of_the_endpoint_is_told_and_kept_with_the_analysis() -> None:
    chain = Chain()
    chain.send(people.generate("office-worker", days=7, last_day=date(2026, 6, 14), seed=1))

    (analysis,) = _completed(chain)

    (told,) = chain.predictions
    assert (told.model_id, told.code, told.seconds) == (chain.encoder.model_ids[0], "", 0.0)
    assert told.confidence == analysis["confidence"]
    assert analysis["call"] == {
        "seconds": 0.0,
        "input_mean": told.input_mean,
        "input_sd": told.input_sd,
        "vector_size": len(analysis["embedding"]),
    }


@pytest.mark.parametrize(
    ("encoder", "error", "codes"),
    [
        (MemoryEncoder(failures=1), UnavailableError, ["unavailable"]),
        (MemoryEncoder(parked=True), ParkedError, []),
    ],
    ids=["busy", "parked"],
)
def test_a_call_that_fails_is_told_unless_the_model_is_parked(encoder, error, codes) -> None:
    chain = Chain(encoder=encoder)
    chain.send(people.generate("office-worker", days=7, last_day=date(2026, 6, 14), seed=1))

    with pytest.raises(error):
        _completed(chain)

    assert [told.code for told in chain.predictions] == codes


def test_every_shipped_model_has_a_reference_of_the_features_that_are_compared() -> None:
    for size in SHIPPED:
        found = references.trained(read_manifest(shipped(size) / "manifest.json").model_id)

        assert found is not None
        assert (len(found.people), found.own) == (400, False)
        assert found.people.embeddings.shape[1] == 96
        assert np.isfinite(found.people.embeddings).all()
    assert references.trained("nobody's") is None


def test_a_reference_of_other_features_is_none(tmp_path, monkeypatch) -> None:
    made = People(np.zeros((2, len(FEATURES))), np.ones((2, 4)))
    references.save(made, tmp_path / "m.npz")
    assert references.trained("m", tmp_path) is not None

    monkeypatch.setattr(references, "FEATURES", (*FEATURES[1:], "another"))

    assert references.trained("m", tmp_path) is None


def test_the_command_makes_a_reference_of_the_survey(tmp_path) -> None:
    folder = write_folder(tmp_path / "nhanes", people=6)
    options = ["pat", "reference", "--data", str(folder), "--out", str(tmp_path)]

    ran = CliRunner().invoke(main, options)

    assert ran.exit_code == 0, ran.output
    model_id = read_manifest(shipped("small") / "manifest.json").model_id
    found = references.trained(model_id, tmp_path)
    assert found is not None
    assert len(found.people) == 6
    assert f"6 people, version {found.version}" in ran.output


@pytest.mark.parametrize("days", ["0", "-5", "99999999999"])
def test_a_reference_of_no_days_or_of_more_than_there_are_is_said(days: str) -> None:
    ran = CliRunner().invoke(main, ["pat", "reference", "--project", "p", "--days", days])

    assert ran.exit_code == 2
    assert "1<=x<=3660" in ran.output


def test_a_reference_of_a_model_whose_name_none_has_is_said() -> None:
    ran = CliRunner().invoke(main, ["pat", "reference", "--project", "p", "--model", "a/b"])

    assert ran.exit_code == 2
    assert "'--model': expected an id without a slash" in ran.output


@pytest.mark.parametrize("options", [[], ["--data", ".", "--project", "p"]])
def test_a_reference_is_either_of_the_survey_or_of_a_project(options) -> None:
    ran = CliRunner().invoke(main, ["pat", "reference", *options])

    assert ran.exit_code == 2
    assert "expected either --data or --project" in ran.output
