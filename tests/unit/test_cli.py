"""`clarity analyze`: what a person may type is answered in words, not in a traceback."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from clarity.cli import main

EXPORT = """<?xml version="1.0" encoding="UTF-8"?><HealthData>
<Record type="HKQuantityTypeIdentifierStepCount" sourceName="Watch" unit="count" value="42"
 startDate="2026-06-14 10:00:00 +0200" endDate="2026-06-14 10:10:00 +0200"/></HealthData>"""


@pytest.fixture
def analyze(tmp_path):
    export = tmp_path / "export.xml"
    export.write_text(EXPORT)
    report = ["--report", str(tmp_path / "report.html")]

    def run(*options: str) -> Result:
        return CliRunner().invoke(main, ["analyze", str(export), *report, *options])

    return run


def test_an_export_is_measured_and_drawn(analyze, tmp_path) -> None:
    result = analyze("--time-zone", "Europe/Berlin")

    assert result.exit_code == 0
    assert "report.html" in result.output.replace("\n", "")
    assert (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--time-zone", "Mars/Base", "expected an IANA name, found 'Mars/Base'"),
        ("--days", "0", "0 is not in the range x>=1"),
        ("--report", "/dev/null/report.html", "Not a directory"),
    ],
)
def test_what_cannot_be_used_is_named(analyze, option, value, said) -> None:
    result = analyze(option, value)

    assert result.exit_code in {1, 2}
    assert said in result.output
