"""Apple Health exports that are damaged, hostile or something else: read as far as they can be."""

from __future__ import annotations

import zipfile
from datetime import date

import pytest

from clarity.sources.apple_export import read_export
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.people import generate
from tests.apple_export import HEAD, days, export, lines, record, write_export

LAST_DAY = date(2026, 3, 21)


def test_a_truncated_file_keeps_what_was_read_and_says_where_it_broke(tmp_path):
    path = export(tmp_path, *days(18, 19, 20), tail="")
    path.write_bytes(path.read_bytes()[:-30])

    read = read_export(path)

    assert len(read.person.samples) == 2
    assert read.broken_at is not None
    assert read.broken_at.startswith(f"line {HEAD.count(chr(10)) + 5}, byte ")
    assert "unclosed token" in read.broken_at


def test_bytes_that_are_no_text_end_the_reading_there(tmp_path):
    path = export(tmp_path, *days(18), record(sourceName="X?"), *days(19))
    path.write_bytes(path.read_bytes().replace(b"X?", b"\xff\xfe"))

    read = read_export(path)

    assert len(read.person.samples) == 1
    assert "not well-formed" in str(read.broken_at)


def test_a_damaged_archive_keeps_what_was_unpacked(tmp_path):
    person = generate("office-worker", days=7, last_day=LAST_DAY)
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("apple_health_export/export.xml", "".join(lines(person)))
    broken = bytearray(path.read_bytes())
    at = broken.index(b"</HealthData>") - 3000
    broken[at : at + 1] = b"#"
    path.write_bytes(bytes(broken))

    read = read_export(path)

    assert read.broken_at is not None
    assert "unpacking" in read.broken_at
    assert len(read.person.samples) > 1000


def test_an_incomplete_archive_is_said(tmp_path):
    write_export(generate("non-wear", days=2, last_day=LAST_DAY), tmp_path / "export.zip")
    cut = tmp_path / "cut.zip"
    cut.write_bytes((tmp_path / "export.zip").read_bytes()[:2000])

    with pytest.raises(UnreadableSourceError, match=r"whole zip archive.*incomplete download"):
        read_export(cut)


def test_another_archive_is_said_with_what_it_holds(tmp_path):
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cat.jpg", "")

    with pytest.raises(UnreadableSourceError, match=r"apple_health_export/export.xml.*cat\.jpg"):
        read_export(path)


def test_an_archive_from_a_phone_in_another_language_is_read(tmp_path):
    path = tmp_path / "exportación.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("apple_health_export/export_cda.xml", "<ClinicalDocument/>" * 500)
        archive.writestr(
            "apple_health_export/exportación.xml", export(tmp_path, record()).read_text()
        )
        archive.writestr("apple_health_export/workout-routes/route.xml", "<gpx/>")

    assert len(read_export(path).person.samples) == 1


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(UnreadableSourceError, match="found no file"):
        read_export(tmp_path / "export.zip")


def test_another_xml_document_is_said(tmp_path):
    path = tmp_path / "export_cda.xml"
    path.write_text("<ClinicalDocument/>")

    with pytest.raises(UnreadableSourceError, match=r"<HealthData>.*found <ClinicalDocument>"):
        read_export(path)


def test_an_export_without_usable_records_says_what_it_has(tmp_path):
    path = export(tmp_path, record("HKQuantityTypeIdentifierDietaryWater"), tail="")

    with pytest.raises(
        UnreadableSourceError, match=r"1 HKQuantityTypeIdentifierDietaryWater; .* line"
    ):
        read_export(path)


def test_an_empty_file_is_said(tmp_path):
    path = tmp_path / "export.xml"
    path.write_bytes(b"")

    with pytest.raises(UnreadableSourceError, match="found none; the file broke at line 1, byte 0"):
        read_export(path)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE HealthData [<!ENTITY who SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE HealthData [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE HealthData SYSTEM "https://example.org/health.dtd">',
        '<!DOCTYPE HealthData PUBLIC "-//X//Y" "x.dtd" [<!ELEMENT Record EMPTY>]>',
    ],
)
def test_entities_and_outside_files_are_refused(tmp_path, head):
    with pytest.raises(UnreadableSourceError, match="found entities or an outside file"):
        read_export(export(tmp_path, record(), head=head))


def test_a_declaration_far_into_the_file_is_refused(tmp_path):
    head = f"<!--{' ' * (1 << 20)}--><!DOCTYPE HealthData [<!ENTITY a 'b'>]>"

    with pytest.raises(UnreadableSourceError, match="second declaration"):
        read_export(export(tmp_path, record(), head=head))


def test_the_wrong_declarations_of_some_ios_versions_do_not_stop_the_reading(tmp_path):
    broken = HEAD.replace("  value CDATA #REQUIRED\n", "  value CDATA #REQUIRED\n>\n  x CDATA\n")

    assert len(read_export(export(tmp_path, record(), head=broken)).person.samples) == 1


def test_an_export_without_a_declaration_is_read(tmp_path):
    assert len(read_export(export(tmp_path, record(), head="")).person.samples) == 1
