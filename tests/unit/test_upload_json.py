"""Uploads as JSON files: what a developer sees of a payload."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime

import pytest

from clarity.sources.errors import UnreadableSourceError
from clarity.sources.generated.people import generate, uploads
from clarity.sources.recording_file import open_recording

NOW = datetime(2026, 3, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def documents():
    person = generate("office-worker", days=3, last_day=date(2026, 3, 21))
    return [document for _, document in uploads(person)]


@pytest.mark.parametrize("form", ["list", "lines", "lines with gaps", "one"])
def test_documents_are_read_however_they_are_put_together(tmp_path, documents, form):
    whole = {**documents[0], "samples": [s for each in documents for s in each["samples"]]}
    text = {
        "list": json.dumps(documents, indent=1),
        "lines": "\n".join(json.dumps(document) for document in documents),
        "lines with gaps": "\r\n\r\n".join(json.dumps(document) for document in documents) + "\n",
        "one": json.dumps(whole),
    }[form]
    path = tmp_path / "payload.txt"
    path.write_text(text)

    recording = open_recording(path, now=NOW)

    assert recording.what == "uploads"
    assert recording.rejected == ()
    assert recording.span.first_day == date(2026, 3, 15)
    assert recording.span.worn.sum() > 2 * 1000


def test_rejections_name_the_document_and_their_place_in_it(tmp_path, documents):
    broken = [json.loads(json.dumps(document)) for document in documents[:2]]
    broken[1]["samples"][3] |= {"sample_type": "stepCount", "value": 1.0, "unit": "furlong"}
    path = tmp_path / "payload.json"
    path.write_text(json.dumps(broken))

    (rejection,) = open_recording(path, now=NOW).rejected

    assert (rejection.index, rejection.field, rejection.code) == (3, "[1].unit", "bad_unit")


def test_lines_that_break_off_give_what_stood_before(tmp_path, documents):
    path = tmp_path / "payload.jsonl"
    path.write_text("\n".join(json.dumps(document) for document in documents)[:-100])

    recording = open_recording(path, now=NOW)

    assert f"line {len(documents)} is cut off and was not used" in recording.remarks
    assert recording.remarks[0].startswith(f"{len(documents) - 1:,} upload documents")


def written(documents, form: str) -> str:
    whole = {**documents[0], "samples": [s for each in documents for s in each["samples"]]}
    latest = {"samples": whole.pop("samples")}
    return {
        "one": json.dumps(whole | latest),
        "indented": json.dumps(whole | latest, indent=2),
        "list": json.dumps(documents),
    }[form]


@pytest.mark.parametrize("form", ["one", "indented", "list"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.77, 0.95])
@pytest.mark.parametrize("packed", [True, False])
def test_a_document_that_breaks_off_gives_its_whole_samples(
    tmp_path, documents, form, share, packed
):
    text = written(documents, form)
    path = tmp_path / "payload.json"
    cut = gzip.compress(text.encode()) if packed else text.encode()
    path.write_bytes(cut[: int(share * len(cut))])

    recording = open_recording(path, now=NOW)

    everything = sum(len(document["samples"]) for document in documents)
    kept = int(recording.remarks[0].split(" with ")[1].split()[0].replace(",", ""))
    assert 0.6 * share * everything < kept < everything
    assert any("the file ends early, in line " in remark for remark in recording.remarks)
    assert recording.rejected == ()
    assert (recording.broken_at is not None) is packed


def test_a_part_of_a_sample_is_no_sample(tmp_path, documents):
    first, second = documents[0]["samples"][:2]
    second = {**second, "parts": [{"a": 1}, {"b": 2}]}
    text = json.dumps({**documents[0], "samples": [first, second]})
    head, _, tail = text.partition('"samples": [')
    path = tmp_path / "payload.json"
    path.write_text(head + '"samples": [' + tail.partition(', {"b"')[0])

    assert "1 upload documents with 1 samples" in open_recording(path, now=NOW).remarks


def test_a_last_document_without_its_zone_does_not_take_the_others_along(tmp_path, documents):
    zone = documents[0]["device_info"]
    late = {"samples": documents[1]["samples"], "device_info": zone}
    text = json.dumps([documents[0], late])
    path = tmp_path / "payload.json"
    path.write_text(text[: text.rindex('"device_info"')])

    recording = open_recording(path, now=NOW)

    assert recording.remarks[0].endswith(f" {len(documents[0]['samples']):,} samples")
    assert "document 2 lacks" in recording.remarks[1]


def test_a_payload_of_open_wearables_is_read_in_the_zone_that_it_lacks(tmp_path):
    records = [
        {"id": str(n), "type": "HKQuantityTypeIdentifierHeartRate", "value": 60 + n,
         "unit": "count/min", "zoneOffset": None, "source": {"name": "Watch"},
         "startDate": f"2026-03-20T10:{n:02d}:00Z", "endDate": f"2026-03-20T10:{n:02d}:00Z"}
        for n in range(3)
    ]  # fmt: skip
    records[2]["value"] = 900
    path = tmp_path / "payload.json"
    path.write_text(json.dumps({"provider": "apple", "data": {"records": records}}))

    recording = open_recording(path, time_zone="Asia/Kolkata", now=NOW)

    at = 6 * 1440 + 15 * 60 + 30
    assert recording.span.heart_rate[at : at + 2].tolist() == [60, 61]
    assert [(each.index, each.field) for each in recording.rejected] == [(2, "data.records.value")]


def test_what_was_deleted_is_not_there(tmp_path, documents):
    undone = {**documents[0], "samples": [], "deleted": documents[0]["samples"]}
    path = tmp_path / "payload.json"
    path.write_text(json.dumps([documents[0], documents[1], undone]))
    left = tmp_path / "left.json"
    left.write_text(json.dumps(documents[1]))

    deleted, never_sent = (open_recording(each, now=NOW).span for each in (path, left))

    assert deleted.worn.tolist() == never_sent.worn.tolist()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"samples": [}', r"JSON in payload.json, found at line 1, column 14"),
        ('{"a": 1}\n{"b": oops}\n', "line 2, column 7"),
        ("[]", "found an empty list"),
        ("[1]", "found int as number 1"),
        ('{"samples": []}', "document 1 of payload.json: time_zone"),
        ('{"samples": {}, "time_zone": "UTC"}', "samples: expected a list, found dict"),
        ("[" * 100_000, "too deeply nested"),
        ("{}\n" + "[" * 100_000 + "\n", "too deeply nested"),
        ('{"a": ' + "9" * 5000 + "}", "numbers too long"),
    ],
)
def test_what_is_no_upload_is_said(tmp_path, text, complaint):
    path = tmp_path / "payload.json"
    path.write_text(text)

    with pytest.raises(UnreadableSourceError, match=complaint):
        open_recording(path, now=NOW)
