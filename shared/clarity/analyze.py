"""`clarity analyze FILE`: somebody's recording, measured and drawn on this machine."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

from clarity.domain.analysis import LOOKBACK_DAYS, WEEK, analyse, newest_week
from clarity.domain.intake.rows import zone_named
from clarity.domain.metrics.history import history_of
from clarity.domain.metrics.trends import MIN_BASELINE_WEEKS
from clarity.domain.minutes.imputation import fill_gaps
from clarity.domain.minutes.quality import assess
from clarity.domain.report.names import ERRORS, GROUPS, name_of
from clarity.domain.report.page import render_report
from clarity.domain.report.text import NO_VALUE, amount
from clarity.sources.csv_columns import EXAMPLE
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.recording_file import open_recording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clarity.domain.analysis import Analysis
    from clarity.domain.metric import Metric
    from clarity.domain.metrics.history import History, Series
    from clarity.domain.minutes.grid import Grid
    from clarity.domain.report.names import Group
    from clarity.sources.recording_file import Recording

TOO_LITTLE_DATA: Final = 3  # exit code
MOST_DAYS: Final = 3660  # ten years of minutes take half a gigabyte
SHOWN_REJECTIONS: Final = 10
_ERROR_OF: Final = {error: name for name, error in ERRORS.items()}
SLEEP_METHODS: Final[Mapping[str, str]] = {
    "stages": "the sleep stages that the device recorded",
    "movement_and_heart_rate": "stillness and a low heart rate",
    "movement": "movement alone",
    "none": "nothing: there are no stages, and too little to tell sleep from",
}
HELP: Final = f"""Measure and draw the newest good week of FILE. Nothing leaves this machine.

FILE is recognised by its content:

\b
  export.zip, export.xml  Apple Health's export, of any size and language;
                          a broken one as far as it goes
  .csv, .csv.gz           one row a minute (or a shorter epoch), see below
  .AWD                    Actiwatch, epochs of 60 s or shorter
  .json                   uploads of the iOS client or of open-wearables: one,
                          a list, or one a line; what is rejected is shown

A CSV has a header; cells are apart by comma, semicolon or tab:

\b
{"".join(f"  {line}{chr(10)}" for line in EXAMPLE.splitlines())}
\b
  time      timestamp, or date and time: ISO 8601 on the person's clock or with
            a zone, or epoch seconds (UTC needs --time-zone)
  values    steps, counts (or activity), heart_rate (or hr, bpm): one at least
  optional  worn or nonwear (0, 1); sleep (0, 1); stage (awake, core, deep, rem)

Rows may come in any order. A minute without a row and an empty cell were not observed; a cell that
cannot be read is shown and left out. A time that comes twice counts once, with the mean of its
rows; so does the hour that clocks repeat in autumn.
Shorter epochs are added up (heart rate: averaged), longer ones are refused; steps or counts may be
filled once a minute where other columns are filled more often. Without a column for
it, all is worn but 90 minutes and more of zeros without heart rate. Three hours awake on end are
not time in bed.

Examples:

\b
  clarity analyze export.zip
  clarity analyze watch.csv --time-zone Europe/Berlin --report week.html
  clarity analyze export.zip --week 2026-03-02 --json -

Exit code: 0 measured; 1 the file cannot be read or a result not written; 2 wrong usage; 3 too
little data for a week's numbers (what lacks is said, and drawn)."""


def _known_zone(_: object, option: click.Parameter, name: str | None) -> str | None:
    if name is not None and zone_named(name) is None:
        raise click.BadParameter(f"expected an IANA name, found {name!r}", param=option)
    return name


