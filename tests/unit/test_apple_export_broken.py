"""Apple Health exports that are damaged, hostile or something else: read as far as they can be."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from clarity.sources.apple_export import read_export
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.generated.people import generate
from tests.apple_export import HEAD, days, export, lines, only, record, write_export

if TYPE_CHECKING:
    from pathlib import Path

LAST_DAY = date(2026, 3, 21)
NOW = datetime(2026, 3, 23, tzinfo=UTC)


def test_a_truncated_file_keeps_what_was_read_and_says_where_it_broke(tmp_path):
    path = export(tmp_path, *days(18, 19, 20), tail="")
    path.write_bytes(path.read_bytes()[:-30])

    read = read_export(path)

    assert len(read.samples) == 2
    assert read.broken_at is not None
    assert read.broken_at.startswith(f"line {HEAD.count(chr(10)) + 5}, byte ")
    assert "unclosed token" in read.broken_at


def test_bytes_that_are_no_text_end_the_reading_there(tmp_path):
    path = export(tmp_path, *days(18), record(sourceName="X?"), *days(19))
    path.write_bytes(path.read_bytes().replace(b"X?", b"\xff\xfe"))

    read = read_export(path)

    assert len(read.samples) == 1
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
    assert len(read.samples) > 1000


@pytest.mark.parametrize("share", [0.05, 0.5, 0.999])
def test_an_incomplete_archive_gives_what_is_there_and_says_so(tmp_path, share):
    write_export(generate("office-worker", days=7, last_day=LAST_DAY), tmp_path / "export.zip")
    whole = (tmp_path / "export.zip").read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[: int(share * len(whole))])

    read = read_export(cut)

    everything = len(read_export(tmp_path / "export.zip").samples)
    assert 0.5 * share * everything < len(read.samples) <= everything
    assert "incomplete download" in str(read.broken_at)
    assert ("line " if share < 0.9 else "behind the export") in str(read.broken_at)


def streamed(path: Path, method: int, *names: str) -> bytes:
    """An archive written in one go, so that sizes come after the data as Apple writes it."""

    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def tell(self):
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", method) as archive:
        for name in names:
            archive.writestr(name, path.read_text() if name == names[-1] else "<gpx/>" * 9000)
    return pipe.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_an_incomplete_archive_is_read_past_what_stands_before_the_export(tmp_path, method):
    plain = export(tmp_path, *days(18, 19, 20))
    names = ("apple_health_export/export_cda.xml", "apple_health_export/exportación.xml")
    with zipfile.ZipFile(tmp_path / "whole.zip", "w", method) as archive:
        archive.writestr(names[0], "<ClinicalDocument/>" * 9000)
        archive.write(plain, names[1])
    whole = (tmp_path / "whole.zip").read_bytes()
    for number, content in enumerate((whole, streamed(plain, zipfile.ZIP_DEFLATED, *names))):
        cut = tmp_path / f"cut{number}.zip"
        cut.write_bytes(content[: content.rindex(b"PK\x01\x02") - 40])

        assert len(read_export(cut).samples) >= 2


def test_an_archive_that_breaks_off_before_the_export_is_said(tmp_path):
    path = tmp_path / "cut.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cat.jpg", "miaow")
    path.write_bytes(path.read_bytes()[:60])

    with pytest.raises(UnreadableSourceError, match=r"export\.xml.*cat\.jpg.*incomplete download"):
        read_export(path)


def test_an_archive_with_a_password_is_said(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(export(tmp_path, record()), "apple_health_export/export.xml")
    locked = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + flags] |= 1
    path.write_bytes(bytes(locked))

    with pytest.raises(UnreadableSourceError, match=r"export.zip cannot be unpacked: .*password"):
        read_export(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "iso-8859-1"])
def test_an_export_in_another_encoding_is_read(tmp_path, encoding):
    path = export(tmp_path, record(sourceName="Zoë"))
    text = path.read_text(encoding="utf-8").replace('encoding="UTF-8"', f'encoding="{encoding}"')
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    path.write_bytes(mark + text.encode(encoding))

    assert only(path).sources[0].name == "Zoë"


def test_a_packed_export_is_read(tmp_path):
    path = tmp_path / "export.xml.gz"
    path.write_bytes(gzip.compress(export(tmp_path, record()).read_bytes()))

    assert len(read_export(path).samples) == 1


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

    assert len(read_export(path).samples) == 1


@pytest.mark.parametrize("made", ["", "17.03.2026, 10:00:00 MEZ", "2099-01-02 09:00:00 +0100"])
@pytest.mark.parametrize("first", [True, False])
def test_without_a_date_of_the_export_the_clock_bounds_it(tmp_path, made, first):
    far = record(startDate="2099-01-01 10:00:00 +0100", endDate="2099-01-01 10:05:00 +0100")
    good = "".join(days(3, 19, 20))
    path = export(tmp_path, far + good if first else good + far)
    dated = '<ExportDate value="2026-03-22 09:00:00 +0100"/>'
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(dated, made and f'<ExportDate value="{made}"/>'))

    read = read_export(path, last_days=7, now=NOW)

    assert (len(read.samples), read.older) == (2, 1)
    assert [(each.index, each.code) for each in read.rejected] == [(0 if first else 3, "in_future")]


def test_no_record_is_of_after_the_export_though_the_clock_would_let_it(tmp_path):
    far = record(startDate="2026-10-30 10:00:00 +0100", endDate="2026-10-30 10:05:00 +0100")

    read = read_export(
        export(tmp_path, far, *days(20)), last_days=7, now=datetime(2026, 11, 23, tzinfo=UTC)
    )

    assert (len(read.samples), [each.code for each in read.rejected]) == (1, ["in_future"])


def test_a_great_many_records_of_the_future_are_counted(tmp_path):
    far = record(startDate="2099-01-01 10:00:00 +0100", endDate="2099-01-01 10:05:00 +0100")

    read = read_export(export(tmp_path, record(), *[far] * 1003))

    assert len(read.rejected) == 1000
    assert read.skipped == {"future date": 3}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("last_days", [7, 3660, None])
def test_a_device_whose_clock_began_anew_does_no_harm(tmp_path, first, last_days):
    old = record(startDate="0001-01-01 00:00:00 +1400", endDate="0001-01-01 00:05:00 +1400")
    path = export(tmp_path, old, record()) if first else export(tmp_path, record(), old)

    read = read_export(path, last_days=last_days, now=NOW)

    assert len(read.samples) == 1
    assert read.older + len(read.rejected) == 1


def test_an_export_of_nothing_but_a_clock_that_began_anew_is_said(tmp_path):
    old = record(startDate="0001-01-01 00:00:00 +1400", endDate="0001-01-01 00:05:00 +1400")

    with pytest.raises(UnreadableSourceError, match="found 1 too_old records"):
        read_export(export(tmp_path, old))


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


def test_entities_hidden_in_another_encoding_are_refused(tmp_path):
    laughs = (
        '<!DOCTYPE HealthData [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
    )
    path = export(tmp_path, record(sourceName="&c;"), head=laughs)
    path.write_bytes(path.read_text().encode("utf-16"))

    with pytest.raises(UnreadableSourceError, match="found entities or an outside file"):
        read_export(path)


def test_a_declaration_far_into_the_file_is_refused(tmp_path):
    head = f"<!--{' ' * (1 << 20)}--><!DOCTYPE HealthData [<!ENTITY a 'b'>]>"

    with pytest.raises(UnreadableSourceError, match="second declaration"):
        read_export(export(tmp_path, record(), head=head))


def test_the_wrong_declarations_of_some_ios_versions_do_not_stop_the_reading(tmp_path):
    broken = HEAD.replace("  value CDATA #REQUIRED\n", "  value CDATA #REQUIRED\n>\n  x CDATA\n")

    assert len(read_export(export(tmp_path, record(), head=broken)).samples) == 1


def test_an_export_without_a_declaration_is_read(tmp_path):
    assert len(read_export(export(tmp_path, record(), head="")).samples) == 1


def test_an_export_that_was_zipped_again_without_its_folder_is_read(tmp_path):
    path = export(tmp_path, record())
    packed = tmp_path / "again.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, "export.xml")

    assert only(packed).identity.tolist() == only(path).identity.tolist()
