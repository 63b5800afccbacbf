"""No line of a log names a person, whatever the line is made of."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from google.api_core.exceptions import NotFound
from hypothesis import given
from hypothesis import strategies as st

from clarity.adapters.firestore_errors import translated
from clarity.adapters.log import JsonLines, bound, hidden, pseudonym
from clarity.domain.errors import RefusedError


def line(message: str, key: str | None = None, **fields: Any) -> dict[str, Any]:
    record = logging.LogRecord("clarity", logging.INFO, "x.py", 1, message, None, None)
    record.fields = fields
    found: dict[str, Any] = json.loads(JsonLines("p", key).format(record))
    return found


def test_a_person_who_is_bound_is_left_out_of_ids_and_words() -> None:
    with bound(user_id="ada", processing_id="upload-ada-1", step="ingest"):
        told = line("no document of ada", document="users/ada/uploads/u1")

    assert "ada" not in json.dumps(told)
    assert told["processing_id"] == "upload---1"
    assert told["message"] == "no document of -"
    assert told["document"] == "users/-/uploads/u1"
    assert told["step"] == "ingest"
    assert not {"user_id", "person"} & told.keys()


def test_a_person_among_the_fields_counts_more_than_who_is_bound() -> None:
    with bound(user_id="ada"):
        told = line("swept up", "a key", user_id="eve", processing_id="upload-eve")

    assert told["person"] == pseudonym("a key", "eve") != pseudonym("a key", "ada")
    assert told["processing_id"] == "upload--"


def test_a_pseudonym_is_the_same_for_a_person_and_another_with_another_key() -> None:
    with bound(user_id="ada"):
        first, second, other = line("a", "key 1"), line("b", "key 1"), line("c", "key 2")

    assert first["person"] == second["person"] != other["person"]
    assert len(first["person"]) == 16
    assert int(first["person"], 16) >= 0


def test_a_word_that_begins_like_a_person_stays() -> None:
    with bound(user_id="done"):
        assert line("undone, done2")["message"] == "undone, done2"
        assert hidden("done") == "-"


LONG = "hK3f9QzLmTb7XyWcVu2PaRs8NdEo"


@pytest.mark.parametrize("user_id", [LONG, "claire"])
@pytest.mark.parametrize("name", ["{}20261123", "sync{}", "ios{}1", "x_{}_{}y"])
def test_an_id_that_is_part_of_a_word_is_hidden_too(user_id, name) -> None:
    document_id = name.format(user_id, user_id)

    with bound(user_id=user_id, processing_id=f"upload-{document_id}"):
        told = line(f"{document_id} failed", seen=[document_id], of={"it": document_id})
        said = hidden(f"no document {document_id}")

    assert user_id not in json.dumps(told)
    assert user_id not in said
    assert told["processing_id"] == "upload-" + name.format("-", "-")
    assert told["seen"] == [name.format("-", "-")]


@given(st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_whatever_a_person_is_called_the_line_is_one_and_whole(user_id, words) -> None:
    with bound(user_id=user_id, event_id="e1"):
        told = line(words, "a key")

    assert told["person"] == pseudonym("a key", user_id)
    assert "user_id" not in told


@pytest.mark.parametrize("path", ["users/ada", 'users/ada"', "x/documents/users/ada/jobs/j1"])
def test_a_path_names_nobody_even_where_nobody_is_bound(path) -> None:
    assert "ada" not in line(f"not found: {path}")["message"]
    assert "ada" not in hidden(path)


def test_what_firestore_refuses_is_said_without_the_person() -> None:

    @translated
    def read() -> None:
        raise NotFound("no document projects/p/databases/d/documents/users/ada/jobs/j1")

    with pytest.raises(RefusedError) as refused:
        read()

    assert str(refused.value).endswith("documents/users/-/jobs/j1")