@click.command(help=HELP)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--time-zone",
    callback=_known_zone,
    help="IANA name of the person's clock; default: what the file says.",
)
@click.option(
    "--days",
    type=click.IntRange(min=1, max=MOST_DAYS),
    default=LOOKBACK_DAYS,
    show_default=True,
    help="Latest days to look at, for the week and the weeks before it.",
)
@click.option(
    "--week",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day of another week within those days.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("clarity-report.html"),
    show_default=True,
    help="Where the week's picture is written.",
)
@click.option(
    "--json",
    "document",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Where to write all results as JSON; - is standard output.",
)
@click.pass_context
def analyze(
    context: click.Context,
    *,
    file: Path,
    time_zone: str | None,
    days: int,
    week: datetime | None,
    report: Path,
    document: Path | None,
) -> None:
    """Measure and draw a week of a file."""
    console = Console(stderr=document == Path("-"))
    try:
        recording = _read(file, time_zone, days)
    except UnreadableSourceError as error:
        raise click.ClickException(str(error)) from error
    grid = newest_week(recording.span)
    if week is not None and recording.span.days:
        grid = _week(recording.span, week.date())
    quality = assess(grid)
    analysis = analyse(grid, quality)
    upto = (grid.first_day - recording.span.first_day).days + grid.days
    history = history_of(recording.span.window(0, upto))
    _say_what_was_read(recording, file, console)
    _say_which_week(recording.span, grid, analysis, chosen=week is not None, console=console)
    for table in _tables((*analysis.metrics, *analysis.details)):
        console.print(table)
    _say_the_weeks(history, console)
    picture = render_report(
        fill_gaps(grid),
        quality,
        analysis if grid.days else None,
        title=f"The week from {grid.first_day:%d %B %Y}" if grid.days else "No day to draw",
        history=history,
    )
    _write(report, picture)
    _say(console, f"The week's picture: {report}")
    if document is not None:
        results = {
            **analysis.to_document(),
            "history": history.to_document(),
            "recording": _recording(recording, file),
        }
        text = json.dumps(_plain(results), sort_keys=True, indent=2, allow_nan=False)
        if document == Path("-"):
            click.echo(text)
        else:
            _write(document, text + "\n")
    if not quality.sufficient:
        context.exit(TOO_LITTLE_DATA)


