"""`clarity analyze`: what a person may type is answered in words, not in a traceback."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clarity.cli import main
from clarity.domain.report.names import GROUPS, name_of
from clarity.sources.generated.people import generate
from tests.apple_export import write_export

EXPORT = """<?xml version="1.0" encoding="UTF-8"?><HealthData>
<Record type="HKQuantityTypeIdentifierStepCount" sourceName="Watch" unit="count" value="42"
 startDate="2026-06-14 10:00:00 +0200" endDate="2026-06-14 10:10:00 +0200"/></HealthData>"""
SHARED = Path(__file__).resolve().parents[2] / "shared"
LAST_DAY = date(2026, 3, 21)


@pytest.fixture
def analyze(tmp_path):
    def run(file: Path | str, *options: str) -> Result:
        path = tmp_path / "export.xml"
        if isinstance(file, str):
            path.write_text(file)
        else:
            path = file
        report = ["--report", str(tmp_path / "report.html")]
        return CliRunner(env={"COLUMNS": "200"}).invoke(
            main, ["analyze", str(path), *report, *options]
        )

    return run


@pytest.fixture(scope="module")
def weeks(tmp_path_factory) -> Path:
    """Three weeks of a person, as an export."""
    path = tmp_path_factory.mktemp("weeks") / "export.zip"
    write_export(generate("office-worker", days=21, last_day=LAST_DAY), path)
    return path


@pytest.fixture(scope="module")
def counts(tmp_path_factory) -> Path:
    """Ten days of a counting device."""
    path = tmp_path_factory.mktemp("counts") / "counts.csv"
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    counts = [(n * 37) % 91 if n % 1440 > 420 else n % 7 for n in range(14_400)]
    rows = (
        f"{begin + timedelta(minutes=n):%Y-%m-%d %H:%M},{count}" for n, count in enumerate(counts)
    )
    path.write_text("timestamp,counts\n" + "\n".join(rows))
    return path


def test_a_week_is_measured_drawn_and_put_beside_its_weeks(analyze, weeks, tmp_path):
    result = analyze(weeks)

    assert result.exit_code == 0, result.output
    for said in (
        "export.zip: an Apple Health export",
        "Week from 2026-03-15 to 2026-03-21: the newest with enough wear, of 21 days looked at.",
        "7 valid days",
        "Sleep rests on the sleep stages that the device recorded.",
        "Weeks up to this one: 3, 3 with enough wear.",
        "Rhythm of rest and activity",
        "resting_heart_rate",
    ):
        assert said in result.stdout
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The week from 15 March 2026" in page


def test_values_have_units_and_times_are_those_of_a_clock(analyze, weeks):
    rows = {
        cells[1].strip(): cells[2].strip()
        for line in analyze(weeks).stdout.splitlines()
        if len(cells := line.split("\u2502")) == 5
    }

    assert rows["total_sleep_time"].endswith("min")
    assert " h " in rows["total_sleep_time"]
    assert 0 <= int(rows["m10_onset"].partition(":")[0]) < 24
    assert rows["resting_heart_rate"].split()[1:] == ["count/min"] or "beats/min" in str(rows)


def test_everything_is_written_as_plain_json(analyze, weeks):
    result = analyze(weeks, "--json", "-")

    document = json.loads(result.stdout, parse_constant=pytest.fail)
    assert list(document) == sorted(document)
    assert document["window"]["first_day"] == "2026-03-15"
    assert document["recording"]["kind"] == "an Apple Health export"
    assert document["history"]["first_days"] == ["2026-03-01", "2026-03-08", "2026-03-15"]
    assert "Week from" in result.stderr


def test_json_goes_into_a_file_as_well(analyze, weeks, tmp_path):
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    for path in (one, other):
        assert analyze(weeks, "--json", str(path)).exit_code == 0

    assert one.read_bytes() == other.read_bytes()
    assert json.loads(one.read_text())["metrics"]


def test_another_week_can_be_chosen(analyze, weeks):
    result = analyze(weeks, "--week", "2026-03-04", "--json", "-")

    assert json.loads(result.stdout)["window"]["last_day"] == "2026-03-10"
    assert "as asked for" in result.stderr


def test_fewer_days_can_be_looked_at(analyze, weeks):
    result = analyze(weeks, "--days", "9")

    assert "of 9 days looked at" in result.stdout
    assert "records of earlier days were passed over" in result.stdout


def test_each_metric_stands_once_in_its_group_and_in_the_order_of_the_document(analyze, weeks):
    result = analyze(weeks, "--json", "-")
    document = json.loads(result.stdout)
    names = [metric["name"] for metric in (*document["metrics"], *document["details"])]
    shown, _, _ = result.stderr.partition("The weeks")
    rows = [line.split("\u2502")[1].strip() for line in shown.splitlines() if "\u2502" in line]

    assert "Other" not in shown.split()
    assert sorted(rows) == sorted(names)
    for group in GROUPS:
        mine = [name for name in names if name_of(name).group == group]
        assert [name for name in rows if name in mine] == mine


def test_counts_are_measured_in_counts(analyze, counts):
    document = json.loads(analyze(counts, "--json", "-").stdout)

    metrics = {metric["name"]: metric for metric in document["metrics"]}
    assert metrics["m10"]["unit"] == "counts/min"
    assert metrics["daily_steps"]["status"] == "not_applicable"


def test_too_little_data_has_an_exit_code_and_says_what_lacks(analyze, tmp_path):
    result = analyze(EXPORT, "--time-zone", "Europe/Berlin")

    assert result.exit_code == 3
    assert "4 days with at least 10 h of wear are needed, 0 found" in result.stdout
    assert "Weeks up to this one: 1, 0 with enough wear." in result.stdout
    assert (tmp_path / "report.html").exists()


def test_a_broken_file_says_where_and_uses_what_stood_before(analyze, weeks, tmp_path):
    cut = tmp_path / "cut.zip"
    whole = weeks.read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])

    result = analyze(cut)

    assert "The file ends early: line " in result.stdout
    assert "while unpacking: the zip archive has no end" in result.stdout


def test_rejected_samples_are_shown_with_index_and_reason(analyze, tmp_path):
    sample = {"sample_type": "heartRate", "unit": "count/min", "start_date": "2026-03-20T10:00:00Z",
              "end_date": "2026-03-20T10:00:00Z", "metadata": {}}  # fmt: skip
    samples = [{**sample, "value": value} for value in (900, *[5] * 12)]
    path = tmp_path / "payload.json"
    path.write_text(json.dumps({"time_zone": "Europe/Berlin", "samples": samples}))

    result = analyze(path)

    assert result.exit_code == 3
    assert "13 samples were rejected" in result.stdout
    assert "sample 0, value: out_of_bounds: expected 30 to 300, found 900" in result.stdout
    assert "and 3 more (--json has all)" in result.stdout
    assert "There is no minute to measure." in result.stdout


def test_nothing_that_a_terminal_would_obey_is_printed(analyze):
    hostile = EXPORT.replace("</HealthData>", '<Record type="[red]&#x9b;2J x"/></HealthData>')

    result = analyze(hostile)

    assert "\x9b" not in result.output
    assert "[red]?2J x" in result.output


@pytest.mark.parametrize(
    ("option", "value", "said", "code"),
    [
        ("--time-zone", "Mars/Base", "expected an IANA name, found 'Mars/Base'", 2),
        ("--days", "0", "0 is not in the range 1<=x<=3660", 2),
        ("--week", "2026-13-01", "does not match the format", 2),
        ("--week", "2020-01-01", "expected a first day from 2026-06-08 to 2026-06-08", 2),
        ("--report", "/dev/null/report.html", "Not a directory", 1),
        ("--json", "/dev/null/week.json", "Not a directory", 1),
    ],
)
def test_what_cannot_be_used_is_named(analyze, option, value, said, code):
    result = analyze(EXPORT, option, value)

    assert result.exit_code == code
    assert said in result.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "found in export.xml: an empty file"),
        ("%PDF-1.7 whatever", "a CSV of minutes (.csv, .csv.gz), an Actiwatch .AWD"),
        ("<html></html>", "expected <HealthData> as the outer element, found <html>"),
        ("a,b\n1,2\n", "expected a header"),
    ],
)
def test_a_file_of_another_kind_is_said_with_what_is_expected(analyze, content, said):
    result = analyze(content)

    assert result.exit_code == 1
    assert said in result.output


def run_alone(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=SHARED, check=True, capture_output=True, text=True
    ).stdout


def test_a_recording_is_analysed_without_google_or_tensorflow(counts, tmp_path):
    """Files that were loaded: a namespace that some package declares at start-up is none."""
    loaded = run_alone(
        "import sys; from clarity.cli import main\n"
        f"main(['analyze', {str(counts)!r}, '--report', {str(tmp_path / 'r.html')!r}],"
        " standalone_mode=False)\n"
        "print('\\nloaded', *(n for n, m in sys.modules.items() if getattr(m, '__file__', '')))"
    ).rpartition("loaded")[2]

    packages = {name.partition(".")[0] for name in loaded.split()}
    assert not {"google", "grpc", "tensorflow", "keras", "h5py", "pydantic"} & packages
    assert "numpy" in packages


def test_help_comes_at_once():
    """Half a second of processor time, whatever else the machine does; the best of three."""

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run_alone("from clarity.cli import main\nmain(['analyze', '--help'])")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.5
