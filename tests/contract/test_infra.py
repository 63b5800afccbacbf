"""infra/gcp is clean, and the checker's own parts agree with what they were taken from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from infra.terraform import code, report, schema, vendor
from infra.terraform.check import plans
from infra.terraform.configuration import read
from infra.terraform.plan import Plan
from infra.terraform.values import Unknown, misfit, text_of
from tests.cloud import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = REPOSITORY / "infra/gcp"
WHEEL = "cdktn_provider_google-21.1.0-py3-none-any.whl"


def test_the_files_are_what_the_schema_the_policy_and_the_code_want() -> None:
    findings = report.check(REPOSITORY)

    assert not findings, "\n".join(map(str, findings))


def test_the_vendored_schema_is_the_wheels() -> None:
    wheel = REPOSITORY / "dist" / WHEEL
    if not wheel.is_file():
        pytest.skip(f"needs dist/{WHEEL} (pip download --no-deps)")

    used = {one.schema_name for one in read(FOLDER).resources.values()}

    assert vendor.vendored(wheel, used) == schema.VENDORED.read_text()


def test_the_vendored_schema_says_where_it_comes_from_and_holds_what_is_used_alone() -> None:
    stored = json.loads(schema.VENDORED.read_text())
    used = {one.schema_name for one in read(FOLDER).resources.values()}

    assert stored["licence"] == "MPL-2.0"
    assert stored["version"] == "8.7.0"
    assert len(stored["wheel_sha256"]) == 64
    assert stored["types"].keys() == used | {"provider"}


def test_every_block_of_the_vendored_schema_has_a_form() -> None:
    unknown = [
        f"{kind}.{name}"
        for kind, body in schema.vendored().types.items()
        for name, spec in body.items()
        if spec.type == "any"
    ]

    assert not unknown


def test_each_function_of_the_code_has_settings() -> None:
    functions = {"ingest", "insights", "monitor", "park", "preprocess", "privacy", "sweep"}
    assert code.functions().keys() == functions
    assert code.functions()["insights"]["GEMINI_API_KEY"].secret


def evaluated(folder: Path, text: str, variables: dict[str, object] | None = None) -> Plan:
    (folder / "main.tf").write_text(text)
    return Plan(read(folder), "test", variables or {}, schema.vendored().types)


EXPRESSIONS = [
    ('"a-${1 + 1}-b"', "a-2-b"),
    ("[for k, v in {b = 1, a = 2} : k if v > 1]", ["a"]),
    ("{for v in [1, 2] : tostring(v) => v * 2}", {"1": 2, "2": 4}),
    ('merge({a = 1}, {b = 2}, null)["b"]', 2),
    ('try({}.absent, "none")', "none"),
    ('can(regex("^a", "b"))', False),
    ("null == null ? 1 : 2", 1),
    ("[{n = 1}, {n = 2}][*].n", [1, 2]),
    ('toset(["b", "a", "a"]) == toset(["a", "b"])', True),
    ('format("%s-%d", "a", 1)', "a-1"),
    ('replace("a.b", "/[.]/", "-")', "a-b"),
    ("<<-E\n    a\n      b ${1}\n  E\n", "a\n  b 1\n"),
    ("jsonencode({a = [true, 1]})", '{"a":[true,1]}'),
    ('setproduct(["a"], ["b", "c"])', [["a", "b"], ["a", "c"]]),
    ('"$${a}"', "${a}"),
    ("-1 < 0 && !false", True),
]


@pytest.mark.parametrize(("expression", "value"), EXPRESSIONS)
def test_an_expression_has_the_value_that_terraform_gives_it(tmp_path, expression, value) -> None:
    plan = evaluated(tmp_path, f"locals {{\n  it = {expression}\n}}\n")

    assert plan.local("it") == value
    assert not plan.findings


def test_an_attribute_that_only_the_provider_sets_is_known_after_apply(tmp_path) -> None:
    text = """
    resource "google_pubsub_topic" "a" {
      for_each = toset(["x"])
      name     = each.key
    }
    locals {
      id   = google_pubsub_topic.a["x"].id
      name = google_pubsub_topic.a["x"].name
    }
    """

    plan = evaluated(tmp_path, text)

    assert plan.local("id") == Unknown('${google_pubsub_topic.a["x"].id}', "string")
    assert plan.local("name") == "x"


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("local.it", "local.it -> local.it"),
        ("{a = 1}.b", "b"),
        ("[1][3]", "3"),
        ('"a${null}"', "null"),
        ("{a = 1, a = 2}", "a twice"),
        ('upper(["a"])', "upper"),
        ('file("none.txt")', "none.txt"),
    ],
)
def test_an_expression_without_a_value_is_a_finding(tmp_path, expression, found) -> None:
    plan = evaluated(tmp_path, f"locals {{\n  it = {expression}\n}}\n")

    assert found in "\n".join(map(str, plan.findings))


@pytest.mark.parametrize(
    ("value", "kind", "fits"),
    [
        (1, "number", True),
        ("1", "number", False),
        (True, "number", False),
        (["a"], ("list", "string"), True),
        (["a", 1], ("list", "string"), False),
        ("a", ("list", "string"), False),
        ({"a": 1}, ("map", "string"), True),
        (None, "string", True),
        (Unknown("${x}", ("list", "string")), "string", False),
        (Unknown("${x}"), "string", True),
    ],
)
def test_a_value_fits_a_type_or_does_not(value, kind, fits) -> None:
    assert (misfit(value, kind) is None) is fits


def test_each_environment_has_every_function() -> None:
    _, made, _ = plans(FOLDER)

    for plan in made:
        deployed = {text_of(one.get("name")) for one in plan.of("google_cloudfunctions2_function")}
        assert deployed == code.functions().keys()
