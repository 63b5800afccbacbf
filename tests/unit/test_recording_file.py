"""Files of all kinds, recognised by content; damaged at random, they are read or refused."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from clarity.sources.errors import UnreadableSourceError
from clarity.sources.generated.people import generate, uploads
from clarity.sources.recording_file import open_recording
from tests.apple_export import lines, write_export

NOW = datetime(2026, 3, 23, tzinfo=UTC)
DAMAGE = (
    *(b"<", b"&", b'"', b"\0", b"\xff", b",", b"\n", b"\x85", b"[", b"{", b"Z", b"<!DOCTYPE x ["),
    *(b"nan", b"1e999", b"9" * 40, b"2026-13-45", b"0001-01-01", b"9999-12-31", b"+99:99"),
)


@pytest.fixture(scope="module")
def kinds(tmp_path_factory) -> dict[str, bytes]:
    """A small file of each kind."""
    person = generate("non-wear", days=1, last_day=date(2026, 3, 21))
    archive = tmp_path_factory.mktemp("kinds") / "export.zip"
    write_export(person, archive)
    table = "timestamp,steps,heart_rate,worn,stage\n" + "".join(
        f"2026-03-20 {n // 60:02d}:{n % 60:02d},{n % 90},{60 + n % 9},1,{'core' * (n < 300)}\n"
        for n in range(600)
    )
    counts = "".join(f"{n * n % 700}{' M' * (n % 97 == 0)}\r\n" for n in range(500))
    head = "a\r\n23-Jan-2018\r\n13:58\r\n 4 \r\n00\r\nV1\r\nX\r\n"
    documents = [document for _, document in uploads(person)][:2]
    return {
        "an Apple Health export": "".join(lines(person)).encode()[:60_000],
        "an Apple Health export, zip": archive.read_bytes(),
        "a CSV of minutes": table.encode(),
        "a CSV of minutes, gz": gzip.compress(table.encode(), mtime=0),
        "an Actiwatch recording": (head + counts).encode(),
        "uploads": json.dumps(documents).encode(),
    }


def test_the_name_of_a_file_does_not_matter(kinds, tmp_path):
    for name, content in kinds.items():
        path = tmp_path / "recording.bin"
        path.write_bytes(content)

        assert open_recording(path, now=NOW).what == name.partition(",")[0]


def damaged(content: bytes, rng: random.Random) -> bytes:
    found = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5, 30))):
        at = rng.randrange(len(found) + 1)
        found[at : at + rng.choice((0, 0, 1, 4, 100))] = rng.choice(DAMAGE)
        if rng.random() < 0.1:
            del found[at:]
    return bytes(found)


@pytest.mark.parametrize("seed", range(6))
def test_damage_is_refused_in_words_or_read_past(kinds, tmp_path, seed):
    rng, path, refused = random.Random(seed), tmp_path / "recording.bin", 0
    for _ in range(40):
        path.write_bytes(damaged(kinds[rng.choice(list(kinds))], rng))
        try:
            recording = open_recording(path, now=NOW, last_days=7)
        except UnreadableSourceError:
            refused += 1
        else:
            assert recording.span.days in {0, 7}
    assert 0 < refused < 40


@pytest.mark.parametrize("dated", [True, False])
def test_an_export_without_a_date_says_what_bounds_it(kinds, tmp_path, dated):
    path, content = tmp_path / "export.xml", kinds["an Apple Health export"]
    path.write_bytes(content if dated else content.replace(b"<ExportDate", b"<Made"))

    remarks = open_recording(path, now=NOW).remarks

    assert any("after this machine's clock" in remark for remark in remarks) is not dated


def test_a_device_or_folder_is_no_recording():
    with pytest.raises(UnreadableSourceError, match="found no file /dev"):
        open_recording(Path("/dev/null"))
