"""The benchmark compares before it times, and says what it held."""

from __future__ import annotations

import os

import numpy as np
import pytest
from click.testing import CliRunner

from tests.bench import cold, frames, metrics, plain, pyactigraphy, rows, week
from tests.bench.__main__ import COLD, GROUPS, main
from tests.bench.contest import (
    OURS,
    Contest,
    DisagreementError,
    Goal,
    Limit,
    Result,
    check,
    measure,
    one_core,
    table,
)


def test_a_peer_that_computes_something_else_is_not_timed():
    contest = Contest("sum", lambda: [1.0, 2.0], {"peer": lambda: [1.0, 2.0 + 1e-8]})

    with pytest.raises(DisagreementError, match="sum: peer and ours differ"):
        measure(contest, 3)


def test_a_peer_of_another_shape_is_not_timed():
    with pytest.raises(DisagreementError):
        check(Contest("sum", lambda: 1.0, {"peer": lambda: [1.0, 1.0]}))


def test_a_peer_is_compared_under_its_own_definition():
    contest = Contest("sum", lambda: 1.0, {"peer": lambda: 3.0}, oracles={"peer": lambda: 3.0})

    check(contest)


def test_the_workers_take_turns():
    turns: list[str] = []

    def work(name: str) -> float:
        turns.append(name)
        return float(sum(range(400_000)))  # too long to be done several times in one turn

    measured = measure(Contest("log", lambda: work("ours"), {"peer": lambda: work("peer")}), 4)

    assert turns[-8:] == ["ours", "peer"] * 4
    assert measured.ms.keys() == {OURS, "peer"}


@pytest.mark.parametrize(
    ("goal", "ms", "said"),
    [
        (Goal(30, "pandas"), {OURS: 1.0, "pandas": 30.0}, ">= 30x pandas: held"),
        (Goal(30, "pandas"), {OURS: 1.0, "pandas": 29.9}, ">= 30x pandas: missed"),
        (Goal(100, "other"), {OURS: 1.0}, ">= 100x other: not measured"),
        (Limit(10), {OURS: 10.0}, "<= 10 ms: held"),
        (Limit(10), {OURS: 10.1}, "<= 10 ms: missed"),
        (None, {OURS: 1.0}, "-"),
    ],
)
def test_a_goal_is_held_or_missed_or_not_measured(goal, ms, said):
    assert Result(Contest("work", lambda: 1.0, goal=goal), ms).verdict == said


def test_a_table_has_a_column_for_each_peer_and_a_dash_where_one_is_missing():
    both = Contest("both", lambda: 1, {"a": lambda: 1, "b": lambda: 1}, Goal(2, "a"))
    one = Contest("one", lambda: 1)

    found = table(
        "times", [Result(both, {OURS: 2.0, "a": 4.0, "b": 1.0}), Result(one, {OURS: 1.0})]
    )

    cells = {column.header: list(column.cells) for column in found.columns}
    assert cells["a"] == ["4 (2x)", "-"]
    assert cells["b"] == ["1 (0.5x)", "-"]
    assert cells["goal"] == [">= 2x a: held", "-"]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="needs a system with affinities")
def test_the_cores_are_given_back():
    before = os.sched_getaffinity(0)

    with one_core():
        assert len(os.sched_getaffinity(0)) == 1

    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize("contest", metrics.contests(), ids=lambda contest: contest.name)
def test_loop_and_pandas_have_our_metrics(contest):
    check(contest)


def test_the_peers_read_and_spread_as_we_do():
    for contest in (*week.decoding(large=500), *week.preparing(days=15)):
        check(contest)


def test_a_broken_peer_would_be_seen():
    values = week.intervals(50)
    lists = (values.start, values.end, values.value)

    whole = frames.spread(*lists, week.MINUTES)

    start, end, value = (each.tolist() for each in lists)
    assert np.allclose(whole, plain.spread(start, end, value, week.MINUTES))
    assert not np.allclose(
        whole, frames.spread(values.start, values.end + 1, values.value, week.MINUTES)
    )


def test_help_says_what_can_be_measured():
    found = CliRunner().invoke(main, ["--help"])

    assert found.exit_code == 0
    assert all(group in found.output for group in (COLD, *GROUPS))


def test_one_group_can_be_asked_for_and_names_the_machine_and_what_is_not_there():
    found = CliRunner().invoke(main, ["--only", "metrics", "--runs", "3"])

    assert found.exit_code == 0, found.output
    assert f"numpy {np.__version__}" in found.output
    assert "Cole-Kripke" in found.output
    assert "uploads" not in found.output
    assert (pyactigraphy.MISSING in found.output) == (not pyactigraphy.installed())


def test_an_unknown_group_is_refused():
    assert CliRunner().invoke(main, ["--only", "everything"]).exit_code == 2


def test_json_and_documents_are_the_same_to_a_model():
    documents = week.documents()[:3]

    assert rows.read(documents) == plain.read(documents)


def test_a_start_takes_the_memory_of_what_is_started_not_that_of_who_measures_it():
    held = bytearray(os.urandom(1 << 20) * 400)

    cost = cold.cold_start("hello", cold.HELLO, runs=1)

    assert 0 < cost.mib < len(held) / (1 << 20)
    assert 0 < cost.loaded <= cost.composed
