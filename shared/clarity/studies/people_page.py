"""The tables of `clarity evaluate people` on a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.table import Table

from clarity.domain.metrics.activity_class import CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clarity.studies.people_evaluation import Evaluation, Row, Verdict
    from clarity.studies.scores import Figure


def tables(evaluation: Evaluation) -> Iterator[Table]:
    """One table a topic, then the classes, the people and the goals, for strangers too."""
    for topic, rows in evaluation.tables.items():
        yield _topic(topic, rows)
    yield _confusion(evaluation)
    yield _people(evaluation)
    yield _goals("goal", evaluation.verdicts)
    if evaluation.strangers:
        yield _goals("goal, with people that nobody tuned on", evaluation.strangers)


def sentences(evaluation: Evaluation) -> Iterator[str]:
    """What each headline is and means, and the notes."""
    for verdict in evaluation.verdicts:
        each = verdict.headline
        yield f"{each.name}: {each.defined}. Note that {each.means}."
    yield from evaluation.notes


def _topic(topic: str, rows: tuple[Row, ...]) -> Table:
    names = list(rows[0].figures)
    table = Table(topic, *(name.replace("_", " ") for name in names))
    for row in rows:
        style = "dim" if row.trivial else ""
        table.add_row(row.name, *(_cell(row.figures[name], name) for name in names), style=style)
    return table


def _confusion(evaluation: Evaluation) -> Table:
    table = Table("truly, in % of its minutes", *CLASSES, "unknown")
    for name, row in zip(CLASSES, evaluation.confusion, strict=True):
        total = max(sum(row), 1)
        table.add_row(name, *(f"{100 * cell / total:.1f}" for cell in row))
    return table


def _people(evaluation: Evaluation) -> Table:
    columns = list(next(iter(evaluation.people.values())))
    table = Table("person", *columns)
    for name, found in evaluation.people.items():
        refused, *rest = (found[column] for column in columns)
        cells = ("-" if math.isnan(value) else f"{value:.3f}" for value in rest)
        table.add_row(name, f"{refused:.0f}", *cells)
    return table


def _goals(title: str, verdicts: tuple[Verdict, ...]) -> Table:
    table = Table(title, "above", "figure", "best trivial answer", "its figure", "verdict")
    for verdict in verdicts:
        each = verdict.headline
        table.add_row(
            f"{each.name} ({each.figure.replace('_', ' ')})",
            f"{each.goal:.2f}",
            _cell(verdict.value, each.figure),
            verdict.baseline,
            _cell(verdict.baseline_value, each.figure),
            verdict.words(),
        )
    return table


def _cell(figure: Figure, name: str) -> str:
    if math.isnan(figure.value):
        return "-"
    digits = 0 if name.endswith("_min") and not name.startswith("within") else 3
    return f"{figure.value:.{digits}f} ({figure.low:.{digits}f} to {figure.high:.{digits}f})"
