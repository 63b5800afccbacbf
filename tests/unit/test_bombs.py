"""Files that are made to fill a machine, not to be read: refused on the way, in little memory."""

from __future__ import annotations

import gzip
import stat
import tracemalloc
import zipfile
from typing import IO, TYPE_CHECKING

import pytest

from clarity.sources import apple_export, opened
from clarity.sources.apple_export import read_export
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.opened import FOLDER
from clarity.sources.recording_file import open_recording
from tests.apple_export import HEAD, days, export, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIB = 1 << 20
NAME = f"{FOLDER}export.xml"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test reaches in no time; the ratio is as it is."""
    monkeypatch.setattr(opened, "_ANYWAY", 1 * MIB)
    monkeypatch.setattr(opened, "MOST_UNPACKED", 8 * MIB)
    monkeypatch.setattr(apple_export, "LONGEST_TAG", 1 * MIB)


@pytest.fixture
def little_memory() -> Iterator[None]:
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 24 * MIB


def zipped(path: Path, *members: tuple[str, bytes, int]) -> Path:
    """An archive of members, each a part that comes so many times."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part, times in members:
            with archive.open(name, "w") as member:
                repeat(member, part, times)
    return path


def repeat(file: IO[bytes], part: bytes, times: int) -> None:
    for _ in range(times):
        file.write(part)


def refused(path: Path, reason: str) -> None:
    for read in (read_export, open_recording):
        with pytest.raises(UnreadableSourceError, match=reason) as caught:
            read(path)
        assert len(str(caught.value)) < 500


SPACES = b" " * MIB


def test_an_export_that_is_nothing_but_air_is_refused(tmp_path, small, little_memory) -> None:
    refused(zipped(tmp_path / "e.zip", (NAME, SPACES, 60)), "found more")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_export_packed_in_a_way_that_has_no_bound_is_refused_unread(tmp_path, method) -> None:
    with zipfile.ZipFile(tmp_path / "e.zip", "w", method) as archive:
        archive.writestr(NAME, HEAD + "<HealthData></HealthData>")

    refused(tmp_path / "e.zip", f"stored or deflated in e.zip, found method {method}")


def test_one_whose_records_are_all_the_same_is_refused_by_its_size(tmp_path, small) -> None:
    with gzip.open(tmp_path / "e.xml.gz", "wb", compresslevel=1) as file:
        file.write((HEAD + "<HealthData>").encode())
        repeat(file, record().encode() * 4000, 8)

    refused(tmp_path / "e.xml.gz", "found more")


def test_an_archive_without_its_end_is_bounded_too(tmp_path, small) -> None:
    path = zipped(tmp_path / "e.zip", ("first.bin", SPACES, 20), (NAME, HEAD.encode(), 1))
    path.write_bytes(path.read_bytes()[:-60])

    refused(path, "found more")


def test_a_gzip_of_gzips_is_no_export(tmp_path, small) -> None:
    path = tmp_path / "e.gz"
    path.write_bytes(gzip.compress(gzip.compress(SPACES * 8)))

    with pytest.raises(UnreadableSourceError):
        open_recording(path)


def test_a_zip_in_a_zip_is_not_opened(tmp_path, small) -> None:
    inner = zipped(tmp_path / "inner.zip", (NAME, SPACES, 20)).read_bytes()

    refused(zipped(tmp_path / "e.zip", (NAME, inner, 1)), "expected")
    refused(zipped(tmp_path / "f.zip", ("inner.zip", inner, 1)), "expected")


def test_paths_and_links_in_an_archive_lead_nowhere(tmp_path, small) -> None:
    target = tmp_path / "secret.xml"
    target.write_text(export(tmp_path, *days(18)).read_text())
    link = zipfile.ZipInfo(NAME)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, str(target))
    before = sorted(tmp_path.rglob("*"))

    refused(tmp_path / "link.zip", "expected")
    for name in ("../../export.xml", "/etc/export.xml", f"{FOLDER}../export.xml"):
        refused(zipped(tmp_path / "link.zip", (name, target.read_bytes(), 1)), "expected")

    assert sorted(tmp_path.rglob("*")) == before


def test_a_terminal_is_not_commanded_by_a_name_in_an_archive(tmp_path, small) -> None:
    path = zipped(tmp_path / "e.zip", ("\x1b[2J\x07" + "n" * 60_000, b"", 1))

    with pytest.raises(UnreadableSourceError) as caught:
        read_export(path)

    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


ENTITY = '<!DOCTYPE HealthData [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "head",
    [
        ENTITY,
        '<!DOCTYPE HealthData [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>',
        '<!DOCTYPE HealthData SYSTEM "http://127.0.0.1:9/export.dtd">',
        '<!DOCTYPE HealthData PUBLIC "-//a" "http://127.0.0.1:9/export.dtd">',
        "<!-- " + "x" * 70_000 + " -->" + ENTITY,
        "<!-- " + "x" * 65_530 + ENTITY.replace("<!DOCTYPE", "-->\n<!DOCTYPE"),
    ],
    ids=["entities", "an outside entity", "SYSTEM", "PUBLIC", "late", "between two pieces"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_and_outside_files_are_refused(tmp_path, small, head, encoding) -> None:
    path = tmp_path / "export.xml"
    path.write_bytes(f"{head}<HealthData>&b;</HealthData>".encode(encoding))

    refused(path, "refused|outside file")


def test_a_tag_without_an_end_is_refused_before_it_fills_the_memory(
    tmp_path, small, little_memory
) -> None:
    path = tmp_path / "export.xml"
    with path.open("wb") as file:
        file.write(b'<HealthData><Record type="')
        repeat(file, b"x" * MIB, 60)

    refused(path, "expected tags of at most")


def test_tags_in_each_other_without_end_are_refused(tmp_path) -> None:
    path = tmp_path / "export.xml"
    path.write_bytes(b"<HealthData>" + b"<Record>" * 150_000)

    refused(path, "left open")


def test_an_export_that_shrinks_as_real_ones_do_is_read(tmp_path, small) -> None:
    text = export(tmp_path, *days(*range(1, 21)) * 300).read_bytes()
    path = zipped(tmp_path / "e.zip", (NAME, text, 1))

    assert len(text) > MIB
    assert len(read_export(path).samples)
