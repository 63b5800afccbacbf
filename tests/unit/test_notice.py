"""`clarity privacy-notice`: the page has the whole data map, and needs nothing else."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from clarity.cli import main
from clarity.domain.documents import KINDS
from clarity.domain.words.redaction import redacted

KEPT = ("--retention-days", "120", "--backup-days", "14")


def written(tmp_path, *options: str) -> str:
    out = tmp_path / "notice.html"
    result = CliRunner().invoke(main, ["privacy-notice", "--out", str(out), *KEPT, *options])
    assert result.exit_code == 0, result.output
    return out.read_text("utf-8")


def test_the_page_has_every_kind_of_document_and_every_field(tmp_path) -> None:
    page = written(tmp_path)

    sections = page.split('<section class="kind">')[1:]
    assert len(sections) == len(KINDS)
    for kind, section in zip(KINDS, sections, strict=True):
        assert f"<h3>{kind.path}</h3>" in section
        assert re.findall(r"<tr><th>([^<]+)</th><td", section) == list(kind.fields)


def test_the_page_names_who_runs_it_and_how_long_things_are_kept(tmp_path) -> None:
    page = written(tmp_path, "--operator", "A & B")

    assert "This service is run by A &amp; B." in page
    assert "RETENTION_DAYS" not in page
    assert "120 days" in page
    assert "at most 14 days" in page
    assert "60 days" in page  # claims are kept half as long


@pytest.mark.parametrize("given", [KEPT[:2], KEPT[2:]], ids=["backups", "documents"])
def test_how_long_things_are_kept_is_never_guessed(tmp_path, given) -> None:
    out = tmp_path / "notice.html"

    result = CliRunner().invoke(main, ["privacy-notice", "--out", str(out), *given])

    assert result.exit_code == 2
    assert "Missing option" in result.stderr
    assert not out.exists()


def test_the_page_loads_nothing_from_anywhere(tmp_path) -> None:
    page = written(tmp_path)

    assert not re.search(r"https?://|<script|@import|url\(", page)
    assert "prefers-color-scheme: dark" in page


def test_a_page_that_cannot_be_written_is_said(tmp_path) -> None:
    out = f"{tmp_path}/no/where.html"
    result = CliRunner().invoke(main, ["privacy-notice", "--out", out, *KEPT])

    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_the_page_promises_no_more_than_the_program_keeps(tmp_path) -> None:
    page = " ".join(written(tmp_path).split())

    told = redacted("I am Jane Doe, ask Tom in Boston, 617-555-0101 or www.jane.org", {"U"})
    assert told == "I am [removed], ask Tom in Boston, [removed] or [removed]"
    assert "addresses of e-mail and of web pages, telephone numbers, ids, and a name where" in page
    assert "stands anywhere else, yours, somebody else's or a place's, stays in them" in page
    assert "your name or anything that identifies you" not in page
    assert "weeks of those who consent to analysis are compared, in groups of 25 people" in page
    assert "they can also export all your data for you" in page
    assert "a shorter time that you choose later reaches what is there already" in page


def test_whoever_exports_all_of_a_person_is_among_those_who_read_each_of_its_documents() -> None:
    reading = {kind.path: set(kind.read_by) for kind in KINDS}

    for path, readers in reading.items():
        theirs = path.startswith(("users/{uid}", "claims/", "dead_letters/"))
        assert ({"privacy", "clarity person export"} <= readers) is theirs
    assert "monitor" in reading["users/{uid}"]
