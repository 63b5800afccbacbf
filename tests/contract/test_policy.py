"""Each numbered rule of the policy is held by a test that names it, and no test names another."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "shared/clarity/domain/words/POLICY.md"
RULES = re.findall(r"^(\d+)\. \*\*", POLICY.read_text(encoding="utf-8"), re.MULTILINE)
NAMED = re.compile(r"\bpolicy[ _](\d+)\b|_policy_(\d+)(?=_|\b)", re.IGNORECASE)


def named(path: Path) -> set[str]:
    """The rules that a file's tests name, in their names, docstrings or comments."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    bodies = [
        "\n".join(lines[_first(node) - 1 : node.end_lineno])
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    return {number for body in bodies for pair in NAMED.findall(body) for number in pair if number}


def _first(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])


TESTS = {
    path.relative_to(ROOT): named(path)
    for path in sorted((ROOT / "tests").rglob("test_*.py"))
    if path != Path(__file__)
}


def test_the_rules_are_numbered_one_after_the_other():
    assert [str(number) for number in range(1, len(RULES) + 1)] == RULES
    assert len(POLICY.read_text(encoding="utf-8").splitlines()) <= 60  # one page


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_held_by_a_test(rule: str):
    assert any(rule in rules for rules in TESTS.values()), f"no test names policy {rule}"


def test_no_test_names_a_rule_that_is_not_there():
    unknown = {str(path): rules - set(RULES) for path, rules in TESTS.items()}

    assert {path: rules for path, rules in unknown.items() if rules} == {}


def test_a_rule_is_found_in_a_name_a_docstring_and_a_comment(tmp_path: Path):
    path = tmp_path / "test_one.py"
    path.write_text(
        "# policy 1\n"
        "@mark('policy 2')\n"
        "def test_policy_3_holds():\n"
        "    '''policy 4, policy 5.'''\n"
        "    # policy 6\n"
        "    assert True\n"
        "def helper():\n"
        "    'policy 7'\n",
        encoding="utf-8",
    )

    assert named(path) == {"2", "3", "4", "5", "6"}
