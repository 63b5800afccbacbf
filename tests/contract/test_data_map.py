"""The data map against what the product writes, and against what stands in the cloud."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from clarity.domain.documents import KINDS
from clarity.domain.documents.kinds import ANY
from tests.contract.firestore_servers import connected, embedded
from tests.contract.servers import ROOT
from tests.lived import Life, documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from clarity.domain.documents.kinds import Kind

    # Kind, or the path of what is none -> field -> the names in it.
    Written = Mapping[str, Mapping[str, set[str]]]

DEFINED = {kind.path: kind for kind in KINDS}


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Written:
    """All that lies in the database after a life with the product."""
    folder = tmp_path_factory.mktemp("life")
    with embedded(folder) as process, connected(process.address) as client:
        life = Life(client=client)
        life.weeks()
        life.feedback()
        life.refused()
        life.looked_into()
        life.privacy()
        life.monitored()
        life.tried()
        return of_kinds(documents(client, sorted({kind.collection for kind in KINDS})))


def of_kinds(found: Iterable[tuple[str, Mapping[str, Any]]]) -> Written:
    kinds: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path, fields in found:
        kind = kind_of(path)
        for name, value in fields.items():
            kinds[kind.path if kind else path][name] |= set(names_in(value))
    return kinds


def kind_of(path: str) -> Kind | None:
    """The kind that a document is of."""
    return next((kind for kind in KINDS if pattern(kind.path).fullmatch(path)), None)


@cache
def pattern(kind: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]*\}", kind)
    return re.compile("[^/]+".join(map(re.escape, parts)))


def names_in(value: Any) -> Iterator[str]:
    """Every name in a value, at any depth."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from names_in(each)


def not_in_the_map(written: Written) -> set[str]:
    """Collections, fields and names that are written and that nobody has defined."""
    found = {path for path in written if path not in DEFINED}
    for path, kind in DEFINED.items():
        for name, parts in written.get(path, {}).items():
            field = kind.fields.get(name)
            if field is None:
                found.add(f"{path}: {name}")
            elif not field.open:
                found |= {f"{path}: {name}: {part}" for part in parts - field.parts}
    return found


def written_by_nobody(written: Written) -> set[str]:
    """What is defined, and not there."""
    found = {path for path in DEFINED if path not in written}
    for path, fields in written.items():
        for name, field in DEFINED[path].fields.items() if path in DEFINED else ():
            if name not in fields:
                found.add(f"{path}: {name}")
            else:
                absent = field.parts - fields[name] - {ANY}
                found |= {f"{path}: {name}: {part}" for part in absent}
    return found


def test_whatever_the_product_writes_is_in_the_data_map(written) -> None:
    assert not_in_the_map(written) == set()


def test_whatever_is_in_the_data_map_is_written_by_somebody(written) -> None:
    assert written_by_nobody(written) == set()


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("users/ada/diaries/d1", {"text": "x"}, "users/ada/diaries/d1"),
        ("users/ada/queues/uploads", {"pulse": 60}, "users/{uid}/queues/uploads: pulse"),
        (
            "users/ada/analyses/a1",
            {"sleep": {"periods": [{"dream": "x"}]}},
            "users/{uid}/analyses/{analysis_id}: sleep: dream",
        ),
    ],
    ids=["collection", "field", "name-in-a-field"],
)
def test_what_is_new_and_not_defined_is_named(path, fields, said) -> None:
    assert not_in_the_map(of_kinds([(path, fields)])) == {said}


def test_what_nobody_writes_any_more_is_named() -> None:
    found = written_by_nobody(of_kinds([("users/ada/days/2026-06-14", {"date": "2026-06-14"})]))

    assert "users/{uid}/days/{date}: expires_at" in found
    assert "users/{uid}/days/{date}: date" not in found
    assert "users/{uid}/devices/{device_id}" in found


def test_terraform_has_the_collections_of_the_data_map_and_their_expiry() -> None:
    text = (ROOT / "infra/gcp/firestore.tf").read_text()
    stands = dict(re.findall(r"^    (\w+) += \{ expires = (true|false)", text, re.MULTILINE))
    mapped: dict[str, set[bool]] = defaultdict(set)
    for kind in KINDS:
        mapped[kind.collection].add(kind.kept.expires)

    assert {name: expires == "true" for name, expires in stands.items()} == {
        name: any(expires) for name, expires in mapped.items()
    }


def test_a_document_that_is_to_expire_says_when() -> None:
    wrong = [each.path for each in KINDS if each.kept.expires is not ("expires_at" in each.fields)]

    assert wrong == []


def test_a_person_s_own_settings_are_those_that_the_code_reads() -> None:
    read = "".join(
        (ROOT / f"shared/clarity/domain/{name}.py").read_text() for name in ("person", "consent")
    )

    unread = [name for name in DEFINED["users/{uid}"].fields if f'"{name}"' not in read]

    assert unread == []
