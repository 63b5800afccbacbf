"""The search through all logs: that it finds what it is there to find, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cloud import REPOSITORY, cloud_process
from tests.logs import LeakError, Secrets, check_state, told

if TYPE_CHECKING:
    from pathlib import Path

UPLOAD = {
    "samples": [
        {
            "sample_type": "heartRate",
            "value": 61.375,
            "start_date": "2026-06-14T10:00:00Z",
            "source_revision": {"source": {"name": "Ada's wrist", "bundle_identifier": "com.a"}},
        }
    ]
}
LEAKS = {
    "a value": "61.375",
    "a value in JSON": '{"found": 61.375}',
    "a negative of it": "below -61.375 bpm",
    "a value that ends a sentence": "found 61.375.",
    "a name": "ValueError: Ada's wrist has no unit",
    "an identity token": "header eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczov.x",
    "a bearer": "Authorization: Bearer ya29.a0AfH6SMBx",
    "an API key": "key=AIzaSyA-1234567890abcdefghijk",
    "a person": "done with ada.",
    "a person in a path": "no document users/ada/uploads/u1",
    "a person in another id": '{"processing_id": "upload-ada-1"}',
    "a person of several words": "of k9-Xq.77b now",
    "a person inside a word": '{"processing_id": "upload-synchK3f9QzLmTb720261123"}',
    "a person at a word's end": "no document synchK3f9QzLmTb7",
    "a person between other letters": "xk9-Xq.77bx",
}
HARMLESS = (
    "2026-06-14T10:00:61.375Z started",
    '{"seconds": 61.375, "message": "job ended"}',
    '  File "steps/once.py", line 1375, in once',
    "[61375] [ERROR] worker died",
    "127.0.0.1:61375 - POST / 200",
    "trace 61375a0f and 0.61.375 and e61375",
    "upload-61.375-x",
    "adapters/log.py adamant",
    "of k9-Xq.77 now",
    "of hK3f9QzLmTb8, hK3f9Q and Hk3F9qZlMtB7",
    '{"message": "failed", "exception": "in once(claims, ada, work)"}',
)
PLANTED = """
import logging
from clarity.adapters.log import bound
from clarity.domain.job import Origin
from tests import events
from tests.conftest import *

events.created("users/ada/uploads/u1", {"samples": [{"value": 61.375}]})
@pytest.fixture(autouse=True)
def ada(log_of_the_run):
    Origin("ada", "uploads", "u1")

log = logging.getLogger("clarity.planted")

def test_a_value_in_a_message():
    log.warning("found %s", 61.375)

def test_a_value_in_a_field():
    log.warning("refused", extra={"fields": {"found": 61.375}})

def test_a_value_in_an_error_s_words():
    log.error("failed", exc_info=ValueError("61.375"))

def test_a_person():
    log.warning("of ada")

def test_a_person_who_is_bound():
    with bound(user_id="ada", processing_id="upload-ada"):
        log.warning("at users/ada/uploads/u1", extra={"fields": {"user_id": "ada"}})

def test_a_code():
    log.warning("refused", extra={"fields": {"code": "unit"}})
"""


@pytest.fixture
def secrets() -> Secrets:
    secrets = Secrets()
    secrets.add(UPLOAD)
    secrets.person("ada")
    secrets.person("k9-Xq.77b")
    secrets.person("hK3f9QzLmTb7")
    return secrets


@pytest.mark.parametrize("line", LEAKS.values(), ids=LEAKS)
def test_a_line_that_says_too_much_is_found(secrets, line) -> None:
    assert list(secrets.found(line))


@pytest.mark.parametrize("line", HARMLESS)
def test_ids_times_and_places_are_no_values(secrets, line) -> None:
    assert not list(secrets.found(line))


def test_our_own_sentences_and_prompts_are_known() -> None:
    assert len(told()) > 300


def test_a_run_in_which_a_line_says_too_much_fails(tmp_path) -> None:
    planted = tmp_path / "test_planted.py"
    planted.write_text(PLANTED)
    options = ["-q", "-rE", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]

    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-c", REPOSITORY / "pyproject.toml", planted],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert run.returncode == 1, run.stdout
    blamed = re.findall(r"^ERROR \S+::(\w+)", run.stdout, re.MULTILINE)
    # What errors say is left out of the log.
    assert blamed == ["test_a_value_in_a_message", "test_a_value_in_a_field", "test_a_person"]


def test_a_state_whose_logs_say_what_was_written_to_it_fails(tmp_path: Path) -> None:
    file = tmp_path / "ingest.log"

    running = cloud_process(tmp_path)
    cloud = running.__enter__()
    cloud.firestore().document("users/ada/uploads/u1").create(UPLOAD)
    file.write_text("found 61.375\n")
    with pytest.raises(LeakError, match=r"ingest\.log"):
        running.__exit__(None, None, None)

    file.write_text("found 61.376\n")
    check_state(tmp_path)
    file.write_text("Ada's wrist\n")
    with pytest.raises(LeakError, match="Ada's wrist"):
        check_state(tmp_path)
    file.write_text("users/ada is gone\n")
    with pytest.raises(LeakError, match="'ada'"):
        check_state(tmp_path)
    file.unlink()  # or the end of this run finds it, too


def test_a_state_whose_letters_say_what_was_written_to_it_fails(tmp_path: Path) -> None:
    running = cloud_process(tmp_path)
    client = running.__enter__().firestore()
    client.document("users/ada/uploads/u1").create(UPLOAD)
    client.document("dead_letters/l1").create({"reason": "expected a unit, found Ada's wrist"})

    with pytest.raises(LeakError, match=r"a letter: .* <- .Ada's wrist"):
        running.__exit__(None, None, None)
