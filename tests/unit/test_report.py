"""The week's picture: a page that stands alone, says all in words too, and lets nothing in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from clarity.domain.analysis import analyse
from clarity.domain.intake.samples import Samples
from clarity.domain.metrics.history import history_of
from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.imputation import fill_gaps
from clarity.domain.minutes.quality import assess
from clarity.domain.report.actogram import full_scale
from clarity.domain.report.page import NOT_A_DIAGNOSIS, render_report
from tests.unit.report_page import at, classes, inside, moving, page, texts, tree, waves, week

INSIGHT: dict[str, Any] = {
    "narrative": "You slept 7 h 2 min a night on average.",
    "key_insights": ["Your rhythm is steady.", {"text": "You walked 9,812 steps a day."}],
    "recommendations": ["Keep the times at which you go to bed."],
    "source": "gemini",
    "model_version": "gemini-x/insight-1",
    "facts": [
        {"id": "F1", "label": "average sleep", "text": "7 h 2 min", "note": "Watson 2015"},
        {"id": "F2", "label": "daily steps", "text": "9,812", "note": ""},
        "not a fact",
    ],
}


@pytest.mark.parametrize("name", ["office-worker", "traveller", "non-wear"])
def test_the_page_is_well_formed_and_small(name):
    text = page(week(name), insight=INSIGHT)

    assert tree(text).tag == "html"
    assert len(text.encode()) < 200_000


def test_nothing_is_run_and_nothing_is_fetched():
    text = page(week("office-worker"), insight=INSIGHT)

    tags = {element.tag for element in tree(text).iter()}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "image"})
    assert not re.search(r"https?:|@import|url\((?!#)|\son\w+=", text)


def test_every_day_is_labelled_with_weekday_date_and_wear():
    root = tree(page(week("office-worker")))

    rows = [div for div in root.iter("div") if re.fullmatch(r"row\d", div.get("id") or "")]
    labels = [texts(row.find("p")) for row in rows]

    assert len(labels) == 7
    for index, label in enumerate(labels):
        day = date(2026, 3, 15) + timedelta(index)
        assert label.startswith(f"{day:%a} {day.day} {day:%b} 2026")
        assert re.search(r"\d+\.\d h worn [\d,]+ steps", label)


def test_each_drawing_has_a_title_and_a_description_in_words():
    root = tree(page(week("office-worker"), history=history_of(waves(days=56))))

    drawings = [svg for svg in root.iter("svg") if svg.get("role") == "img"]

    assert len(drawings) > 30
    for svg in drawings:
        if svg.get("aria-label"):
            continue
        title, description = (inside(svg, tag) for tag in ("title", "desc"))
        assert texts(title)
        assert texts(description)
        assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


def test_the_words_of_a_day_say_when_the_person_slept():
    root = tree(page(week("office-worker")))

    days = [texts(desc) for desc in root.iter("desc") if re.fullmatch(r"s\d", at(desc, "id"))]

    assert len(days) == 7
    assert all(re.search(r"Asleep: \d\d:\d\d to \d\d:\d\d", words) for words in days)


def test_every_identifier_stands_once_and_every_link_has_its_target():
    root = tree(page(week("newborn-parent"), history=history_of(waves(days=56))))

    ids = [element.get("id") for element in root.iter() if element.get("id")]
    links = [at(element, "href") for element in root.iter() if element.get("href")]

    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_each_row_shows_its_day_and_the_next():
    root = tree(page(week("office-worker")))

    shown = [
        [use.get("href") for use in svg.iter("use")]
        for svg in root.iter("svg")
        if svg.find("use") is not None
    ]

    assert shown[0] == ["#day0", "#day1"]
    assert shown[-1] == ["#day6"]
    assert {symbol.get("id") for symbol in root.iter("symbol")} == {f"day{i}" for i in range(7)}


def test_a_title_cannot_bring_markup_or_control_characters_in():
    text = page(week("office-worker"), title="<script>alert(\"x\")</script> & 'y'\x00\x1b")

    root = tree(text)
    assert "script" not in {element.tag for element in root.iter()}
    assert texts(next(root.iter("h1"))) == "<script>alert(\"x\")</script> & 'y'\ufffd\ufffd"


def test_words_of_a_model_and_names_of_devices_are_escaped():
    grid = replace(week("office-worker"), sources=("<b>Watch</b>",))
    text = page(
        grid, insight={"narrative": "<img src=x onerror=y>", "key_insights": "<i>no list</i>"}
    )

    assert "&lt;b&gt;Watch&lt;/b&gt;" in text
    assert "&lt;img src=x onerror=y&gt;" in text
    assert "no list" not in text


def test_the_insight_stands_with_its_sources_and_the_notice():
    whole = texts(tree(page(week("office-worker"), insight=INSIGHT)))

    for part in (
        "You slept 7 h 2 min a night on average.",
        "What stands out Your rhythm is steady. You walked 9,812 steps a day.",
        "What to try Keep the times",
        "F1 average sleep: 7 h 2 min (Watson 2015) F2 daily steps: 9,812",
        "Words by: gemini, gemini-x/insight-1",
    ):
        assert part in whole
    assert whole.count(NOT_A_DIAGNOSIS) == 2


def test_without_an_insight_the_notice_still_stands():
    whole = texts(tree(page(week("office-worker"))))

    assert whole.count(NOT_A_DIAGNOSIS) == 1
    assert "In words" not in whole


def test_an_insight_may_leave_out_everything_but_its_text():
    whole = texts(tree(page(week("office-worker"), insight={"narrative": "Short.", "source": "x"})))

    assert "In words Short. Words by: x" in whole


def test_a_week_without_enough_wear_says_first_what_lacks():
    root = tree(page(week("non-wear")))
    lacking = next(part for part in root.iter("section"))

    assert lacking.get("class") == "lacking"
    assert "2026-03-18: 0.0 h of wear, 10.0 h missing" in texts(lacking)
    assert "too little wear" in texts(root)
    assert not list(root.iter("table"))


def test_non_wear_sleep_stages_and_heart_rate_are_marked():
    drawn = classes(page(week("non-wear")))

    assert {"unworn", "hatch", "asleep", "deep", "core", "rem", "awake", "beats", "steps"} <= drawn


def test_what_a_grid_does_not_have_is_not_in_the_legend():
    grid = week("office-worker")
    text = page(replace(grid, worn=np.ones_like(grid.worn)))

    legend = texts(next(item for item in tree(text).iter("ul") if item.get("class") == "legend"))
    assert "not worn" not in legend
    assert "filled in" not in legend
    assert "clock change" not in legend
    assert "deep sleep" in legend


def test_minutes_that_were_filled_in_are_marked_and_counted_but_in_no_total():
    movement = np.full(7 * 1440, 10.0)
    movement[1440 + 600 : 1440 + 700] = np.nan
    grid = moving(movement)
    quality = assess(grid)

    text = render_report(fill_gaps(grid), quality, analyse(grid, quality), title="A week")

    words = texts(tree(text))
    assert "filled in, not measured" in words
    assert "1.0 % from other days (up to 3 h 00 min), 0.0 % left unknown" in words
    assert "22.3 h worn 13,400 steps" in words


def test_a_journey_is_marked_where_the_clock_jumped():
    text = page(week("traveller"))

    assert "skipped by a clock change" in text
    assert texts(tree(text)).count("the clock changed") == 1
    assert "Clock 2026-03-19: the clock went forward 300 minutes" in texts(tree(text))


def test_a_day_without_any_evidence_says_so_in_words():
    grid = build_grid(Samples.empty(), date(2026, 3, 15), 2)

    whole = texts(tree(page(grid)))

    assert whole.count("no steps known") == 2 + 2  # the label and the description of each day
    assert "Asleep: not recorded." in whole
    assert "Devices not named" in whole
    assert "Longest gap 48 h 00 min" in whole


@pytest.mark.parametrize("days", [0, 2])
def test_no_days_at_all_make_a_page_too(days):
    grid = build_grid(Samples.empty(), date(1970, 1, 1), days)
    quality = assess(grid)

    whole = texts(tree(render_report(grid, quality, analyse(grid, quality), title="A week")))

    assert ("No days with data" in whole) == (days == 0)
    assert "Not drawn: 4 valid days are needed, 0 found" in whole


def test_sleep_found_without_stages_is_shown_and_its_origin_said():
    grid = replace(week("office-worker"), stage=np.full(7 * 1440, -1, np.int8))

    text = page(grid)

    assert "Asleep: not recorded." not in text
    assert "movement and heart rate, since no stages are recorded" in text
    assert "asleep" in classes(text)
    assert "deep" not in classes(text)


def test_the_page_adapts_to_dark_rooms_and_narrow_screens():
    text = page(week("office-worker"))

    assert "prefers-color-scheme:dark" in text
    assert "max-width:640px" in text
    assert 'name="viewport"' in text


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_marks_have_the_contrast_that_wcag_asks_for(scheme):
    light, dark = re.findall(r":root\{([^}]*)\}", page(week("office-worker")))
    colours = dict(re.findall(r"--(\w+):#(\w+)", light if scheme == "light" else dark))

    for text in ("ink", "soft"):
        assert contrast(colours[text], colours["paper"]) >= 4.5
        assert contrast(colours[text], colours["box"]) >= 4.5
    assert contrast(colours["warn"], colours["warnbox"]) >= 4.5
    for mark in (
        "steps",
        "beats",
        "deep",
        "core",
        "rem",
        "awake",
        "filled",
        "m10",
        "l5",
        "fit",
        "edge",
    ):
        assert contrast(colours[mark], colours["paper"]) >= 3, mark


def test_counts_are_named_and_drawn_on_their_own_scale():
    grid = waves(signal="counts")
    text = page(replace(grid, counts=grid.counts * 100))

    assert full_scale(grid) == 80.0
    assert "counts a minute (square-root scale, full height 8,000)" in text
    assert "steps a minute (" not in text
    assert re.search(r"[\d,]+ counts<", text)


def test_counts_that_are_all_zero_make_a_page_too():
    assert "0 counts" in page(moving(np.zeros(7 * 1440), "counts"))


def test_a_week_without_heart_rate_has_no_mark_for_it():
    text = page(waves())

    assert "beats" not in classes(text)
    assert "heart rate, 40 to 180" not in text


def test_a_week_that_the_gate_refused_has_no_numbers_at_its_head():
    grid = week("non-wear")
    quality = assess(grid)

    refused = render_report(grid, quality, analyse(grid, quality), title="A week")

    assert "Not enough data to analyse this week" in refused
    assert "glance" not in classes(refused)
    assert "glance" in classes(page(week("office-worker")))
    assert "Not drawn: 4 valid days are needed, 2 found." in texts(tree(refused))


def test_the_data_box_says_each_day_and_what_each_channel_served_as():
    grid = week("non-wear")
    quality = assess(grid)
    root = tree(render_report(grid, quality, analyse(grid, quality), title="A week"))

    box = next(s for s in root.iter("section") if s.get("class") == "quality")
    days = [texts(item) for item in inside(box, "ol")]
    assert len(days) == 7
    assert [words.endswith("valid") for words in days] == [day.valid for day in quality.days]
    assert all("worn, " in words for words in days)
    served = texts(inside(box, "ul"))
    assert "heart rate" in served
    assert "not read by the model" in served


def test_oddities_of_the_data_are_counted_and_dated():
    quality = assess(waves())
    odd = replace(
        quality,
        outliers={"heart_rate": 12, "restingHeartRate": 1, "steps": 0},
        notes=("2026-03-04: the watch changed <again>",),
    )

    words = texts(tree(render_report(waves(), odd, None, title="A week")))

    assert "Values that stand out (flagged, not cut) heart rate 12, resting heart rate 1" in words
    assert "Device or clock 2026-03-04: the watch changed <again>" in words


def test_channels_that_were_never_observed_served_as_nothing():
    grid = moving(np.full(7 * 1440, np.nan))
    quality = assess(grid)

    text = render_report(grid, quality, analyse(grid, quality), title="A week")

    assert "What each channel served as" not in text


def test_weeks_before_are_shown_where_they_are_known():
    text = page(waves(), history=history_of(waves(days=56)))

    assert "8 weeks from Mon 2 Mar 2026" in texts(tree(text))
    assert "weeks before" not in page(waves())
    assert "weeks before" not in page(waves(), history=history_of(waves()))