def _read(path: Path, time_zone: str | None, days: int) -> Recording:
    columns = (
        TextColumn("reading {task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(_printable(path.name), total=None)
        return open_recording(
            path,
            last_days=days,
            time_zone=time_zone,
            progress=lambda done, total: progress.update(bar, completed=done, total=total),
        )


def _week(span: Grid, first_day: date) -> Grid:
    at = (first_day - span.first_day).days
    if not 0 <= at <= span.days - WEEK:
        raise click.BadParameter(
            f"expected a first day from {span.first_day} to {span.day(span.days - WEEK)}"
            f" (--days looks further back), found {first_day}",
            param_hint="--week",
        )
    return span.window(at, WEEK)


def _say_what_was_read(recording: Recording, file: Path, console: Console) -> None:
    _say(console, f"{file.name}: {recording.what}")
    for remark in recording.remarks:
        _say(console, f"  {remark}")
    if recording.broken_at:
        _say(
            console,
            f"  The file ends early: {recording.broken_at}. What stood before is used.",
            style="yellow",
        )
    rejected = recording.rejected
    if rejected:
        _say(console, f"  {len(rejected):,} samples were rejected:", style="yellow")
    for each in rejected[:SHOWN_REJECTIONS]:
        where = f"sample {each.index}, {each.field}" if each.field else f"sample {each.index}"
        _say(console, f"    {where}: {each.code}: expected {each.expected}, found {each.found}")
    if len(rejected) > SHOWN_REJECTIONS:
        _say(console, f"    and {len(rejected) - SHOWN_REJECTIONS:,} more (--json has all)")


def _say_which_week(
    span: Grid, grid: Grid, analysis: Analysis, *, chosen: bool, console: Console
) -> None:
    quality = analysis.quality
    if not grid.days:
        _say(console, "There is no minute to measure.", style="bold")
        return
    if chosen:
        why = "as asked for"
    elif quality.sufficient:
        why = f"the newest with enough wear, of {span.days} days looked at"
    else:
        why = f"none in the {span.days} days looked at has enough wear; this one has the most"
    last = grid.day(max(grid.days - 1, 0))
    _say(console, f"Week from {grid.first_day} to {last}: {why}.", style="bold")
    _say(
        console,
        f"  {quality.valid_days} valid days, {100 * quality.coverage:.0f} % of the minutes,"
        f" longest gap {amount(quality.longest_gap_minutes, 'min')};"
        f" confidence {analysis.confidence:.2f}",
    )
    for line in (*quality.missing, *quality.notes, *grid.notes):
        _say(console, f"  {line}", style="yellow")
    outliers = {name: count for name, count in quality.outliers.items() if count}
    if outliers:
        counted = ", ".join(f"{count:,} of {name}" for name, count in outliers.items())
        _say(console, f"  Values that stand out, which are counted and kept: {counted}.")
    _say(console, f"  Sleep rests on {SLEEP_METHODS[analysis.sleep.method]}.")


def _tables(metrics: tuple[Metric, ...]) -> list[Table]:
    """One table for each group of metrics, in the order in which they were computed."""
    tables = []
    for group, heading in GROUPS.items():
        mine = [metric for metric in metrics if _group(metric) == group]
        if not mine:
            continue
        table = Table("metric", "value", "status or reason", title=heading, title_justify="left")
        for metric in mine:
            value = NO_VALUE
            if metric.value is not None:
                value = amount(metric.value, metric.unit, metric.name)
            table.add_row(*(Text(cell) for cell in (metric.name, value, _status(metric))))
        tables.append(table)
    return tables


def _group(metric: Metric) -> Group:
    """The group of a metric; an error's is that of the metric whose error it is."""
    return name_of(_ERROR_OF.get(metric.name, metric.name)).group


def _status(metric: Metric) -> str:
    return metric.status if metric.value is not None else f"{metric.status}: {metric.reason}"


def _say_the_weeks(history: History, console: Console) -> None:
    """What is usual, where it is heading and when it changed, for what was followed long enough."""
    good = sum(history.sufficient)
    _say(console, f"Weeks up to this one: {len(history.first_days)}, {good} with enough wear.")
    table = Table("metric", "usual", "this week", "trend a week", "changed", title="The weeks")
    for series in history.series:
        usual, trend = series.metrics
        if usual.value is None and trend.value is None:
            continue
        changes = [
            f"week of {day}: {amount(before, series.unit)} to {amount(after, series.unit)}"
            for day, before, after in history.changes(series)
        ]
        cells = (series.name, *_beside_usual(series), _trend(series), "; ".join(changes))
        table.add_row(*(Text(cell) for cell in cells))
    if table.rows:
        console.print(table)


def _beside_usual(series: Series) -> tuple[str, str]:
    """The median of the weeks before, and the last week's value; marked where it is rare."""
    week, before = series.weeks[-1], series.baseline
    value = NO_VALUE if math.isnan(week) else amount(float(week), series.unit, series.name)
    distance = series.metrics[0].value
    if distance is not None and abs(distance) > before.reach:
        value += ", unusual"
    known = before.weeks >= MIN_BASELINE_WEEKS
    return (amount(before.median, series.unit, series.name) if known else NO_VALUE), value


def _trend(series: Series) -> str:
    """The change per week where its interval leaves out 0."""
    found = series.trend
    if found is None:
        return NO_VALUE
    if not found.direction:
        return "none that is clear"
    per_week = series.metrics[1]
    unit = per_week.unit.removesuffix("/week").removesuffix("1")
    sign = "+" if found.slope > 0 else "-"
    return f"{sign}{amount(abs(found.slope), unit, series.name)}"


def _recording(recording: Recording, file: Path) -> dict[str, object]:
    return {
        "file": file.name,
        "kind": recording.what,
        "remarks": list(recording.remarks),
        "broken_at": recording.broken_at,
        "first_day": recording.span.first_day,
        "days": recording.span.days,
        "rejected": [
            {"index": r.index, "code": r.code, "field": r.field, "expected": r.expected}
            | {"found": r.found}
            for r in recording.rejected
        ],
    }


def _plain(value: object) -> object:
    """What JSON holds: no NaN, no dates, no tuples."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.FileError(str(path), error.strerror or "cannot be written") from error


def _say(console: Console, text: str, style: str = "") -> None:
    """A line with nothing in it that a terminal would obey."""
    console.print(Text(_printable(text), style=style), soft_wrap=True)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)
