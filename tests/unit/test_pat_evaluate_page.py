from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from clarity.pat import artifact, evaluate_page, trials, verdicts
from clarity.pat.scoring import Estimate
from clarity.pat.trials import Finding


def finding(**auc: Estimate) -> Finding:
    metrics = auc["metrics"]
    over = {
        arm: Estimate(e.value - metrics.value, e.low - metrics.value, e.high - metrics.value)
        for arm, e in auc.items()
        if arm != "metrics"
    }
    return Finding("age60", 60, 30, 36, 12, "", auc, {"metrics": over}, {}, {}, {})


FOUND = finding(
    probe=Estimate(0.6, 0.55, 0.65),
    metrics=Estimate(0.75, 0.7, 0.8),
    both=Estimate(0.9, 0.85, 0.95),
    cnn1d=Estimate(0.79, 0.76, 0.84),
)


def test_one_sentence_says_what_is_above_beside_and_below():
    assert verdicts.sentence(FOUND, "metrics") == (
        "age60 against metrics: above with intervals apart: both; overlapping: cnn1d (difference "
        "above 0); below with intervals apart: probe."
    )
    assert verdicts.sentence(FOUND, "scratch") == ""


def test_every_arm_has_its_words():
    assert tuple(verdicts.ABOUT) == trials.ARMS


class Rows(HTMLParser):
    """The cells of each table row, and every tag that must be closed."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.open: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"th", "td"}:
            self.rows[-1].append("")
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if {"th", "td"} & set(self.open[-1:]):
            self.rows[-1][-1] += data


def test_the_page_holds_each_number_as_text_and_loads_nothing():
    nothing = replace(FOUND, label="bmi30", reason="19 on one side, 20 needed", auc={}, over={})
    source = artifact.open_folder(artifact.shipped("small"))
    report = verdicts.Report(source, "a <note>", [FOUND, nothing], {"worn": 0.7}, ["how & why"])

    page = evaluate_page.render(report)

    read = Rows()
    read.feed(page)
    assert read.open == []
    assert ["both", "", "0.900 [0.850, 0.950]", "+0.150 [+0.100, +0.200]", "apart, higher"] in (
        read.rows
    )
    assert "No numbers: 19 on one side, 20 needed." in page
    assert "a &lt;note&gt;" in page
    assert "how &amp; why" in page
    assert not {"script", "link", "img", "iframe"} & read.tags
    assert "http" not in page.replace("http-equiv", "")


def test_a_dot_stands_where_its_auc_is():
    low, high = evaluate_page._range([FOUND])

    drawing = evaluate_page._drawing(FOUND, "probe", low, high)

    assert (low, high) == pytest.approx((0.5, 1.0))
    assert '<path d="M200.0 17h0" class="dot"/>' in drawing
    assert '<path d="M100.0 17H300.0" class="span"/>' in drawing
