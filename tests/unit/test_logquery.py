"""The tests' own reading of the Logging query language, which filters are held against."""

from __future__ import annotations

import pytest

from tests.logquery import extracted, matches

ENTRY = {
    "severity": "ERROR",
    "resource": {"type": "cloud_run_revision", "labels": {"service_name": "ingest"}},
    "jsonPayload": {"message": "dead-lettered", "code": "refused", "seconds": 1.5},
}


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ('jsonPayload.message="dead-lettered"', True),
        ('jsonPayload.message="Dead-Lettered"', True),
        ('jsonPayload.message="dead"', False),
        ('jsonPayload.message:"dead"', True),
        ("jsonPayload.code:*", True),
        ("jsonPayload.status:*", False),
        ('jsonPayload.status="x"', False),
        ('NOT jsonPayload.status="x"', True),
        ('jsonPayload.code=("parked" OR "refused")', True),
        ('jsonPayload.code=("parked" OR "open")', False),
        ("severity>=ERROR", True),
        ("severity>=CRITICAL", False),
        # NOT before OR, OR before AND.
        ('severity="X" AND severity="X" OR severity="ERROR"', False),
        ('severity="ERROR" AND severity="X" OR severity="ERROR"', True),
        ('severity="ERROR" OR severity="X" AND severity="X"', False),
        ('NOT severity="ERROR" OR severity="ERROR"', True),
        ('NOT (severity="ERROR" OR severity="X")', False),
        ('resource.type="cloud_run_revision" AND resource.labels.service_name="ingest"', True),
    ],
)
def test_a_filter_takes_what_the_language_says(query, holds) -> None:
    assert matches(query, ENTRY) is holds


@pytest.mark.parametrize(
    "query",
    [
        'jsonPayload.message="a" jsonPayload.code="b"',
        'jsonPayload.message=~"a"',
        'jsonPayload.message!="a"',
        'jsonPayload.message="a" AND',
        '(jsonPayload.message="a"',
        'jsonPayload.message=("a" AND "b")',
        '"dead-lettered"',
        "",
    ],
)
def test_a_filter_that_is_not_understood_is_no_filter(query) -> None:
    with pytest.raises(ValueError, match=r"understood|expected"):
        matches(query, ENTRY)


def test_a_value_is_taken_out_by_its_path() -> None:
    assert extracted("EXTRACT(jsonPayload.seconds)", ENTRY) == 1.5
    assert extracted("EXTRACT(jsonPayload.missing)", ENTRY) is None
    with pytest.raises(ValueError, match="expected EXTRACT"):
        extracted('REGEXP_EXTRACT(jsonPayload.code, "(.*)")', ENTRY)
